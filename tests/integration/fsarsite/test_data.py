"""Emptying the data folder: everything of ours and nothing else, and never under someone's feet."""

import subprocess
import sys
from pathlib import Path

import pytest

from fsarsite.data import DataInUse, empty_data, keep_data
from fsarsite.postgres import Cluster, ClusterInUse

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FSARSITE_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def fill(folder: Path) -> None:
    (folder / "workspace" / ".git").mkdir(parents=True)
    (folder / "log").mkdir()


def test_empty_data_removes_ours_and_nothing_else(folder: Path) -> None:
    fill(folder)
    (folder / "letter.txt").write_text("someone else's")

    empty_data()

    assert sorted(path.name for path in folder.iterdir()) == ["letter.txt", "up.lock"]


def test_empty_data_stops_a_server_that_nobody_uses(folder: Path) -> None:
    cluster = Cluster(folder / "postgres", fsync=False)
    cluster.start()

    empty_data()

    assert not cluster.is_running()
    assert not (folder / "postgres").exists()


def test_empty_data_when_there_is_none_does_nothing(folder: Path) -> None:
    empty_data()

    assert not folder.exists()


def test_empty_data_while_up_is_running_is_refused(folder: Path) -> None:
    fill(folder)

    with keep_data(), pytest.raises(DataInUse, match=r"`manage\.py up` is running"):
        empty_data()

    assert (folder / "workspace").exists()


def test_empty_data_while_a_command_uses_the_server_is_refused(folder: Path) -> None:
    fill(folder)

    with Cluster(folder / "postgres", fsync=False).in_use(), pytest.raises(ClusterInUse, match="is in use"):
        empty_data()

    assert (folder / "workspace").exists()
    empty_data()


def test_reset_when_refused_says_so_in_one_line(folder: Path) -> None:
    with keep_data():
        reset = subprocess.run(
            [sys.executable, "-m", "fsarsite.data"], capture_output=True, text=True, cwd=ROOT, check=False
        )

    assert reset.returncode == 1
    assert reset.stdout == ""
    assert reset.stderr.startswith("reset: `manage.py up` is running on ")
    assert reset.stderr.count("\n") == 1
