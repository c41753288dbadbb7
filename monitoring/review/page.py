"""The page of a review pack: one HTML file in both languages that needs nothing else, and what its PDF is made of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import jinja2

from monitoring.errors import RenderError
from monitoring.review import drawings
from monitoring.texts import Text, percent, points

TEMPLATES = Path(__file__).parent.parent / "templates"
LANGUAGES = ("en", "zh")


def render_review(figures: dict[str, Any], zone: ZoneInfo, currency: str, language: str = "en") -> str:
    """The page of these figures. Every value is escaped; `language` is the one that stands without a script.

    Raises
    ------
    RenderError: the template does not fit the figures.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),  # the .css and .js beside are ours and go in as they are
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["percent"] = lambda value, digits=0: "–" if value is None else percent(value, digits)
    environment.filters["points"] = lambda value: "–" if value is None else points(value)
    environment.filters["number"] = lambda value, digits=0: "–" if value is None else f"{value:,.{digits}f}"
    environment.filters["day"] = lambda moment: datetime.fromisoformat(moment).astimezone(zone).strftime("%Y-%m-%d")
    environment.globals.update(
        stock_bars=drawings.stock_bars, week_line=drawings.week_line, share_bars=drawings.share_bars,
        measure_value=measure_value, currency=currency, language=language,
    )  # fmt: skip
    try:
        return environment.get_template("review.html.j2").render(figures)
    except jinja2.TemplateError as error:
        raise RenderError(f"The review's template must fit its figures, but does not: {error}.") from error


def measure_value(measure: Mapping[str, str], value: float | None) -> Text:
    """A measure's figure: days for stays, else a percentage.

    >>> measure_value({"kind": "dwell"}, 4.25).zh, measure_value({"kind": "conversion"}, 0.4).en
    ('4.2天', '40%')
    """
    if value is None:
        return Text("–", "–")
    if measure["kind"] == "dwell":
        return Text(f"{value:.1f} days", f"{value:.1f}天")
    return Text(percent(value), percent(value))
