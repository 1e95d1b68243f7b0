"""What every test stands on."""

import pytest
from hypothesis import settings
from pytest_django.plugin import DjangoDbBlocker

from tests.plugins.flushing import flush_what_tests_write

settings.register_profile("unhurried", deadline=None)  # a crowded machine is no reason to fail
settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """pytest-django's, and a quick way back for tests that commit."""
    with django_db_blocker.unblock():
        flush_what_tests_write()
