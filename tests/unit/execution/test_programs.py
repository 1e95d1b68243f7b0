from __future__ import annotations

import pytest

from execution.failures import PermanentFailure, TransientFailure
from execution.target.programs import run_program


@pytest.mark.parametrize(
    ("said", "failure"),
    [
        ("pg_dump: error: connection to server on socket failed: No such file or directory", TransientFailure),
        ("pg_dump: error: query failed: server closed the connection unexpectedly", TransientFailure),
        ("pg_dump: error: could not write to output file: No space left on device", TransientFailure),
        ("pg_restore: error: FATAL:  the database system is in recovery mode", TransientFailure),
        ("pg_dump: error: query failed: ERROR:  permission denied for table seeds", PermanentFailure),
    ],
)
def test_run_program_tells_what_may_pass_from_what_may_not(said: str, failure: type[Exception]) -> None:
    with pytest.raises(failure, match="could not copy the target: pg_"):
        run_program(["/bin/sh", "-c", f"echo '{said}' >&2; exit 1"], "host=nowhere")
