from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from crm_core.errors import WebhookError
from crm_core.exchange.signing import check_secret, new_secret, signed_headers

AT = datetime.fromtimestamp(1614265330, UTC)


def test_the_signature_is_that_of_the_standards_own_example() -> None:
    """Example of the specification, https://github.com/standard-webhooks/standard-webhooks."""
    headers = signed_headers(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}', AT
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert headers["webhook-timestamp"] == "1614265330"


def test_a_new_secret_can_sign_and_differs_each_time() -> None:
    check_secret(new_secret())
    assert new_secret() != new_secret()


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "secret",
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_",
        "whsec_not base64!",
        "whsec_" + base64.b64encode(b"x" * 23).decode(),
        "whsec_" + base64.b64encode(b"x" * 65).decode(),
    ],
)
def test_a_weak_secret_is_refused_without_being_told(secret: str) -> None:
    with pytest.raises(WebhookError) as caught:
        check_secret(secret)
    assert len(secret) < 7 or secret not in str(caught.value)
