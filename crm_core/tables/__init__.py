"""All tables, one noun per file."""

from __future__ import annotations

from crm_core.tables.activities import Activity
from crm_core.tables.api_keys import ApiKeyRow
from crm_core.tables.attribute_changes import AttributeChange
from crm_core.tables.attribute_definitions import AttributeDefinitionRow
from crm_core.tables.audit_head import AuditHead
from crm_core.tables.audit_log import AuditEntry
from crm_core.tables.base import Base, BundleTable
from crm_core.tables.change_counter import ChangeCounter
from crm_core.tables.channel_spend import ChannelSpend
from crm_core.tables.channels import Channel
from crm_core.tables.commission_journals import CommissionJournal
from crm_core.tables.commission_lines import CommissionLine
from crm_core.tables.commission_plans import CommissionPlanRow
from crm_core.tables.customer_aliases import CustomerAlias
from crm_core.tables.customer_faults import CustomerFault
from crm_core.tables.customer_matches import CustomerMatch
from crm_core.tables.customer_merges import CustomerMerge
from crm_core.tables.customer_tags import CustomerTag
from crm_core.tables.customer_tiers import CustomerTier
from crm_core.tables.customers import Customer
from crm_core.tables.deal_shares import DealShare
from crm_core.tables.event_requests import EventRequest
from crm_core.tables.feed_changes import FeedChange
from crm_core.tables.feed_counter import FeedCounter
from crm_core.tables.findings import FindingRow
from crm_core.tables.funnel_stages import FunnelStage
from crm_core.tables.honours import Honour
from crm_core.tables.import_runs import ImportRun
from crm_core.tables.kudos import Kudos
from crm_core.tables.lead_overrides import LeadOverride
from crm_core.tables.leads import Lead
from crm_core.tables.learning_results import LearningResult
from crm_core.tables.mentorships import Mentorship
from crm_core.tables.orders import Order
from crm_core.tables.payments import Payment
from crm_core.tables.people import PersonRow
from crm_core.tables.point_entries import PointEntry
from crm_core.tables.predictions import Prediction
from crm_core.tables.ratings import Rating
from crm_core.tables.receivables import Receivable
from crm_core.tables.reps import Rep
from crm_core.tables.row_history import RowHistory
from crm_core.tables.service_stars import ServiceStar
from crm_core.tables.sessions import SessionRow
from crm_core.tables.setting_versions import SettingVersion
from crm_core.tables.sign_in_failures import SignInFailure
from crm_core.tables.stage_events import StageEvent
from crm_core.tables.sync_log import SyncEntry
from crm_core.tables.told_alerts import ToldAlert
from crm_core.tables.tombstones import Tombstone
from crm_core.tables.webhook_deliveries import WebhookDelivery
from crm_core.tables.webhooks import Webhook

# In the order in which an import fills them.
BUNDLE_TABLES: tuple[type[BundleTable], ...] = (
    Channel,
    ChannelSpend,
    Rep,
    Customer,
    Lead,
    StageEvent,
    Activity,
    Order,
    Payment,
    Receivable,
    Rating,
    AttributeChange,
    SyncEntry,
)

__all__ = [
    "BUNDLE_TABLES",
    "Activity",
    "ApiKeyRow",
    "AttributeChange",
    "AttributeDefinitionRow",
    "AuditEntry",
    "AuditHead",
    "Base",
    "BundleTable",
    "ChangeCounter",
    "Channel",
    "ChannelSpend",
    "CommissionJournal",
    "CommissionLine",
    "CommissionPlanRow",
    "Customer",
    "CustomerAlias",
    "CustomerFault",
    "CustomerMatch",
    "CustomerMerge",
    "CustomerTag",
    "CustomerTier",
    "DealShare",
    "EventRequest",
    "FeedChange",
    "FeedCounter",
    "FindingRow",
    "FunnelStage",
    "Honour",
    "ImportRun",
    "Kudos",
    "Lead",
    "LeadOverride",
    "LearningResult",
    "Mentorship",
    "Order",
    "Payment",
    "PersonRow",
    "PointEntry",
    "Prediction",
    "Rating",
    "Receivable",
    "Rep",
    "RowHistory",
    "ServiceStar",
    "SessionRow",
    "SettingVersion",
    "SignInFailure",
    "StageEvent",
    "SyncEntry",
    "ToldAlert",
    "Tombstone",
    "Webhook",
    "WebhookDelivery",
]
