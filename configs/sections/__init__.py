"""The sections of the configuration: one class per YAML file, one file each; the YAML says what each key means."""

from __future__ import annotations

from configs.sections.base import Section
from configs.sections.features import Features, Prescreen, SizeFit, SizeFitRange
from configs.sections.funnel import Funnel, Stage
from configs.sections.intake import Intake
from configs.sections.monitoring import Monitoring
from configs.sections.rfm import Rfm, RfmTier
from configs.sections.scoring import Scoring
from configs.sections.serving import Serving
from configs.sections.stores import Stores
from configs.sections.training import CustomerTraining, Gate, Leakage, Training, WinTraining

__all__ = [
    "CustomerTraining",
    "Features",
    "Funnel",
    "Gate",
    "Intake",
    "Leakage",
    "Monitoring",
    "Prescreen",
    "Rfm",
    "RfmTier",
    "Scoring",
    "Section",
    "Serving",
    "SizeFit",
    "SizeFitRange",
    "Stage",
    "Stores",
    "Training",
    "WinTraining",
]
