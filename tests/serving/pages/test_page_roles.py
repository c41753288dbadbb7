"""Every page with every role, by session and by key: exactly what serving.pages.permissions says."""

from __future__ import annotations

import pytest

from serving.pages.permissions import OPEN, PAGE_PERMISSIONS
from serving.pages.routes import page_routes
from serving.permissions import PUBLIC
from tests.serving.pages.conftest import PEOPLE, Pages

pytestmark = pytest.mark.slow

PAGES = [path for (method, path), roles in PAGE_PERMISSIONS.items() if method == "GET" and roles != OPEN]


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    served = {(method, route.path) for route in page_routes() for method in route.methods or () if method != "HEAD"}
    assert served == set(PAGE_PERMISSIONS)
    assert OPEN == PUBLIC


@pytest.mark.parametrize("path", PAGES)
def test_a_page_opens_for_the_roles_of_its_row_and_for_nobody_else(pages: Pages, path: str) -> None:
    for role in PEOPLE:
        is_open = pages.status(path, role) not in (401, 403)
        assert is_open == (role in PAGE_PERMISSIONS["GET", path]), role
    assert pages.client().get(path).status_code == 303


@pytest.mark.parametrize("path", PAGES)
def test_a_key_opens_what_its_role_may(keys: dict[str, str], pages: Pages, path: str) -> None:
    for role in ("rep", "crm"):
        headers = {"authorization": f"Bearer {keys[role]}", "accept": "*/*"}
        is_open = pages.client().get(path, headers=headers).status_code not in (401, 403)
        assert is_open == (role in PAGE_PERMISSIONS["GET", path]), role


def test_the_menu_names_what_a_role_may_open(pages: Pages) -> None:
    for role in PEOPLE:
        menu = pages.get("/today", role).split("<nav")[1].split("</nav>", maxsplit=1)[0]
        for path in ("/incidents", "/commission", "/settings", "/models", "/channels", "/customers"):
            assert (f'href="{path}"' in menu) == (role in PAGE_PERMISSIONS["GET", path]), (role, path)


@pytest.mark.parametrize("path", ["/today", "/leads", "/funnel", "/customers", "/recognition"])
def test_a_page_is_no_larger_than_300_kb(pages: Pages, path: str) -> None:
    assert len(pages.get(path).encode()) < 300_000
