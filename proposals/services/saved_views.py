"""Views of the list of proposals that people keep under a name, for themselves or for all."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from django.db import IntegrityError, models, transaction

from proposals.models import SavedView, User

SHARE = "proposals.share_savedview"
NAME_LENGTH, QUERY_LENGTH = 60, 1000
MOST_VIEWS = 30
"""Views of one person: more would be a list of their own."""
KNOWN_PARAMETERS = (
    "standing",
    "band__exact",
    "band__isnull",
    "type__exact",
    "type__isnull",
    "opportunity__id__exact",
    "opportunity__isnull",
    "source__exact",
    "source__isnull",
    "claim",
    "group",
    "estimated",
    "status__exact",
    "status__isnull",
    "q",
    "o",
)
"""What the list of proposals understands, but for its page; in the order in which a view keeps it."""


class ViewRefused(Exception):
    """Why this view cannot be kept or changed; the message says it in words."""


def normalise_query(query: str) -> str:
    """The known parameters that say something, each once for each value, in one order. Raises ViewRefused: too long."""
    try:
        given = parse_qsl(query, max_num_fields=100)
    except ValueError as error:
        raise ViewRefused("the list is narrowed by too many filters") from error
    said = {(name, value) for name, value in given if name in KNOWN_PARAMETERS and "\x00" not in value}
    found = urlencode(sorted(said, key=lambda pair: (KNOWN_PARAMETERS.index(pair[0]), pair[1])))
    if len(found) > QUERY_LENGTH:
        raise ViewRefused("the filters or the search are too long to be kept")
    return found


@transaction.atomic
def save_view(*, owner: User, name: str, query: str, is_shared: bool = False) -> SavedView:
    """Keep a query of the list under a new name. Locks the owner, for the limit. Raises ViewRefused."""
    _require_reader(owner)
    if is_shared and not owner.may(SHARE):
        raise ViewRefused("you may not share views; ask for the Leads group")
    kept = normalise_query(query)
    User.objects.select_for_update().get(pk=owner.pk)
    if SavedView.objects.filter(owner=owner).count() >= MOST_VIEWS:
        raise ViewRefused(f"you keep {MOST_VIEWS} views already; delete one first")
    view = SavedView(owner=owner, name=_name(name), query=kept, is_shared=is_shared)
    _save(view)
    return view


@transaction.atomic
def rename_view(*, view_id: int, by: User, name: str) -> SavedView:
    """Give one's own view another name. Locks it. Raises ViewRefused."""
    view = _own(view_id, by)
    view.name = _name(name)
    _save(view, fields=["name"])
    return view


@transaction.atomic
def delete_view(*, view_id: int, by: User) -> None:
    """Delete one's own view; who may share deletes shared ones of others too. Locks it. Raises ViewRefused."""
    _own(view_id, by, or_shared=by.may(SHARE)).delete()


def _own(view_id: int, by: User, *, or_shared: bool = False) -> SavedView:
    """As little is said of a view that is somebody else's as of one that is gone."""
    _require_reader(by)
    theirs = models.Q(owner=by) | models.Q(is_shared=True) if or_shared else models.Q(owner=by)
    found = SavedView.objects.select_for_update().filter(theirs, pk=view_id).first()
    if found is None:
        raise ViewRefused("you have no such view")
    return found


def _require_reader(by: User) -> None:
    if not by.may("proposals.view_proposal"):
        raise ViewRefused("only people who may see proposals keep views of them")


def _name(typed: str) -> str:
    name = " ".join(typed.split())
    if not 1 <= len(name) <= NAME_LENGTH or "\x00" in name:
        raise ViewRefused(f"give a name of 1 to {NAME_LENGTH} characters")
    return name


def _save(view: SavedView, *, fields: list[str] | None = None) -> None:
    try:
        with transaction.atomic():
            view.save(update_fields=fields)
    except IntegrityError as error:
        raise ViewRefused("you have a view of this name already") from error
