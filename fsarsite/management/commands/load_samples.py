"""Fill an installation with the sample shop."""

from __future__ import annotations

from typing import Any

import psycopg
import pygit2
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError

from fsarsite.samples import Login, ensure_logins, ensure_shop_tables, ensure_workspace, load_offers, load_reports
from proposals.imports import Result


class Command(BaseCommand):
    """Interface only: makes what is missing and tells what it made. Running it again changes nothing."""

    help = "Load sample reports, offers, logins and a target database to try things on. Safe to run again."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Load everything; CommandError in production and before the first migrate."""
        if settings.PRODUCTION:
            raise CommandError("samples and their logins are for development; FSARSITE_ENV is production")
        self._prepare_target()
        self._prepare_workspace()
        try:
            self._load_reports()
            self.stdout.write(f"Sample offers: {load_offers()} made")
            for login in ensure_logins():  # last: a password that is made is shown at once, whatever fails before
                self._show_login(login)
        except Group.DoesNotExist:
            raise CommandError("run manage.py migrate first") from None
        except ValueError as error:
            raise CommandError(str(error)) from None

    def _prepare_target(self) -> None:
        if not settings.TARGET_DATABASE_URL:
            self.stdout.write("Target database: TARGET_DATABASE_URL is not set, so approved SQL has nowhere to run")
            return
        try:
            made = ensure_shop_tables(settings.TARGET_DATABASE_URL)
        except psycopg.Error as error:
            raise CommandError(f"the target database cannot be prepared: {str(error).strip()}") from error
        self.stdout.write(f"Target database: {', '.join(made) or 'nothing'} made")

    def _prepare_workspace(self) -> None:
        try:
            made = ensure_workspace(settings.WORKSPACE_PATH)
        except (OSError, pygit2.GitError) as error:
            raise CommandError(f"the workspace {settings.WORKSPACE_PATH} cannot be made: {error}") from error
        self.stdout.write(f"Workspace: {settings.WORKSPACE_PATH} {'made' if made else 'was there'}")

    def _load_reports(self) -> None:
        tally = load_reports()
        counts = (f"{tally.counts[result]} {result.label}" for result in Result if tally.counts[result])
        self.stdout.write(f"Sample reports: {', '.join(counts)}")
        for problem in tally.problems:  # e.g. a sample that was loaded before we changed it
            self.stderr.write(str(problem))

    def _show_login(self, login: Login) -> None:
        if login.password:
            self.stdout.write(f"Login ({login.group}): {login.username}, password {login.password} (not shown again)")
        else:
            reset = f"manage.py changepassword {login.username}"
            self.stdout.write(f"Login ({login.group}): {login.username} exists; a new password: {reset}")
