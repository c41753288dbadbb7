from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from configs.settings import Settings
from features.definitions import CREATED_COLUMN, EVENT_COLUMN, LEAD_VIEW, feast_objects, offline_path
from features.errors import FeatureError
from features.repository import FeatureRepository
from features.schema import names
from features.shape import read_shape
from features.store import applied_store
from features.training_frame import historical_features
from tests.features.fake_crm import FakeCrm, settings_at
from tests.features.random_bundle import START, random_bundle
from tests.features.test_oracle import same

pytestmark = pytest.mark.slow

AS_OF = (START + timedelta(days=200)).replace(tzinfo=UTC)
NAIVE = AS_OF.replace(tzinfo=None)


class Home:
    def __init__(self, crm: FakeCrm, settings: Settings) -> None:
        self.crm, self.settings = crm, settings
        self.repository = FeatureRepository(settings)


def home_at(folder: Path, patch: pytest.MonkeyPatch) -> Home:
    crm = random_bundle(seed=3, leads=40, customers=12)
    crm.install(patch)
    return Home(crm, settings_at(folder, features={"min_activity_kind_rows": 5}))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    return home_at(tmp_path, monkeypatch)


@pytest.fixture(scope="module")
def first_build(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A folder that was built as of AS_OF, and its copy: Feast keeps absolute paths, so that only the first is used."""
    folder = tmp_path_factory.mktemp("built")
    with pytest.MonkeyPatch.context() as patch:
        home_at(folder / "home", patch).repository.build(AS_OF)
    shutil.copytree(folder / "home", folder / "copy")
    return folder / "home", folder / "copy"


@pytest.fixture
def built(first_build: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> Home:
    """As after the first build, whatever the test before has done to it."""
    folder, copy = first_build
    shutil.rmtree(folder)
    shutil.copytree(copy, folder)
    return home_at(folder, monkeypatch)


def test_nothing_is_built_before_the_first_build(home: Home) -> None:
    assert home.repository.watermark() is None
    assert home.repository.online_reader().read("leads", ["L0001"], AS_OF) == [None]


def test_a_build_tells_what_it_wrote_and_leaves_its_watermark(home: Home) -> None:
    report = home.repository.build(AS_OF)
    assert home.repository.watermark() == AS_OF == report.as_of
    assert report.online[LEAD_VIEW] == len(home.repository.current_frame("leads", AS_OF)) > 0
    assert report.offline[LEAD_VIEW] == pq.read_metadata(offline_path(home.settings.paths.offline, LEAD_VIEW)).num_rows
    assert report.to_json()["as_of"] == AS_OF.isoformat()


def test_a_second_build_computes_the_offline_features_only_where_something_changed(built: Home) -> None:
    assert built.repository.build(AS_OF).offline == {}
    built.crm.add("leads", NAIVE, lead_id="new", created_at=NAIVE)
    assert built.repository.build(AS_OF).offline != {}


def test_a_build_that_is_killed_is_done_again(built: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(*_: Any) -> Any:
        raise RuntimeError("killed")

    with monkeypatch.context() as broken:
        broken.setattr("features.offline.channel_spine", dies)
        with pytest.raises(RuntimeError, match="killed"):
            built.repository.build(AS_OF - timedelta(days=30))  # has already replaced the leads
    assert built.repository.watermark() == AS_OF
    assert built.repository.build(AS_OF).offline != {}


def test_a_build_of_the_past_leaves_newer_vectors_alone(built: Home) -> None:
    built.repository.build(AS_OF - timedelta(days=30))
    ids = built.repository.current_frame("leads", AS_OF)["entity_id"].tolist()
    vectors = built.repository.online_reader().read("leads", ids, AS_OF)
    assert {one and one.features_as_of for one in vectors} == {AS_OF}


def test_a_closed_lead_leaves_the_online_store_with_the_next_build(built: Home) -> None:
    key = built.repository.current_frame("leads", AS_OF)["entity_id"].iloc[0]
    later = AS_OF + timedelta(hours=1)
    moment = later.replace(tzinfo=None)
    built.crm.add("stage_events", moment, event_id="end", lead_id=key, stage="lost", entered_at=moment)
    report = built.repository.build(later)
    assert report.removed[LEAD_VIEW] >= 1
    assert built.repository.online_reader().read("leads", [key], later) == [None]


def test_refresh_brings_an_event_into_the_vector(built: Home) -> None:
    key = built.repository.current_frame("leads", AS_OF)["entity_id"].iloc[0]
    later = AS_OF + timedelta(minutes=5)
    moment = later.replace(tzinfo=None)
    built.crm.add("activities", moment, activity_id="fresh", lead_id=key, kind="call", occurred_at=moment)
    assert built.repository.refresh("leads", [key, "unknown"], later) == 1
    vector = built.repository.online_reader().read("lead", [key], later)[0]
    assert vector is not None
    assert vector.features_as_of == later
    assert vector.values["activity_last_days"] == 0.0


def test_a_frame_at_moments_of_their_own_holds_what_was_current_then(home: Home) -> None:
    days = [AS_OF - timedelta(days=20), AS_OF]
    current = pd.concat([home.repository.current_frame("leads", day) for day in days], ignore_index=True)
    asked = current[["entity_id"]].assign(as_of=current["as_of"].dt.tz_localize(None))
    found = home.repository.frame_at("leads", asked, AS_OF)
    expected = current.sort_values(["entity_id", "as_of"], ignore_index=True)[found.columns]
    assert len(found) > 10
    assert found["as_of"].tolist() == expected["as_of"].tolist()
    for name in found.columns.drop("as_of"):
        assert all(map(same, found[name], expected[name])), name


def test_current_frame_has_context_features_and_whole_types(home: Home) -> None:
    frame = home.repository.current_frame("leads", AS_OF)
    context = {"expected_amount_cents", "customer_id", "rep_id", "channel_id", "current_stage", "created_at"}
    context |= {"size_fit", "credit_hold", "prescreen"}
    assert context | set(names(home.repository.catalogue("win"))) <= set(frame.columns)
    assert str(frame["as_of"].dtype) == "datetime64[us, UTC]"
    for feature in home.repository.catalogue("win"):
        assert frame[feature.name].dtype == ("float64" if feature.kind == "number" else "object"), feature
    customers = home.repository.current_frame("customers", AS_OF)
    assert {"rfm_tier", "monetary_cents_365d", "name"} <= set(customers.columns)


def test_pieces_are_the_whole(home: Home) -> None:
    small = home.settings.model_copy(update={"features": home.settings.features.model_copy(update={"chunk_rows": 7})})
    whole = home.repository.current_frame("leads", AS_OF)
    pieces = list(FeatureRepository(small).current_chunks("leads", AS_OF))
    assert [len(piece) for piece in pieces][:-1] == [7] * (len(pieces) - 1)
    assert len(pieces) > 1
    pd.testing.assert_frame_equal(pd.concat(pieces, ignore_index=True), whole)
    asked = home.repository.current_frame("leads", AS_OF, whole["entity_id"].tolist()[3:5])
    pd.testing.assert_frame_equal(asked, whole[3:5].reset_index(drop=True))


@pytest.mark.parametrize("model", ["win", "churn", "rfm"])
def test_training_frame_keeps_its_promises(home: Home, model: str) -> None:
    training = home.repository.training_frame(model, AS_OF)
    frame = training.frame
    assert training.features == home.repository.catalogue(model)
    money = {feature.unit for feature in training.features if (feature.unit or "").startswith(("cents", "currency"))}
    assert money == {"cents:CNY", "currency:CNY"}
    assert not frame.duplicated(["entity_id", "as_of"]).any()
    assert frame.columns.is_unique
    for name in ("as_of", "group_started_at", "known_at", "max_known_at"):
        assert str(frame[name].dtype) == "datetime64[us, UTC]"
    assert (frame["max_known_at"] <= AS_OF).all()
    assert (frame["known_at"] <= frame["max_known_at"]).all()
    assert (frame["known_at"] > frame["as_of"]).all()
    assert (frame["max_known_at"] - frame["as_of"] == timedelta(days=training.horizon_days)).all()
    assert training.entity == ("lead" if model == "win" else "customer")
    assert ("rfm_tier" in frame.columns) is (model != "win")


def test_a_value_created_after_the_moment_is_not_joined(built: Home) -> None:
    """Feast would take the planted row: its event lies before the moment, but it was created later."""
    path = offline_path(built.settings.paths.offline, LEAD_VIEW)
    table = pq.read_table(path)
    row = table.slice(0, 1)
    moment = row[EVENT_COLUMN][0].as_py()
    planted = row.set_column(row.column_names.index("age_days"), "age_days", pa.array([-1.0]))
    late = pa.array([moment + timedelta(days=1)], pa.timestamp("us", "UTC"))
    planted = planted.set_column(planted.column_names.index(CREATED_COLUMN), CREATED_COLUMN, late)
    pq.write_table(pa.concat_tables([table, planted]), path)
    objects = feast_objects(built.settings, read_shape(built.settings.paths.offline / "shape.json"))
    store = applied_store(built.settings, objects)
    asked = pa.table({"entity_id": row["lead_id"], "as_of": row[EVENT_COLUMN].cast(pa.timestamp("us"))})
    assert historical_features(store, "win", asked)["age_days"].tolist() == row["age_days"].to_pylist()


def test_a_lead_by_row_equals_the_same_lead_stored(built: Home) -> None:
    """The features of a stored lead at its creation, from the lake and from the row alone."""
    moment = NAIVE
    row: dict[str, Any] = {
        "lead_id": "new",
        "created_at": moment,
        "channel_id": "web",
        "rep_id": "r1",
        "customer_id": merged_customer(built.crm),
        "employee_count": 60,
        "product": "pump",
        "phone": "13800000000",
        "attributes": {"Lead Score": 7, "Is Key": True, "备注": "很好"},
    }
    amounts = {"expected_amount": "1234.56", "budget": 1000}
    built.crm.add("leads", moment, **row, expected_amount_cents=123456, budget_cents=100000)
    stored = built.repository.current_frame("leads", AS_OF, ["new"]).to_dict("records")[0]
    by_row = built.repository.lead_frame_of_rows([{**row, **amounts, "created_at": AS_OF}, {}], AS_OF)
    assert by_row["entity_id"].tolist() == ["new", "row-1"]
    assert list(by_row.columns) == list(built.repository.current_frame("leads", AS_OF).columns)
    got = by_row.to_dict("records")[0]
    different = {name for name, value in stored.items() if name != "as_of" and not same(value, got[name])}
    assert different == set()


def test_what_a_lead_does_not_say_of_its_firm_is_its_customers_as_known_then(home: Home) -> None:
    home.crm.add("customers", NAIVE - timedelta(days=9), customer_id="firm", name="F", industry="steel", region="north")
    later = {"customer_id": "firm", "name": "F", "industry": "food", "region": "north", "employee_count": 70}
    home.crm.add("customers", NAIVE + timedelta(hours=1), **later)
    known = {"customer_id": "firm", "created_at": NAIVE}
    home.crm.add("leads", NAIVE, lead_id="says", **known, industry="paper", employee_count=5)
    home.crm.add("leads", NAIVE, lead_id="silent", **known)
    home.crm.add("leads", NAIVE, lead_id="none", created_at=NAIVE)
    moments = pd.DataFrame({"entity_id": ["says", "silent", "none", "silent"], "as_of": [NAIVE] * 3 + [NAIVE]})
    moments.loc[3, "as_of"] = NAIVE + timedelta(hours=2)
    found = home.repository.frame_at("leads", moments, AS_OF + timedelta(days=1))
    firms = found.sort_values(["as_of", "entity_id"])[["entity_id", "industry", "region", "employee_count"]]
    assert firms.astype(object).where(firms.notna(), None).to_numpy().tolist() == [
        ["none", None, None, None],
        ["says", "paper", "north", 5.0],
        ["silent", "steel", "north", None],
        ["silent", "food", "north", 70.0],
    ]


def merged_customer(crm: FakeCrm) -> str:
    """A customer that stands under another's id at AS_OF."""
    known = [row for row in crm.versions["customer_aliases"] if row["recorded_at"] <= NAIVE]
    golden = {row["customer_id"]: row["golden_id"] for row in known}
    return next(one for one in sorted(golden) if golden[one] != one)


def test_a_merge_reaches_the_vectors_of_all_leads_of_the_firm_with_the_next_refresh(built: Home) -> None:
    later, moment = AS_OF + timedelta(hours=1), NAIVE + timedelta(hours=1)
    for one in ("X1", "X2"):
        built.crm.add("leads", NAIVE, lead_id=f"of-{one}", created_at=NAIVE, customer_id=one)
        due = NAIVE.date() - timedelta(days=9)
        built.crm.add("receivables", NAIVE, invoice_id=one, customer_id=one, amount_cents=100, due_on=due)

    def overdue(now: datetime) -> list[Any]:
        assert built.repository.refresh("leads", ["of-X1", "of-X2"], now) == 2
        vectors = built.repository.online_reader().read("leads", ["of-X1", "of-X2"], now)
        return [one and (one.values["customer_overdue_count"], one.values["credit_hold"]) for one in vectors]

    assert overdue(later) == [(1.0, 0.0)] * 2
    built.crm.stand(moment, {"X2": "X1"})
    assert overdue(later) == [(2.0, 1.0)] * 2
    built.crm.stand(moment + timedelta(hours=1), {})
    assert overdue(later) == [(2.0, 1.0)] * 2
    assert overdue(later + timedelta(hours=1)) == [(1.0, 0.0)] * 2
    assert set(built.repository.current_frame("leads", AS_OF, ["of-X1", "of-X2"])["credit_hold"]) == {0.0}


def test_rows_keep_their_order_and_types(built: Home) -> None:
    rows = [{"lead_id": f"x{number}", "employee_count": number + 1} for number in range(25)]
    frame = built.repository.lead_frame_of_rows(rows, AS_OF)
    assert frame["entity_id"].tolist() == [row["lead_id"] for row in rows]
    assert frame["employee_count"].tolist() == [float(number + 1) for number in range(25)]
    pd.testing.assert_series_equal(
        frame.dtypes, built.repository.current_frame("leads", AS_OF).dtypes, check_names=False
    )


def test_creation_frame_shows_leads_as_they_came_in(built: Home) -> None:
    start = AS_OF - timedelta(days=60)
    frame = built.repository.creation_frame(start, AS_OF, AS_OF)
    created = pd.to_datetime(frame["created_at"])
    assert ((created >= start) & (created < AS_OF)).all()
    assert frame["entity_id"].is_unique
    assert len(frame) > 3


def test_what_is_unknown_is_refused(home: Home) -> None:
    with pytest.raises(FeatureError, match="The model must be one of win, churn, rfm, but got 'x'"):
        home.repository.training_frame("x", AS_OF)
    with pytest.raises(FeatureError, match="The entity must be one of leads, customers, channels, but got 'x'"):
        home.repository.current_frame("x", AS_OF)
    with pytest.raises(FeatureError, match="The model must be one of"):
        home.repository.catalogue("x")
    with pytest.raises(FeatureError, match="The entity must be one of"):
        home.repository.online_reader().read("x", [], datetime.now(UTC))
