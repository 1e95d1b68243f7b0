"""/v1/balance, /v1/balance_transactions and the account."""

from __future__ import annotations

from collections import Counter
from typing import Any

from billing.sandbox.api.calls import Call, Route, listing, retrieving
from billing.sandbox.errors import missing
from billing.sandbox.objects.account import ACCOUNT_ID, build_account
from billing.sandbox.shapes import Json


def _balance(call: Call) -> Json:
    """The sum of the balance transactions' net by currency: there are no payouts."""
    call.params.finish()
    sums: dict[str, Counter[str]] = {"available": Counter(), "pending": Counter()}
    for transaction in call.store.all("balance_transaction"):
        for each in sums.values():
            each[transaction["currency"]] += 0
        sums[transaction["status"]][transaction["currency"]] += transaction["net"]
    return {"object": "balance", "livemode": False} | {name: _amounts(each) for name, each in sums.items()}


def _amounts(sums: Counter[str]) -> list[Any]:
    by_currency = sorted(sums.items()) or [("usd", 0)]
    return [
        {"amount": amount, "currency": currency, "source_types": {"card": amount}} for currency, amount in by_currency
    ]


def _account(call: Call) -> Json:
    call.params.finish()
    if call.ids.get("id", ACCOUNT_ID) != ACCOUNT_ID:
        raise missing("account", call.key)
    return build_account()


ROUTES = (
    Route("GET", "/v1/balance", _balance),
    Route("GET", "/v1/balance_transactions", listing("balance_transaction", ["type", "source", "currency"])),
    Route("GET", "/v1/balance_transactions/{id}", retrieving("balance_transaction")),
    Route("GET", "/v1/account", _account),
    Route("GET", "/v1/accounts", listing("account")),  # connected accounts: there are none
    Route("GET", "/v1/accounts/{id}", _account),
)
