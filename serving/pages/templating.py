"""Pages from templates: everything that is put in is escaped, and a figure that is missing is an error, not a blank."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from starlette.responses import HTMLResponse

from serving.pages.assets import assets
from serving.pages.charts.sparkline import sparkline
from serving.pages.menu import menu_of
from serving.pages.texts import texts_of
from serving.pages.visitor import Visitor

FOLDER = Path(__file__).parent / "templates"


@cache
def environment() -> jinja2.Environment:
    """The templates, compiled once."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["asset"] = lambda name: assets()[name].url
    made.filters["sparkline"] = sparkline
    made.filters["spoken"] = spoken
    return made


def spoken(name: str) -> str:
    """A name that a machine gave, as people write it.

    >>> spoken("customer.invoice_kind"), spoken("紧急程度")
    ('Customer: invoice kind', '紧急程度')
    """
    words = name.replace(".", ": ").replace("_", " ")
    return words[:1].upper() + words[1:]


def render(template: str, visitor: Visitor, here: str, **values: Any) -> HTMLResponse:
    """A page. `here`: its path, marked in the menu."""
    shared = {"t": texts_of(visitor.language), "visitor": visitor, "here": here, "menu": menu_of(visitor.role)}
    return HTMLResponse(environment().get_template(template).render({**shared, **values}))
