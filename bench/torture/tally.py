"""The tally, as tables for people and as JSON."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from bench.measure import ROOT
from bench.torture import verdict
from billing.models import OrderEvent, WebhookDelivery

if TYPE_CHECKING:
    from bench.torture.course import Course

LONGEST_WAIT_SECONDS = 1.0
SHOWN = 20


def show(course: Course, console: Console) -> bool:
    """Print everything, keep it as JSON, and return whether nothing is off."""
    faults = {
        "orders": list(verdict.wrong_orders(course.at, course.bought)),
        "fulfilments": list(verdict.wrong_fulfilments()),
        "ledger entries": list(verdict.wrong_entries(course.at)),
        "deliveries": [*verdict.wrong_deliveries(course.at), *_wrong_answers(course)],
        "receipts": list(verdict.unsent_receipts()),
    }
    facts = _facts(course)
    console.print(_events_table(), _facts_table(facts), _ledger_table(course))
    for name, found in faults.items():
        console.print(f"{'[red]✗' if found else '[green]✓'}[/] {len(found)} wrong {name}")
        for line in found[:SHOWN]:
            console.print(f"    {line}", markup=False)
    _keep(facts, faults, console)
    return not any(faults.values())


def _wrong_answers(course: Course) -> list[str]:
    answers = course.answers
    if answers is None:
        return ["nothing was delivered at a steady pace"]
    odd = {status: times for status, times in answers.statuses.items() if status != 200}
    slow = [wait for wait in answers.waits if wait > LONGEST_WAIT_SECONDS]
    return [f"{times} answers of {status} at the steady pace" for status, times in odd.items()] + (
        [f"{len(slow)} answers took longer than {LONGEST_WAIT_SECONDS:g} s, up to {slow[-1]:.2f} s"] if slow else []
    )


def _facts(course: Course) -> dict[str, Any]:
    attempts = [one for each in course.at.controls.call("deliveries")["deliveries"] for one in each["attempts"]]
    told = Counter(str(one["status"] or "none") for one in attempts)
    facts: dict[str, Any] = {
        "orders": len(course.bought),
        "currencies": len({each.currency for each in course.bought}),
        "fates": len({each.fate.name for each in course.bought}),
        "fulfilled": OrderEvent.objects.filter(kind=OrderEvent.Kind.FULFILLED).count(),
        "events": WebhookDelivery.objects.count(),
        "deliveries by the sandbox": len(attempts),
        **{f"  answered {status}": times for status, times in sorted(told.items())},
        "  longest wait for a 200, ms": max((one["milliseconds"] for one in attempts if one["ok"]), default=0),
        **dict(sorted(course.trouble.items())),
        "dead letters replayed": course.dead,
    }
    if (answers := course.answers) is not None:
        facts |= {
            "deliveries at a steady pace": len(answers.waits),
            "  a second": round(answers.per_second, 1),
            "  processor time of the web server for each, ms": round(course.cpu_per_delivery * 1000, 2),
            **{f"  wait p{share}, ms": round(answers.wait_at(share / 100) * 1000, 1) for share in (50, 95, 99, 100)},
        }
    return facts | {f"seconds: {name}": taken for name, taken in course.seconds.items()}


def _events_table() -> Table:
    table = Table("event", "kept", "attempts", title="Events")
    counted: Counter[str] = Counter()
    tried: Counter[str] = Counter()
    for name, attempts in WebhookDelivery.objects.values_list("event_type", "attempts"):
        counted[name] += 1
        tried[name] += attempts
    for name in sorted(counted):
        table.add_row(name, f"{counted[name]:,}", f"{tried[name]:,}")
    return table


def _facts_table(facts: dict[str, Any]) -> Table:
    table = Table("", "", title="What happened", show_header=False)
    for name, value in facts.items():
        table.add_row(name, f"{value:,}")
    return table


def _ledger_table(course: Course) -> Table:
    table = Table("currency", "whose", "rows", "gross", "fee", "net", title="Ledger, minor units")
    for each in verdict.balances(course.at):
        for whose, sums in (("ours", each.ours), ("Stripe's", each.theirs)):
            table.add_row(each.currency, whose, *(f"{value:,}" for value in sums))
    return table


def _keep(facts: dict[str, Any], faults: dict[str, list[str]], console: Console) -> None:
    folder = ROOT / "bench" / "results"
    folder.mkdir(exist_ok=True)
    path = folder / f"torture-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json"
    path.write_text(json.dumps({"facts": facts, "faults": faults}, indent=2) + "\n")
    console.print(f"[dim]{path.relative_to(ROOT)}[/]")
