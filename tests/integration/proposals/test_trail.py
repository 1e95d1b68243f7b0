"""The decision trail: chained by the database, exported, and checked without it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from pytest_django import DjangoAssertNumQueries

from proposals.models import Decision, ProposalEvent, TrailEntry
from proposals.services import claim_proposal, reject_proposal, release_claim
from proposals.services.trail import trail_lines
from proposals.states import Status
from proposals.trail import verify_trail
from tests.factories import create_proposal, create_user, decision_on
from tests.factories.browsers import log_in

TRAIL = "/admin/proposals/trailentry/"
ROOT = Path(__file__).resolve().parents[3]
HOSTILE = 'Ten letters "quoted" \\ back, line\nfeed, \u2028, \u0001, ünï, 😀 and </script>'


def commit() -> None:
    """Do what the database does at a commit."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def exported() -> list[bytes]:
    commit()
    return [line.encode() for line in trail_lines()]


@pytest.mark.django_db
def test_trail_holds_every_decision_and_event_with_what_it_says() -> None:
    proposal = create_proposal()
    decision = reject_proposal(**decision_on(proposal), by=create_user(), note=HOSTILE)

    lines = exported()

    rows = [json.loads(line)["row"] for line in lines[:-1]]
    assert verify_trail(lines).entries == Decision.objects.count() + ProposalEvent.objects.count() == len(rows)
    told = next(row for row in rows if row["source"] == "decision")
    assert (told["id"], told["note"], told["kind"]) == (decision.pk, HOSTILE, "reject")
    assert told["at"] == f"{decision.created_at:%Y-%m-%dT%H:%M:%S.%fZ}"
    events = [row for row in rows if row["source"] == "event"]
    assert [row["after"] for row in events] == [
        event.after for event in ProposalEvent.objects.order_by("id") if event.proposal_id == proposal.pk
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE proposals_decision SET note = 'Never said.'",
        "UPDATE proposals_proposalevent SET created_at = created_at + interval '1 us' WHERE after = 'rejected'",
        "DELETE FROM proposals_decision",
        "DELETE FROM proposals_trailentry WHERE sequence = 2",
    ],
)
def test_trail_is_broken_by_what_is_altered_past_the_triggers(harm: str) -> None:
    create_proposal(Status.REJECTED)
    assert verify_trail(exported()).is_whole
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(harm)

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(harm)
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")

    assert not verify_trail(exported()).is_whole


@pytest.mark.django_db
def test_export_trail_names_rows_that_were_written_past_the_triggers(tmp_path: Path) -> None:
    proposal, said = create_proposal(), StringIO()
    commit()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        ProposalEvent.objects.create(proposal=proposal, name="claimed", after="blocked", actor_kind="system")
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")

    with pytest.raises(SystemExit) as left:
        call_command("export_trail", output=tmp_path / "trail.jsonl", stderr=said)

    assert left.value.code == 1
    assert "1 decisions or events are in the tables and not in the trail" in said.getvalue()


@pytest.mark.django_db(transaction=True)
def test_trail_of_writers_at_once_has_no_gap_and_no_fork() -> None:
    proposals = [create_proposal(proposal=f"self_improvement: {number} [fsar_block]") for number in range(4)]
    people = [create_user() for _ in proposals]

    def claim_and_release(place: int) -> None:
        for _ in range(5):
            claim_proposal(proposal_id=proposals[place].pk, by=people[place])
            release_claim(proposal_id=proposals[place].pk, by=people[place])
        connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(claim_and_release, range(4)))

    verdict = verify_trail(line.encode() for line in trail_lines())
    assert verdict.is_whole, verdict
    assert verdict.entries == ProposalEvent.objects.count() >= 40


@pytest.mark.django_db
def test_trail_page_lets_auditors_export_and_others_look(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    create_proposal(Status.REJECTED, proposal="self_improvement: <b>Bold</b> [fsar_block]")
    commit()
    auditor, lead = log_in(create_user(groups=["Auditors"])), log_in(create_user(groups=["Leads"]))

    with django_assert_max_num_queries(16):
        page = auditor.get(TRAIL)
    file, refused = auditor.post(f"{TRAIL}export/"), lead.post(f"{TRAIL}export/", follow=True)

    last = TrailEntry.objects.latest("sequence")
    assert last.hash in page.content.decode()
    assert "<b>Bold" not in page.content.decode()
    assert file["Content-Disposition"].startswith('attachment; filename="decision-trail-')
    verdict = verify_trail(b"".join(file.streaming_content).splitlines(keepends=True), head=last.hash)
    assert (verdict.is_whole, verdict.entries) == (True, last.sequence)
    assert "Nothing was exported: you may not export the decision trail" in refused.content.decode()


@pytest.mark.django_db
def test_verify_trail_command_needs_no_database_and_leaves_with_its_code(tmp_path: Path) -> None:
    create_proposal(Status.REJECTED)
    commit()
    file, said = tmp_path / "trail.jsonl", StringIO()
    call_command("export_trail", output=file, stderr=said)
    broken = tmp_path / "broken.jsonl"
    broken.write_bytes(file.read_bytes().replace(b"Not worth the risk", b"Well worth the risk"))
    head = TrailEntry.objects.latest("sequence").hash

    assert [leave(file), leave(file, head=head), leave(file, head="0" * 63 + "1"), leave(tmp_path)] == [0, 0, 1, 2]
    assert head in said.getvalue()
    code, told = run_without_database(broken)
    assert code == 1
    assert "Broken at line" in told


def leave(file: Path, **options: str) -> int:
    """The exit code of the command."""
    try:
        call_command("verify_trail", file, stdout=StringIO(), stderr=StringIO(), **options)
    except SystemExit as left:
        return int(str(left.code))
    return 0


def run_without_database(file: Path) -> tuple[int, str]:
    """The command, in a process whose database nobody answers at."""
    nowhere = dict.fromkeys(("DATABASE_URL", "TARGET_DATABASE_URL"), "postgres://nobody@127.0.0.1:1/none")
    done = subprocess.run(
        [sys.executable, "manage.py", "verify_trail", file],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "FSARSITE_ENV": "test"} | nowhere,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout
