"""One POST of JSON whose answer matters: robots answer 200 also when they refuse."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from email.message import Message
from typing import IO, Any
from urllib.parse import urlsplit

from monitoring.errors import AlertFault

MAX_ANSWER_BYTES = 65_536


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the message, and the key in the URL, elsewhere."""

    def redirect_request(
        self,
        req: urllib.request.Request,  # noqa: ARG002
        fp: IO[bytes],  # noqa: ARG002
        code: int,  # noqa: ARG002
        msg: str,  # noqa: ARG002
        headers: Message,  # noqa: ARG002
        newurl: str,  # noqa: ARG002
    ) -> None:
        """Never."""
        return


def post_json(url: str, body: bytes, headers: Mapping[str, str], timeout_seconds: float) -> bytes:
    """Post and return the answer's body, cut at 64 KiB. The proxy of the environment is used, redirects are not.

    Raises
    ------
    AlertFault: no answer in time, or a status other than 200 to 299. The URL, which holds a key, is not named.
    """
    if urlsplit(url).scheme not in {"http", "https"}:
        raise AlertFault("The URL of a destination must be http:// or https://, but is something else.")
    request = urllib.request.Request(url, body, {"content-type": "application/json; charset=utf-8", **headers})  # noqa: S310
    try:
        with urllib.request.build_opener(_NoRedirects).open(request, timeout=timeout_seconds) as answer:
            content: bytes = answer.read(MAX_ANSWER_BYTES)
            return content
    except urllib.error.HTTPError as error:
        with error:
            raise AlertFault(f"The answer must have a status of 200 to 299, but has {error.code}.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise AlertFault(f"The destination must answer, but the connection failed: {reason}.") from None


def check_robot(answer: bytes) -> None:
    """Whether a robot of DingTalk or WeCom took a message: both answer {"errcode": 0, "errmsg": "ok"}.

    Raises
    ------
    AlertFault: it did not; says its code and its words.
    """
    try:
        content: Any = json.loads(answer)
        code, words = content["errcode"], content.get("errmsg", "")
    except (ValueError, KeyError, TypeError, AttributeError):
        raise AlertFault("The robot must answer JSON with an errcode, but answered something else.") from None
    if code != 0:
        raise AlertFault(f"The robot must answer errcode 0, but answered {code}: {words}.")
