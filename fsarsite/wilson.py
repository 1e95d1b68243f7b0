"""How sure a share is."""

from __future__ import annotations

from math import sqrt

Z_95 = 1.959963984540054
"""The standard normal quantile of 0.975."""


def wilson_interval(successes: int, trials: int, z: float = Z_95) -> tuple[float, float]:
    """The interval that holds the true share in 95 of 100 cases; both ends in 0..1.

    The score interval of E. B. Wilson, *Probable Inference, the Law of Succession, and Statistical Inference*, Journal
    of the American Statistical Association 22 (1927), 209-212. Unlike the textbook's it stays within 0..1 and says
    something for few trials. Raises ValueError without a trial, or for more successes than trials.
    """
    if not 0 <= successes <= trials or not trials:
        raise ValueError(f"{successes} of {trials} is no share")
    share, square = successes / trials, z * z
    middle = share + square / (2 * trials)
    reach = z * sqrt(share * (1 - share) / trials + square / (4 * trials * trials))
    low, high = ((middle + sign * reach) / (1 + square / trials) for sign in (-1, 1))
    return max(0.0, low), min(1.0, high)
