"""Where state lies on disk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Paths:
    """Every file and folder of state. Nothing is created here; the owner of each creates it when it first writes."""

    home: Path
    mlruns: Path

    @classmethod
    def under(cls, home: Path) -> Paths:
        """All state in one folder."""
        return cls(home=home.absolute(), mlruns=home.absolute() / "mlruns")

    @classmethod
    def of_project(cls, project: Path) -> Paths:
        """The default: the project's own `var/` and `mlruns/`."""
        return cls(home=project / "var", mlruns=project / "mlruns")

    @property
    def crm_db(self) -> Path:
        """SQLite file of the CRM core."""
        return self.home / "crm.db"

    @property
    def overrides(self) -> Path:
        """Edited settings: YAML, written whole by `crm_core.setting_versions` alone."""
        return self.home / "settings.yaml"

    @property
    def lake(self) -> Path:
        """Event lake: Parquet, one folder per canonical table."""
        return self.home / "lake"

    @property
    def offline(self) -> Path:
        """Offline features: Parquet, one folder per Feast view."""
        return self.home / "offline"

    @property
    def feast(self) -> Path:
        """Feast registry and embedded online store."""
        return self.home / "feast"

    @property
    def reports(self) -> Path:
        """Managers' and drift reports."""
        return self.home / "reports"

    @property
    def rejects(self) -> Path:
        """Rejected rows of imports, one CSV per import."""
        return self.home / "rejects"

    @property
    def logs(self) -> Path:
        """Traces of errors that nobody foresaw."""
        return self.home / "logs"

    @property
    def erasure_key(self) -> Path:
        """Key of the hashes under which erased people are known again."""
        return self.home / "erasure.key"

    @property
    def drop(self) -> Path:
        """Where exports arrive for the day's work, unless configured elsewhere."""
        return self.home / "drop"

    @property
    def imported(self) -> Path:
        """Exports that the day's work has imported, one folder per run."""
        return self.home / "imported"

    @property
    def scores(self) -> Path:
        """Batch scores of the day's work."""
        return self.home / "scores"

    @property
    def daily(self) -> Path:
        """Records of the day's work, one JSON file per run."""
        return self.home / "daily"
