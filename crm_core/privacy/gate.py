"""Nobody who was erased comes back with a later import or event."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from sqlalchemy import Connection, select

from configs.settings import Settings
from crm_core.intake.batch import Batch, row_hash
from crm_core.intake.stamp import stored_moment
from crm_core.privacy.erase_rows import KEPT
from crm_core.privacy.erasure_key import ErasureKey, existing_key
from crm_core.privacy.free_text import WORDS
from crm_core.privacy.mask import EMAIL, MOBILE
from crm_core.privacy.traces import ERASED, contact_keys
from crm_core.storage import BulkTable
from crm_core.tables import Base, Tombstone

# Table -> column -> entity whose id it holds; a row that names an erased one is refused.
_REFUSED: Mapping[str, Mapping[str, str]] = {
    "customers": {"customer_id": "customer"},
    "leads": {"lead_id": "lead", "customer_id": "customer"},
    "stage_events": {"lead_id": "lead"},
    "activities": {"lead_id": "lead", "customer_id": "customer"},
    "attribute_changes": {"entity_id": ""},
    "sync_log": {"entity_id": ""},
}


class ErasedGate:
    """Holds batches of bundle rows against the tombstones, within a write transaction.

    - Rows about an erased customer or lead are left out, whatever they say.
    - So is a customer or lead that is not stored, has a number or address of an erased person, and was created before
      the erasure: the same person under another id. One created later came anew, by its own will.
    - In free words about others the numbers and addresses of erased people are left out, where they are Chinese mobile
      numbers or e-mail addresses; a line of the synchronisation log that holds one is left out whole.
    - Orders, receivables and ratings pass, for the books; a personal id becomes the pseudonym.

    Raises
    ------
    ErasureKeyError: people were erased, and the key is missing or another one; nothing may be stored.
    """

    def __init__(self, connection: Connection, settings: Settings) -> None:
        self._connection = connection
        self._key = existing_key(connection, settings)
        self._stones: dict[str, Any] = {}
        if self._key is not None:
            rows = connection.execute(select(Tombstone.digest, Tombstone.pseudonym, Tombstone.erased_at))
            self._stones = {row.digest: row for row in rows}

    def admit(self, batch: Batch) -> Batch:
        """The rows that may be stored, in their order."""
        if self._key is None:
            return batch
        columns = {**batch.columns, **self._renamed(self._key, batch), **self._redacted(self._key, batch)}
        refused = self._by_id(self._key, batch) | self._by_contact(self._key, batch)
        if batch.spec.name == "sync_log":  # its key is made of its words
            refused |= {
                place for place, text in enumerate(columns["message"]) if text != batch.columns["message"][place]
            }
        kept = [place for place in range(len(batch)) if place not in refused]
        return Batch(
            batch.spec,
            {column: [values[place] for place in kept] for column, values in columns.items()},
            [batch.told_at[place] for place in kept],
        )

    def _renamed(self, key: ErasureKey, batch: Batch) -> dict[str, list[Any]]:
        return {
            column: [self._pseudonym(key, entity, value) or value for value in batch.columns[column]]
            for column, entity in KEPT.get(batch.spec.name, {}).items()
        }

    def _pseudonym(self, key: ErasureKey, entity: str, value: str | None) -> str | None:
        stone = self._stones.get(key.digest(entity, value)) if value else None
        return stone.pseudonym if stone else None

    def _redacted(self, key: ErasureKey, batch: Batch) -> dict[str, list[Any]]:
        """Free words of rows that are new or say something new: what is stored keeps its hash and stays redacted."""
        columns = {}
        for column in set(WORDS.get(batch.spec.name, ())) | ({"message"} & batch.columns.keys()):
            texts = [self._without_erased(key, text) if text else text for text in batch.columns[column]]
            changed = [place for place, text in enumerate(texts) if text != batch.columns[column][place]]
            if changed:
                rows, keys = batch.rows(), [batch.keys[place] for place in changed]
                stored = BulkTable(self._connection, batch.spec).versions_of(keys)
                for place in changed:
                    known = stored.get(batch.keys[place])
                    if known and known[0] == row_hash(rows[place], batch.spec.count_added):
                        texts[place] = batch.columns[column][place]
            columns[column] = texts
        return columns

    def _without_erased(self, key: ErasureKey, text: str) -> str:
        def told(kind: str, found: re.Match[str]) -> str:
            phone, email = (found.group(), None) if kind == "phone" else (None, found.group())
            is_erased = any(key.digest(*one) in self._stones for one in contact_keys([phone], [email]))
            return ERASED if is_erased else found.group()

        return MOBILE.sub(partial(told, "phone"), EMAIL.sub(partial(told, "email"), text))

    def _by_id(self, key: ErasureKey, batch: Batch) -> set[int]:
        refused: set[int] = set()
        for column, entity in _REFUSED.get(batch.spec.name, {}).items():
            entities = [entity] * len(batch) if entity else batch.columns["entity"]
            for place, (of, value) in enumerate(zip(entities, batch.columns[column], strict=True)):
                if value and of and key.digest(of.removesuffix("s"), value) in self._stones:
                    refused.add(place)
        return refused

    def _by_contact(self, key: ErasureKey, batch: Batch) -> set[int]:
        if batch.spec.entity is None:
            return set()
        refused = set()
        of_rows = zip(batch.columns["phone"], batch.columns["email"], batch.columns["created_at"], strict=True)
        for place, (phone, email, created_at) in enumerate(of_rows):
            for kind, value in contact_keys([phone], [email]):
                stone = self._stones.get(key.digest(kind, value))
                if stone and (created_at is None or created_at <= stored_moment(stone.erased_at)):
                    refused.add(place)
        return {place for place in refused if not self._is_stored(batch, batch.keys[place])}

    def _is_stored(self, batch: Batch, row_key: str) -> bool:
        table = Base.metadata.tables[batch.spec.name]
        query = select(table.c[batch.spec.key]).where(table.c[batch.spec.key] == row_key)
        return self._connection.execute(query).first() is not None
