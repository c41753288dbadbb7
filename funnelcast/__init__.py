"""The composition root: command line, demo and what reads the clock."""
