"""Comparing the ledger with Stripe's balance transactions: pure, so that every case can be tried."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]
KINDS: Mapping[str, str] = {
    "charge": "payment",
    "charge_failure": "other",
    "refund": "refund",
    "partial_capture_reversal": "refund",
    "refund_failure": "refund_failure",
    "dispute": "dispute",
    "dispute_reversal": "dispute_reversal",
}
"""The ledger's kinds by Stripe's reporting categories. Others (payouts, Stripe's own fees) belong to no order."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What both sides say of one balance transaction, in minor units of an upper-case currency."""

    kind: str
    gross: int
    fee: int
    net: int
    currency: str

    def to_json(self) -> Json:
        """The same as a plain object."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Told:
    """A balance transaction as Stripe tells it. `source` is the charge, refund or dispute, whole where it came so."""

    figures: Figures
    occurred_at: datetime
    source: Json

    @property
    def is_of_a_payment(self) -> bool:
        """Whether an order may stand behind it."""
        return bool(self.figures.kind)


@dataclass(frozen=True, slots=True)
class Kept:
    """A ledger entry."""

    figures: Figures
    occurred_at: datetime
    order_id: int


@dataclass(frozen=True, slots=True)
class Difference:
    """A transaction on which both differ; one side may not have it at all."""

    external_id: str
    here: Kept | None
    there: Told | None

    @property
    def problem(self) -> str:
        """One of `Discrepancy.Problem`."""
        if self.here is None:
            return "missing_here"
        return "missing_there" if self.there is None else "differs"

    @property
    def currency(self) -> str:
        """Stripe's, where it knows one."""
        return self._side.figures.currency

    @property
    def occurred_at(self) -> datetime:
        """When the money moved."""
        return self._side.occurred_at

    @property
    def drift(self) -> int:
        """What Stripe's net in that currency is above ours."""
        there = self.there.figures.net if self.there else 0
        has_same = self.here is not None and self.here.figures.currency == self.currency
        return there - (self.here.figures.net if self.here and has_same else 0)

    @property
    def _side(self) -> Told | Kept:
        side = self.there or self.here
        if side is None:
            raise ValueError(f"nobody knows {self.external_id}")
        return side


def told(transaction: Json) -> Told:
    """What a balance transaction says. Kind is empty for one that belongs to no order."""
    category = transaction.get("reporting_category") or transaction["type"]
    source = transaction.get("source")
    figures = Figures(
        kind=KINDS.get(category, ""),
        gross=transaction["amount"],
        fee=transaction["fee"],
        net=transaction["net"],
        currency=transaction["currency"].upper(),
    )
    whole = source if isinstance(source, dict) else {"id": source} if source else {}
    return Told(figures, datetime.fromtimestamp(transaction["created"], UTC), whole)


def compare(here: Mapping[str, Kept], there: Mapping[str, Told]) -> Iterator[Difference]:
    """Every transaction that one side lacks or tells otherwise, in the order of its id."""
    for external_id in sorted(here.keys() | there.keys()):
        ours, theirs = here.get(external_id), there.get(external_id)
        if ours is None or theirs is None or ours.figures != theirs.figures:
            yield Difference(external_id, ours, theirs)


@dataclass(slots=True)
class Tally:
    """Sums by currency of both sides, as a run collects them."""

    compared: int = 0
    foreign: int = 0
    sums: dict[str, dict[str, dict[str, int]]] = field(default_factory=dict)

    def add(self, side: str, figures: Iterable[Figures]) -> None:
        """Count what one side has; `side` is here or there."""
        for each in figures:
            both = self.sums.setdefault(each.currency, {name: _nothing() for name in ("here", "there")})
            both[side]["entries"] += 1
            for name in ("gross", "fee", "net"):
                both[side][name] += getattr(each, name)

    def totals(self) -> list[Json]:
        """By currency, with the drift: what Stripe's net is above ours."""
        return [
            {"currency": currency, **both, "drift": both["there"]["net"] - both["here"]["net"]}
            for currency, both in sorted(self.sums.items())
        ]


def _nothing() -> dict[str, int]:
    return {"entries": 0, "gross": 0, "fee": 0, "net": 0}
