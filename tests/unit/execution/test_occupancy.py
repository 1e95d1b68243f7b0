from __future__ import annotations

import os
from pathlib import Path

import pytest

from execution.failures import TransientFailure
from execution.workspace import occupancy
from execution.workspace.occupancy import NAME, occupied


def test_occupied_by_one_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(occupancy, "PATIENCE_SECONDS", 0)

    with occupied(tmp_path), pytest.raises(TransientFailure, match="still at work"), occupied(tmp_path):
        pass

    with occupied(tmp_path):
        assert (tmp_path / NAME).stat().st_size > 0
    assert (tmp_path / NAME).stat().st_size == 0


def test_occupied_clears_away_what_a_killed_process_left(tmp_path: Path) -> None:
    (tmp_path / "refs/heads").mkdir(parents=True)
    older = tmp_path / "config.lock"
    older.touch()
    os.utime(older, (1, 1))
    (tmp_path / NAME).write_text("at work\n")
    left = [tmp_path / "index.lock", tmp_path / "refs/heads/main.lock"]
    for lock in left:
        lock.touch()

    with occupied(tmp_path):
        pass

    assert [lock.exists() for lock in left] == [False, False]
    assert older.exists()


def test_occupied_leaves_the_lock_of_somebody_else_alone(tmp_path: Path) -> None:
    with occupied(tmp_path):
        pass
    (tmp_path / "index.lock").touch()

    with occupied(tmp_path):
        pass

    assert (tmp_path / "index.lock").exists()
