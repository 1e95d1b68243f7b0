"""`bin/fsar`, run as CI runs it: a process, a socket, an exit code."""

from __future__ import annotations

import json
import pty
import signal
import subprocess
import sys
import time
from contextlib import suppress
from os import close, read
from pathlib import Path

import pytest
from pytest_django.live_server_helper import LiveServer

from proposals.models import Proposal, Question, User
from proposals.reports import Report, render_json, render_markdown
from proposals.services import answer_question, ask_producer, withdraw_proposal
from proposals.states import Status
from tests.factories import create_proposal, create_report, create_user
from tests.factories.clients import key_of
from tests.factories.reports import file_proposal
from tests.integration.fsarsite.client_runs import CLIENT, Done, environment, run_client, scripted
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
BROKEN = file_proposal("shop/broken.sql", "CREATE TABLE seeds (id int,);")
TOKEN = "0123456789abcdef0123456789abcdef01234567"
HOSTILE = "Do it. \x1b]0;owned\x07\x1b[31m\u202e\n::error::owned\n##[error]owned"


class Producer:
    """An account that submits, and its client."""

    def __init__(self, live_server: LiveServer, folder: Path) -> None:
        self.user, self.folder, self.url = create_user("pia", kind="service"), folder, live_server.url
        self.token = key_of(self.user)

    def run(self, *arguments: str, stdin: bytes = b"") -> Done:
        return run_client(self.url, self.token, *arguments, stdin=stdin, cwd=self.folder)

    def write(self, name: str, report: Report) -> str:
        text = render_json(report) if name.endswith(".json") else render_markdown(report)
        (self.folder / name).write_bytes(text.encode())
        return name


@pytest.fixture
def producer(live_server: LiveServer, tmp_path: Path) -> Producer:
    return Producer(live_server, tmp_path)


def test_submit_leaves_0_for_what_clears_in_both_forms_and_from_standard_input(producer: Producer) -> None:
    one, two, three = create_report(), create_report(), create_report()

    done = producer.run("submit", producer.write("a.md", one), producer.write("b.json", two))
    piped = producer.run("submit", "-", stdin=render_json(three).encode())
    again = producer.run("submit", "a.md")

    assert [each.returncode for each in (done, piped, again)] == [0, 0, 0], done.stderr + piped.stderr
    assert f"{one.id}: cleared".encode() in done.stdout
    assert Proposal.objects.get(report_id=one.id).received == render_markdown(one).encode()
    assert set(Proposal.objects.values_list("report_id", flat=True)) == {one.id, two.id, three.id}


def test_submit_leaves_1_for_what_stops_and_names_finding_and_line(producer: Producer) -> None:
    good, bad, asks = create_report(), create_report(proposal=BROKEN), create_report(block_execution=True)
    names = [producer.write(f"{number}.md", each) for number, each in enumerate((good, bad, asks))]

    done = producer.run("submit", *names)

    assert done.returncode == 1
    assert f"{bad.id}: returned".encode() in done.stdout
    assert b"error syntax/sql content:1" in done.stdout
    assert f"{asks.id}: blocked".encode() in done.stdout


def test_submit_leaves_2_for_bad_input_and_goes_on_with_the_others(producer: Producer) -> None:
    report = create_report()
    (producer.folder / "bad.md").write_text(render_markdown(report).replace("severity: 6", "severity: 99"))
    (producer.folder / "huge.md").write_bytes(b"x" * (2 * 1024 * 1024 + 1))
    changed = create_report(id="same")
    producer.write("same.md", create_report(id="same"))
    producer.run("submit", "same.md")

    done = producer.run(
        *("submit", "bad.md", "huge.md", "nowhere.md", ".", producer.write("other.md", changed)),
        *(producer.write("good.md", report), "--format", "sarif"),
    )

    assert done.returncode == 2
    lines = done.stderr.decode().splitlines()
    assert [line.split(": ")[1] for line in lines] == ["bad.md", "huge.md", "nowhere.md", ".", "other.md"]
    assert "severity (line 4): must be a whole number from 0 to 75, not 99" in lines[0]
    assert Proposal.objects.get(report_id=report.id).status == Status.CLEARED
    first = json.loads(done.stdout)["runs"][0]["results"][0]
    assert (first["ruleId"], first["locations"][0]["physicalLocation"]["region"]) == (
        "report-invalid",
        {"startLine": 4},
    )


def test_submit_follows_a_duplicate_to_what_is_decided(producer: Producer) -> None:
    first = create_report(block_execution=True)
    producer.run("submit", producer.write("a.md", first))

    done = producer.run("submit", producer.write("b.md", create_report(proposal=first.proposal, block_execution=True)))

    assert (done.returncode, done.stdout.startswith(f"{first.id}: blocked".encode())) == (1, True)


def test_submit_waits_until_a_person_decides(producer: Producer) -> None:
    report = create_report(block_execution=True)
    command = [sys.executable, str(CLIENT), "submit", producer.write("a.md", report), "--wait", "--timeout", "90"]
    surroundings = environment(producer.url, producer.token)

    with subprocess.Popen(
        command, cwd=producer.folder, env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stderr
        waiting = process.stderr.readline().decode()
        withdraw_proposal(proposal_id=Proposal.objects.get().pk, by=producer.user)
        told, errors = process.communicate(timeout=60)

    assert waiting == f"waiting for {report.id}: blocked, 0 s\n"
    assert (process.returncode, errors) == (1, b"")
    assert f"{report.id}: withdrawn".encode() in told


@pytest.mark.parametrize("command", ["submit", "wait"])
def test_waiting_leaves_4_when_time_is_over(producer: Producer, command: str) -> None:
    proposal = create_proposal(Status.BLOCKED, by=producer.user)
    (producer.folder / "a.md").write_bytes(proposal.received)
    what = ["submit", "a.md", "--wait"] if command == "submit" else ["wait", proposal.report_id]

    done = producer.run(*what, "--timeout", "0.2")

    assert done.returncode == 4
    assert done.stderr.endswith(f"fsar: {proposal.report_id} is still blocked\n".encode())


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (Status.CLEARED, 0),
        (Status.APPROVED, 0),
        (Status.EXECUTED, 0),
        (Status.BLOCKED, 1),
        (Status.NEEDS_MITIGATION, 1),
        (Status.RETURNED, 1),
        (Status.REJECTED, 1),
        (Status.ROLLED_BACK, 1),
    ],
)
def test_status_says_by_its_exit_code_whether_it_goes_ahead(producer: Producer, status: Status, code: int) -> None:
    proposal = create_proposal(status, by=producer.user)

    done = producer.run("status", proposal.report_id)

    assert (done.returncode, done.stdout.startswith(f"{proposal.report_id}: {status}".encode())) == (code, True)


def test_formats_for_machines_go_to_a_file_and_people_get_the_text(producer: Producer) -> None:
    bad, asks = create_report(proposal=BROKEN), create_report(block_execution=True)
    names = [producer.write("a.md", bad), producer.write("b.md", asks)]

    as_sarif = producer.run("submit", *names, "--format", "sarif", "--output", "fsar.sarif")
    as_json = producer.run("submit", *names, "--format", "json")
    nowhere = producer.run("submit", *names, "--format", "json", "--output", "no/such/folder")

    log = json.loads((producer.folder / "fsar.sarif").read_text())
    run = log["runs"][0]
    assert (as_sarif.returncode, log["version"], len(log["runs"])) == (1, "2.1.0", 1)
    assert b"error syntax/sql" in as_sarif.stdout
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert all(rules[result["ruleIndex"]] == result["ruleId"] for result in run["results"])
    assert all(result["locations"] for result in run["results"])
    assert [each["outcome"] for each in json.loads(as_json.stdout)] == ["repeated", "repeated"]
    assert nowhere.returncode == 2


def test_findings_and_report_in_each_form(producer: Producer) -> None:
    proposal = create_proposal(Status.RETURNED, by=producer.user)
    id_ = proposal.report_id

    text, as_json, as_sarif = (producer.run("findings", id_, "--format", each) for each in ("text", "json", "sarif"))
    markdown, in_json = producer.run("report", id_), producer.run("report", id_, "--form", "json")

    assert b"remedy: " in text.stdout
    assert json.loads(as_json.stdout)[0]["rule_id"] == "syntax/sql"
    assert json.loads(as_sarif.stdout)["runs"][0]["results"]
    assert markdown.stdout == proposal.received
    assert json.loads(in_json.stdout)["id"] == id_


def test_question_is_read_and_answered(producer: Producer) -> None:
    proposal = create_proposal(Status.BLOCKED, by=producer.user)
    question = ask_producer(proposal_id=proposal.pk, by=create_user("olga"), text="Which table?\n::error::is it")

    opened = producer.run("questions", proposal.report_id)
    answered = producer.run("answer", proposal.report_id, str(question.pk), "-", stdin="The ordersé.".encode())
    closed = producer.run("questions", proposal.report_id)
    another = producer.run("answer", proposal.report_id, str(question.pk), "Another one.")

    assert opened.stdout.decode().splitlines() == [
        f"{question.pk} asked by olga",
        "  | Which table?",
        "  | ::error::is it",
        "open: waits for an answer",
    ]
    assert (answered.returncode, Question.objects.get().answer) == (0, "The ordersé.")
    assert "  | The ordersé." in closed.stdout.decode()
    assert (another.returncode, another.stderr[:9]) == (2, b"fsar: 409")


def test_withdraw_takes_it_back_once(producer: Producer) -> None:
    proposal = create_proposal(Status.BLOCKED, by=producer.user)

    first = producer.run("withdraw", proposal.report_id, "--note", "A better one follows.")
    second = producer.run("withdraw", proposal.report_id)

    assert (first.returncode, second.returncode) == (0, 2)
    assert Proposal.objects.get().status == Status.WITHDRAWN
    assert b"withdrawn" in second.stderr


def test_list_follows_the_pages(producer: Producer) -> None:
    for number in range(52):
        create_proposal(Status.BLOCKED, by=producer.user, id=f"p{number}")
    create_proposal(Status.RETURNED, by=producer.user)

    done = producer.run("list", "--status", "blocked", "--status", "rejected")

    assert len({line.split(b"\t")[0] for line in done.stdout.splitlines()}) == 52


def test_tasks_are_listed(producer: Producer) -> None:
    proposal = create_proposal(Status.APPROVED, by=producer.user)

    done = producer.run("tasks", proposal.report_id)

    assert done.returncode == 0
    assert b"\t" in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["submit"],
        ["status", "../x"],
        ["status", "\x1b[31m"],
        ["status", "not-there"],
        ["frobnicate"],
        ["list", "--status", "no"],
        ["answer", "a", "x", "text"],
        ["--url", "file:///etc/passwd", "list"],
        ["--url", "http://[", "list"],
        ["--url", "http://a:b@127.0.0.1", "list"],
    ],
)
def test_usage_and_what_is_not_there_leave_2(producer: Producer, arguments: list[str]) -> None:
    done = producer.run(*arguments)

    assert done.returncode == 2
    assert done.stderr.startswith(b"fsar: ")
    assert done.stderr.count(b"\n") == 1
    assert b"\x1b" not in done.stderr


def test_not_authorised_leaves_5_and_never_says_the_token(live_server: LiveServer) -> None:
    stranger = key_of(create_user(groups=[], kind="service"))

    for token in ("", TOKEN, f"{TOKEN}\x1bé", stranger):
        assert run_client(live_server.url, token, "list").returncode == 5


def test_unreachable_server_leaves_3() -> None:
    done = run_client("http://127.0.0.1:9", TOKEN, "--retries", "1", "list")

    assert done.returncode == 3
    assert b"cannot be reached" in done.stderr


def test_flapping_server_is_asked_again_as_it_wishes() -> None:
    page = json.dumps({"next": None, "results": [{"id": "a", "status": "blocked"}]}).encode()
    away = b'{"detail": "The database is away."}'

    with scripted((503, {"Retry-After": "1"}, away), (429, {"Retry-After": "0"}, b""), (200, {}, page)) as server:
        began = time.monotonic()
        done = run_client(server.url, TOKEN, "list")

    assert (done.returncode, len(server.asked)) == (0, 3)
    assert done.stdout.startswith(b"a\tblocked")
    assert time.monotonic() - began >= 1
    assert {each.headers["Authorization"] for each in server.asked} == {f"Bearer {TOKEN}"}


def test_server_that_stays_away_leaves_3_with_its_words() -> None:
    with scripted((503, {"Retry-After": "0"}, b'{"detail": "The database is away."}')) as server:
        done = run_client(server.url, TOKEN, "--retries", "2", "list")

    assert (done.returncode, len(server.asked)) == (3, 3)
    assert done.stderr == b"fsar: 503: The database is away.\n"


def test_submission_carries_the_bytes_and_one_key_for_all_its_attempts() -> None:
    said = json.dumps({"outcome": "created", "proposal": {"id": "a", "status": "cleared"}}).encode()
    content = b"  {\r\n\xff"

    with scripted((502, {}, b"<html>"), (201, {}, said)) as server:
        done = run_client(server.url, TOKEN, "submit", "-", stdin=content)

    assert done.returncode == 0
    assert [each.body for each in server.asked] == [content, content]
    assert len({each.headers["Idempotency-Key"] for each in server.asked}) == 1
    assert server.asked[0].headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    "answer",
    [
        (302, {"Location": "http://127.0.0.1:9/"}, b""),
        (200, {}, b"<html>not this</html>"),
        (200, {}, b"[" * 100_000),
        (200, {"Content-Length": "999"}, b"{}"),
        (200, {}, b'{"results": [], "next": "http://evil.example/?"}'),
    ],
)
def test_answers_that_fsarsite_never_gives_leave_3(answer: tuple[int, dict[str, str], bytes]) -> None:
    with scripted(answer) as server:
        done = run_client(server.url, TOKEN, "--retries", "0", "list")

    assert done.returncode == 3
    assert len(server.asked) == 1


def test_what_strangers_wrote_moves_no_terminal_and_no_ci_runner() -> None:
    finding = {"rule_id": HOSTILE, "level": HOSTILE, "message": HOSTILE, "remedy": HOSTILE, "artifact": HOSTILE}
    proposal = {"id": "a", "status": "blocked", "title": HOSTILE, "headline": HOSTILE}
    proposal["assessment"] = {"findings": [finding | {"start_line": 1}]}  # type: ignore[assignment]
    said = json.dumps({"outcome": "created", "proposal": proposal}).encode()

    with scripted((201, {}, said)) as server:
        runs = [run_client(server.url, TOKEN, "submit", "-", "--format", form) for form in ("text", "json")]
    with scripted((400, {}, json.dumps({"detail": HOSTILE}).encode())) as server:
        runs.append(run_client(server.url, TOKEN, "submit", "-"))

    for done in runs:
        told = done.stdout + done.stderr
        assert not [each for each in (b"\x1b", b"\x07", "\u202e".encode()) if each in told]
        assert not [line for line in told.splitlines() if line.strip().startswith(b"::")]
    assert b"##[" not in runs[0].stdout + runs[2].stderr


def test_terminal_gets_a_moving_line_and_ctrl_c_leaves_130() -> None:
    blocked = json.dumps({"id": "a", "status": "blocked"}).encode()
    ours, theirs = pty.openpty()

    with scripted((200, {}, blocked)) as server:
        process = subprocess.Popen(
            [sys.executable, str(CLIENT), "wait", "a"],
            env=environment(server.url, TOKEN),
            stdout=subprocess.DEVNULL,
            stderr=theirs,
        )
        close(theirs)
        wait_until(lambda: len(server.asked) > 1)
        process.send_signal(signal.SIGINT)
        code = process.wait(timeout=30)
    told = b""
    with suppress(OSError):  # the other end is closed
        while more := read(ours, 4096):
            told += more
    close(ours)

    assert code == 130
    assert b"\r\x1b[K" in told
    assert b"a: blocked" in told
    assert told.rstrip().endswith(b"fsar: interrupted")
    assert b"Traceback" not in told


def test_help_tells_the_exit_codes() -> None:
    done = run_client("", "", "submit", "--help")

    assert [f"  {code}  ".encode() in done.stdout for code in range(6)] == [True] * 6


def test_answered_question_of_another_account_is_forbidden(producer: Producer) -> None:
    proposal = create_proposal(Status.BLOCKED, by=User.objects.create(username="other"))
    question = ask_producer(proposal_id=proposal.pk, by=create_user("olga"), text="Which table?")

    done = producer.run("answer", proposal.report_id, str(question.pk), "The orders.")
    answer_question(proposal_id=proposal.pk, question_id=question.pk, by=proposal.submitted_by, text="The orders.")

    assert done.returncode == 5
