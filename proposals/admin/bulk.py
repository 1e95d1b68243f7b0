"""Deciding about several proposals with one reason: the page that asks first, and those that ask for the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import partial

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from proposals.admin.flow import SNOOZES
from proposals.models import Proposal, User
from proposals.services import DecisionRefused, reject_proposal
from proposals.services.bulk import decide_all, digest_of, may_be_in_bulk
from proposals.states import InvalidTransition, Status

LIMIT = 1_000
LISTED = 50


@dataclass(frozen=True, slots=True)
class Shown:
    """One row as a page showed it; a row that changed since is refused."""

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
    """The rows that a page sent back; None when they are not as it wrote them."""
    try:
        return [Shown.parse(row) for row in posted]
    except ValueError:
        return None


class ReasonForm(forms.Form):
    """One reason for all rows, and what they were when the page was made."""

    digest = forms.CharField(max_length=64, widget=forms.HiddenInput)
    note = forms.CharField(
        label="Reason",
        help_text="At least 10 characters. It is written into the history of each proposal.",
        min_length=10,
        max_length=5000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )


class SnoozeForm(ReasonForm):
    """The same, and for how long."""

    hours = forms.TypedChoiceField(
        label="For", choices=SNOOZES, coerce=int, initial=24, widget=UnfoldAdminSelectWidget(choices=SNOOZES)
    )


_WORDS = {
    "reject": ("Reject", "rejected"),
    "send_back": ("Send back", "sent back"),
    "approve": ("Approve", "approved"),
    "snooze": ("Snooze", "snoozed"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A decision about rows, as the page asks for it. ``left_out``: how many blocked ones it cannot approve."""

    decision: str
    rows: list[Proposal]
    left_out: int

    @classmethod
    def of(cls, decision: str, chosen: QuerySet[Proposal]) -> Asked:
        """The rows as they are now; of more than `LIMIT` the first."""
        rows = list(chosen.select_related("assessment").defer("text", "received").order_by("pk")[: LIMIT + 1])
        meant = [row for row in rows if may_be_in_bulk(decision, row)]
        return cls(decision, meant, len(rows) - len(meant))

    @property
    def is_too_long(self) -> bool:
        """Whether there are more than one page may decide about."""
        return len(self.rows) + self.left_out > LIMIT

    @property
    def form(self) -> type[ReasonForm]:
        """What it asks for."""
        return SnoozeForm if self.decision == "snooze" else ReasonForm

    @property
    def verb(self) -> str:
        """The decision as a button says it."""
        return _WORDS[self.decision][0]

    @property
    def listed(self) -> list[Proposal]:
        """Those that the page names."""
        return self.rows[:LISTED]

    @property
    def unlisted(self) -> int:
        """How many it only counts."""
        return max(0, len(self.rows) - LISTED)

    @property
    def digest(self) -> str:
        """What binds the button to the rows."""
        return digest_of(self.rows)

    def decide(self, *, by: User, form: ReasonForm) -> str:
        """Do it, if the rows are still those that the form was made for; what to tell. Raises BulkRefused."""
        said, ids = form.cleaned_data, [row.pk for row in self.rows]
        shown = {"decision": self.decision, "proposal_ids": ids, "digest": said["digest"]}
        until = timezone.now() + timedelta(hours=said["hours"]) if "hours" in said else None
        done = decide_all(**shown, by=by, note=said["note"], until=until)
        return f"{done} {_WORDS[self.decision][1]}."


class BulkOutcome:
    """How many rows were done, and why the others were not."""

    def __init__(self, done_word: str) -> None:
        self.done_word, self.done = done_word, 0
        self.skipped: Counter[str] = Counter()

    def __str__(self) -> str:
        parts = [f"{self.done} {self.done_word}"]
        parts += [f"{count} skipped: {reason}" for reason, count in self.skipped.most_common()]
        return ", ".join(parts) + "."


def reject_all(rows: Iterable[Shown], *, by: User, note: str) -> BulkOutcome:
    """Reject each row in a transaction of its own; a refused row leaves the others alone."""
    outcome = BulkOutcome("rejected")
    for row in rows:
        _try(outcome, partial(reject_proposal, **asdict(row), by=by, note=note))
    return outcome


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
