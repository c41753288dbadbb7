"""Odoo: fields of `crm.lead`, by its external API over XML-RPC.

Shape: Odoo developer documentation, "External API" (`authenticate` at /xmlrpc/2/common gives the user's number,
`execute_kw` with `write` at /xmlrpc/2/object). The fields are ones of your own (x_...): Odoo's `probability` is left
alone, since a person may have set it.
"""

from __future__ import annotations

import http.client
import xmlrpc.client
from collections.abc import Mapping, Sequence
from typing import Any

from funnelcast.write_back.errors import SinkSilentError, WriteBackError
from funnelcast.write_back.sink import LeadWrite, fields_of


class OdooSink:
    """One call per lead: `write` sets the same values on all records of a call."""

    max_batch = 1

    def __init__(
        self, url: str, database: str, user: str, password: str, fields: Mapping[str, str], timeout_seconds: float
    ) -> None:
        self._url, self._database, self._user, self._password = url, database, user, password
        self._fields, self._timeout_seconds = fields, timeout_seconds
        self._user_number: int | None = None

    def write(self, batch: Sequence[LeadWrite]) -> Mapping[str, str]:
        """Write each; its lead_id is Odoo's record number."""
        refused = {}
        for score in batch:
            if not score.lead_id.isdecimal():
                refused[score.lead_id] = "the lead's id is not a record number of Odoo"
                continue
            values = {
                name: value if value is not None else False for name, value in fields_of(score, self._fields).items()
            }
            try:
                self._call("object", "execute_kw", *self._login(), "crm.lead", "write", [[int(score.lead_id)], values])
            except xmlrpc.client.Fault as fault:
                refused[score.lead_id] = " ".join(fault.faultString.split())[-200:]
        return refused

    def _login(self) -> tuple[str, int, str]:
        if self._user_number is None:
            found = self._call("common", "authenticate", self._database, self._user, self._password, {})
            if not found:
                raise WriteBackError("Odoo must let us in, but refuses the user or its password.")
            self._user_number = int(found)
        return self._database, self._user_number, self._password

    def _call(self, service: str, method: str, *arguments: Any) -> Any:
        transport = (_TlsTransport if self._url.startswith("https://") else _Transport)(self._timeout_seconds)
        try:
            with xmlrpc.client.ServerProxy(f"{self._url}/xmlrpc/2/{service}", transport, allow_none=True) as proxy:
                return getattr(proxy, method)(*arguments)
        except (OSError, xmlrpc.client.ProtocolError, http.client.HTTPException) as error:
            raise SinkSilentError(f"Odoo must answer, but the connection failed: {type(error).__name__}.") from None


class _Transport(xmlrpc.client.Transport):
    """With a limit of time, which the library has none of."""

    def __init__(self, timeout_seconds: float) -> None:
        super().__init__()
        self._timeout_seconds = timeout_seconds

    def make_connection(self, host: Any) -> http.client.HTTPConnection:
        connection = super().make_connection(host)
        connection.timeout = self._timeout_seconds
        return connection


class _TlsTransport(xmlrpc.client.SafeTransport):
    def __init__(self, timeout_seconds: float) -> None:
        super().__init__()
        self._timeout_seconds = timeout_seconds

    def make_connection(self, host: Any) -> http.client.HTTPSConnection:
        connection = super().make_connection(host)
        connection.timeout = self._timeout_seconds
        return connection
