"""A model that was refused, as a finding that managers read."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from crm_core.findings import Finding
from serving.champion import Refusal


def finding_of(refusal: Refusal, at: datetime, home: Path) -> Finding:
    """The finding; the model before it still scores. Files are told as they lie in `home`, the folder of the state."""
    name, version = refusal.name, refusal.version
    reason = refusal.reason.replace(f"{home.absolute()}/", "").replace(f"{home}/", "")
    return Finding(
        rule="model_refused",
        subject=f"{name}:{version}",
        figures={"model": name, "version": version, "reason": reason},
        found_at=at,
        en=f"Version {version} of the {name} model was refused by the scoring service, which keeps the one before: "
        f"{reason}",
        zh=f"评分服务拒绝了{name}模型的版本{version}，仍使用之前的版本：{reason}",
    )
