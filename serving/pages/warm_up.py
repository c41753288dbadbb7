"""What pages show, made before somebody asks: each that takes long is opened once, as one who sees everything."""

from __future__ import annotations

from functools import partial

from crm_core.access import EVERYBODYS
from crm_core.access.roles import ADMIN
from serving.pages.channels import channels
from serving.pages.commission import commission
from serving.pages.customers import customers
from serving.pages.desk import Desk
from serving.pages.funnel import funnel
from serving.pages.models import models
from serving.pages.page_request import PageRequest
from serving.pages.recognition import recognition
from serving.pages.today import today
from serving.pages.visitor import Visitor

PAGES = (today, funnel, customers, channels, recognition, commission, models)
NOBODY = PageRequest(Visitor(role=ADMIN, scope=EVERYBODYS), {}, {}, {}, {})


def warm_up(desk: Desk) -> None:
    """Open the pages; one that cannot be made is logged and left out."""
    for page in PAGES:
        desk.behind.attempt(partial(page, NOBODY, desk))
