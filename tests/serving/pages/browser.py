"""A browser without a screen: keeps cookies, follows nothing."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx


class Browser:
    """Sends requests to an ASGI application, one after the other."""

    def __init__(self, app: Any, **headers: str) -> None:
        self._app = app
        self._headers = headers
        self.cookies = httpx.Cookies()

    def request(self, method: str, path: str, headers: dict[str, str] | None = None, **body: Any) -> httpx.Response:
        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self._app, raise_app_exceptions=False)
            async with httpx.AsyncClient(
                transport=transport, base_url="http://service", cookies=self.cookies
            ) as client:
                answer = await client.request(method, path, headers={**self._headers, **(headers or {})}, **body)
                self.cookies = client.cookies
                return answer

        return asyncio.run(send())

    def get(self, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        return self.request("GET", path, headers)

    def post(self, path: str, data: dict[str, str], headers: dict[str, str] | None = None) -> httpx.Response:
        return self.request("POST", path, headers, data=data)

    def cookie(self, name: str) -> str | None:
        return next((one.value for one in self.cookies.jar if one.name == name), None)

    def plant(self, name: str, value: str) -> None:
        self.cookies.set(name, value, domain="service.local", path="/")
