"""What each button sends, complete and correct, so that only the sender's rights can stand in its way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from execution.plans import parts_of
from execution.services.bulk import Seen, written
from execution.states import TaskStatus
from proposals.admin.policy import PolicyForm, _mark_of
from proposals.gate import Rules
from proposals.models import PolicyVersion, Proposal, User
from proposals.reports import render_markdown
from proposals.services.bulk import digest_of
from tests.factories import create_user, decision_on
from tests.factories.browsers import decision_form
from tests.factories.reports import create_report
from tests.integration.fsarsite.rights.knocking import Payload, Post
from tests.integration.fsarsite.rights.roles import LEADS, NOBODY, OPERATORS, READERS
from tests.integration.fsarsite.rights.stage import REASON, Stage, put_task

Sent = dict[str, Any]
Sender = User | None
_SECRET = "a-long-word-42"


def nothing(stage: Stage, by: Sender) -> Sent:
    return {}


def YES(stage: Stage, by: Sender) -> Sent:  # noqa: N802
    return {"post": "yes"}


def confirmed(stage: Stage, by: Sender) -> Sent:
    return {"confirmed": "1"}


def report(stage: Stage, by: Sender) -> Sent:
    return {"text": render_markdown(create_report())}


def tick(admin: str) -> Callable[[Stage, Sender], Sent]:
    """What the list sends with one row ticked."""
    return lambda stage, by: {"_selected_action": [str(stage.ids[admin.strip("/")])], "post": "yes"}


def account(stage: Stage, by: Sender) -> Sent:
    return {
        "username": "another",
        "kind": "person",
        "password1": _SECRET,
        "password2": _SECRET,
        "usable_password": "true",
    }


def changed_account(stage: Stage, by: Sender) -> Sent:
    return {"username": "renamed", "kind": "person", "date_joined_0": "2026-01-01", "date_joined_1": "00:00:00"}


def group(stage: Stage, by: Sender) -> Sent:
    return {"name": "Another"}


def key(stage: Stage, by: Sender) -> Sent:
    account = by.pk if by else stage.user.pk
    return {"name": "CI", "user": account, "scopes": ["proposals:read"], "days": 9, "rate_per_minute": 9}


def overlap(stage: Stage, by: Sender) -> Sent:
    return {"overlap_days": 1}


def password(stage: Stage, by: Sender) -> Sent:
    return {"old_password": "pw", "new_password1": _SECRET, "new_password2": _SECRET}


def begin_factor(stage: Stage, by: Sender) -> Sent:
    return {"action": "begin"}


def new_password(stage: Stage, by: Sender) -> Sent:
    return {"password1": _SECRET, "password2": _SECRET, "usable_password": "true"}


def model(stage: Stage, by: Sender) -> Sent:
    numbers = {"input_price": 0, "output_price": 0, "max_answer_tokens": 1, "timeout_seconds": 1, "max_running": 1}
    return {"name": "other", "endpoint": "http://localhost:9/v1", "remote_name": "o", "priority": 0} | numbers


def type_limit(stage: Stage, by: Sender) -> Sent:
    return {"type": "self_improvement", "priority": 1}


def kind_limit(stage: Stage, by: Sender) -> Sent:
    return {"kind": "file", "max_running": 1}


def rule(stage: Stage, by: Sender) -> Sent:
    return {"band": "clear"}


def freeze(stage: Stage, by: Sender) -> Sent:
    times = {"starts_at_0": "2036-01-01", "starts_at_1": "00:00", "ends_at_0": "2036-01-02", "ends_at_1": "00:00"}
    return {"reason": "Moving house."} | times


def schedule(stage: Stage, by: Sender) -> Sent:
    return {"func": "math.floor", "args": "1", "schedule_type": "O", "repeats": 1, "minutes": 1} | {
        "next_run_0": "2036-01-01",
        "next_run_1": "00:00",
    }


def offer(stage: Stage, by: Sender) -> Sent:
    prices = {f"prices-{name}_FORMS": 0 for name in ("TOTAL", "INITIAL")}
    return {
        "opportunity": stage.offer.opportunity_id,
        "slug": "other",
        "name": "Other",
        "summary": "x",
        "position": 1,
    } | prices


def experiment(stage: Stage, by: Sender) -> Sent:
    variants = {f"variants-{name}_FORMS": 0 for name in ("TOTAL", "INITIAL")}
    return {"offer": stage.offer.pk, "slug": "other", "question": "Why?"} | variants


def projection(stage: Stage, by: Sender) -> Sent:
    days = {"since": "2026-01-01", "until": "2026-02-01"}
    return {"opportunity": stage.offer.opportunity_id, "amount": 1, "currency": "EUR", "reason": "Hope."} | days


def policy(stage: Stage, by: Sender) -> Sent:
    current = PolicyVersion.objects.current()
    shown = PolicyForm.initial_of(current.rules)
    typed = {name: value for name, value in shown.items() if value is not False} | {"block_at": 40, "note": REASON}
    form = PolicyForm(typed)
    assert form.is_valid(), form.errors
    return typed | {"save": "1", "rehearsed": _mark_of(form, current)}


def waiver(stage: Stage, by: Sender) -> Sent:
    ends_on = (timezone.localdate() + timedelta(days=7)).isoformat()
    return {"finding": stage.finding.pk, "reason": REASON, "ends_on": ends_on}


def check(stage: Stage, by: Sender) -> Sent:
    return {"mitigation": "One is one.", "statement": "SELECT 1 = 1"}


def estimate(stage: Stage, by: Sender) -> Sent:
    return {"likelihood": 1, "damage": 1} | _seen(stage.blocked)


def given_up(stage: Stage, by: Sender) -> Sent:
    notice = stage.blocked.notices.get(kind="waits", endpoint__isnull=False)
    stage.blocked.notices.filter(pk=notice.pk).update(given_up_at=timezone.now())
    return {"_selected_action": [notice.pk]}


def endpoint(stage: Stage, by: Sender) -> Sent:
    return {"name": "another", "url": "https://example.com/", "kinds": ["waits"], "is_active": "on"}


def thread(stage: Stage, by: Sender) -> Sent:
    return {"artifact": "report", "line": 1, "text": "Why?"}


def parts(stage: Stage, by: Sender) -> Sent:
    keys = [part.key for part in parts_of(stage.plan.report, Rules())]
    given = {"likelihood": 1, "damage": 1}
    if by is not None:
        stage.plan.estimates.create(by=by, assessment_id=stage.plan.assessment_id, **given)
    return {"chosen": keys[:1], "note": REASON} | _seen(stage.plan)


def days(stage: Stage, by: Sender) -> Sent:
    return {"days": 1}


def bulk_tasks(stage: Stage, by: Sender) -> Sent:
    stage.task.refresh_from_db()
    return {"note": REASON, "rows": written([Seen.of(stage.task)])}


def bulk_reject(stage: Stage, by: Sender) -> Sent:
    return {"_selected_action": stage.open.pk, "confirmed": 1, "note": REASON, "digest": digest_of([stage.open])}


bulk_approve = bulk_send_back = bulk_reject


def bulk_snooze(stage: Stage, by: Sender) -> Sent:
    return bulk_reject(stage, by) | {"hours": 4}


def _seen(proposal: Proposal) -> Sent:
    bound = decision_on(proposal)
    return {name: bound[name] for name in ("content_hash", "assessment_id")}


def _decide(action: str) -> Any:
    return lambda stage, by: decision_form(stage.open, action, REASON)


def _claimed(action: str) -> Any:
    def form(stage: Stage, by: Sender) -> Sent:
        Proposal.objects.filter(pk=stage.open.pk).update(claimed_by=by, claimed_at=by and timezone.now())
        return decision_form(stage.open, action, REASON)

    return form


def _withdraw(stage: Stage, by: Sender) -> Sent:
    if by is not None:
        Proposal.objects.filter(pk=stage.open.pk).update(submitted_by=by)
    return decision_form(stage.open, "withdraw", REASON)


def _open(stage: Stage) -> int:
    return stage.open.pk


DECISIONS = {
    "approve": Post(OPERATORS, _decide("approve"), _open),
    "reject": Post(OPERATORS, _decide("reject"), _open),
    "send_back": Post(OPERATORS, _decide("send_back"), _open),
    "claim": Post(OPERATORS, _decide("claim"), _open),
    "release": Post(READERS, _claimed("release"), _open),  # one's own
    "withdraw": Post(READERS, _withdraw, _open),  # what one submitted
    "reopen": Post(
        OPERATORS,
        lambda stage, by: decision_form(stage.returned, "reopen", REASON),
        lambda stage: stage.returned.pk,
    ),
}


def _task(action: str, status: TaskStatus, **fields: Any) -> Any:
    def form(stage: Stage, by: Sender) -> Sent:
        put_task(stage.task, status, **fields)
        return {"action": action, "note": REASON}

    return form


def _idea(action: str) -> Any:
    def form(stage: Stage, by: Sender) -> Sent:
        put_task(stage.idea, TaskStatus.WAITING)
        return {"action": action, "note": REASON, "assignee": "the-plain-one"}

    return form


def _of_idea(stage: Stage) -> int:
    return stage.idea.pk


_LATER = timezone.now() + timedelta(days=1)
INTERVENTIONS = {
    "roll_back": Post(OPERATORS, _task("roll_back", TaskStatus.SUCCEEDED)),
    "retry": Post(OPERATORS, _task("retry", TaskStatus.FAILED)),
    "requeue": Post(OPERATORS, _task("requeue", TaskStatus.QUEUED, not_before=_LATER)),
    "cancel": Post(OPERATORS, _task("cancel", TaskStatus.QUEUED)),
    "run": Post(OPERATORS, _task("run", TaskStatus.WAITING, result={"is_held": True})),
    "complete": Post(OPERATORS, _idea("complete"), _of_idea),
    "assign": Post(OPERATORS, _idea("assign"), _of_idea),
    "draft": Post(OPERATORS, _idea("draft"), _of_idea),
}
SWITCH = {
    "halt": Post(OPERATORS, lambda stage, by: {"action": "halt", "reason": REASON}),
    "resume": Post(OPERATORS, lambda stage, by: {"action": "resume", "reason": REASON}),
}


def _paid(**typed: Any) -> Any:
    def form(stage: Stage, by: Sender) -> Sent:
        now = timezone.now()
        fields = {"status": "paid", "fulfilled_at": now, "stripe_payment_intent_id": "pi_1"}
        type(stage.order).objects.filter(pk=stage.order.pk).update(**fields)
        return typed

    return form


ORDER = {
    "refund": Post(LEADS, _paid(action="refund", confirmed=1, amount="1.00", reason=REASON)),
    "receipt": Post(OPERATORS, _paid(action="receipt")),
}
CUSTOMER = {
    "export": Post(LEADS, lambda stage, by: {"action": "export", "reason": REASON}),
    "erase": Post(LEADS, _paid(action="erase", reason=REASON, confirmed=1)),
}
EXPERIMENT = {
    "start": Post(OPERATORS, lambda stage, by: {"action": "start"}),
    "weights": Post(OPERATORS, lambda stage, by: {"action": "weights", "plain": 1, "bold": 2}),
    "end": Post(OPERATORS, lambda stage, by: {"action": "end"}, lambda stage: stage.running.pk),
}


def view(stage: Stage, by: Sender) -> Sent:
    return {"name": "Mine", "query": "standing=all"}


def _own_view(do: str) -> Any:
    def form(stage: Stage, by: Sender) -> Sent:
        if by is not None:
            type(stage.view).objects.filter(pk=stage.view.pk).update(owner=by, is_shared=False)
        return {"do": do, "name": "Other"}

    return form


VIEW = {do: Post(READERS - {"service"}, _own_view(do)) for do in ("rename", "delete")}
THREAD = {
    "reply": Post(OPERATORS, lambda stage, by: {"do": "reply", "text": "So."}),
    "block": Post(OPERATORS, lambda stage, by: {"do": "block", "text": "No."}),
    "resolve": Post(OPERATORS, lambda stage, by: {"do": "resolve", "text": "Yes."}),
}


def _flow(do: str, **typed: Any) -> Payload:
    return lambda stage, by: {"do": do, "text": REASON, **typed}


def _watched(stage: Stage, by: Sender) -> Sent:
    if by is not None:
        stage.blocked.watches.create(by=by)
    return {"do": "unwatch"}


def _snoozed(stage: Stage, by: Sender) -> Sent:
    if by is not None:
        stage.blocked.snoozes.create(person=by, by=by, until=timezone.now() + timedelta(hours=1))
    return {"do": "wake"}


def _asked(do: str) -> Payload:
    def form(stage: Stage, by: Sender) -> Sent:
        if by is not None:
            question = stage.blocked.questions.create(asked_by=by, text="Why?")
            if do == "answer":
                Proposal.objects.filter(pk=stage.blocked.pk).update(submitted_by=by)
            return {"do": do, "text": REASON, "row": question.pk}
        return {"do": do}

    return form


def _given(stage: Stage, by: Sender) -> Sent:
    return {"do": "assign", "to": create_user().pk}


def _due(stage: Stage, by: Sender) -> Sent:
    return {"do": "due", "due_at": (timezone.localtime() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")}


def _owed(stage: Stage, by: Sender) -> Sent:
    proposal, other = stage.blocked, create_user()
    decision = proposal.decisions.create(
        kind="approve", by=other, content_hash=proposal.content_hash, assessment_id=proposal.assessment_id
    )
    review = proposal.later_reviews.create(decision=decision, due_at=timezone.now())
    return {"do": "later", "row": review.pk, "verdict": "upheld", "text": REASON}


FLOW = {
    "assign": Post(LEADS, _given),
    "due": Post(LEADS, _due),
    "watch": Post(READERS - {"service"}, _flow("watch")),
    "unwatch": Post(READERS, _watched),
    "snooze": Post(OPERATORS, _flow("snooze", hours=4)),
    "snooze for all": Post(LEADS, _flow("snooze", hours=4, for_all="1")),
    "wake": Post(OPERATORS, _snoozed),
    "ask": Post(OPERATORS, _flow("ask")),
    "unask": Post(OPERATORS, _asked("unask")),
    "answer": Post(READERS, _asked("answer")),
    "break": Post(NOBODY, lambda stage, by: {"do": "break", "text": REASON} | _seen(stage.blocked)),  # one factor each
    "later": Post(OPERATORS, _owed),
}
