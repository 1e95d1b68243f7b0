from pathlib import Path

SHARED = Path(__file__).resolve().parents[4] / "shared"

# The corpus is for measuring and is no part of the repository: without it there is nothing to collect.
collect_ignore = [] if (SHARED / "corpus" / "reports.jsonl").is_file() else ["test_corpus_round_trip.py"]
