from __future__ import annotations

from configs.sections.base import Section


class BothLanguages(Section):
    en: str
    zh: str


class Template(BothLanguages):
    name: str


class StagePlay(Section):
    talk_track: BothLanguages
    required_fields: list[str]
    templates: list[Template]


class Playbook(Section):
    stages: dict[str, StagePlay]
