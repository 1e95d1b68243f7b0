"""One row of everything, so that each door has something behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Group
from django.utils import timezone
from django_q.models import OrmQ, Schedule, Task

from billing.models import (
    DailyRevenue,
    Discrepancy,
    Experiment,
    Offer,
    Order,
    Reconciliation,
    RevenueProjection,
    WebhookDelivery,
)
from execution.models import AiModel, ExecutionControl, ExecutionTask, Freeze, KindLimit, ModelCall, RunRule, TypeLimit
from execution.states import TaskStatus
from proposals.models import (
    ApiKey,
    Finding,
    LineThread,
    Notice,
    NoticeEndpoint,
    PolicyVersion,
    Proposal,
    SavedView,
    TrailEntry,
    User,
    Waiver,
)
from proposals.services import start_thread, waive_finding
from proposals.services.keys import issue_key
from proposals.states import Status
from tests.factories import create_proposal, create_user, file_proposal
from tests.factories.experiments import create_experiment, run_experiment
from tests.factories.ledgers import create_entry, create_order
from tests.factories.offers import create_offer
from tests.factories.tasks import create_task

REASON = "A reason of more than ten letters."


@dataclass(frozen=True)
class Stage:
    """The rows. `blocked`, `open` (to mitigate), `returned`: proposals; `plan`: one that can be approved in part."""

    blocked: Proposal
    open: Proposal
    returned: Proposal
    plan: Proposal
    finding: Finding
    waiver: Waiver
    thread: LineThread
    view: SavedView
    task: ExecutionTask
    idea: ExecutionTask
    offer: Offer
    draft: Experiment
    running: Experiment
    order: Order
    delivery: WebhookDelivery
    run: Reconciliation
    user: User
    ids: dict[str, Any]


def set_stage() -> Stage:
    """Make the rows, by the services where there are any."""
    lead = create_user("the-set-up", groups=["Leads"])
    waived = create_proposal(
        Status.NEEDS_MITIGATION, proposal=file_proposal("ops/ls.py", "import os\nos.system('ls')\n")
    )
    finding = Finding.objects.filter(assessment=waived.assessment_id, rule_id="danger/process").order_by("id")[0]
    in_a_week = timezone.now() + timedelta(days=7)
    waiver = waive_finding(proposal_id=waived.pk, finding_id=finding.pk, by=lead, reason=REASON, ends_at=in_a_week)
    proposal = create_proposal(
        Status.NEEDS_MITIGATION, proposal=file_proposal("ops/a.py", "import os\nos.system('a')\n")
    )
    blocked = create_proposal()
    thread = start_thread(
        proposal_id=blocked.pk, by=lead, artifact=LineThread.Artifact.REPORT, line=1, text="Why?", is_blocking=False
    )
    task = create_task(proposal=file_proposal("shop/index.html", "<h1>Seeds</h1>\n"))
    offer, rows = create_offer(), _plain_rows()
    order = create_order(offer)
    entry = create_entry(order, 1900, 85)
    made = {
        "proposals/proposal": blocked,
        "proposals/decision": task.proposal.decisions.get(),
        "proposals/opportunity": offer.opportunity,
        "proposals/policyversion": PolicyVersion.objects.current(),
        "proposals/noticeendpoint": (endpoint := _endpoint()),
        "proposals/notice": Notice.objects.create(
            kind="waits", proposal=blocked, endpoint=endpoint, about={}, next_try_at=timezone.now()
        ),
        "proposals/trailentry": _entry(),
        "proposals/user": create_user("the-plain-one"),
        "proposals/apikey": _key(),
        "auth/group": Group.objects.create(name="Spare"),
        "execution/executiontask": task,
        "execution/executioncontrol": ExecutionControl.objects.create(),
        "execution/modelcall": _model_call(rows["execution/aimodel"], task),
        "billing/offer": offer,
        "billing/order": order,
        "billing/customer": order.customer,
        "billing/ledgerentry": entry,
        "billing/dailyrevenue": DailyRevenue.objects.get(),
        "billing/revenueprojection": _projection(offer, lead),
        "billing/experiment": (draft := create_experiment(offer)),
        "billing/webhookdelivery": (delivery := _delivery()),
        "billing/reconciliation": (run := _run(order)),
        "django_q/schedule": Schedule.objects.create(func="math.floor"),
        "django_q/success": _done("s", success=True),
        "django_q/failure": _done("f", success=False),
        "django_q/ormq": OrmQ.objects.create(key="default", payload="", lock=timezone.now()),
    }
    return Stage(
        blocked=blocked,
        open=proposal,
        returned=create_proposal(Status.RETURNED),
        plan=create_proposal(proposal="self_improvement: Plan.\n1. Sow the seeds.\n2. Water the seeds.\n"),
        finding=Finding.objects.filter(assessment=proposal.assessment_id, rule_id="danger/process").order_by("id")[0],
        waiver=waiver,
        thread=thread,
        view=SavedView.objects.create(owner=lead, name="Plans"),
        task=task,
        idea=create_task(proposal="implement_idea: Sell seeds by post."),
        offer=offer,
        draft=draft,
        running=run_experiment(create_offer("fan"), slug="fans"),
        order=order,
        delivery=delivery,
        run=run,
        user=made["proposals/user"],
        ids={name: getattr(row, "pk", row) for name, row in (made | rows).items()},
    )


def put_task(task: ExecutionTask, status: TaskStatus, **fields: Any) -> None:
    """Set a task to a status that a worker would bring it to."""
    ended = status in {TaskStatus.SUCCEEDED, TaskStatus.FAILED}
    given = {"finished_at": timezone.now() if ended else None} | fields
    ExecutionTask.objects.filter(pk=task.pk).update(status=status, **given)


def _risky(path: str) -> Proposal:
    return create_proposal(Status.NEEDS_MITIGATION, proposal=file_proposal(path, f"import os\nos.system('{path}')\n"))


def _plain_rows() -> dict[str, Any]:
    return {
        "execution/aimodel": AiModel.objects.create(name="m", endpoint="http://localhost:9/v1", remote_name="m"),
        "execution/typelimit": TypeLimit.objects.create(type="implement_idea", max_running=1),
        "execution/kindlimit": KindLimit.objects.create(kind="sql", max_running=1),
        "execution/runrule": RunRule.objects.create(band="block"),
        "execution/freeze": Freeze.objects.create(
            starts_at=timezone.now() - timedelta(days=2), ends_at=timezone.now() - timedelta(days=1), reason="Over."
        ),
    }


def _model_call(model: AiModel, task: ExecutionTask) -> ModelCall:
    return ModelCall.objects.create(model=model, task=task, cost=0, open_until=timezone.now())


def _projection(offer: Offer, by: User) -> RevenueProjection:
    return RevenueProjection.objects.create(
        opportunity=offer.opportunity,
        amount=1,
        currency="EUR",
        since="2026-01-01",
        until="2026-02-01",
        by=by,
        reason="x",
    )


def _done(key: str, *, success: bool) -> Task:
    now = timezone.now()
    return Task.objects.create(id=key, name=key, func="math.floor", started=now, stopped=now, success=success)


def _delivery() -> WebhookDelivery:
    return WebhookDelivery.objects.create(
        event_id="evt_1",
        event_type="charge.updated",
        object_id="ch_1",
        payload={},
        signature_digest="0" * 64,
        status="dead",
        next_attempt_at=timezone.now(),
    )


def _run(order: Order) -> Reconciliation:
    now = timezone.now()
    run = Reconciliation.objects.create(since=now - timedelta(days=1), until=now, status="drifted", finished_at=now)
    Discrepancy.objects.create(
        run=run,
        external_id="txn_there",
        problem=Discrepancy.Problem.MISSING_HERE,
        currency="EUR",
        drift=1,
        order=order,
        payment_intent_id="pi_1",
        occurred_at=now,
    )
    return run


def _key() -> ApiKey:
    agent = create_user("the-agent", groups=["Producers"], kind="service")
    return issue_key(user=agent, name="agent", scopes=["proposals:submit"], by=None).key


def _endpoint() -> NoticeEndpoint:
    return NoticeEndpoint.objects.create(name="chat", url="https://example.com/", kinds=["waits"])


def _entry() -> TrailEntry:
    """The first, which the database appends at a commit; in a transaction there is none yet."""
    made = {"source": "event", "row": 0, "hash": "0" * 64}
    return TrailEntry.objects.first() or TrailEntry.objects.create(sequence=1, **made)
