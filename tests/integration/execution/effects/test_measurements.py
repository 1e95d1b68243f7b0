"""What is measured of a report before it is judged: by an empty database, and by the workspace."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from execution.models import ExecutionTask
from execution.target import empty
from execution.target.connection import connect
from execution.target.empty import Refusal, empty_database, refusal_in
from execution.target.statements import split_statements
from fsarsite.samples.workspace import ensure_workspace
from proposals.measurements import ScratchUnusable, measure_report, try_in_scratch
from proposals.models import Finding, Proposal
from proposals.reports import render_markdown
from proposals.services import waive_finding
from proposals.states import Status
from tests.factories import create_report, create_user, file_proposal
from tests.factories.proposals import submit
from tests.integration.execution.effects.conftest import made_target
from tests.integration.execution.effects.workspaces import commit_file

OVENS = "CREATE TABLE ovens (id int PRIMARY KEY, name text NOT NULL, heat int CHECK (heat < 400), lit timestamptz);\n"
LINES = "".join(f"line {number} of the recipe\n" for number in range(80))


@pytest.fixture(scope="module")
def nothing() -> Iterator[str]:
    """The URL of a database with nothing in it, which must hold nothing afterwards."""
    with made_target("SELECT 1") as made:
        yield made.url
        assert not made.ask("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace")


def refusal(url: str, text: str) -> Refusal | None:
    with connect(url) as connection:
        return refusal_in(connection, split_statements(text))


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("CREATE INDEX lit_by_day ON ovens ((lit::date));", 2, "must be marked IMMUTABLE"),
        (
            "\nINSERT INTO ovens VALUES (1, 'big', 250);\nINSERT INTO ovens VALUES (2, 'hot', 900);",
            4,
            "check constraint",
        ),
        ("INSERT INTO ovens (id) VALUES (1);", 2, "null value in column"),
        ("INSERT INTO ovens VALUES (1, 'a'), (1, 'b');", 2, "duplicate key"),
        ("INSERT INTO ovens VALUES (1, 'a') ON CONFLICT (name) DO NOTHING;", 2, "no unique or exclusion constraint"),
        ("INSERT INTO ovens VALUES (99999999999, 'a');", 2, "out of range"),
        ("CREATE VIEW hot AS\n  SELECT name, count(*)\n  FROM ovens;", 3, "must appear in the GROUP BY"),
        ("CREATE TABLE bakes (oven int REFERENCES ovens);\nINSERT INTO bakes VALUES (7);", 3, "foreign key"),
        ("CREATE VIEW hot AS SELECT warmth FROM ovens;", 2, "does not exist"),
        ("CREATE TABLE days (d date, id int, PRIMARY KEY (id)) PARTITION BY RANGE (d);", 2, "partitioned table"),
        ("ALTER TABLE ovens ADD COLUMN day date GENERATED ALWAYS AS (lit::date) STORED;", 2, "not immutable"),
    ],
)
def test_refusal_in_says_what_postgresql_says_and_where(nothing: str, text: str, line: int, said: str) -> None:
    found = refusal(nothing, OVENS + text)

    assert found
    assert found.line == line
    assert found.message.startswith("PostgreSQL: ")
    assert said in found.message


@pytest.mark.parametrize(
    "text",
    [
        "INSERT INTO ovens VALUES (1, 'big', 250);\nCREATE INDEX ON ovens (name);",
        "CREATE TABLE bakes (baker int REFERENCES bakers);\nINSERT INTO bakes VALUES (7);",
        "ALTER TABLE bakers ADD COLUMN oven int REFERENCES ovens;",
        'CREATE EXTENSION IF NOT EXISTS "uuid-ossp";\nCREATE TABLE bakes (id uuid DEFAULT uuid_generate_v4());',
        "CREATE TABLE places (at geometry);",
        "GRANT SELECT ON ovens TO baker;",
        "CREATE SCHEMA shop;\nCREATE TABLE shop.tills (id int);",
        "CREATE TABLE hall.tills (id int);",
        "CREATE INDEX ovens_name ON ovens USING gin (name gin_trgm_ops);",
        "CREATE TYPE heat AS ENUM ('low', 'high');\nCREATE TABLE bakes (heat heat DEFAULT 'low');",
    ],
)
def test_refusal_in_lets_pass_what_another_database_may_take(nothing: str, text: str) -> None:
    assert refusal(nothing, OVENS + text) is None


FUNCTION = "CREATE FUNCTION boom() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1 / 0; END $$;\n"
TRIGGER = (
    "CREATE FUNCTION boom() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM 1 / 0; RETURN NEW; END $$;\n"
    "CREATE TRIGGER boom BEFORE INSERT ON ovens FOR EACH ROW EXECUTE FUNCTION boom();\n"
)


@pytest.mark.parametrize(
    "text",
    [
        f"{FUNCTION}SELECT boom();",
        f"{FUNCTION}ALTER TABLE ovens ADD COLUMN fuel int DEFAULT boom();\nINSERT INTO ovens VALUES (1, 'a');",
        f"{FUNCTION}CREATE TABLE bakes AS SELECT boom() AS n;",
        f"{TRIGGER}INSERT INTO ovens VALUES (1, 'a');",
    ],
)
def test_refusal_in_never_calls_code_that_came_along(nothing: str, text: str) -> None:
    assert refusal(nothing, OVENS + text) is None


def test_refusal_in_gives_up_in_time(nothing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(empty, "SECONDS", 0.2)

    assert refusal(nothing, f"{OVENS}INSERT INTO ovens SELECT n, 'a' FROM generate_series(1, 2000000000) AS n;") is None


def test_empty_database_is_made_and_keeps_nothing(target: Any) -> None:
    for _ in range(2):
        with empty_database() as connection:
            assert refusal_in(connection, split_statements(OVENS)) is None

    with empty_database() as connection:
        assert connection.execute("SELECT to_regclass('ovens')").fetchone() == (None,)
    assert target.columns("seeds")


REFUSED = file_proposal("db/ovens.sql", f"{OVENS}\nCREATE INDEX lit_by_day ON ovens ((lit::date));\n")


@pytest.mark.django_db
def test_submission_returns_sql_that_an_empty_database_refuses(target: Any) -> None:
    proposal = submit(create_report(proposal=REFUSED)).proposal

    finding = Finding.objects.get(assessment=proposal.assessment_id, rule_id="sql/scratch-refused")
    assert proposal.status == Status.RETURNED
    assert (finding.artifact, finding.start_line) == ("content", 3)
    assert "must be marked IMMUTABLE" in finding.message
    assert not proposal.events.filter(name="released").exists()
    assert not ExecutionTask.objects.exists()


@pytest.mark.django_db
def test_submission_of_sound_sql_is_still_released(target: Any) -> None:
    proposal = submit(create_report(proposal=file_proposal("db/ovens.sql", OVENS))).proposal

    assert (proposal.status, proposal.measurements) == (Status.CLEARED, [])
    assert proposal.tasks.count() == 1


@pytest.mark.django_db
def test_submission_with_the_target_down_leaves_it_to_the_rehearsal(settings: Any) -> None:
    settings.TARGET_DATABASE_URL = "postgresql://nobody@127.0.0.1:9/nowhere"

    proposal = submit(create_report(proposal=REFUSED)).proposal

    assert proposal.status == Status.CLEARED
    assert proposal.measurements == []


@pytest.mark.django_db
def test_submission_again_measures_nothing(target: Any) -> None:
    first, other = create_report(proposal=REFUSED), create_report(proposal=REFUSED)

    before = submit(first).proposal
    again, duplicate = submit(first).proposal, submit(other).proposal

    assert again.pk == before.pk
    assert (duplicate.status, duplicate.assessment_id) == (Status.DUPLICATE, before.assessment_id)


def test_measure_report_quotes_no_secret(target: Any) -> None:
    key = "sk_" + "live_" + "4eC39HqLyjWDarjtT1zdp7dc"
    report = create_report(proposal=file_proposal("a.sql", f"{OVENS}INSERT INTO ovens VALUES ('{key}', 'a');\n"))

    [measured] = measure_report(report)

    assert "REDACTED_stripe_live_key" in measured.message
    assert key not in measured.message


@pytest.fixture
def workspace(tmp_path: Path, settings: Any) -> Path:
    settings.WORKSPACE_PATH = tmp_path / "workspace"
    ensure_workspace(settings.WORKSPACE_PATH)
    commit_file(settings.WORKSPACE_PATH, "docs/recipe.md", LINES)
    return Path(settings.WORKSPACE_PATH)


@pytest.mark.django_db
def test_submission_asks_a_person_before_a_known_file_is_lost(workspace: Path) -> None:
    proposal = submit(create_report(proposal=file_proposal("docs/recipe.md", "# Recipe\n\nBake it.\n"))).proposal

    finding = Finding.objects.get(assessment=proposal.assessment_id, rule_id="path/overwrites")
    assert proposal.status == Status.NEEDS_MITIGATION
    assert "docs/recipe.md is there, and would lose 80 different lines, of which 0 stay" in finding.message
    assert not ExecutionTask.objects.exists()

    waive_finding(
        proposal_id=proposal.pk,
        finding_id=finding.pk,
        by=create_user(groups=["Leads"]),
        reason="The recipe is out of use.",
        ends_at=timezone.now() + timedelta(days=1),
    )
    assert Proposal.objects.get(pk=proposal.pk).status == Status.CLEARED


@pytest.mark.parametrize(
    ("path", "content"),
    [("docs/recipe.md", LINES + "one more\n"), ("docs/other.md", "# Other\n"), ("docs", "# A folder\n")],
)
def test_measure_report_says_nothing_of_files_that_are_known_or_new(workspace: Path, path: str, content: str) -> None:
    assert not measure_report(create_report(proposal=file_proposal(path, content)))


def test_gate_tries_sql_in_the_scratch_database(
    nothing: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "ovens.md"
    path.write_text(render_markdown(create_report(proposal=REFUSED)), "utf-8")

    call_command("gate", str(path))
    with pytest.raises(SystemExit) as left:
        call_command("gate", str(path), scratch=nothing)

    assert left.value.code == 1
    assert "sql/scratch-refused" in capsys.readouterr().out


def test_try_in_scratch_refuses_a_database_that_is_not_for_it(target: Any, tmp_path: Path) -> None:
    report = create_report(proposal=REFUSED)
    path = tmp_path / "ovens.md"
    path.write_text(render_markdown(report), "utf-8")

    with pytest.raises(ScratchUnusable, match="is not empty"):
        try_in_scratch(report, target.url)
    with pytest.raises(ScratchUnusable, match="does not answer"):
        try_in_scratch(report, "postgresql://nobody@127.0.0.1:9/nowhere")
    with pytest.raises(CommandError, match="--scratch") as caught:
        call_command("gate", str(path), scratch=target.url, stderr=io.StringIO())
    assert caught.value.returncode == 2
