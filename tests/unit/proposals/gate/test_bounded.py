"""The hard limit: whatever happens to the child that reads a content, there is a verdict and no orphan."""

from __future__ import annotations

import gc
import json
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from proposals.gate import DEFAULT, Outcome, Rules, assess, bounded
from proposals.gate.as_json import verdict_as_dict
from proposals.gate.bounded import Limits, assess_bounded
from proposals.gate.from_json import verdict_from_dict
from proposals.gate.workers import Workers, python_command
from proposals.reports import Report
from tests.waiting import wait_until

from .proposed import file_of, plan_of

CLEAN = file_of("a.py", "import sys\n\nprint(sys.argv)\n")
BROKEN = file_of("a.sql", "CREATE TABLE a (id int);\nSELEC 1;\n")
PLAN = plan_of(
    "Add the column `ai_model` to the table execution_tasks.\n\n```sql\nALTER TABLE a ADD COLUMN b int;\n```"
)
LARGE = Rules(max_content_bytes=1_048_576)
MEGABYTE = 1_000_000
LIMIT_RULE = "gate/limit-exceeded"

READY = (
    "import sys, os, signal, time; w = sys.stdout.buffer; "
    "w.write(b'\\0\\0\\0\\2{}'); w.flush(); sys.stdin.buffer.read(4);"
)
CHILDREN = [
    pytest.param("os.kill(os.getpid(), signal.SIGSEGV)", "crashed", id="segfault"),
    pytest.param("os.abort()", "gave up", id="abort"),
    pytest.param("os._exit(3)", "status 3", id="exit"),
    pytest.param("os._exit(77)", "memory", id="memory"),
    pytest.param("time.sleep(60)", "in time", id="hangs"),
    pytest.param("w.close(); time.sleep(60)", "in time", id="closes"),
    pytest.param("w.write(b'\\0\\0\\0\\2[]'); w.flush(); time.sleep(60)", "status 0", id="nonsense"),
    pytest.param("w.write(b'\\xff\\xff\\xff\\xff'); w.flush(); time.sleep(60)", "in time", id="endless"),
    pytest.param("w.write(b'\\0\\0\\0\\2\\xff\\xff'); w.flush(); time.sleep(60)", "status 0", id="no-text"),
]
HOSTILE = [
    pytest.param(file_of("a.txt", "a" * MEGABYTE), id="a-megabyte"),
    pytest.param(file_of("a.js", "const a = 1;\n" * 100_000), id="100000-lines"),
    pytest.param(file_of("a.json", '{"a":' * (MEGABYTE // 5)), id="deep-json"),
    pytest.param(file_of("a.yml", "a: &a [x]\n" + "b: &b [*a, *a, *a]\n" * 50_000), id="yaml-bomb"),
    pytest.param(file_of("a.js", "/" + "(a+)+" * 20_000 + "$/.test('a');\n"), id="catastrophic-regex"),
    pytest.param(file_of("a.sql", "SELECT " + " + ".join(["1"] * 25_000) + ";\n"), id="sql-chain"),
    pytest.param(file_of("a.css", "a\ud800{color:red}\x00" * 1_000), id="surrogates-and-nuls"),
    pytest.param(file_of("a.html", "<b><i>" * 100_000), id="formatting"),
    pytest.param(plan_of("```sql\n" * 100_000), id="fences"),
]


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    lent = Workers(python_command("proposals.gate.worker", str(1024**3)), most=2)
    yield lent
    lent.end()


def child(code: str) -> Workers:
    return Workers((sys.executable, "-c", READY + code), most=1)


def rules_seen(report: Report, workers: Workers, rules: Rules = DEFAULT, limits: Limits | None = None) -> set[str]:
    verdict = assess_bounded(report, rules, limits=limits or Limits(), workers=workers)
    return {finding.rule_id for finding in verdict.findings}


@pytest.mark.parametrize("report", [CLEAN, BROKEN, PLAN], ids=["clean", "broken", "plan"])
def test_assess_bounded_says_what_assess_says(report: Report, workers: Workers) -> None:
    expected = assess(report, DEFAULT)

    verdict = assess_bounded(report, DEFAULT, workers=workers)

    assert verdict_as_dict(verdict, report.id) == verdict_as_dict(expected, report.id)


@pytest.mark.parametrize("report", [CLEAN, BROKEN, PLAN], ids=["clean", "broken", "plan"])
def test_verdict_from_dict_reads_what_was_written(report: Report) -> None:
    written = json.loads(json.dumps(verdict_as_dict(assess(report, DEFAULT), report.id)))

    read = verdict_from_dict(written)

    assert json.loads(json.dumps(verdict_as_dict(read, report.id))) == written


@pytest.mark.parametrize(("code", "said"), CHILDREN)
def test_assess_bounded_blocks_when_the_child_fails(code: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "_GRACE_SECONDS", 0.2)
    workers = child(code)

    verdict = assess_bounded(CLEAN, DEFAULT, limits=Limits(wall_seconds=0.2), workers=workers)

    assert verdict.outcome is Outcome.BLOCKED
    assert [finding.rule_id for finding in verdict.findings] == [LIMIT_RULE]
    assert said in verdict.headline


def test_assess_bounded_blocks_when_the_child_never_starts() -> None:
    workers = Workers((sys.executable, "-c", "raise SystemExit(5)"), most=1)

    verdict = assess_bounded(CLEAN, DEFAULT, workers=workers)

    assert verdict.outcome is Outcome.BLOCKED


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        pytest.param(Limits(cpu_seconds=0.001), "processor", id="processor"),
        pytest.param(Limits(wall_seconds=0.001), "longer", id="clock"),
    ],
)
def test_assess_bounded_ends_a_child_at_its_limit(limits: Limits, said: str, workers: Workers) -> None:
    report = file_of("a.js", "const a = 1;\n" * 18_000)

    verdict = assess_bounded(report, DEFAULT, limits=limits, workers=workers)

    assert verdict.outcome is Outcome.BLOCKED
    assert said in verdict.headline
    assert LIMIT_RULE not in rules_seen(CLEAN, workers)


def test_assess_bounded_holds_the_child_to_its_memory() -> None:
    workers = Workers(python_command("proposals.gate.worker", "1"), most=1)

    verdict = assess_bounded(file_of("a.json", "[" + "1," * 400_000 + "1]"), LARGE, workers=workers)

    workers.end()
    assert verdict.outcome is Outcome.BLOCKED or sys.platform == "darwin"


@pytest.mark.parametrize("report", HOSTILE)
def test_assess_bounded_ends_on_hostile_content(report: Report, workers: Workers) -> None:
    seen = rules_seen(report, workers, LARGE)

    assert "gate/analyzer-crashed" not in seen
    assert LIMIT_RULE not in rules_seen(CLEAN, workers)


def test_assess_bounded_serves_many_threads(workers: Workers) -> None:
    reports = [CLEAN, BROKEN, PLAN] * 8

    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(lambda report: assess_bounded(report, DEFAULT, workers=workers).outcome, reports))

    assert outcomes == [assess(report, DEFAULT).outcome for report in reports]


def test_lend_replaces_a_child_that_ended_while_idle(workers: Workers) -> None:
    with workers.lend() as worker:
        process = worker._process
    process.kill()
    process.wait()

    seen = rules_seen(CLEAN, workers)

    assert LIMIT_RULE not in seen


def test_workers_leave_no_child_behind() -> None:
    workers = Workers(python_command("proposals.gate.worker", str(1024**3)), most=1)
    with workers.lend() as worker:
        process = psutil.Process(worker._process.pid)

    workers.end()

    assert not process.is_running()
    gc.collect()


def test_child_ends_when_its_parent_is_killed() -> None:
    code = (
        "import os, signal\n"
        "from proposals.gate.workers import Workers, python_command\n"
        "with Workers(python_command('proposals.gate.worker', '1073741824'), 1).lend() as worker:\n"
        "    print(worker._process.pid, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    with psutil.Popen([sys.executable, "-c", code], stdout=-1) as parent:
        pid = int(parent.stdout.readline())

    wait_until(lambda: not psutil.pid_exists(pid))


def test_forked_process_starts_its_own_children(workers: Workers) -> None:
    rules_seen(CLEAN, workers)
    forked = os.fork()
    if forked == 0:
        ok = LIMIT_RULE not in rules_seen(CLEAN, workers)
        workers.end()
        os._exit(0 if ok else 1)

    _, status = os.waitpid(forked, 0)

    assert os.waitstatus_to_exitcode(status) == 0
    assert LIMIT_RULE not in rules_seen(CLEAN, workers)
