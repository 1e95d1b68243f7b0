"""Comparing the ledger with Stripe's balance transactions, by id and amount."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from billing import stripe_gateway
from billing.comparison import Difference, Figures, Kept, Tally, Told, compare, told
from billing.models import Discrepancy, LedgerEntry, Order, Reconciliation
from billing.services.revenue import count_stale_days
from billing.states import RECONCILIATION_TRANSITIONS, ReconciliationStatus
from billing.stripe_gateway import StripeRefused, StripeUnavailable
from proposals.models import User

SETTLED_AFTER = timedelta(hours=2)  # a delivery that fails is tried again for an hour
LOOK_BACK = timedelta(days=3)  # each run takes up what the two before it looked at
GIVEN_UP_AFTER = timedelta(hours=6)
NIGHT = time(3, tzinfo=UTC)
_SLICE = timedelta(days=1)  # what is held in memory at once
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
logger = logging.getLogger(__name__)


class ReconciliationRefused(Exception):
    """Why this is not compared or repaired; the message says it in words."""


def is_reconciliation_due(now: datetime) -> bool:
    """Whether nothing since the last 03:00 UTC was compared as the nightly run would; a failed run does not count."""
    night = datetime.combine(now.astimezone(UTC).date(), NIGHT)
    night -= timedelta(days=0 if night <= now else 1)
    whole = Reconciliation.objects.filter(until__gte=night - SETTLED_AFTER, since__lte=F("until") - LOOK_BACK)
    return not whole.exclude(status=ReconciliationStatus.FAILED).exists()


def reconcile(
    *, since: datetime | None = None, until: datetime | None = None, by: User | None = None
) -> Reconciliation:
    """Compare what moved in [since, until), by default in the three days until two hours ago. Not in a transaction.

    What earlier runs left open in that time is closed, and found again where it still differs. A run that Stripe does
    not answer ends as failed and changes nothing else. Raises ReconciliationRefused while another is under way.
    """
    until = (until or timezone.now() - SETTLED_AFTER).replace(microsecond=0)
    since = (since or until - LOOK_BACK).replace(microsecond=0)
    run = _open_run(since, until, by)
    try:
        tally, found = _Comparison().between(since, until)
        stale = count_stale_days(since.astimezone(UTC).date(), until.astimezone(UTC).date())
        return _close_run(run.pk, tally, found, stale)
    except (StripeUnavailable, StripeRefused) as error:
        logger.error("reconciliation %s failed: %s", run.pk, error)  # noqa: TRY400 - Stripe's words are enough
        return _fail_run(run.pk, str(error))
    except BaseException as error:
        _fail_run(run.pk, f"{type(error).__name__}: {error}")
        raise


def _open_run(since: datetime, until: datetime, by: User | None) -> Reconciliation:
    if since >= until:
        raise ReconciliationRefused("the time to compare ends before it begins")
    dead = Reconciliation.objects.filter(
        status=ReconciliationStatus.RUNNING, started_at__lt=timezone.now() - GIVEN_UP_AFTER
    )
    for key in list(dead.values_list("pk", flat=True)):
        _fail_run(key, "it never ended: its process was stopped")
    try:
        with transaction.atomic():
            return Reconciliation.objects.create(since=since, until=until, by=by)
    except IntegrityError as error:
        raise ReconciliationRefused("another reconciliation is under way") from error


class _Comparison:
    """One run's work: reads both sides, a day at a time, and writes nothing."""

    def __init__(self) -> None:
        self._tally = Tally()
        self._payments: dict[str, Order | None] = {}

    def between(self, since: datetime, until: datetime) -> tuple[Tally, list[tuple[Difference, Order | None]]]:
        found: list[tuple[Difference, Order | None]] = []
        while since < until:
            end = min(since + _SLICE, until)
            found += self._slice(since, end)
            since = end
        return self._tally, found

    def _slice(self, since: datetime, until: datetime) -> Iterator[tuple[Difference, Order | None]]:
        here = dict(_ledger(since, until))
        there = {
            each["id"]: told(each)
            for each in stripe_gateway.list_balance_transactions(
                since=int(since.timestamp()), until=int(until.timestamp())
            )
        }
        ours = {key: each for key, each in there.items() if key in here or self._is_ours(each)}
        self._tally.foreign += len(there) - len(ours)
        self._tally.compared += len(here.keys() | ours.keys())
        self._tally.add("here", (each.figures for each in here.values()))
        self._tally.add("there", (each.figures for each in ours.values()))
        for difference in compare(here, ours):
            yield difference, self._order_of(difference)

    def _is_ours(self, each: Told) -> bool:
        return each.is_of_a_payment and self._order_behind(each) is not None

    def _order_of(self, difference: Difference) -> Order | None:
        if difference.here is not None:
            return Order.objects.get(pk=difference.here.order_id)
        return self._order_behind(difference.there) if difference.there else None

    def _order_behind(self, each: Told) -> Order | None:
        """The order of a payment: by its id, else by what we put into the metadata. Asks Stripe once a payment."""
        intent_id = payment_of(each)
        if intent_id and intent_id not in self._payments:
            known = Order.objects.filter(stripe_payment_intent_id=intent_id).first()
            self._payments[intent_id] = known or _order_named(intent_id, each)
        return self._payments.get(intent_id)


def _ledger(since: datetime, until: datetime) -> Iterator[tuple[str, Kept]]:
    entries = LedgerEntry.objects.filter(occurred_at__gte=since, occurred_at__lt=until)
    names = ("external_id", "kind", "gross", "fee", "net", "currency", "occurred_at", "order_id")
    for external_id, kind, gross, fee, net, currency, at, order_id in entries.values_list(*names).iterator(5000):
        yield external_id, Kept(Figures(kind, gross, fee, net, currency), at, order_id)


def payment_of(each: Told) -> str:
    """The payment intent behind a transaction; empty when there is none."""
    intent = each.source.get("payment_intent")
    return str((intent.get("id") if isinstance(intent, dict) else intent) or "")


def _order_named(intent_id: str, each: Told) -> Order | None:
    metadata = each.source.get("metadata") or {}
    reference = metadata.get("order") if each.source.get("object") == "charge" else None
    if reference is None:
        reference = (stripe_gateway.retrieve_payment_intent(intent_id).get("metadata") or {}).get("order")
    if not isinstance(reference, str) or not _UUID.fullmatch(reference):
        return None
    return Order.objects.filter(reference=reference).first()


@transaction.atomic
def _close_run(run_id: int, tally: Tally, found: list[tuple[Difference, Order | None]], stale: int) -> Reconciliation:
    run = Reconciliation.objects.select_for_update().get(pk=run_id)
    still_open = Discrepancy.objects.filter(closed_at=None, occurred_at__gte=run.since, occurred_at__lt=run.until)
    still_open.update(closed_at=timezone.now(), closing=Discrepancy.Closing.COMPARED_AGAIN)
    rows = Discrepancy.objects.bulk_create(_discrepancy(run, *each) for each in found)
    problems = [row.problem for row in rows]
    run.compared, run.foreign, run.totals = tally.compared, tally.foreign, tally.totals()
    run.missing_here = problems.count(Discrepancy.Problem.MISSING_HERE)
    run.missing_there = problems.count(Discrepancy.Problem.MISSING_THERE)
    run.differing = problems.count(Discrepancy.Problem.DIFFERS)
    run.stale_days = stale
    _end(run, ReconciliationStatus.DRIFTED if problems or run.stale_days else ReconciliationStatus.AGREED)
    if run.status == ReconciliationStatus.DRIFTED:
        logger.error(
            "the ledger is not Stripe's: reconciliation %s found %s differences and %s stale days; drift %s",
            run.pk,
            len(problems),
            run.stale_days,
            {each["currency"]: each["drift"] for each in run.totals},
        )
    return run


def _discrepancy(run: Reconciliation, found: Difference, order: Order | None) -> Discrepancy:
    return Discrepancy(
        run=run,
        external_id=found.external_id,
        problem=found.problem,
        currency=found.currency,
        drift=found.drift,
        here=found.here.figures.to_json() if found.here else None,
        there=found.there.figures.to_json() if found.there else None,
        order=order,
        payment_intent_id=payment_of(found.there) if found.there else "",
        occurred_at=found.occurred_at,
    )


@transaction.atomic
def _fail_run(run_id: int, error: str) -> Reconciliation:
    run = Reconciliation.objects.select_for_update().get(pk=run_id)
    if run.status == ReconciliationStatus.RUNNING:
        run.error = error[:500]
        _end(run, ReconciliationStatus.FAILED)
    return run


def _end(run: Reconciliation, after: ReconciliationStatus) -> None:
    if after not in RECONCILIATION_TRANSITIONS[ReconciliationStatus(run.status)]:
        raise ReconciliationRefused(f"a reconciliation that is {run.status} cannot become {after}")
    run.status, run.finished_at = after, timezone.now()
    run.save()
