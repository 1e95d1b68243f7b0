"""What can be said about a share from few observations. Pure."""

from __future__ import annotations

import math

Z_95 = 1.959963984540054


def wilson_interval(hits: int, n: int, z: float = Z_95) -> tuple[float, float]:
    """The interval that holds a share with 95 % confidence (Wilson 1927); (0, 1) when nothing was observed.

    Unlike the plain normal interval it stays within 0 and 1 and is honest for small n and for shares near 0.
    """
    if not n:
        return 0.0, 1.0
    share, spread = hits / n, z * z / n
    middle = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * math.sqrt(share * (1 - share) / n + spread / (4 * n))
    return max(0.0, middle - half), min(1.0, middle + half)
