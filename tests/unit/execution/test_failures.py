from __future__ import annotations

import errno

import psycopg
import pytest
from django.db import IntegrityError, OperationalError

from execution.failures import PermanentFailure, TransientFailure, may_pass


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (TransientFailure("the branch moved"), True),
        (OperationalError("the connection is closed"), True),
        (psycopg.OperationalError("the server closed the connection"), True),
        (psycopg.errors.DiskFull("could not extend file"), True),
        (ConnectionResetError(), True),
        (TimeoutError(), True),
        (OSError(errno.ENOSPC, "No space left on device"), True),
        (OSError(errno.EACCES, "Permission denied"), False),
        (PermanentFailure("the path is hostile"), False),
        (IntegrityError("duplicate key"), False),
        (ValueError("a bug"), False),
    ],
)
def test_may_pass(error: Exception, expected: bool) -> None:
    assert may_pass(error) is expected
