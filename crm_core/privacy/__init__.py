"""Personal data: masked in logs, and erased where a person asks for it."""
