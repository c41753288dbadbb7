"""From query parameters to a checked request, or to an error that says what is wrong and where."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel, ValidationError
from starlette.datastructures import QueryParams

from serving.bodies import unprocessable

Query = TypeVar("Query", bound=BaseModel)


def read_query(kind: type[Query], parameters: QueryParams, max_page_size: int) -> Query:
    """The request in these parameters; of one given twice the last counts.

    Raises
    ------
    UnprocessableError: a parameter is not known or breaks a rule; details name each.
    """
    try:
        return kind.model_validate(dict(parameters), context={"max_page_size": max_page_size})
    except ValidationError as error:
        raise unprocessable("query", error) from None
