from datetime import UTC, datetime

import pytest

from billing.sandbox.card_entry import read_entry
from billing.sandbox.errors import StripeError

NOW = int(datetime(2026, 11, 21, tzinfo=UTC).timestamp())
GOOD = {"email": "a@example.com", "number": "4242 4242-42424242", "exp": "11/26", "cvc": "123", "name": " Jo  B "}


def test_read_entry_takes_a_test_card_however_it_is_spaced() -> None:
    entry = read_entry(GOOD, email=None, now=NOW)

    assert (entry.card.number, entry.exp_month, entry.exp_year) == ("4242424242424242", 11, 2026)
    assert (entry.name, entry.email) == ("Jo B", "a@example.com")


def test_read_entry_with_a_known_email_does_not_ask_for_one() -> None:
    entry = read_entry(GOOD | {"email": ""}, email="known@example.com", now=NOW)

    assert entry.email == "known@example.com"


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [
        ({"number": ""}, "incorrect_number", "number"),
        ({"number": "4242424242424241"}, "incorrect_number", "number"),
        ({"number": "4242424242424242x"}, "incorrect_number", "number"),
        ({"number": "4539148803436467"}, "card_declined", "number"),
        ({"exp": "10/26"}, "invalid_expiry_year", "exp"),
        ({"exp": "13/30"}, "invalid_expiry_month", "exp"),
        ({"exp": "soon"}, "invalid_expiry_month", "exp"),
        ({"cvc": "12"}, "invalid_cvc", "cvc"),
        ({"number": "378282246310005"}, "invalid_cvc", "cvc"),
        ({"name": " "}, "parameter_missing", "name"),
        ({"email": "nobody"}, "email_invalid", "email"),
    ],
)
def test_read_entry_refuses_with_the_field(wrong: dict[str, str], code: str, field: str) -> None:
    with pytest.raises(StripeError) as refusal:
        read_entry(GOOD | wrong, email=None, now=NOW)

    assert (refusal.value.status, refusal.value.error["code"], refusal.value.error["param"]) == (402, code, field)


def test_read_entry_of_what_may_be_a_real_card_tells_nothing_of_it() -> None:
    with pytest.raises(StripeError) as refusal:
        read_entry(GOOD | {"number": "4539148803436467"}, email=None, now=NOW)

    assert refusal.value.error["decline_code"] == "test_mode_live_card"
    assert "4539" not in str(refusal.value.body())
