"""All features of a channel: grain (channel, day); the value of a day is known at its start (UTC)."""

from __future__ import annotations

from features.asof import Table, Tables, as_numbers
from features.moments import DAY_SECONDS, day_number, micro
from features.schema import Feature, names
from features.shape import FeatureShape
from features.track_record import catalogue as record_catalogue
from features.track_record import track_record


def channel_features(tables: Tables, spine: Table, shape: FeatureShape) -> Table:
    """Track record of every (entity_id, as_of) of the spine; as_of must be the start of a UTC day.

    `tables` needs `channel_days` (see track_record.outcome_days).
    """
    asked = spine.select("entity_id", "as_of", owner_id="entity_id", day=day_number(spine.as_of))
    record = track_record(tables["channel_days"], asked, "channel", shape)
    both = asked.join(record, [asked.owner_id == record.owner_id, asked.day == record.day])
    columns = stored_columns(shape)
    return as_numbers(both.select(asked.entity_id, asked.as_of, *[record[name] for name in columns]))


def every_channel_day(tables: Tables) -> Table:
    """(entity_id, as_of) for each channel and each day after one on which something happened to it."""
    days = tables["channel_days"]
    seconds = (days.day + 1) * DAY_SECONDS
    return days.select(entity_id=days.owner_id, as_of=micro(seconds.as_timestamp("s"))).distinct()


def catalogue(shape: FeatureShape) -> list[Feature]:
    """The channel's record."""
    return record_catalogue("channel", shape)


def stored_columns(shape: FeatureShape) -> list[str]:
    """Columns of the stored view."""
    return names(catalogue(shape))
