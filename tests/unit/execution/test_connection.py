from __future__ import annotations

import pytest
from psycopg import errors

from execution.failures import PermanentFailure, TransientFailure
from execution.target.connection import explained


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (errors.LockNotAvailable("canceling statement due to lock timeout"), TransientFailure),
        (errors.AdminShutdown("terminating connection due to administrator command"), TransientFailure),
        (errors.CrashShutdown("terminating connection because of crash of another server process"), TransientFailure),
        (errors.DiskFull("could not extend file"), TransientFailure),
        (errors.InternalError_("checkpoint request failed"), TransientFailure),
        (errors.OperationalError("consuming input failed"), TransientFailure),
        (errors.InternalError_("cache lookup failed"), PermanentFailure),
        (errors.UndefinedTable('relation "seeds" does not exist'), PermanentFailure),
    ],
)
def test_explained_tells_what_may_pass(error: Exception, failure: type[Exception]) -> None:
    with pytest.raises(failure, match="the target refused it: "), explained("the target refused it"):
        raise error
