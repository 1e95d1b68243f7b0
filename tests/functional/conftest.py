"""A real browser, a real web server and a real worker."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from fsarsite.samples.workspace import ensure_workspace
from tests.factories import create_user
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


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert path, "the browser tests need Chromium: apt-get install chromium"
    with sync_playwright() as playwright, playwright.chromium.launch(executable_path=path, args=CHROMIUM) as launched:
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
        page.goto("/admin/")
        page.get_by_label("Username").fill(username)
        page.get_by_label("Password").fill("pw")
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url("**/admin/")
        return page

    yield log_in
    for context in contexts:
        context.close()


@pytest.fixture
def target(settings: Any) -> Iterator[Target]:
    """A target database of the test's own, with an execution_tasks that lacks ai_model."""
    with made_target() as made:
        settings.TARGET_DATABASE_URL = made.url
        yield made


@pytest.fixture
def workspace(settings: Any, tmp_path: Path) -> Path:
    """A git workspace of the test's own, with one commit."""
    settings.WORKSPACE_PATH = tmp_path / "workspace"
    ensure_workspace(settings.WORKSPACE_PATH)
    return tmp_path / "workspace"


@pytest.fixture
def worker(live_server: LiveServer, target: Target, workspace: Path, settings: Any, tmp_path: Path) -> Iterator[None]:
    """`manage.py run_worker` on the test database, the test's target and the test's workspace."""
    base, _, _ = os.environ["DATABASE_URL"].rpartition("/")
    surroundings = {
        "DATABASE_URL": f"{base}/{settings.DATABASES['default']['NAME']}",
        "TARGET_DATABASE_URL": target.url,
        "WORKSPACE_PATH": str(workspace),
        "PYTHONWARNINGS": "default",
    }
    log = tmp_path / "worker.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "run_worker"],
            cwd=settings.BASE_DIR,
            env=os.environ | surroundings,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    yield
    process.terminate()
    process.wait(timeout=60)
