from __future__ import annotations

from typing import Literal

from configs.sections.base import Section


class Stores(Section):
    database_url: str | None
    online_store: Literal["sqlite", "redis", "postgres"]
    redis_url: str
    postgres_url: str
    mlflow_tracking_uri: str | None
