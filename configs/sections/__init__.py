"""The sections of the configuration: one class per YAML file, one file each; the YAML says what each key means."""

from __future__ import annotations

from configs.sections.access import Access
from configs.sections.alerts import (
    Alerts,
    AnyDestination,
    DingTalkDestination,
    EmailDestination,
    WebhookDestination,
    WeComDestination,
)
from configs.sections.base import Section
from configs.sections.calendar import Calendar, WorkingHours
from configs.sections.commission import Commission, CommissionPlan, Kpi, OrderRate, ProgressiveStep
from configs.sections.daily import Daily
from configs.sections.diagnosis import Diagnosis, Topics, WordList
from configs.sections.exchange import Exchange, Webhooks
from configs.sections.features import Features, Prescreen, SizeFit, SizeFitRange
from configs.sections.funnel import Alarms, FirstResponse, Funnel, Milestones, Moves, NeedsAnalysis, Stage
from configs.sections.golden_record import (
    Blocking,
    GoldenRecord,
    MatchDecision,
    MatchLevels,
    Survivorship,
)
from configs.sections.intake import Intake
from configs.sections.monitoring import LiveRules, MixRules, Monitoring
from configs.sections.pages import Pages
from configs.sections.playbook import Playbook, StagePlay
from configs.sections.priority import Priority
from configs.sections.recognition import Course, Recognition, ServiceStar, WithPoints
from configs.sections.retraining import DriftLine, PerformanceLine, Retraining
from configs.sections.rfm import Rfm, RfmTier
from configs.sections.scoring import Scoring
from configs.sections.service_plan import Consent, Entitlement, Means, ServicePlan, TierService
from configs.sections.serving import Serving
from configs.sections.sign_in import OpenIdProvider, SignIn
from configs.sections.stores import Stores
from configs.sections.tags import Bounds, Tag, Tags
from configs.sections.training import CustomerTraining, Gate, Leakage, Training, WinTraining
from configs.sections.write_back import (
    AnySink,
    CsvSinkRules,
    DynamicsSinkRules,
    HubSpotSinkRules,
    OdooSinkRules,
    SalesforceSinkRules,
    WebhookSinkRules,
    WriteBack,
)

__all__ = [
    "Access",
    "Alarms",
    "Alerts",
    "AnyDestination",
    "AnySink",
    "Blocking",
    "Bounds",
    "Calendar",
    "Commission",
    "CommissionPlan",
    "Consent",
    "Course",
    "CsvSinkRules",
    "CustomerTraining",
    "Daily",
    "Diagnosis",
    "DingTalkDestination",
    "DriftLine",
    "DynamicsSinkRules",
    "EmailDestination",
    "Entitlement",
    "Exchange",
    "Features",
    "FirstResponse",
    "Funnel",
    "Gate",
    "GoldenRecord",
    "HubSpotSinkRules",
    "Intake",
    "Kpi",
    "Leakage",
    "LiveRules",
    "MatchDecision",
    "MatchLevels",
    "Means",
    "Milestones",
    "MixRules",
    "Monitoring",
    "Moves",
    "NeedsAnalysis",
    "OdooSinkRules",
    "OpenIdProvider",
    "OrderRate",
    "Pages",
    "PerformanceLine",
    "Playbook",
    "Prescreen",
    "Priority",
    "ProgressiveStep",
    "Recognition",
    "Retraining",
    "Rfm",
    "RfmTier",
    "SalesforceSinkRules",
    "Scoring",
    "Section",
    "ServicePlan",
    "ServiceStar",
    "Serving",
    "SignIn",
    "SizeFit",
    "SizeFitRange",
    "Stage",
    "StagePlay",
    "Stores",
    "Survivorship",
    "Tag",
    "Tags",
    "TierService",
    "Topics",
    "Training",
    "WeComDestination",
    "WebhookDestination",
    "WebhookSinkRules",
    "Webhooks",
    "WinTraining",
    "WithPoints",
    "WordList",
    "WorkingHours",
    "WriteBack",
]
