"""A new proposal finds those that ask for the same."""

from __future__ import annotations

from django.db.models import F

from proposals.gate import Rules
from proposals.gate.subject import Subject
from proposals.models import ContentSignature, Proposal, RequestedAction, RequestGroup
from proposals.repetition import Request, RequestKind, Signature, requests_of, sign
from proposals.repetition.signature import NEAR
from proposals.reports import Report
from proposals.services.storable import storable

_CANDIDATES = 200
_UNKNOWN_TABLE = "add column ?."


def join_group(proposal: Proposal, report: Report, rules: Rules) -> None:
    """Store what a new proposal asks for, and let it join those that ask for the same, in the caller's transaction.

    A plan joins by the effect it asks for, everything else by its text. Takes the group's row lock until the
    transaction ends. Two near duplicates of a new text that arrive in the same moment may each stay alone; the next
    one joins them to the first.
    """
    subject = Subject.of(report)
    asked = requests_of(report, rules)
    RequestedAction.objects.bulk_create(_row(proposal, request) for request in asked)
    group = _group_of_effects(asked) if subject.is_plan else None
    signature = sign(subject.frame.content if subject.frame else subject.body)
    if signature and group is None:
        group = _group_of_text(signature)
    if signature:
        ContentSignature.objects.create(proposal=proposal, values=list(signature.values), bands=list(signature.bands))
    if group:
        add_voice(proposal, group)


def add_voice(proposal: Proposal, group: RequestGroup) -> None:
    """Count the proposal in the group, in the caller's transaction."""
    RequestGroup.objects.filter(pk=group.pk).update(voices=F("voices") + 1)
    proposal.group = group
    proposal.save(update_fields=["group"])


def _row(proposal: Proposal, request: Request) -> RequestedAction:
    words = storable(request.words)
    return RequestedAction(
        proposal=proposal, kind=request.kind, key=storable(request.key), words=words, line=request.line
    )


def _group_of_effects(asked: tuple[Request, ...]) -> RequestGroup | None:
    """The group of the effect that most proposals ask for already; a new one for the first effect otherwise."""
    effects = [request for request in asked if request.kind is RequestKind.EFFECT]
    if not effects:
        return None
    keys = [f"effect:{storable(request.key)}" for request in effects]
    if known := RequestGroup.objects.filter(key__in=keys).order_by("-voices", "id").first():
        return known
    first = effects[0]
    if first.key.startswith(_UNKNOWN_TABLE):
        return _group_of_column(first.key.removeprefix(_UNKNOWN_TABLE))
    group, _ = RequestGroup.objects.get_or_create(
        key=keys[0], defaults={"kind": RequestGroup.Kind.EFFECT, "title": storable(first.words)}
    )
    return group


def _group_of_column(column: str) -> RequestGroup | None:
    """A plan that names no table means the one table whose column of that name others ask for."""
    named = RequestGroup.objects.filter(key__startswith="effect:add column ", key__endswith=f".{column}")
    found = list(named.order_by("id")[:2])
    return found[0] if len(found) == 1 else None


def _group_of_text(signature: Signature) -> RequestGroup | None:
    """The group of the nearest text, made with its first member when it has none yet."""
    near = ContentSignature.objects.filter(bands__overlap=list(signature.bands)).order_by("-id")[:_CANDIDATES]
    ranked = [(signature.similarity(each.values), -each.pk, each.proposal_id) for each in near]
    best = max(ranked, default=None)
    if best is None or best[0] < NEAR:
        return None
    first = Proposal.objects.select_for_update(of=("self",)).defer("received", "text").get(pk=best[2])
    if first.group_id is None:
        group, _ = RequestGroup.objects.get_or_create(
            key=f"text:{first.pk}", defaults={"kind": RequestGroup.Kind.TEXT, "title": first.title}
        )
        add_voice(first, group)
    return first.group
