"""What every test stands on."""

from collections.abc import Iterator

import pytest
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from tests.plugins.flushing import flush_what_tests_write


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """pytest-django's, and a quick way back for tests that commit."""
    with django_db_blocker.unblock():
        flush_what_tests_write()
    yield
    with django_db_blocker.unblock():
        connection.close()  # not the one that Django closes, where a test let `drop_connections` begin anew
