"""Ways out of the workspace: 0 of them may lead anywhere. The fixture `shop` looks outside after every test."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pygit2
import pytest

from execution.failures import PermanentFailure, RollbackRefused, TransientFailure
from execution.handlers import file as file_handler
from execution.handlers import handler_for
from execution.models import ExecutionTask
from execution.workspace import checkout
from proposals.reports import Form, render_json
from tests.factories import create_report, file_proposal
from tests.factories.tasks import create_file_task
from tests.integration.execution.effects.workspaces import Shop

pytestmark = pytest.mark.django_db
HARM = "harm\n"


def framed(path: str, task: ExecutionTask) -> ExecutionTask:
    """The task as if nobody had looked at its path before it was approved."""
    proposal = task.proposal
    proposal.received = render_json(create_report(proposal=file_proposal(path, HARM))).encode()
    proposal.received_form = Form.JSON
    proposal.save(update_fields=["received", "received_form"])
    return ExecutionTask.objects.get(pk=task.pk)


HOSTILE_PATHS = [
    "",
    ".",
    "..",
    "../outside/a.txt",
    "shop/../../outside/a.txt",
    "shop/..",
    "./a.txt",
    "shop/./a.txt",
    "shop//a.txt",
    "shop/",
    "/etc/passwd",
    "//outside/a.txt",
    "~/a.txt",
    "C:/a.txt",
    "C:a.txt",
    "a.txt::$DATA",
    "..\\outside\\a.txt",
    "shop\\a.txt",
    "a\x00b.txt",
    "a\nb.txt",
    "a\tb.txt",
    "a\x1b[2Jb.txt",
    "a\u202etxt.exe",
    "a\u200bb.txt",
    "\ufeffa.txt",
    ".git",
    ".git/config",
    ".git/hooks/pre-commit",
    ".GIT/config",
    ".Git/HEAD",
    "shop/.git/config",
    ".git /config",
    ".git./config",
    ".g\u200cit/config",
    ".ｇｉｔ/config",
    "git~1/config",
    "GIT~2/hooks/pre-commit",
    ".gitmodules",
    ".GitModules",
    " a.txt",
    "a.txt ",
    "shop /a.txt",
    "a.",
    "x" * 201,
    "/".join(["folder"] * 200),
    "\uff0e\uff0e/outside/a.txt",
    "shop/\u2025/a.txt",
    "\u2024\u2024/outside/a.txt",
    "..\uff0foutside\uff0fa.txt",
    "shop\u2100a.txt",
    "..\ufe68outside",
    "a\uff1atxt",
    "a.txt\u3000",
    "...",
    "shop/. ./a.txt",
    "~root/a.txt",
    "/proc/self/root/a.txt",
    "\\\\host\\share\\a.txt",
    "file:///outside/a.txt",
    "a.txt:stream",
    ".git/info/attributes",
    ".git/refs/heads/main",
    ".git/objects/info/alternates",
    ".git/modules/x/config",
    ".git::$INDEX_ALLOCATION/config",
    ".git\u00ad/config",
    ".git\u2028/config",
    "GI7EB~1/config",
    "shop/.gitmodules",
    ".gitmodules.",
    "GITMOD~1",
    "HEAD",
    "shop/inner/HEAD",
    "shop/inner/head",
    "con",
    "CON.txt",
    "shop/nul",
    "aux.c",
    "COM1",
    "shop/lpt9.txt",
]


def test_execute_refuses_every_hostile_path(shop: Shop) -> None:
    task, before, written = create_file_task("harmless.txt", HARM), shop.state(), []

    for path in HOSTILE_PATHS:
        attempt = framed(path, task)
        try:
            handler_for("file").execute(attempt)
        except PermanentFailure as refused:
            if "was not written" in str(refused) or attempt.proposal.frame is None:
                continue
        written.append(path)

    assert written == []
    assert len(HOSTILE_PATHS) == len(set(HOSTILE_PATHS)) >= 75
    assert shop.state() == before


LITERAL_PATHS = [
    "%2e%2e/outside/a.txt",
    "..%2foutside.txt",
    "$(touch outside).txt",
    "`touch outside`.txt",
    "--exec=touch outside",
    "shop/a.txt;touch outside",
    "$HOME/a.txt",
    "*",
]


def test_execute_takes_a_strange_path_at_its_word(shop: Shop) -> None:
    task = create_file_task("harmless.txt", HARM)

    for path in LITERAL_PATHS:
        handler_for("file").execute(framed(path, task))
        shop.git("commit", "--amend", "-q", "-m", "Forget whose it was")  # or the next one would find it done

    assert shop.git("ls-files", "-z").split("\0")[:-1] == sorted([*LITERAL_PATHS, "README.md"])
    assert shop.git("status", "--porcelain") == ""


def symlink_folder_committed(shop: Shop) -> str:
    (shop.folder / "way").symlink_to("../outside")
    shop.git("add", "way")
    shop.git("commit", "-q", "-m", "Link")
    return "way/a.txt"


def symlink_folder_on_disk(shop: Shop) -> str:
    (shop.folder / "way").symlink_to("../outside")
    return "way/a.txt"


def symlink_folder_in_place_of_a_committed_one(shop: Shop) -> str:
    shop.write("way/b.txt", "b")
    (shop.folder / "way/b.txt").unlink()
    (shop.folder / "way").rmdir()
    (shop.folder / "way").symlink_to("../outside")
    return "way/a.txt"


def symlink_file_committed(shop: Shop) -> str:
    (shop.folder / "a.txt").symlink_to("../outside/a.txt")
    shop.git("add", "a.txt")
    shop.git("commit", "-q", "-m", "Link")
    return "a.txt"


def symlink_file_on_disk(shop: Shop) -> str:
    (shop.folder / "a.txt").symlink_to("../outside/a.txt")
    return "a.txt"


def symlink_into_git(shop: Shop) -> str:
    (shop.folder / "settings").symlink_to(".git")
    return "settings/config"


def submodule(shop: Shop) -> str:
    commit = shop.git("rev-parse", "HEAD").strip()
    shop.git("update-index", "--add", "--cacheinfo", f"160000,{commit},module")
    shop.git("commit", "-q", "-m", "Add a submodule")
    return "module/a.txt"


def submodule_itself(shop: Shop) -> str:
    return submodule(shop).split("/", maxsplit=1)[0]


def repository_inside(shop: Shop) -> str:
    pygit2.init_repository(shop.folder / "inner")
    return "inner/a.txt"


def folder_in_place_of_the_file(shop: Shop) -> str:
    shop.write("a.txt/b.txt", "b")
    return "a.txt"


def file_in_place_of_a_folder(shop: Shop) -> str:
    shop.write("way", "b")
    return "way/a.txt"


def pipe_on_disk(shop: Shop) -> str:
    os.mkfifo(shop.folder / "a.txt")
    return "a.txt"


def other_case(shop: Shop) -> str:
    shop.write("Way/a.txt", "b")
    return "way/a.txt"


def other_composition(shop: Shop) -> str:
    shop.write("o\u0308l.txt", "b")
    return "\u00f6l.txt"


def other_folding(shop: Shop) -> str:
    shop.write("stra\u00dfe/a.txt", "b")
    return "strasse/a.txt"


def submodule_deep(shop: Shop) -> str:
    return f"{submodule_itself(shop)}/deep/er/a.txt"


def worktree_inside(shop: Shop) -> str:
    (shop.folder / "inner").mkdir()
    (shop.folder / "inner/.git").write_text("gitdir: ../../outside\n")
    return "inner/a.txt"


def symlinked_repository_inside(shop: Shop) -> str:
    (shop.folder / "inner").mkdir()
    (shop.folder / "inner/.git").symlink_to("../../outside")
    return "inner/deep/a.txt"


def socket_on_disk(shop: Shop) -> str:
    os.mknod(shop.folder / "a.txt", stat.S_IFSOCK | 0o600)
    return "a.txt"


def worktree_elsewhere(shop: Shop) -> str:
    shop.git("config", "core.worktree", "../../outside")
    return "a.txt"


TRAPS = [
    symlink_folder_committed,
    symlink_folder_on_disk,
    symlink_folder_in_place_of_a_committed_one,
    symlink_file_committed,
    symlink_file_on_disk,
    symlink_into_git,
    submodule,
    submodule_itself,
    submodule_deep,
    repository_inside,
    worktree_inside,
    symlinked_repository_inside,
    worktree_elsewhere,
    folder_in_place_of_the_file,
    file_in_place_of_a_folder,
    pipe_on_disk,
    socket_on_disk,
    other_case,
    other_composition,
    other_folding,
]


@pytest.mark.parametrize("trap", TRAPS)
def test_execute_refuses_what_leads_elsewhere(shop: Shop, trap: Callable[[Shop], str]) -> None:
    path = trap(shop)
    before, task = (shop.folder / ".git/refs/heads/main").read_text(), create_file_task(path, HARM)

    with pytest.raises(PermanentFailure):
        handler_for("file").execute(task)

    assert (shop.folder / ".git/refs/heads/main").read_text() == before


class Race:
    """Something that happens just before a function of ours is called, once."""

    def __init__(self, shop: Shop, patched: pytest.MonkeyPatch) -> None:
        self.folder = shop.folder / "way"
        self.outside = shop.folder.parent / "outside"
        self.has_happened = False
        self._patched = patched

    def before(self, place: Any, name: str, act: Callable[[], object]) -> None:
        original = getattr(place, name)

        def late(*arguments: Any, **named: Any) -> Any:
            self._patched.undo()
            act()
            self.has_happened = True
            return original(*arguments, **named)

        self._patched.setattr(place, name, late)

    def swap_folder(self) -> None:
        self.folder.rename(self.folder.with_name("away"))
        self.folder.symlink_to(self.outside)

    def link_file(self) -> None:
        (self.folder / "a.txt").symlink_to(self.outside / "a.txt")

    def link_temporary(self) -> None:
        (self.folder / f".fsarsite-{ExecutionTask.objects.get().public_id.hex}").symlink_to(self.outside / "a.txt")


def folder_before_the_look(race: Race) -> None:
    race.before(file_handler, "ensure_untouched", race.swap_folder)


def folder_before_the_checkout(race: Race) -> None:
    race.before(file_handler, "check_out", race.swap_folder)


def folder_before_the_write(race: Race) -> None:
    race.before(checkout, "_replace", race.swap_folder)


def folder_before_the_rename(race: Race) -> None:
    race.before(os, "fsync", race.swap_folder)


def file_before_the_checkout(race: Race) -> None:
    race.before(file_handler, "check_out", race.link_file)


def file_before_the_rename(race: Race) -> None:
    race.before(os, "fsync", race.link_file)


def repository_before_the_checkout(race: Race) -> None:
    race.before(file_handler, "check_out", lambda: pygit2.init_repository(race.folder))


def temporary_file_before_the_write(race: Race) -> None:
    race.before(checkout, "_replace", race.link_temporary)


def workspace_before_the_checkout(race: Race) -> None:
    def swap() -> None:
        race.folder.parent.rename(race.outside.with_name("away"))
        race.folder.parent.symlink_to(race.outside)

    race.before(file_handler, "check_out", swap)


RACES = [
    folder_before_the_look,
    folder_before_the_checkout,
    folder_before_the_write,
    folder_before_the_rename,
    file_before_the_checkout,
    file_before_the_rename,
    repository_before_the_checkout,
    temporary_file_before_the_write,
    workspace_before_the_checkout,
]


@pytest.mark.parametrize("begin", RACES)
def test_execute_loses_no_race(shop: Shop, monkeypatch: pytest.MonkeyPatch, begin: Callable[[Race], None]) -> None:
    shop.write("way/b.txt", "b")
    task = create_file_task("way/a.txt", HARM)

    with monkeypatch.context() as patched:
        race = Race(shop, patched)
        begin(race)
        with suppress(PermanentFailure, TransientFailure, KeyError):
            handler_for("file").execute(task)

    assert race.has_happened
    assert list(race.outside.iterdir()) == []
    if shop.folder.is_symlink():
        shop.folder.unlink()
        race.outside.with_name("away").rename(shop.folder)


def test_execute_whose_temporary_file_is_made_by_another_writes_nothing(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.write("way/b.txt", "b")
    task = create_file_task("way/a.txt", HARM)

    with monkeypatch.context() as patched:
        race = Race(shop, patched)
        patched.setattr(os, "unlink", lambda *_, **__: race.link_temporary())  # as if right after it was removed
        with pytest.raises(TransientFailure, match="File exists"):
            handler_for("file").execute(task)

    assert not (shop.folder / "way/a.txt").exists()


def test_execute_replaces_a_hard_link_and_not_what_it_leads_to(shop: Shop) -> None:
    shop.write("a.txt", "shared")
    elsewhere = shop.folder.parent / "outside" / "a.txt"
    elsewhere.hardlink_to(shop.folder / "a.txt")

    handler_for("file").execute(create_file_task("a.txt", HARM))

    assert (elsewhere.read_text(), (shop.folder / "a.txt").read_text()) == ("shared", HARM)
    elsewhere.unlink()


HOOKS = ("pre-commit", "prepare-commit-msg", "commit-msg", "post-commit", "reference-transaction", "post-index-change")
PROGRAMS = (
    "core.fsmonitor",
    "core.editor",
    "core.pager",
    "core.sshCommand",
    "core.gitProxy",
    "core.askPass",
    "credential.helper",
    "diff.external",
    "gpg.program",
    "filter.evil.clean",
    "filter.evil.smudge",
    "filter.evil.process",
    "diff.evil.textconv",
    "merge.evil.driver",
)


def test_execute_and_roll_back_run_nothing_that_the_repository_names(shop: Shop) -> None:
    shop.write(".gitattributes", "* filter=evil diff=evil merge=evil\n")
    outside = shop.folder.parent / "outside"
    for folder in (shop.folder / ".git/hooks", shop.folder / "hooks"):
        for name in HOOKS:
            folder.mkdir(exist_ok=True)
            (folder / name).write_text(f"#!/bin/sh\ntouch {outside}/{name}\nexit 1\n")
            (folder / name).chmod(0o755)
    for name in PROGRAMS:
        shop.git("config", name, f"touch {outside}/{name} #")
    shop.git("config", "commit.gpgSign", "true")
    shop.git("config", "filter.evil.required", "true")
    shop.git("config", "core.hooksPath", str(shop.folder / "hooks"))
    task, handler = create_file_task("a.txt", HARM), handler_for("file")

    execution = handler.execute(task)
    written = (shop.folder / "a.txt").read_text()
    handler.roll_back(task, execution.artifact)

    assert (execution.result["outcome"], written) == ("applied", HARM)
    assert not (shop.folder / "a.txt").exists()
    assert [each.name for each in outside.iterdir()] == []


@pytest.mark.parametrize("path", ["../outside/a.txt", "/etc/passwd", ".git/config", "way/a.txt"])
def test_roll_back_leads_nowhere_else(shop: Shop, path: str) -> None:
    shop.write("way/b.txt", "b")
    task, handler = create_file_task("way/a.txt", HARM), handler_for("file")
    artifact = handler.execute(task).artifact
    (shop.folder / "way").rename(shop.folder / "away")
    (shop.folder / "way").symlink_to("../outside")

    with pytest.raises((RollbackRefused, PermanentFailure)):
        handler.roll_back(task, artifact | {"path": path})

    assert Path("/etc/passwd").stat().st_size > 0
    assert (shop.folder / "away/a.txt").read_text() == HARM
