from collections.abc import Iterator

import pytest
from django.db import connection

from tests.probe.handler import CREATE, DROP


@pytest.fixture
def probes(db: None) -> Iterator[None]:
    """The table that probes write to."""
    with connection.cursor() as cursor:
        cursor.execute(CREATE)
    yield
    with connection.cursor() as cursor:
        cursor.execute(DROP)
