"""From labelled rows to a judged and registered model: split, leak guard, search, calibration, gate."""
