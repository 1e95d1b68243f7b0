from pathlib import Path

SHARED = Path(__file__).resolve().parents[4] / "shared"

# The real reports are for measuring and no part of the repository: without them there is nothing to collect.
_NEEDED = {
    "test_corpus_round_trip.py": SHARED / "corpus" / "reports.jsonl",
    "test_founding_reports.py": SHARED / "reports",
}
collect_ignore = [test for test, needed in _NEEDED.items() if not needed.exists()]
