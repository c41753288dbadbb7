"""All tables, one noun per file."""

from __future__ import annotations

from crm_core.tables.activities import Activity
from crm_core.tables.api_keys import ApiKeyRow
from crm_core.tables.attribute_changes import AttributeChange
from crm_core.tables.attribute_definitions import AttributeDefinitionRow
from crm_core.tables.base import Base, BundleTable
from crm_core.tables.change_counter import ChangeCounter
from crm_core.tables.channel_spend import ChannelSpend
from crm_core.tables.channels import Channel
from crm_core.tables.customers import Customer
from crm_core.tables.findings import FindingRow
from crm_core.tables.import_runs import ImportRun
from crm_core.tables.leads import Lead
from crm_core.tables.orders import Order
from crm_core.tables.payments import Payment
from crm_core.tables.predictions import Prediction
from crm_core.tables.ratings import Rating
from crm_core.tables.receivables import Receivable
from crm_core.tables.reps import Rep
from crm_core.tables.row_history import RowHistory
from crm_core.tables.stage_events import StageEvent
from crm_core.tables.sync_log import SyncEntry

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
    "Base",
    "BundleTable",
    "ChangeCounter",
    "Channel",
    "ChannelSpend",
    "Customer",
    "FindingRow",
    "ImportRun",
    "Lead",
    "Order",
    "Payment",
    "Prediction",
    "Rating",
    "Receivable",
    "Rep",
    "RowHistory",
    "StageEvent",
    "SyncEntry",
]
