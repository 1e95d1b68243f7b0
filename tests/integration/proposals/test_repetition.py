"""Proposals that ask for the same find each other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from proposals.models import ContentSignature, Proposal, RequestGroup
from proposals.states import Status
from tests.factories import create_proposal, create_report, create_user, file_proposal, submit
from tests.factories.browsers import decision_form, log_in, post_estimate, review_url
from tests.factories.clients import PROPOSALS, create_client

pytestmark = pytest.mark.django_db
PUT = (
    "self_improvement: Add the missing `grams` column to the `bread_orders` table, says {n}.",
    "self_improvement: Plan {n}.\n\n```sql\nALTER TABLE bread_orders ADD COLUMN grams int;\n```",
    'self_improvement: {n}. The column "grams" is missing from the "bread_orders" table. Write a migration to add it.',
)
POEM = "\n".join(f"console.log('line number {n} of a long poem about the bread of our town');" for n in range(30))


def ask(number: int) -> Proposal:
    """One more plan for the same column, in other words, that waits for a person."""
    return create_proposal(proposal=PUT[number % 3].format(n=number), block_execution=True)


def test_plans_for_one_column_are_one_group() -> None:
    asked = [ask(number) for number in range(7)]

    group = RequestGroup.objects.get(key="effect:add column bread_orders.grams")
    assert group.voices == 7
    assert {Proposal.objects.get(pk=each.pk).group_id for each in asked} == {group.pk}


def test_plan_without_a_table_joins_the_only_column_of_that_name() -> None:
    first = ask(0)

    vague = submit(create_report(proposal="self_improvement: Add the missing `grams` column.")).proposal

    assert vague.group_id == first.group_id


def test_near_duplicate_text_joins_its_first() -> None:
    first = submit(create_report(proposal=file_proposal("a.js", POEM))).proposal
    second = submit(create_report(proposal=file_proposal("b.js", POEM + "\nconsole.log('and a last one');"))).proposal
    other = submit(create_report(proposal=file_proposal("c.js", "console.log('bread');"))).proposal

    first.refresh_from_db()
    assert first.group == second.group
    assert first.group
    assert first.group.voices == 2
    assert other.group is None


def test_same_content_again_is_another_voice() -> None:
    first = ask(0)

    twin = submit(create_report(id="fsar_twin", proposal=first.report.proposal, block_execution=True)).proposal

    assert twin.status == Status.DUPLICATE
    assert RequestGroup.objects.get().voices == 2


def test_near_texts_are_found_by_the_index() -> None:
    submit(create_report(proposal=file_proposal("a.js", POEM)))
    bands = ContentSignature.objects.get().bands

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        query, values = ContentSignature.objects.filter(bands__overlap=bands).query.sql_with_params()
        cursor.execute(f"EXPLAIN {query}", values)
        plan = " ".join(row[0] for row in cursor.fetchall())

    assert "signature_bands" in plan


@pytest.mark.django_db(transaction=True)
def test_plans_at_once_are_counted_once_each() -> None:
    reports = [create_report(proposal=PUT[0].format(n=number), block_execution=True) for number in range(4)]

    def hand_in(number: int) -> None:
        submit(reports[number])
        connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(hand_in, range(4)))

    assert RequestGroup.objects.get().voices == Proposal.objects.filter(group__isnull=False).count() == 4


def test_review_page_shows_who_else_asks_and_what_became_of_it() -> None:
    rejected = create_proposal(Status.REJECTED, proposal=PUT[0].format(n=1), block_execution=True)
    ask(1)
    proposal = ask(2)

    page = log_in().get(review_url(proposal)).content.decode()

    assert "3 proposals ask for the same: add column bread_orders.grams" in page
    assert "1 blocked, 1 rejected" in page
    assert rejected.report_id in page


def test_review_page_costs_the_same_however_many_ask(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    ask(0)
    proposal, client = ask(1), log_in()
    client.get(review_url(proposal))
    with django_assert_num_queries(100, exact=False) as few:
        client.get(review_url(proposal))
    for number in range(2, 9):
        ask(number)

    with django_assert_num_queries(len(few.captured_queries)):
        client.get(review_url(proposal))


def test_settle_rejects_the_others_with_the_decision() -> None:
    others = [ask(0), ask(1)]
    proposal, client = ask(2), log_in()
    post_estimate(client, proposal)
    bystander = create_proposal(block_execution=True)
    form = decision_form(proposal, "approve") | {
        "settle": "1",
        "shown": [f"{each.pk}|{each.assessment_id}|{each.content_hash}" for each in [*others, bystander]],
    }

    answer = client.post(review_url(proposal), form, follow=True)

    assert "2 rejected." in answer.content.decode()
    assert {Proposal.objects.get(pk=each.pk).status for each in others} == {Status.REJECTED}
    assert Proposal.objects.get(pk=proposal.pk).status == Status.APPROVED
    assert Proposal.objects.get(pk=bystander.pk).status == Status.BLOCKED
    note = others[0].decisions.get().note
    assert note.startswith(f"Answered with {proposal.report_id}")


def test_settle_does_nothing_when_the_decision_is_refused() -> None:
    other, proposal = ask(0), ask(1)
    form = decision_form(proposal, "reject", "short") | {
        "settle": "1",
        "shown": f"{other.pk}|{other.assessment_id}|{other.content_hash}",
    }

    answer = log_in().post(review_url(proposal), form)

    assert answer.status_code == 409
    assert Proposal.objects.get(pk=other.pk).status == Status.BLOCKED


def test_queue_folds_and_filters_by_request() -> None:
    asked = [ask(number) for number in range(3)]
    alone = create_proposal(proposal=file_proposal("a.sql", "DROP TABLE loaves;"))
    client, queue = log_in(), "/admin/proposals/proposal/"

    folded, searched, group, nonsense = (
        client.get(f"{queue}{query}").content.decode()
        for query in ("", f"?q={asked[2].report_id}", f"?group={asked[0].group_id}", "?group=x")
    )

    assert f'group={asked[0].group_id}">3 ask for this</a>' in folded
    assert asked[2].report_id in searched
    assert [each.report_id in folded for each in [*asked, alone]] == [True, False, False, True]
    assert [each.report_id in group for each in [*asked, alone]] == [True, True, True, False]
    assert alone.report_id not in nonsense


def test_api_gives_the_group_and_filters_by_it() -> None:
    first, _ = ask(0), ask(1)
    create_proposal(block_execution=True)
    client = create_client(create_user())

    rows = client.get(f"{PROPOSALS}?group={first.group_id}").json()["results"]

    assert len(rows) == 2
    assert rows[0]["group"] == {
        "id": first.group_id,
        "kind": "effect",
        "title": "add column bread_orders.grams",
        "voices": 2,
    }
