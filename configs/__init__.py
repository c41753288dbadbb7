"""Configuration: one YAML file per decision, read by `configs.settings` and by nothing else."""
