"""Baseline (a): the same model, the same look-up and the same scoring function behind one bare FastAPI route.

No keys, limits, receipts, metrics, trend or log: what a score costs at the least.
`uvicorn benchmarks.serving.bare:app` serves it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel

from benchmarks.serving.state import MOMENT
from configs.settings import load_settings
from features.repository import FeatureRepository
from scoring.lead_scores import score_vectors
from scoring.registry import Registry

held: dict[str, Any] = {}


class Body(BaseModel):
    """As ours."""

    lead_ids: list[str]
    reasons: bool = True


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    settings = load_settings()
    artefact, version = Registry(settings).load_champion("win")
    reader = FeatureRepository(settings).online_reader()
    held.update(settings=settings, artefact=artefact, version=version, reader=reader)
    yield


app = FastAPI(lifespan=lifespan)


@app.post("/v1/leads/score")
async def score(body: Body) -> Any:
    vectors = [one for one in held["reader"].read("leads", body.lead_ids, MOMENT) if one]
    rows = [vector.values for vector in vectors]
    scores = score_vectors(held["artefact"], rows, held["settings"], body.reasons)
    named = zip(vectors, scores, strict=True)
    return {"scores": [{"lead_id": vector.entity_id, **asdict(score)} for vector, score in named]}
