"""A real browser, a real web server and a real worker."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as current
from playwright.sync_api import Browser, Page, Playwright, sync_playwright
from pytest_django.live_server_helper import LiveServer

from fsarsite.samples.workspace import ensure_workspace
from tests.factories import create_user
from tests.functional.clicks import send_login
from tests.integration.execution.effects.conftest import made_target
from tests.integration.execution.effects.target import Target

CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


PROGRAMS = "chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"  # the first is the lightest


def launch(playwright: Playwright) -> Browser:
    """The Chromium that this machine has, without a window."""
    path = next(filter(None, map(shutil.which, PROGRAMS)), None)
    assert path, "a browser is needed: apt-get install chromium-headless-shell"
    return playwright.chromium.launch(executable_path=path, args=CHROMIUM)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright, launch(playwright) as launched:
        # Playwright's loop stays in this thread; Django takes that for async code and refuses to query.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
        yield launched
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


LogIn = Callable[..., Page]


@pytest.fixture
def log_in(browser: Browser, live_server: LiveServer) -> Iterator[LogIn]:
    """Open a browser of its own for a new account, logged in at the admin."""
    contexts = []

    def log_in(username: str = "olga", groups: tuple[str, ...] = ("Operators",), width: int = 1400) -> Page:
        create_user(username, groups=groups)
        context = browser.new_context(viewport={"width": width, "height": 900}, base_url=live_server.url)
        contexts.append(context)
        page = context.new_page()
        send_login(page, username)
        page.wait_for_url("**/admin/")
        return page

    yield log_in
    for context in contexts:
        context.close()


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a worker works on."""

    target: Target
    workspace: Path


@pytest.fixture(scope="module")
def grounds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grounds]:
    """A target database and a git workspace of the module's own."""
    workspace = tmp_path_factory.mktemp("grounds") / "workspace"
    ensure_workspace(workspace)
    with made_target() as made:
        yield Grounds(made, workspace)


@pytest.fixture
def target(grounds: Grounds, settings: Any) -> Target:
    """The module's target as it was made, with an execution_tasks that lacks ai_model."""
    grounds.target.make_anew()
    settings.TARGET_DATABASE_URL = grounds.target.url
    return grounds.target


@pytest.fixture
def workspace(grounds: Grounds, settings: Any) -> Path:
    """The module's workspace."""
    settings.WORKSPACE_PATH = grounds.workspace
    return grounds.workspace


@pytest.fixture(scope="module")
def worker(django_db_setup: None, grounds: Grounds, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """`manage.py run_worker` on the test database and the module's grounds; it takes seconds to start."""
    base, _, _ = os.environ["DATABASE_URL"].rpartition("/")
    surroundings = {
        "DATABASE_URL": f"{base}/{current.DATABASES['default']['NAME']}",
        "TARGET_DATABASE_URL": grounds.target.url,
        "WORKSPACE_PATH": str(grounds.workspace),
        "PYTHONWARNINGS": "default",
    }
    log = tmp_path_factory.mktemp("worker") / "worker.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "run_worker"],
            cwd=current.BASE_DIR,
            env=os.environ | surroundings,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    yield
    process.terminate()
    process.wait(timeout=60)
