from __future__ import annotations

from typing import Annotated

from pydantic import Field

from configs.sections.base import PositiveInt, Section, Share

Positive = Annotated[float, Field(gt=0)]


class WordList(Section):
    zh: list[str]
    en: list[str]


class Topics(Section):
    affordability: WordList
    waiting: WordList
    unfamiliar: WordList
    process: WordList
    synchronisation: WordList
    season: WordList


class Diagnosis(Section):
    before_windows: PositiveInt
    samples: PositiveInt
    alpha: Share
    min_stuck: PositiveInt
    max_groups: PositiveInt
    max_attributes: Annotated[int, Field(ge=0)]
    new_rep_days: PositiveInt
    share_move: Share
    load_growth: Positive
    slow_down: Share
    slow_alpha: Share
    slow_drop: Share
    group_drop: Share
    slow_windows: PositiveInt
    quiet_z: Positive
    quiet_confidence: Share
    quiet_season_z: Positive
    season_days: PositiveInt
    gap_share: Share
    summaries: PositiveInt
    prior_words: Positive
    max_words: PositiveInt
    unknown_score: Share
    temperature: Positive
    min_confidence: Share
    incident_gap_days: PositiveInt
    incident_look_back_days: PositiveInt
    channel_days: PositiveInt
    channel_mature_days: PositiveInt
    channel_margin: Share
    channel_cost_share: Positive
    topics: Topics
    stop_words: WordList
