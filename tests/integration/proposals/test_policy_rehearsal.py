"""A change of the policy is tried against the past before it is saved."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from proposals.gate import PolicyError
from proposals.models import PolicyVersion, Proposal
from proposals.services import rehearse_policy, save_policy
from proposals.states import Status
from tests.factories import create_proposal, create_report, create_user, file_proposal, submit
from tests.factories.browsers import log_in
from tests.factories.clients import assert_problem, create_client

pytestmark = pytest.mark.django_db
EDIT = "/admin/proposals/policyversion/edit/"


def rules(**changes: Any) -> dict[str, Any]:
    return PolicyVersion.objects.current().rules.to_dict() | changes


def plan() -> Proposal:
    """A cleared plan of severity 4."""
    return submit(create_report()).proposal


def test_rehearse_policy_without_a_change_alters_nothing() -> None:
    plan()
    create_proposal(Status.BLOCKED)

    rehearsal = rehearse_policy(rules())

    assert (rehearsal.examined, rehearsal.altered) == (2, ())


@pytest.mark.parametrize(
    ("changes", "before", "after"),
    [
        ({"mitigate_at": 4}, "cleared, goes ahead by itself", "needs mitigation, 1 approval needed"),
        ({"mitigate_at": 3, "block_at": 4}, "cleared, goes ahead by itself", "blocked, 1 approval needed"),
        ({"auto_execute": False}, "cleared, goes ahead by itself", "cleared, 1 approval needed"),
    ],
)
def test_rehearse_policy_says_what_would_have_fared_otherwise(changes: dict[str, Any], before: str, after: str) -> None:
    proposal = plan()

    rehearsal = rehearse_policy(rules(**changes))

    assert [(each.proposal, str(each.before), str(each.after)) for each in rehearsal.altered] == [
        (proposal, before, after)
    ]
    assert rehearsal.sentence == "This change would have altered 1 of the last 1 outcomes."


def test_rehearse_policy_counts_approvals() -> None:
    create_proposal(Status.BLOCKED)

    altered = rehearse_policy(rules(approvals={"block": 2})).altered

    assert [str(each.after) for each in altered] == ["blocked, 2 approvals needed"]


def test_rehearse_policy_reads_again_what_becomes_protected() -> None:
    touched = submit(create_report(proposal=file_proposal("shop/oven.md", "# Oven\n\nKeep it warm all night.\n")))
    submit(create_report(proposal=file_proposal("docs/oven.md", "# Oven\n\nKeep it warm all day long.\n")))

    altered = rehearse_policy(rules(protected_paths=["shop/**"])).altered

    assert [(each.proposal, each.after.outcome) for each in altered] == [(touched.proposal, "blocked")]


def test_rehearse_policy_reads_again_what_becomes_too_large() -> None:
    large = submit(create_report(proposal=file_proposal("docs/long.md", "# Oven\n\n" + "Keep it warm.\n" * 200)))

    altered = rehearse_policy(rules(max_content_bytes=1024)).altered

    assert [(each.proposal, each.after.outcome) for each in altered] == [(large.proposal, "returned")]


def test_rehearse_policy_agrees_with_assessing_again() -> None:
    proposals = [create_proposal(status) for status in (Status.BLOCKED, Status.NEEDS_MITIGATION, Status.RETURNED)]
    stricter = rules(mitigate_at=2, block_at=20, floors=False)
    told = {each.proposal.pk: each.after.outcome for each in rehearse_policy(stricter).altered}
    save_policy(document=stricter, by=None, note="As rehearsed.")

    for proposal in proposals:
        text = f"{proposal.report.proposal}"
        again = submit(create_report(proposal=text, risks=("Another.",), block_execution=proposal.reported_block))
        assert again.proposal.status == told.get(proposal.pk, proposal.status)


def test_rehearse_policy_looks_at_the_last_ones_only() -> None:
    plan()
    newest = plan()

    rehearsal = rehearse_policy(rules(auto_execute=False), last=1)

    assert [each.proposal for each in rehearsal.altered] == [newest]


def test_rehearse_policy_takes_as_many_queries_for_many(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for _ in range(5):
        plan()
    stricter = rules(mitigate_at=2)

    with django_assert_num_queries(3):
        rehearse_policy(stricter)


def test_rehearse_policy_refuses_what_is_no_policy() -> None:
    with pytest.raises(PolicyError, match="block_at"):
        rehearse_policy({"block_at": 99})


def _form(client: Client, **changes: Any) -> dict[str, Any]:
    return client.get(EDIT).context["form"].initial | {"note": "Stricter from now on."} | changes


def test_policy_is_saved_only_after_its_own_dry_run() -> None:
    proposal, client = plan(), log_in(create_user(groups=["Leads"]))
    typed = _form(client, mitigate_at=4)

    early = client.post(EDIT, typed | {"save": "1"})
    dry = client.post(EDIT, typed | {"rehearse": "1", "note": ""})
    seen = {"rehearsed": dry.context["rehearsed"], "save": "1"}
    other = client.post(EDIT, typed | seen | {"mitigate_at": 3})
    saved = client.post(EDIT, typed | seen)

    assert "Nothing was saved" in early.content.decode()
    assert "would have altered 1 of the last 1 outcomes" in dry.content.decode()
    assert f"/admin/proposals/proposal/{proposal.pk}/change/" in dry.content.decode()
    assert "Nothing was saved" in other.content.decode()
    assert saved.status_code == 302
    assert PolicyVersion.objects.current().rules.mitigate_at == 4


def test_policy_dry_run_of_an_older_version_is_not_enough() -> None:
    client = log_in(create_user(groups=["Leads"]))
    typed = _form(client, mitigate_at=4)
    seen = client.post(EDIT, typed).context["rehearsed"]
    save_policy(document=rules(block_at=40), by=None, note="Somebody was faster.")

    answer = client.post(EDIT, typed | {"rehearsed": seen, "save": "1"})

    assert "Nothing was saved" in answer.content.decode()


def test_api_gives_the_policy_and_the_dry_run() -> None:
    proposal, lead = plan(), create_client(create_user(groups=["Leads"]))

    policy = lead.get("/api/v1/policy/").json()
    dry = lead.post(
        "/api/v1/policy/dry-run/", {"document": policy["document"] | {"auto_execute": False}}, format="json"
    )

    assert policy["version"] == PolicyVersion.objects.current().version
    assert dry.json()["altered"][0] | {"url": ""} == {
        "id": proposal.report_id,
        "url": "",
        "title": proposal.title,
        "before": {"outcome": "cleared", "severity": 4, "goes_ahead": True, "approvals": 1},
        "after": {"outcome": "cleared", "severity": 4, "goes_ahead": False, "approvals": 1},
    }


def test_api_dry_run_names_the_bad_key_and_asks_for_the_right() -> None:
    lead, operator = create_client(create_user(groups=["Leads"])), create_client(create_user())

    bad = lead.post("/api/v1/policy/dry-run/", {"document": {"block_at": 99}}, format="json")
    refused = operator.post("/api/v1/policy/dry-run/", {"document": {}}, format="json")

    assert "block_at" in str(assert_problem(bad, 400, "request-invalid")["errors"])
    assert_problem(refused, 403, "forbidden")
