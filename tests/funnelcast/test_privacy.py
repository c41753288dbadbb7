"""`privacy erase`: after it no file of the state and no table holds the person, in whatever form it was written."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import typer

from configs.settings import Settings, load_settings
from crm_core.database import migrate, open_database
from crm_core.exchange import receive_events
from crm_core.importer import import_path
from features.definitions import CUSTOMER_VIEW, LEAD_VIEW
from features.repository import FeatureRepository
from features.store import online_store, repo_config
from funnelcast.commands import privacy
from funnelcast.errors import CommandError
from scoring.manifest import read_verified, write_manifest
from tests.crm_core.conftest import LATER, loader, rows
from tests.crm_core.privacy.people import EMAIL, FILES, FIRM, NAME, PHONE, SECRETS, plant
from tests.crm_core.privacy.test_erase import LEDGER

pytestmark = pytest.mark.slow

AS_OF = datetime(2025, 2, 15, tzinfo=UTC)
SPACED = "+86 139 1234-5678"


@pytest.fixture(scope="module")
def planted_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state with the person in every part of it, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("planted")
    settings, bundle = load_settings().model_copy(update={"home": folder / "home"}), folder / "bundle"
    engine = open_database(settings.database_url)
    migrate(engine)
    bundle.mkdir()
    plant(loader(engine, bundle, settings), engine)
    bad = f"L8,no moment,,{FIRM},{NAME},{PHONE},,web,r1,x\n"
    (bundle / "leads.csv").write_text(FILES["leads"] + bad, encoding="utf-8")
    import_path(engine, bundle, None, settings, LATER, settings.paths.rejects)  # one row is rejected
    call = {"activity_id": "A9", "occurred_at": "2024-02-09T10:00:00Z", "kind": "call", "lead_id": "L1"}
    rows_sent = [{**call, "summary": SPACED}, {"activity_id": PHONE}]
    receive_events(engine, "activities", rows_sent, "crm", "key-1", settings, LATER)
    engine.dispose()
    FeatureRepository(settings).build(AS_OF)
    _plant_files(settings)
    return folder / "home"


@pytest.fixture
def settings(planted_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    shutil.copytree(planted_home, tmp_path / "home")
    monkeypatch.setenv("FUNNELCAST_HOME", str(tmp_path / "home"))
    return load_settings()


def _plant_files(settings: Settings) -> None:
    home, reports = settings.paths.home, settings.paths.reports
    model, copy = settings.paths.mlruns / "1" / "run" / "artifacts" / "model", home / "models" / "win" / "run"
    for folder in (reports, model, copy, settings.paths.logs):
        folder.mkdir(parents=True)
    theirs, others = '"[{""value"": ""secretword""}]"', f'"[{{""zh"": ""{SPACED}""}}]"'
    scores = f"lead_id,company_name,reasons\nL1,{FIRM},{theirs}\nL2,other,{others}\n"
    (home / "scores.csv").write_text(scores, encoding="utf-8")
    pq.write_table(
        pa.table({"lead_id": ["L1", "L2"], "reasons": ["secretword", f"call {PHONE}"]}), home / "scores.parquet"
    )
    html = f"<table><tr><td>L1</td><td>secretword</td></tr><tr><td>L2</td><td>{NAME}</td></tr></table>"
    (reports / "report.html").write_text(html, encoding="utf-8")
    told = {"leads": [{"lead_id": "L1", "note": "secretword"}, {"lead_id": "L2", "tel": int(PHONE), "who": NAME}]}
    (reports / "report.json").write_text(json.dumps(told), encoding="utf-8")  # in ASCII: \\u738b...
    (reports / "report.pdf").write_bytes(b"%PDF-1.7 compressed")
    (settings.paths.logs / "error.log").write_text(f"ValueError: {EMAIL.upper()} at tel:{PHONE}\n", encoding="utf-8")
    for folder in (model, copy):
        categories = {"categories": [NAME, "web"], "tel": ["web", PHONE]}
        (folder / "model.json").write_text(json.dumps(categories, ensure_ascii=False), encoding="utf-8")
        (folder / "model.ubj").write_bytes(b"\x00\x01")
        write_manifest(folder, ["model.json", "model.ubj"])
    with closing(sqlite3.connect(settings.paths.mlruns / "mlflow.db")) as database, database:
        database.execute("CREATE TABLE tags (key TEXT, value TEXT)")
        database.execute("INSERT INTO tags VALUES ('note', ?), ('other', 'stays')", (f"asked by {EMAIL}",))


Command = Callable[..., Any]


@pytest.fixture
def erase(settings: Settings, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs `privacy erase ... --json` and gives its answer."""
    assert settings.home is not None  # the state that it is run on
    app = typer.Typer()
    privacy.register(app)

    def _erase(*arguments: str) -> Any:
        capsys.readouterr()
        app(args=["privacy", "erase", *arguments, "--json"], standalone_mode=False)
        return json.loads(capsys.readouterr().out)

    return _erase


def content_of(path: Path) -> str:
    """A file as bytes, and decoded where it is Parquet or SQLite; escapes undone, digits put together."""
    raw = path.read_bytes() if path.exists() else b""  # SQLite removes its log when the last reader goes
    texts = [raw.decode("utf-8", "replace")]
    if path.suffix == ".parquet":
        texts.append(str(pq.read_table(path).to_pydict()))
    if raw.startswith(b"SQLite format 3"):
        with closing(sqlite3.connect(path)) as database:
            texts += database.iterdump()
    text = "\n".join(texts)
    text = re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), text)
    return re.sub(r"(?<=\d)[ -]+(?=\d)", "", text).lower()


def traces_in(home: Path) -> set[str]:
    """Files that hold any of the planted words, each as `file: word`."""
    files = [path for path in home.rglob("*") if path.is_file()]
    return {
        f"{path.relative_to(home)}: {word}" for path in files for word in SECRETS if word.lower() in content_of(path)
    }


def test_no_file_of_the_state_holds_the_person(settings: Settings, erase: Command) -> None:
    home = settings.paths.home
    before = {trace.partition(":")[0] for trace in traces_in(home)}
    lake = {name for name in before if name.startswith("lake/")}
    assert len(lake) >= 5
    assert {"crm.db", "scores.csv", "reports/report.json", "logs/error.log", "mlruns/mlflow.db"} <= before
    assert any(name.startswith("rejects/") for name in before)
    erase("--customer", "C1")
    assert traces_in(home) == set()
    assert not (settings.paths.reports / "report.pdf").exists()
    assert "wants a demo" in "".join(map(content_of, sorted(home.glob("lake/activities/*.parquet"))))


def test_what_is_others_stays_readable(settings: Settings, erase: Command) -> None:
    erase("--customer", "C1")
    assert (settings.paths.home / "scores.csv").read_text().splitlines()[1].startswith("L2,other,")
    told = json.loads((settings.paths.reports / "report.json").read_text(encoding="utf-8"))
    assert told == {"leads": [{"lead_id": "L2", "tel": None, "who": "[erased]"}]}
    assert pq.read_table(settings.paths.home / "scores.parquet").to_pydict()["reasons"] == ["call [erased]"]
    model = settings.paths.mlruns / "1" / "run" / "artifacts" / "model"
    content = read_verified(model, ["model.json", "model.ubj"])["model.json"]
    assert json.loads(content) == {"categories": ["[erased]", "web"], "tel": ["web", "[erased]"]}


@pytest.mark.slow
def test_feast_forgets_and_a_new_build_does_not_bring_it_back(settings: Settings, erase: Command) -> None:
    for _ in range(2):
        erase("--customer", "C1")
        store, config = online_store(settings), repo_config(settings)
        assert store.read_vectors(config, LEAD_VIEW, ["L1"]) == [None]
        assert store.read_vectors(config, CUSTOMER_VIEW, ["C1", "C2"]) == [None, None]
        assert store.read_vectors(config, LEAD_VIEW, ["L3"]) != [None]
        store.close()
        offline = pq.read_table(settings.paths.offline / f"{LEAD_VIEW}.parquet")
        assert set(offline["lead_id"].to_pylist()) == {"L2", "L3"}
        FeatureRepository(settings).build(AS_OF.replace(day=16))
    assert traces_in(settings.paths.home) == set()


def test_the_books_stay_to_the_cent(settings: Settings, erase: Command) -> None:
    engine = open_database(settings.database_url)
    before = [rows(engine, query) for query in LEDGER]
    erase("--customer", "C1")
    assert [rows(engine, query) for query in LEDGER] == before
    engine.dispose()


def what_it_holds(path: Path) -> bytes | list[str]:
    """Bytes, or of a database what it holds: a reader that closes it may fold its log into the file."""
    if path.suffix != ".db":
        return path.read_bytes()
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def test_a_dry_run_tells_what_would_go_and_leaves_all_as_it_is(settings: Settings, erase: Command) -> None:
    home = settings.paths.home
    before = {path: what_it_holds(path) for path in home.rglob("*") if path.is_file() and "db-" not in path.name}
    told = erase("--customer", "C1", "--dry-run")
    after = {path: what_it_holds(path) for path in home.rglob("*") if path.is_file() and "db-" not in path.name}
    assert {path.name for path in before.keys() ^ after.keys()} <= {".lock"}
    assert [path for path in before if before[path] != after[path]] == []
    done = erase("--customer", "C1")
    assert {name: done[name] for name in ("database", "features", "files")} == {
        name: told[name] for name in ("database", "features", "files")
    }


def test_a_stopped_run_is_begun_again(settings: Settings, erase: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: Any, **__: Any) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patched:
        patched.setattr("crm_core.privacy.erase.erase_from_database", stop)
        with pytest.raises(RuntimeError, match="killed"):
            erase("--customer", "C1")
    assert traces_in(settings.paths.home) != set()
    erase("--customer", "C1")
    assert traces_in(settings.paths.home) == set()
    assert erase("--customer", "C1")["database"] == {}


def test_a_file_that_cannot_be_rewritten_is_named(settings: Settings, erase: Command) -> None:
    (settings.paths.home / "old.bin").write_bytes(b"\x00\x00" + PHONE.encode())
    with pytest.raises(CommandError, match=r"cannot be: .*old\.bin"):
        erase("--customer", "C1")


def test_one_of_the_two_is_asked_for(erase: Command) -> None:
    with pytest.raises(CommandError, match="Either --customer or --lead"):
        erase("--customer", "C1", "--lead", "L1")
    assert erase("--lead", "L1")["subject"] == "lead:L1"
