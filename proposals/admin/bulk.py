"""Deciding about several proposals at once: a page that asks first, then one service call per row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from functools import partial

from django import forms
from unfold.widgets import UnfoldAdminTextareaWidget

from proposals.gate import Band
from proposals.models import Proposal, User
from proposals.services import DecisionRefused, approve_proposal, reject_proposal
from proposals.states import InvalidTransition, Status

LIMIT = 200


@dataclass(frozen=True, slots=True)
class Shown:
    """One row as the confirmation page showed it; a row that changed since is refused."""

    proposal_id: int
    assessment_id: int
    content_hash: str

    @classmethod
    def of(cls, proposal: Proposal) -> Shown:
        return cls(proposal.pk, proposal.assessment_id or 0, proposal.content_hash)

    @classmethod
    def parse(cls, text: str) -> Shown:
        """Read what `__str__` wrote. Raises ValueError."""
        proposal_id, assessment_id, content_hash = text.split("|", 2)
        return cls(int(proposal_id), int(assessment_id), content_hash)

    def __str__(self) -> str:
        return f"{self.proposal_id}|{self.assessment_id}|{self.content_hash}"


def shown_rows(posted: Iterable[str]) -> list[Shown] | None:
    """The rows that the confirmation page sent back; None when they are not as it wrote them."""
    try:
        return [Shown.parse(row) for row in posted]
    except ValueError:
        return None


class ReasonForm(forms.Form):
    """One reason for all rows."""

    note = forms.CharField(
        label="Reason",
        help_text="At least 10 characters. It is written into the history of each proposal.",
        min_length=10,
        max_length=5000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )


class BulkOutcome:
    """How many rows were done, and why the others were not."""

    def __init__(self, done_word: str) -> None:
        self.done_word, self.done = done_word, 0
        self.skipped: Counter[str] = Counter()

    def __str__(self) -> str:
        parts = [f"{self.done} {self.done_word}"]
        parts += [f"{count} skipped: {reason}" for reason, count in self.skipped.most_common()]
        return ", ".join(parts) + "."


BulkWork = Callable[..., BulkOutcome]


def reject_all(rows: Iterable[Shown], *, by: User, note: str) -> BulkOutcome:
    """Reject each row in a transaction of its own; a refused row leaves the others alone."""
    outcome = BulkOutcome("rejected")
    for row in rows:
        _try(outcome, partial(reject_proposal, **asdict(row), by=by, note=note))
    return outcome


def approve_all(rows: Iterable[Shown], *, by: User, note: str) -> BulkOutcome:
    """Approve each row in a transaction of its own; blocked ones are refused: they are read one by one."""
    outcome = BulkOutcome("approved")
    for row in rows:
        _try(outcome, partial(_approve, row, by=by, note=note))
    return outcome


def _approve(row: Shown, *, by: User, note: str) -> None:
    proposal = Proposal.objects.only("status", "band").get(pk=row.proposal_id)
    if proposal.status == Status.BLOCKED or proposal.band == Band.BLOCK:
        raise DecisionRefused("blocked, and approved only on its own page")
    approve_proposal(**asdict(row), by=by, note=note)


def _try(outcome: BulkOutcome, act: Callable[[], object]) -> None:
    try:
        act()
    except InvalidTransition as error:
        before = Status(error.before).label.lower()
        outcome.skipped[f"already {before}" if error.before == error.after else str(error)] += 1
    except (DecisionRefused, Proposal.DoesNotExist) as error:
        outcome.skipped[str(error)] += 1
    else:
        outcome.done += 1
