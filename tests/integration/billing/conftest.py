from pathlib import Path

SHARED = Path(__file__).resolve().parents[4] / "shared"

collect_ignore = [] if (SHARED / "stripe" / "fixtures3.json").exists() else ["test_sandbox_shapes.py"]
