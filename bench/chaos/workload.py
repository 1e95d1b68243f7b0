"""200 tasks: files, SQL and trivial ones, and what each must have left in the end."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from django.core.management import call_command
from django.db import connection

from proposals.reports import Form, Report, render_json

WORDS = ("sow", "water", "harvest", "dry", "store", "label", "sell", "plant", "weed", "compost", "rake", "graft")
LIMITS = {"sql": 2, "file": 3, "chaos": 3}
"""Of each kind at once, over both hosts."""
BASE = """
CREATE TABLE seeds (id integer PRIMARY KEY, name text NOT NULL, stock integer NOT NULL);
INSERT INTO seeds SELECT n, 'seed ' || n, 100 FROM generate_series(1, 2000) AS n;
CREATE TABLE counters (id integer PRIMARY KEY, value integer NOT NULL);
INSERT INTO counters VALUES (1, 0), (2, 0);
CREATE TABLE orders (id integer PRIMARY KEY, seed integer NOT NULL);
INSERT INTO orders SELECT n, n FROM generate_series(1, 2000) AS n;
"""
MOST_ATTEMPTS = 60
"""Every kill in mid-task counts as an attempt, and here there are many; the product gives up after three."""


@dataclass(frozen=True, slots=True)
class Workload:
    """What was queued. ``files``: path and content by task; ``statements``: SQL by task; ``trivial``: the numbers."""

    files: dict[str, tuple[str, bytes]]
    statements: dict[str, str]
    trivial: int

    @property
    def size(self) -> int:
        """How many tasks there are in all."""
        return len(self.files) + len(self.statements) + self.trivial


def make_workload(size: int, seed: int) -> Workload:
    """Migrate, submit, approve: two fifths trivial, two fifths files, the rest SQL, in random order."""
    from bench.chaos.app import TABLE  # noqa: PLC0415 - needs the settings
    from execution.models import ExecutionTask, KindLimit  # noqa: PLC0415
    from fsarsite.djstripe_schema import migrate_empty_database  # noqa: PLC0415

    migrate_empty_database()
    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(TABLE)
    for kind, most in LIMITS.items():
        KindLimit.objects.update_or_create(kind=kind, defaults={"max_running": most})
    chance, trivial = random.Random(seed), size * 2 // 5
    texts = [_file(number, chance) for number in range(size * 2 // 5)]
    changes = [_change(number) for number in range(size - trivial - len(texts))]
    proposed = [("file", path, content) for path, content in texts]
    proposed += [("sql", f"migrations/{number:03}.sql", text) for number, text in enumerate(changes)]
    chance.shuffle(proposed)
    tasks = {task: (kind, path, text) for task, (kind, path, text) in zip(_approved(proposed), proposed, strict=True)}
    _queue_trivial(trivial, chance)
    ExecutionTask.objects.update(max_attempts=MOST_ATTEMPTS)
    connection.close()
    return Workload(
        files={task: (path, text.encode()) for task, (kind, path, text) in tasks.items() if kind == "file"},
        statements={task: text for task, (kind, _, text) in tasks.items() if kind == "sql"},
        trivial=trivial,
    )


def _file(number: int, chance: random.Random) -> tuple[str, str]:
    """Some are long, so that a kill finds them half-written; every third has a folder of its own."""
    folder = f"notes/{number % 7}" if number % 3 else f"notes/deep/{number}/er"
    lines = chance.choice([3, 40, 4000])
    text = "".join(f"{number}.{line} {' '.join(chance.choices(WORDS, k=8))}\n" for line in range(lines))
    return f"{folder}/note{number:03}.txt", text


def _change(number: int) -> str:
    """Several statements in each, so that half of one would show; adding 1, so that doing it twice would show."""
    at = number * 20 + 1
    match number % 5:
        case 0:
            return (
                f"CREATE TABLE bed_{number} (id integer PRIMARY KEY, plot text NOT NULL);\n"
                f"INSERT INTO bed_{number} VALUES (1, 'north'), (2, 'south');\n"
                "UPDATE counters SET value = value + 1 WHERE id = 1;\n"
            )
        case 1:
            return (
                f"ALTER TABLE seeds ADD COLUMN lot_{number} integer NOT NULL DEFAULT {number};\n"
                f"CREATE INDEX seeds_by_lot_{number} ON seeds (lot_{number});\n"
                f"UPDATE seeds SET stock = stock + 1 WHERE id BETWEEN {at} AND {at + 9};\n"
            )
        case 2:
            return (
                "UPDATE counters SET value = value + 1 WHERE id = 2;\n"
                f"INSERT INTO counters VALUES ({number + 10}, {number}), ({number + 1010}, {number});\n"
            )
        case 3:
            return (
                f"DELETE FROM orders WHERE id BETWEEN {at} AND {at + 9};\n"
                f"UPDATE orders SET seed = seed + 1 WHERE id = {at + 10};\n"
            )
    return f"CREATE INDEX CONCURRENTLY orders_by_seed_{number} ON orders (seed, id);\n"


def _approved(proposed: Sequence[tuple[str, str, str]]) -> Iterable[str]:
    """Hand each in, approve it as a person, and give the public id of its task."""
    from django.contrib.auth.models import Group  # noqa: PLC0415

    from proposals.models import Proposal, User  # noqa: PLC0415
    from proposals.services import Estimated, approve_proposal, service_account, submit_report  # noqa: PLC0415

    person = User.objects.create(username=f"chaos-{uuid4().hex[:8]}", kind="person", is_staff=True)
    person.groups.set(Group.objects.filter(name="Operators"))
    for _, path, text in proposed:
        proposal = submit_report(
            received=render_json(_report(path, text)).encode(),
            submitted_by=service_account("chaos"),
            source=Proposal.Source.PRODUCER,
            form=Form.JSON,
        ).proposal
        approve_proposal(
            proposal_id=proposal.pk,
            by=person,
            content_hash=proposal.content_hash,
            assessment_id=proposal.assessment_id,
            note="For the chaos run.",
            estimate=Estimated(proposal.assessment.likelihood, proposal.assessment.damage),
        )
        yield str(proposal.tasks.get().public_id)


def _report(path: str, text: str) -> Report:
    return Report(
        id=f"fsar_{uuid4()}",
        timestamp=datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        severity=6,
        block_execution=True,
        proposal=(
            f"idea_implementation: Create or update the file {path} with this complete content:\n\n{text}\n\n"
            "This is for opportunity: Chaos\nMake sure the file is complete."
        ),
        risks=("The worker dies.",),
        mitigations=("Another one takes over.",),
    )


def _queue_trivial(count: int, chance: random.Random) -> None:
    from bench.chaos.app import KIND  # noqa: PLC0415
    from bench.product_queue import queue_items  # noqa: PLC0415

    payloads = [{"number": number, "seconds": round(chance.uniform(0.0, 1.5), 2)} for number in range(count)]
    queue_items(KIND, "Write one row", payloads)
