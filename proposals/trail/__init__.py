"""The decision trail outside the database: a file of lines, each chained to the one before, and its verification.

Knows nothing of Django: whoever has the file can check it.
"""

from proposals.trail.lines import GENESIS, entry_line, head_line
from proposals.trail.verification import Verdict, verify_trail

__all__ = ["GENESIS", "Verdict", "entry_line", "head_line", "verify_trail"]
