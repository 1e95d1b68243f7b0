"""The embedded server, started for real in a folder of each test's own."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from fsarsite.postgres import BinariesNotFound, Cluster, ClusterError, ClusterInUse, VersionMismatch, binaries
from fsarsite.postgres.binaries import Binaries
from fsarsite.postgres.postmaster import is_postmaster, read_postmaster_pid
from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parents[3]
START = """
import sys
from pathlib import Path
from fsarsite.postgres import Cluster
cluster = Cluster(Path(sys.argv[1]), fsync=False)
"""
USE = (
    START
    + """
with cluster.in_use():
    print("using", flush=True)
    sys.stdin.read()
"""
)
START_AND_TELL = (
    START
    + """
cluster.start()
print((cluster.folder / "data" / "postmaster.pid").read_text().split()[0])
"""
)


@pytest.fixture
def new_cluster(tmp_path: Path) -> Iterator[Cluster]:
    """Nothing is there yet."""
    cluster = Cluster(tmp_path / "postgres", fsync=False)
    yield cluster
    cluster.remove()


@pytest.fixture(scope="session")
def initialised(tmp_path_factory: pytest.TempPathFactory) -> Path:
    cluster = Cluster(tmp_path_factory.mktemp("initialised") / "postgres", fsync=False)
    with cluster.in_use():
        pass
    return cluster.folder


@pytest.fixture
def cluster(initialised: Path, new_cluster: Cluster) -> Cluster:
    """A copy of one that was started before, which is quicker than making it again."""
    subprocess.run(["cp", "-a", initialised, new_cluster.folder], check=True)
    return new_cluster


def postmaster(cluster: Cluster) -> int:
    pid = read_postmaster_pid(cluster.folder / "data")
    assert pid is not None
    return pid


def python(script: str, cluster: Cluster) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, str(cluster.folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


def write_row(cluster: Cluster) -> None:
    cluster.create_database("shop")
    with psycopg.connect(cluster.url("shop")) as connection:
        connection.execute("CREATE TABLE kept (note text)")
        connection.execute("INSERT INTO kept VALUES ('still here')")


def read_rows(cluster: Cluster) -> list[tuple[str]]:
    with psycopg.connect(cluster.url("shop")) as connection:
        return connection.execute("SELECT note FROM kept").fetchall()


def test_start_makes_a_server_for_utc_and_utf8_without_a_port(new_cluster: Cluster) -> None:
    settings = ("timezone", "server_encoding", "listen_addresses")
    new_cluster.create_database("shop")

    with psycopg.connect(new_cluster.url("shop")) as connection:
        values = [connection.execute("SELECT current_setting(%s)", [name]).fetchone() for name in settings]
        lowered = connection.execute("SELECT lower('É')").fetchone()
    assert values == [("UTC",), ("UTF8",), ("",)]
    assert lowered == ("é",)


def test_start_when_running_keeps_the_same_server(cluster: Cluster) -> None:
    cluster.start()
    before = postmaster(cluster)

    cluster.start()

    assert postmaster(cluster) == before


def test_stop_and_start_again_keep_the_data(cluster: Cluster) -> None:
    write_row(cluster)

    cluster.stop()
    was_running = cluster.is_running()
    cluster.start()

    assert not was_running
    assert read_rows(cluster) == [("still here",)]


def test_stop_when_stopped_does_nothing(new_cluster: Cluster) -> None:
    new_cluster.stop()

    assert not new_cluster.is_running()


def test_start_after_sigkill_recovers_the_data(cluster: Cluster) -> None:
    write_row(cluster)
    with psycopg.connect(cluster.url("shop")):  # a backend that outlives the postmaster for a moment
        os.kill(postmaster(cluster), signal.SIGKILL)

        cluster.start()

    assert read_rows(cluster) == [("still here",)]


def test_start_ignores_a_pid_file_that_names_a_stranger(cluster: Cluster) -> None:
    write_row(cluster)
    cluster.stop()
    pid_file = cluster.folder / "data" / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n")
    os.chown(pid_file, *(cluster.folder / "data").stat()[4:6])

    cluster.start()

    assert read_rows(cluster) == [("still here",)]


def test_start_removes_what_a_killed_initdb_left(new_cluster: Cluster) -> None:
    unfinished = new_cluster.folder / "data.unfinished" / "base"
    unfinished.mkdir(parents=True)

    new_cluster.start()

    assert new_cluster.is_running()
    assert not unfinished.exists()


def test_start_by_eight_processes_makes_one_server(new_cluster: Cluster) -> None:
    starters = [python(START_AND_TELL, new_cluster) for _ in range(8)]
    answers = {starter.communicate(timeout=120)[0].strip() for starter in starters}

    assert {starter.returncode for starter in starters} == {0}
    assert answers == {str(postmaster(new_cluster))}


def test_in_use_nested_stops_at_the_outer_end(cluster: Cluster) -> None:
    with cluster.in_use():
        with Cluster(cluster.folder, fsync=False).in_use():
            pass
        after_inner = cluster.is_running()

    assert after_inner
    assert not cluster.is_running()


def test_in_use_stops_when_the_block_raises(cluster: Cluster) -> None:
    with pytest.raises(ZeroDivisionError), cluster.in_use():
        _ = 1 / 0

    assert not cluster.is_running()


def test_in_use_by_two_processes_stops_with_the_last(cluster: Cluster) -> None:
    with cluster.in_use():
        other = python(USE, cluster)
        assert other.stdout is not None
        other.stdout.readline()
    after_ours = cluster.is_running()

    other.communicate(timeout=60)

    assert after_ours
    assert not cluster.is_running()


def test_in_use_after_a_killed_user_stops_the_server(cluster: Cluster) -> None:
    other = python(USE, cluster)
    assert other.stdout is not None
    other.stdout.readline()
    other.kill()
    other.communicate()

    with cluster.in_use():
        pass

    assert not cluster.is_running()


def test_remove_when_in_use_is_refused(cluster: Cluster) -> None:
    with cluster.in_use():
        with pytest.raises(ClusterInUse, match="is in use"):
            Cluster(cluster.folder).remove()

        assert cluster.is_running()


def test_remove_stops_a_server_that_nobody_uses(cluster: Cluster) -> None:
    cluster.start()
    pid, data = postmaster(cluster), cluster.folder / "data"

    cluster.remove()

    assert not is_postmaster(pid, data)
    assert not cluster.folder.exists()


@pytest.mark.parametrize("name", ["x" * 120, "My Projects, 'and' more"])
def test_start_in_a_path_no_socket_can_have_uses_a_short_one(tmp_path: Path, name: str) -> None:
    cluster = Cluster(tmp_path / name / "postgres", fsync=False)

    cluster.create_database("shop")

    with psycopg.connect(cluster.url("shop")) as connection:
        assert len(connection.info.host) < 100
    cluster.remove()


def test_url_before_the_start_is_the_one_that_works_after_it(cluster: Cluster) -> None:
    url = cluster.url("shop")

    cluster.create_database("shop")

    with psycopg.connect(url) as connection:
        assert connection.info.user == "shop"


def test_url_with_a_wrong_password_is_refused(cluster: Cluster) -> None:
    cluster.create_database("shop")
    url = cluster.url("shop")
    password = psycopg.conninfo.conninfo_to_dict(url)["password"]

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url.replace(str(password), "guessed"))


def test_create_database_twice_changes_nothing(cluster: Cluster) -> None:
    write_row(cluster)

    cluster.create_database("shop")

    assert read_rows(cluster) == [("still here",)]


def test_create_database_gives_a_role_without_power_over_others(cluster: Cluster) -> None:
    cluster.create_database("shop")
    cluster.create_database("target")
    url = cluster.url("target")

    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    assert row == (False,)
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(url, dbname="shop")


@pytest.mark.parametrize("name", ["postgres", "Shop", "a-b", "", "x" * 64, 'a"; DROP ROLE a; --'])
def test_create_database_with_a_bad_name_is_refused(new_cluster: Cluster, name: str) -> None:
    with pytest.raises(ClusterError, match="cannot name a database"):
        new_cluster.create_database(name)


def test_start_leaves_nothing_that_others_may_read(new_cluster: Cluster) -> None:
    new_cluster.start()

    modes = {name: (new_cluster.folder / name).stat().st_mode & 0o777 for name in ("password", "data", ".")}
    host = Path(psycopg.conninfo.conninfo_to_dict(new_cluster.url("shop"))["host"])
    assert modes == {"password": 0o600, "data": 0o700, ".": 0o700}
    assert host.stat().st_mode & 0o777 == 0o700


def test_start_with_programs_in_a_closed_folder(
    new_cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = Binaries.find().folder.parent
    closed = tmp_path / "site-packages"
    shutil.copytree(source, closed / "package" / source.name, symlinks=True)
    libraries = source.parent.parent / f"{binaries.WHEEL}.libs"
    if libraries.exists():
        shutil.copytree(libraries, closed / libraries.name)
    closed.chmod(0o700)
    monkeypatch.setenv("PG_BIN", str(closed / "package" / source.name / "bin"))

    with tempfile.TemporaryDirectory() as copies:
        Path(copies).chmod(0o755)
        monkeypatch.setattr(binaries, "COPIES", Path(copies))
        with new_cluster.in_use():
            started = new_cluster.is_running()

    assert started


def test_start_with_a_pg_bin_that_holds_nothing_is_an_error(
    new_cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PG_BIN", str(tmp_path))

    with pytest.raises(BinariesNotFound, match=f"PG_BIN={tmp_path} holds no PostgreSQL 14"):
        new_cluster.start()


def test_start_without_any_programs_says_what_to_install(
    new_cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PG_BIN", raising=False)
    monkeypatch.setattr(binaries, "WHEEL", "no_such_wheel")
    monkeypatch.setattr(binaries, "INSTALLED", tmp_path)

    with pytest.raises(BinariesNotFound, match="run `pip install"):
        new_cluster.start()


def test_start_on_data_of_a_version_that_is_not_here_is_an_error(new_cluster: Cluster) -> None:
    data = new_cluster.folder / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("13\n")

    with pytest.raises(VersionMismatch, match="written by PostgreSQL 13"):
        new_cluster.start()


def test_start_says_why_when_the_server_refuses(cluster: Cluster) -> None:
    cluster.start()
    cluster.stop()
    with (cluster.folder / "data" / "postgresql.conf").open("a") as settings:
        settings.write("no_such_setting = on\n")

    with pytest.raises(ClusterError, match=r"did not start .*contains errors.*see .*server\.log"):
        cluster.start()


def test_is_postmaster_for_a_zombie_is_false(tmp_path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", "pass"], cwd=tmp_path)
    wait_until(lambda: Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z")

    answer = is_postmaster(child.pid, tmp_path)

    child.wait()
    assert not answer
