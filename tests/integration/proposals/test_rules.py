"""The pages of the gate's rules: written, checked, shown and linked."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from proposals.gate import DEFAULT, assess
from proposals.gate.rule_pages import rule_pages, written_pages
from proposals.gate.sarif import to_sarif
from tests.factories import create_proposal, create_user
from tests.unit.proposals.gate.proposed import file_of

ROOT = Path(__file__).resolve().parents[3]


def staff() -> Client:
    client = Client()
    client.force_login(create_user())
    return client


def test_written_rules_are_those_of_the_analyzers() -> None:
    call_command("rules", check=ROOT / "docs" / "rules", stdout=io.StringIO())


def test_rules_check_names_what_is_stale(tmp_path: Path) -> None:
    call_command("rules", write=tmp_path, stdout=io.StringIO())
    (tmp_path / "syntax-sql.md").write_text("old", "utf-8")
    (tmp_path / "gone.md").write_text("old", "utf-8")

    with pytest.raises(CommandError, match=r"gone\.md, syntax-sql\.md"):
        call_command("rules", check=tmp_path)


def test_rules_write_removes_the_pages_of_rules_that_are_gone(tmp_path: Path) -> None:
    (tmp_path / "gone.md").write_text("old", "utf-8")

    call_command("rules", write=tmp_path, stdout=io.StringIO())

    assert {path.name for path in tmp_path.iterdir()} == set(written_pages())


def test_rules_lists_every_rule() -> None:
    out = io.StringIO()

    call_command("rules", stdout=out)

    assert len(out.getvalue().splitlines()) == len(rule_pages())


@pytest.mark.parametrize("rule_id", rule_pages())
def test_rule_page_says_what_to_do(rule_id: str) -> None:
    page = rule_pages()[rule_id]

    assert page.rule.what_to_do in page.text
    assert page.about


@pytest.mark.django_db
def test_rule_page_is_shown_to_staff() -> None:
    answer = staff().get(reverse("rule", args=["syntax/sql"]))

    assert "PostgreSQL cannot parse the file" in answer.content.decode()


@pytest.mark.django_db
def test_rule_page_of_no_rule_is_missing() -> None:
    assert staff().get(reverse("rule", args=["syntax/cobol"])).status_code == 404


@pytest.mark.django_db
def test_rule_page_asks_strangers_to_sign_in() -> None:
    assert Client().get(reverse("rule", args=["syntax/sql"])).status_code == 302


@pytest.mark.django_db
def test_review_page_links_each_finding_to_its_rule() -> None:
    proposal = create_proposal("blocked")

    page = staff().get(reverse("admin:proposals_proposal_change", args=[proposal.pk])).content.decode()

    assert f'href="{reverse("rule", args=["envelope/reported-block"])}"' in page


def test_to_sarif_links_each_rule() -> None:
    report = file_of("a.sql", "SELEC 1;\n")

    log = to_sarif(assess(report, DEFAULT), report, "https://gate.example/rules/")

    rules = log["runs"][0]["tool"]["driver"]["rules"]
    assert {rule["helpUri"] for rule in rules} >= {"https://gate.example/rules/syntax/sql/"}
    assert "What to do" in json.dumps(rules)
