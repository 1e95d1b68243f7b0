"""What each reviewer decided, how long they read, and what became of it."""

from proposals.reviewers.figures import ENOUGH, PERIODS, Rate, Reviewer, start_of
from proposals.reviewers.selectors import REFLEX_SECONDS, is_far_from_engine, reviewer_figures

__all__ = [
    "ENOUGH",
    "PERIODS",
    "REFLEX_SECONDS",
    "Rate",
    "Reviewer",
    "is_far_from_engine",
    "reviewer_figures",
    "start_of",
]
