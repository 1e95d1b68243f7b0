"""How the admin looks and where its sidebar leads."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse, reverse_lazy

ADMIN_LOOK: dict[str, Any] = {
    "SITE_TITLE": "fsarsite",
    "SITE_HEADER": "fsarsite",
    "SITE_SUBHEADER": "the review gate",
    "SITE_SYMBOL": "gavel",
    "SITE_URL": "/offers/",
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "ENVIRONMENT": "fsarsite.unfold.environment",
    "ENVIRONMENT_TITLE_PREFIX": "fsarsite.unfold.title_prefix",
    "GLOBAL_CALLBACK": "fsarsite.dashboard.page_context",
    "DASHBOARD_CALLBACK": "fsarsite.dashboard.dashboard",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda _request: static("fsarsite/icon.svg")}],
    "SCRIPTS": [lambda _request: static("fsarsite/landmarks.js")],
    "STYLES": [lambda _request: static("fsarsite/admin.css")],
    "BORDER_RADIUS": "6px",
    "COLORS": {
        "primary": {
            "50": "oklch(97.7% .013 236.62)",
            "100": "oklch(95.1% .026 236.824)",
            "200": "oklch(90.1% .058 230.902)",
            "300": "oklch(82.8% .111 230.318)",
            "400": "oklch(74.6% .16 232.661)",
            "500": "oklch(68.5% .169 237.323)",
            "600": "oklch(50% .134 242.749)",
            "700": "oklch(44.3% .11 240.79)",
            "800": "oklch(39.1% .09 240.876)",
            "900": "oklch(29.3% .066 243.157)",
            "950": "oklch(23% .05 243.157)",
        },
    },
    "LOGIN": {"form": "fsarsite.login.form.LoginForm"},
    "ACCOUNT": {
        "navigation": [
            {"title": "Second factor", "link": reverse_lazy("admin:second-factor")},
            {"title": "My notices", "link": reverse_lazy("admin:proposals_notice_mine")},
        ]
    },
    "SIDEBAR": {"show_search": False, "show_all_applications": False, "navigation": "fsarsite.unfold.navigation"},
    "TABS": "proposals.admin.tabs.tabs",
}


def environment(_request: HttpRequest) -> list[str] | None:
    """The label beside the account; production shows none, so that any other place stands out."""
    from django.conf import settings  # noqa: PLC0415 - settings import this module

    return None if settings.PRODUCTION else [settings.ENVIRONMENT, "warning"]


def title_prefix(_request: HttpRequest) -> str | None:
    """The same in the browser's tab."""
    from django.conf import settings  # noqa: PLC0415 - settings import this module

    return None if settings.PRODUCTION else f"[{settings.ENVIRONMENT}]"


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The sidebar, with only what this person may see."""
    from proposals.admin.tabs import at_most  # noqa: PLC0415 - settings import this module
    from proposals.models import Proposal  # noqa: PLC0415

    may_review = request.user.has_perm("proposals.view_proposal")
    waiting = at_most(Proposal.objects.waiting()) if may_review else ""
    queue, badge = reverse("admin:proposals_proposal_changelist"), {"badge": waiting} if waiting else {}
    at_queue = request.path.startswith(queue) and request.GET.get("standing") != "all"
    everything = request.path == queue and request.GET.get("standing") == "all"
    reviewers = reverse("admin:proposals_decision_reviewers")
    at_reviewers = request.path.startswith(reverse("admin:proposals_decision_changelist"))
    review = [
        {"title": "Overview", "icon": "home", "link": reverse("admin:index"), "permission": _always},
        _item(request, "Waiting for a decision", "gavel", queue, "proposals.view_proposal", active=at_queue) | badge,
        _item(request, "All proposals", "inbox", f"{queue}?standing=all", "proposals.view_proposal", active=everything),
        _page(request, "Policy", "tune", "proposals", "policyversion"),
        _page(request, "Decision trail", "link", "proposals", "trailentry"),
        _item(request, "Reviewers", "rate_review", reviewers, "proposals.view_proposal", active=at_reviewers),
        _page(request, "Opportunities", "trending_up", "proposals", "opportunity"),
        _page(request, "Notices", "notifications", "proposals", "notice"),
        _page(request, "Notice endpoints", "send", "proposals", "noticeendpoint"),
    ]
    tasks, figures = (reverse(f"admin:execution_executiontask_{name}") for name in ("changelist", "kpis"))
    at_figures, at_tasks = request.path == figures, request.path.startswith(tasks) and request.path != figures
    execution = [
        _item(request, "Tasks", "task_alt", tasks, "execution.view_executiontask", active=at_tasks),
        _item(request, "Figures", "speed", figures, "execution.view_executiontask", active=at_figures),
        _page(request, "Models", "smart_toy", "execution", "aimodel"),
        _page(request, "Model calls", "receipt_long", "execution", "modelcall"),
        _page(request, "Limits", "tune", "execution", "typelimit"),
        _page(request, "Limits of kinds", "traffic", "execution", "kindlimit"),
        _page(request, "Run by hand", "pan_tool", "execution", "runrule"),
        _page(request, "Freezes", "ac_unit", "execution", "freeze"),
        _page(request, "Kill switch", "power_settings_new", "execution", "executioncontrol"),
    ]
    billing = [
        _page(request, "Offers", "sell", "billing", "offer"),
        _page(request, "Experiments", "science", "billing", "experiment"),
        _page(request, "Orders", "receipt", "billing", "order"),
        _page(request, "Revenue", "payments", "billing", "dailyrevenue"),
        _page(request, "Ledger", "menu_book", "billing", "ledgerentry"),
        _page(request, "Reconciliation", "balance", "billing", "reconciliation"),
        _page(request, "Customers", "person", "billing", "customer"),
        _page(request, "Webhook log", "webhook", "billing", "webhookdelivery"),
    ]
    people = [
        _page(request, "People and services", "group", "proposals", "user"),
        _page(request, "Groups", "shield_person", "auth", "group"),
        _page(request, "API keys", "key", "proposals", "apikey"),
    ]
    api = {"title": "API", "icon": "api", "link": reverse("api-docs"), "permission": _always, "active": False}
    return [
        {"title": "Review", "items": [item for item in review if item]},
        {"title": "Execution", "separator": True, "items": [item for item in execution if item]},
        {"title": "Billing", "separator": True, "items": billing},
        {"title": "Access", "separator": True, "items": [*people, api]},
    ]


def _page(request: HttpRequest, title: str, icon: str, app: str, model: str) -> dict[str, Any]:
    link = reverse(f"admin:{app}_{model}_changelist")
    return _item(request, title, icon, link, f"{app}.view_{model}", active=request.path.startswith(link))


def _item(request: HttpRequest, title: str, icon: str, link: str, right: str, *, active: bool) -> dict[str, Any]:
    allowed = request.user.has_perm(right)
    return {
        "title": title,
        "icon": icon,
        "link": link,
        "permission": lambda _request: allowed,
        "active": lambda _request: active,
    }


def _always(_request: HttpRequest) -> bool:
    return True
