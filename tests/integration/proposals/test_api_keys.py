"""Keys of the API: who makes them, what they open, and when they end."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.utils import timezone

from proposals.models import ApiKey, Proposal, Scope, User
from proposals.models.api_key import PEOPLE_ONLY
from proposals.services.keys import (
    MOST_LIVE,
    KeyRefused,
    count_request,
    find_key,
    issue_key,
    revoke_key,
    rotate_key,
)
from tests.factories import create_proposal, create_report, create_user
from tests.factories.browsers import log_in, review_url
from tests.factories.clients import PROPOSALS, assert_problem, create_client, post_report

pytestmark = pytest.mark.django_db
READ, SUBMIT, DECIDE = Scope.PROPOSALS_READ, Scope.PROPOSALS_SUBMIT, Scope.PROPOSALS_DECIDE


@pytest.fixture
def agent() -> User:
    return create_user("agent", groups=["Producers"], kind="service")


def _issue(user: User, by: User | None, **given: Any) -> Any:
    return issue_key(user=user, by=by, **({"name": "CI", "scopes": [READ]} | given))


def _last_key() -> ApiKey:
    return ApiKey.objects.latest("id")


def test_key_is_found_by_itself_and_lies_nowhere(ada: User) -> None:
    issued = _issue(ada, ada)

    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(k)::text FROM proposals_apikey k")
        stored = cursor.fetchone()[0]

    assert find_key(issued.secret) == issued.key
    assert issued.secret.startswith(f"{issued.key.prefix}_")
    assert issued.secret.rpartition("_")[2] not in stored


@pytest.mark.parametrize(
    "wrong", ["", "_", "fsk", "fsk__", "fsk_\x00_a", "ключ_a_b", "x" * 10_000, "{prefix}_", "{key}x"]
)
def test_what_is_no_key_finds_none(ada: User, wrong: str) -> None:
    issued = _issue(ada, ada)

    assert find_key(wrong.format(prefix=issued.key.prefix, key=issued.secret)) is None


def test_nobody_makes_a_key_that_acts_as_another_person(ada: User, lead: User) -> None:
    for by in (lead, User.objects.create_superuser("root-of-tests")):
        with pytest.raises(KeyRefused, match="another person"):
            _issue(ada, by)

    assert not ApiKey.objects.exists()


def test_who_makes_keys_of_services(ada: User, lead: User, agent: User) -> None:
    with pytest.raises(KeyRefused, match="Leads"):
        _issue(agent, ada)
    with pytest.raises(KeyRefused, match="Leads"):
        _issue(agent, agent)

    assert _issue(agent, lead).key.created_by == lead
    assert _issue(agent, None).key.created_by is None


@pytest.mark.parametrize("kind", ["service", "model"])
@pytest.mark.parametrize("scope", sorted(PEOPLE_ONLY))
def test_keys_of_services_and_models_never_decide(lead: User, kind: str, scope: str) -> None:
    account = create_user("machine", groups=["Operators"], kind=kind)

    with pytest.raises(KeyRefused, match="never decide"):
        _issue(account, lead, scopes=[READ, scope])


@pytest.mark.parametrize(
    "given",
    [
        {"scopes": []},
        {"scopes": ["proposals:everything"]},
        {"days": 0},
        {"days": 367},
        {"rate_per_minute": 0},
        {"rate_per_minute": 100_001},
        {"name": " "},
        {"name": "x" * 61},
        {"name": "a\x00b"},
    ],
)
def test_key_that_makes_no_sense_is_refused(ada: User, given: dict[str, Any]) -> None:
    with pytest.raises(KeyRefused):
        _issue(ada, ada, **given)

    assert not ApiKey.objects.exists()


def test_account_has_so_many_live_keys(ada: User) -> None:
    issued = [_issue(ada, ada) for _ in range(MOST_LIVE)]

    with pytest.raises(KeyRefused, match="revoke one"):
        _issue(ada, ada)
    revoke_key(key_id=issued[0].key.pk, by=ada)

    assert _issue(ada, ada)


def test_rotated_key_goes_on_for_the_overlap_and_its_successor_for_as_long_as_it_was_made_for(ada: User) -> None:
    old = _issue(ada, ada, days=30, scopes=[READ, SUBMIT])

    fresh = rotate_key(key_id=old.key.pk, by=ada, overlap_days=2)

    old.key.refresh_from_db()
    assert old.key.expires_at - timezone.now() < timedelta(days=2)
    assert timedelta(days=29) < fresh.key.expires_at - timezone.now() <= timedelta(days=30)
    assert (fresh.key.replaces, fresh.key.scopes, fresh.key.user) == (old.key, old.key.scopes, ada)
    assert [create_client_of(each.secret).get(PROPOSALS).status_code for each in (old, fresh)] == [200, 200]
    with pytest.raises(KeyRefused, match="rotated before"):
        rotate_key(key_id=old.key.pk, by=ada)


def create_client_of(secret: str) -> Any:
    client = create_client(None)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


def test_key_that_ended_says_so_to_its_holder_only(ada: User) -> None:
    expired, revoked, ended = _issue(ada, ada), _issue(ada, ada), _issue(ada, ada)
    ApiKey.objects.filter(pk=expired.key.pk).update(expires_at=timezone.now())
    revoke_key(key_id=revoked.key.pk, by=ada)
    User.objects.filter(pk=ada.pk).update(is_active=False)

    told = [
        assert_problem(create_client_of(secret).get(PROPOSALS), 401, "unauthenticated")["detail"]
        for secret in (expired.secret, revoked.secret, ended.secret, f"{expired.key.prefix}_guess")
    ]

    assert ["expired" in told[0], "revoked" in told[1], "switched off" in told[2]] == [True] * 3
    assert told[3] == "this is no key of ours"


def test_revoking_is_for_the_owner_and_for_leads(ada: User, lead: User, agent: User) -> None:
    key = _issue(ada, ada).key

    for other in (create_user("bob"), agent):
        with pytest.raises(KeyRefused, match="no such key"):
            revoke_key(key_id=key.pk, by=other)
    assert revoke_key(key_id=key.pk, by=lead).revoked_by == lead
    with pytest.raises(KeyRefused, match="before"):
        revoke_key(key_id=key.pk, by=lead)


@pytest.mark.parametrize(
    ("scope", "read", "submitted", "claimed"),
    [(READ, 200, 403, 403), (SUBMIT, 403, 201, 403), (DECIDE, 403, 403, 200), (Scope.MONEY_READ, 403, 403, 403)],
)
def test_key_opens_what_its_scopes_name(ada: User, scope: str, read: int, submitted: int, claimed: int) -> None:
    proposal, client = create_proposal(), create_client(ada, scope)

    answers = [
        client.get(PROPOSALS),
        post_report(client, create_report()),
        client.post(f"{PROPOSALS}{proposal.report_id}/claim/"),
    ]

    assert [each.status_code for each in answers] == [read, submitted, claimed]
    for each in answers:
        if each.status_code == 403:
            assert "lacks the scope" in assert_problem(each, 403, "forbidden")["detail"]


def test_scope_gives_no_right_that_the_account_lacks() -> None:
    viewer = create_user(groups=["Viewers"])

    answer = post_report(create_client(viewer, SUBMIT), create_report())

    assert "proposals.add_proposal" in assert_problem(answer, 403, "forbidden")["detail"]


def test_key_that_was_a_person_s_does_not_decide_once_the_account_is_a_service(ada: User) -> None:
    proposal, client = create_proposal(), create_client(ada)
    User.objects.filter(pk=ada.pk).update(kind="service")

    assert_problem(client.post(f"{PROPOSALS}{proposal.report_id}/claim/"), 403, "forbidden")


def test_requests_beyond_the_minute_s_are_refused_and_told_when_to_come_again(ada: User) -> None:
    client = create_client_of(_issue(ada, ada, rate_per_minute=2).secret)
    other = create_client(ada)

    answers = [client.get(PROPOSALS) for _ in range(3)]

    if len({each["RateLimit"].partition("t=")[2] for each in answers}) == 1:  # all in one minute
        assert [each.status_code for each in answers] == [200, 200, 429]
        assert [each["RateLimit"].partition(";t")[0] for each in answers] == ['"key";r=1', '"key";r=0', '"key";r=0']
    assert {each["RateLimit-Policy"] for each in answers} == {'"key";q=2;w=60'}
    assert_problem(client.get(PROPOSALS), 429, "throttled")
    assert 1 <= int(client.get(PROPOSALS)["Retry-After"]) <= 60
    assert other.get(PROPOSALS).status_code == 200


def test_minute_that_is_over_counts_no_more(ada: User) -> None:
    key = _issue(ada, ada, rate_per_minute=5).key

    count_request(key)
    ApiKey.objects.get(pk=key.pk).use.__class__.objects.update(minute=timezone.now() - timedelta(minutes=2), requests=9)

    assert count_request(key).left == 4


def test_last_use_is_kept_to_the_minute(ada: User) -> None:
    issued = _issue(ada, ada)
    client = create_client_of(issued.secret)

    client.get(PROPOSALS)
    first = _last_key().last_used_at
    client.get(PROPOSALS)

    assert first is not None
    assert _last_key().last_used_at == first


@pytest.mark.django_db(transaction=True)
def test_requests_are_counted_together_whoever_serves_them(ada: User) -> None:
    minutes, left = [], []

    def count(key: ApiKey) -> int:
        try:
            return count_request(key).left
        finally:
            connections.close_all()

    while len(set(minutes)) != 1:  # a run over the end of a minute says nothing
        key = _issue(ada, ada, rate_per_minute=1000).key
        with ThreadPoolExecutor(4) as pool:
            minutes = [timezone.now().minute]
            left = sorted(pool.map(count, [key] * 40))
            minutes.append(timezone.now().minute)

    assert left == list(range(960, 1000))


def test_history_names_the_key_that_a_report_came_by(ada: User, lead: User) -> None:
    issued = _issue(ada, ada, scopes=[SUBMIT])
    post_report(create_client_of(issued.secret), create_report())
    create_proposal(by=ada)

    came_by = [each.events.get(name="submitted").data.get("key") for each in Proposal.objects.order_by("id")]

    assert came_by == [issued.key.prefix, None]
    page = log_in(lead).get(review_url(Proposal.objects.earliest("id"))).content.decode()
    assert f"by key {issued.key.prefix}…" in page


def test_command_prints_the_key_alone(ada: User) -> None:
    out, told = StringIO(), StringIO()

    call_command("issue_key", "ada", "--scope", READ, "--scope", SUBMIT, stdout=out, stderr=told)

    key = find_key(out.getvalue().strip())
    assert key is not None
    assert (key.user, key.scopes, key.created_by) == (ada, [READ, SUBMIT], None)
    assert key.secret_hash not in told.getvalue()


@pytest.mark.parametrize(
    ("username", "scope", "why"), [("nobody", READ, "no active account"), ("agent", DECIDE, "never decide")]
)
def test_command_says_in_one_line_why_there_is_no_key(agent: User, username: str, scope: str, why: str) -> None:
    with pytest.raises(CommandError, match=why):
        call_command("issue_key", username, "--scope", scope)
