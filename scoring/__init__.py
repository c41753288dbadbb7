"""What a model is once trained: artefact, prediction, calibration, reasons, grades, metrics, registry."""
