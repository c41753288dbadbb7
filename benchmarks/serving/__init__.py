"""The service under load, beside the same model behind other servers; `python -m benchmarks.serving` runs it."""
