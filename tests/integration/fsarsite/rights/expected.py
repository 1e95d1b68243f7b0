"""Who may see and do what at which door of the admin. A door that is not declared here fails the test.

The six routes of a ModelAdmin are declared by one `rows`; every other route, and every action of a list, by itself.
"""

from __future__ import annotations

from tests.integration.fsarsite.rights import payloads as send
from tests.integration.fsarsite.rights.doors import ROWS
from tests.integration.fsarsite.rights.knocking import Door, Post
from tests.integration.fsarsite.rights.roles import (
    AUDITORS,
    EVERYBODY,
    LEADS,
    NOBODY,
    OPERATORS,
    PRODUCERS,
    READERS,
    ROOT,
    STAFF,
)

Roles = frozenset[str]


def rows(
    see: Roles,
    *,
    add: Post | None = None,
    change: Post | None = None,
    delete: Roles = NOBODY,
    form: Roles | None = None,
    page: Roles | None = None,
) -> dict[str, Door]:
    """The routes of a ModelAdmin. ``form``: who sees the form that adds; ``page``: who is led on from a row."""
    posts = {
        "add/": Door(form if form is not None else add.who if add else NOBODY, {"add": add} if add else {}),
        "<path:object_id>/change/": Door(page or see, {"change": change} if change else {}),
        "<path:object_id>/delete/": Door(delete, {"delete": Post(delete, send.YES)} if delete else {}),
    }
    usual = {"": Door(see), "<path:object_id>/history/": Door(see), "<path:object_id>/": Door(STAFF)}
    return {route: (posts | usual)[route] for route in ROWS}


ADMINS: dict[str, dict[str, Door]] = {
    "proposals/proposal/": rows(READERS, add=Post(PRODUCERS, send.report)),
    "proposals/decision/": rows(READERS),
    "proposals/opportunity/": rows(READERS),
    "proposals/policyversion/": rows(READERS, form=STAFF),
    "proposals/trailentry/": rows(READERS, page=STAFF),
    "proposals/notice/": rows(READERS, page=STAFF),
    "proposals/noticeendpoint/": rows(
        READERS, add=Post(LEADS, send.endpoint), change=Post(LEADS, send.endpoint), delete=LEADS
    ),
    "proposals/user/": rows(
        AUDITORS, add=Post(ROOT, send.account), change=Post(ROOT, send.changed_account), delete=ROOT
    ),
    "auth/group/": rows(AUDITORS, add=Post(ROOT, send.group), change=Post(ROOT, send.group), delete=ROOT),
    "proposals/apikey/": rows(READERS, add=Post(READERS - {"service"}, send.key)),
    "execution/executiontask/": rows(READERS),
    "execution/executioncontrol/": rows(READERS, page=STAFF),
    "execution/modelcall/": rows(READERS),
    "execution/aimodel/": rows(READERS, add=Post(LEADS, send.model), change=Post(LEADS, send.model)),
    "execution/typelimit/": rows(
        READERS, add=Post(LEADS, send.type_limit), change=Post(LEADS, send.type_limit), delete=LEADS
    ),
    "execution/kindlimit/": rows(
        READERS, add=Post(LEADS, send.kind_limit), change=Post(LEADS, send.kind_limit), delete=LEADS
    ),
    "execution/runrule/": rows(READERS, add=Post(LEADS, send.rule), change=Post(LEADS, send.rule), delete=LEADS),
    "execution/freeze/": rows(
        READERS, add=Post(OPERATORS, send.freeze), change=Post(OPERATORS, send.freeze), delete=LEADS
    ),
    "billing/offer/": rows(READERS, add=Post(OPERATORS, send.offer), change=Post(OPERATORS, send.offer)),
    "billing/experiment/": rows(READERS, add=Post(OPERATORS, send.experiment)),
    "billing/order/": rows(READERS),
    "billing/customer/": rows(READERS),
    "billing/ledgerentry/": rows(READERS, page=STAFF),
    "billing/dailyrevenue/": rows(READERS, page=STAFF),
    "billing/revenueprojection/": rows(READERS, add=Post(LEADS, send.projection)),
    "billing/webhookdelivery/": rows(READERS),
    "billing/reconciliation/": rows(READERS),
    "django_q/schedule/": rows(ROOT, add=Post(ROOT, send.schedule), change=Post(ROOT, send.schedule), delete=ROOT),
    "django_q/success/": rows(ROOT, delete=ROOT),
    "django_q/failure/": rows(ROOT, delete=ROOT),
    "django_q/ormq/": rows(ROOT, delete=ROOT),
}
BUTTONS: dict[str, dict[str, Post]] = {
    "proposals/proposal/<path:object_id>/change/": send.DECISIONS,
    "execution/executiontask/<path:object_id>/change/": send.INTERVENTIONS,
    "execution/executioncontrol/": send.SWITCH,
    "billing/order/<path:object_id>/change/": send.ORDER,
    "billing/customer/<path:object_id>/change/": send.CUSTOMER,
    "billing/experiment/<path:object_id>/change/": send.EXPERIMENT,
    "billing/webhookdelivery/<path:object_id>/change/": {"replay": Post(OPERATORS, send.YES)},
    "billing/reconciliation/<path:object_id>/change/": {"repair": Post(OPERATORS, send.confirmed)},
    "django_q/success/<path:object_id>/change/": {"save": Post(ROOT, send.nothing)},
    "django_q/failure/<path:object_id>/change/": {"save": Post(ROOT, send.nothing)},
}
ROUTES: dict[str, Door] = {
    "": Door(STAFF),
    "search/": Door(STAFF),
    "login/": Door(EVERYBODY),
    "logout/": Door(EVERYBODY - STAFF),
    "password_change/": Door(STAFF, {"change": Post(STAFF, send.password)}),
    "password_change/done/": Door(STAFF),
    "autocomplete/": Door(READERS),
    "jsi18n/": Door(STAFF),
    "second-factor/": Door(STAFF - {"service"}, {"begin": Post(STAFF - {"service"}, send.begin_factor)}),
    "r/<path:content_type_id>/<path:object_id>/": Door(NOBODY),
    "<apps>": Door(READERS),
    "(?P<url>.*)$": Door(NOBODY),
    "proposals/user/<id>/password/": Door(ROOT, {"set": Post(ROOT, send.new_password)}),
    "proposals/policyversion/edit/": Door(LEADS, {"save": Post(LEADS, send.policy)}),
    "proposals/proposal/<int:object_id>/report.<str:form>": Door(READERS),
    "proposals/proposal/<int:object_id>/waive/": Door(NOBODY, {"waive": Post(LEADS, send.waiver)}),
    "proposals/proposal/<int:object_id>/waive/<int:waiver_id>/revoke/": Door(
        NOBODY, {"revoke": Post(LEADS, send.nothing)}
    ),
    "proposals/proposal/<int:object_id>/check/": Door(NOBODY, {"check": Post(OPERATORS, send.check)}),
    "proposals/proposal/<int:object_id>/estimate/": Door(NOBODY, {"estimate": Post(OPERATORS, send.estimate)}),
    "proposals/proposal/<int:object_id>/thread/": Door(NOBODY, {"start": Post(OPERATORS, send.thread)}),
    "proposals/proposal/<int:object_id>/thread/<int:thread_id>/": Door(NOBODY, send.THREAD),
    "proposals/proposal/<int:object_id>/flow/": Door(NOBODY, send.FLOW),
    "proposals/notice/mine/": Door(READERS, {"keep": Post(READERS, send.nothing)}),
    "proposals/noticeendpoint/<int:object_id>/renew/": Door(NOBODY, {"renew": Post(LEADS, send.nothing)}),
    "proposals/apikey/<int:object_id>/rotate/": Door(NOBODY, {"rotate": Post(LEADS, send.overlap)}),
    "proposals/apikey/<int:object_id>/revoke/": Door(NOBODY, {"revoke": Post(LEADS, send.nothing)}),
    "proposals/decision/reviewers/": Door(READERS),
    "proposals/proposal/views/": Door(NOBODY, {"save": Post(READERS - {"service"}, send.view)}),
    "proposals/proposal/views/<int:view_id>/": Door(NOBODY, send.VIEW),
    "proposals/trailentry/export/": Door(NOBODY, {"export": Post(AUDITORS, send.nothing, is_file=True)}),
    "execution/executiontask/approve-parts/<int:proposal_id>/": Door(NOBODY, {"approve": Post(OPERATORS, send.parts)}),
    "execution/executiontask/bulk/<str:name>/": Door(OPERATORS, {"cancel": Post(OPERATORS, send.bulk_tasks)}),
    "execution/executiontask/kpis/": Door(READERS),
    "execution/executiontask/live/": Door(READERS),
    "execution/executiontask/<int:object_id>/live/": Door(READERS),
    "billing/ledgerentry/export/": Door(READERS),
    "billing/dailyrevenue/export/": Door(READERS),
    "billing/reconciliation/start/": Door(NOBODY, {"start": Post(OPERATORS, send.days)}),
}
_TICKED: dict[str, dict[str, Roles]] = {
    "execution/executiontask/": {  # each leads to a page that asks
        "retry_selected": NOBODY,
        "requeue_selected": NOBODY,
        "cancel_selected": NOBODY,
    },
    "billing/webhookdelivery/": {"replay": OPERATORS},
    "proposals/user/": {"delete_selected": ROOT},
    "proposals/noticeendpoint/": {"delete_selected": LEADS},
    "auth/group/": {"delete_selected": ROOT},
    "django_q/success/": {"delete_selected": ROOT, "resubmit_task": ROOT},
    "django_q/failure/": {"delete_selected": ROOT, "resubmit_task": ROOT},
    "django_q/ormq/": {"delete_selected": ROOT},
    "django_q/schedule/": {"delete_selected": ROOT},
}
ACTIONS: dict[tuple[str, str], Post] = {
    ("proposals/proposal/", "reject_selected"): Post(OPERATORS, send.bulk_reject),
    ("proposals/proposal/", "send_back_selected"): Post(OPERATORS, send.bulk_send_back),
    ("proposals/proposal/", "snooze_selected"): Post(OPERATORS, send.bulk_snooze),
    ("proposals/notice/", "send_again"): Post(LEADS, send.given_up),
    ("proposals/proposal/", "approve_selected"): Post(OPERATORS, send.bulk_approve),
    **{(at, name): Post(who, send.tick(at)) for at, names in _TICKED.items() for name, who in names.items()},
}


def declared() -> dict[str, Door]:
    """Every door by its route, with all that can be sent to it."""
    doors = ROUTES | {admin + route: door for admin, routes in ADMINS.items() for route, door in routes.items()}
    for route, posts in BUTTONS.items():
        doors[route] = Door(doors[route].see, {**doors[route].posts, **posts})
    for (route, name), post in ACTIONS.items():
        doors[route] = Door(doors[route].see, {**doors[route].posts, name: post})
    return doors
