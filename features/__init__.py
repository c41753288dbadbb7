from features import quick_feast  # noqa: F401 (before anything imports Feast)
