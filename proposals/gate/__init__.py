"""The gate: judges what one report really contains.

Pure Python over `proposals.reports`; imports no Django, so `manage.py gate` runs without a database.
"""

from proposals.gate.assessment import GATE_VERSION, assess
from proposals.gate.findings import Effect, Finding, Level, Region
from proposals.gate.policy import DEFAULT, PolicyError, Rules
from proposals.gate.scoring import Band, Factor, Score
from proposals.gate.verdict import Outcome, Verdict

__all__ = [
    "DEFAULT",
    "GATE_VERSION",
    "Band",
    "Effect",
    "Factor",
    "Finding",
    "Level",
    "Outcome",
    "PolicyError",
    "Region",
    "Rules",
    "Score",
    "Verdict",
    "assess",
]
