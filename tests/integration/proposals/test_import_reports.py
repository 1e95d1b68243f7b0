import io
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command

from proposals.models import Assessment, Opportunity, Proposal, ProposalEvent, User
from proposals.reports import Report, render_json, render_markdown
from proposals.states import Status
from tests.factories import create_report

pytestmark = pytest.mark.django_db

Run = Callable[..., str]


def make_report(number: int, proposal: str = "", **fields: object) -> Report:
    text = proposal or f"implement_idea: Sell gift card number {number}"
    return create_report(id=f"import_{number}", proposal=text, **fields)


@pytest.fixture
def run() -> Run:
    """Run the command and return what it printed; a failing one prints before it raises."""

    def run_command(*arguments: object) -> str:
        out = io.StringIO()
        try:
            call_command("import_reports", *map(str, arguments), stdout=out, stderr=io.StringIO())
        except CommandError as error:
            out.write(f"CommandError: {error}")
        return out.getvalue()

    return run_command


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Put a text on standard input."""

    def put(text: str) -> None:
        monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(text.encode())))

    return put


def test_import_reports_takes_every_format_in_a_folder(tmp_path: Path, run: Run) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "one.md").write_text(render_markdown(make_report(1)))
    (tmp_path / "deep" / "two.JSON").write_text(render_json(make_report(2)))
    lines = [json.dumps(make_report(number).values()) for number in (3, 4)]
    (tmp_path / "deep" / "er" / "more.jsonl").write_text("\n\n".join(lines))
    (tmp_path / "notes.txt").write_text("no report")

    printed = run(tmp_path)

    assert "CommandError" not in printed
    assert set(Proposal.objects.values_list("report_id", flat=True)) == {f"import_{number}" for number in range(1, 5)}
    assert set(Proposal.objects.values_list("source", "submitted_by__username")) == {("command", "importer")}
    assert User.objects.get(username="importer").kind == User.Kind.SERVICE


def test_import_reports_takes_a_pattern_and_each_file_once(tmp_path: Path, run: Run) -> None:
    for number in (1, 2):
        (tmp_path / f"{number}.md").write_text(render_markdown(make_report(number)))

    printed = run(tmp_path / "*.md", tmp_path / "1.md", tmp_path)

    assert Proposal.objects.count() == 2
    assert "repeated\n" not in printed


@pytest.mark.parametrize("render", [render_markdown, render_json, lambda report: json.dumps(report.values())])
def test_import_reports_reads_standard_input(
    render: Callable[[Report], str], stdin: Callable[[str], None], run: Run
) -> None:
    stdin(render(make_report(1)))

    run("-")

    assert Proposal.objects.get().report == make_report(1)


def test_import_reports_reads_json_lines_from_standard_input(stdin: Callable[[str], None], run: Run) -> None:
    good, bad = (json.dumps(make_report(number, severity=severity).values()) for number, severity in ((1, 6), (2, 99)))
    stdin(f"{good}\n\n{bad}\n")

    printed = run("-")

    assert Proposal.objects.count() == 1
    assert "standard input:3: severity: must be a whole number from 0 to 75, not 99" in printed


def test_import_reports_goes_on_after_bad_reports(tmp_path: Path, run: Run) -> None:
    (tmp_path / "a.md").write_text(render_markdown(make_report(1)).replace("- severity: 6\n", ""))
    (tmp_path / "b.json").write_bytes(b"{\xff}")
    (tmp_path / "c.md").write_text(render_markdown(make_report(2)))
    (tmp_path / "d.md").write_bytes(b"# FSAR Proposal Report\n".ljust(3_000_000))
    lines = ["x" * 3_000_000, json.dumps(make_report(3).values())]
    (tmp_path / "e.jsonl").write_text("\n".join(lines))
    (tmp_path / "f.md").symlink_to(tmp_path / "gone")

    printed = run(tmp_path, tmp_path / "missing.md", tmp_path / "*.txt")

    assert set(Proposal.objects.values_list("report_id", flat=True)) == {"import_2", "import_3"}
    assert f"{tmp_path}/a.md:5: severity: is missing above the proposal\n" in printed
    assert f"{tmp_path}/b.json:1: report: is not UTF-8 at byte offset 1\n" in printed
    assert f"{tmp_path}/d.md:1: report: is longer than the 2097152 bytes that are taken\n" in printed
    assert f"{tmp_path}/e.jsonl:1: report: is longer than the 2097152 bytes that are taken\n" in printed
    assert f"{tmp_path}/f.md: path: No such file or directory\n" in printed
    assert f"{tmp_path}/missing.md: path: no such file or folder\n" in printed
    assert f"{tmp_path}/*.txt: path: the pattern matches no file\n" in printed
    assert printed.endswith("CommandError: 7 of 9 failed")


def test_import_reports_tells_repeated_duplicate_and_conflict(tmp_path: Path, run: Run) -> None:
    text = make_report(1).proposal
    (tmp_path / "1.md").write_text(render_markdown(make_report(1)))
    run(tmp_path)
    (tmp_path / "2.md").write_text(render_markdown(make_report(2, text)))
    (tmp_path / "3.md").write_text(render_markdown(make_report(1, "implement_idea: Other")))

    printed = run(tmp_path)

    assert "import_1: repeated\n" in printed
    assert "import_2: duplicate\n" in printed
    assert f"{tmp_path}/3.md:1: id: import_1 was submitted before with other content" in printed
    assert Proposal.objects.get(report_id="import_2").status == Status.DUPLICATE


def test_import_reports_dry_run_writes_nothing(tmp_path: Path, run: Run) -> None:
    same = "implement_idea: Same"
    reports = [
        make_report(1, same),
        make_report(2, same),
        make_report(1, same),
        make_report(1, "implement_idea: Other"),
    ]
    for number, report in enumerate(reports):
        (tmp_path / f"{number}.md").write_text(render_markdown(report))

    printed = run(tmp_path, "--dry-run")

    assert "Dry run: nothing was written" in printed
    assert "import_2: duplicate\n" in printed
    assert "import_1: repeated\n" in printed
    assert f"{tmp_path}/3.md:1: id: came earlier in this import with other content" in printed
    for model in (Proposal, Assessment, ProposalEvent, Opportunity):
        assert not model.objects.exists()
    assert not User.objects.filter(username="importer").exists()


def test_import_reports_dry_run_sees_what_is_stored(tmp_path: Path, run: Run) -> None:
    (tmp_path / "1.md").write_text(render_markdown(make_report(1)))
    run(tmp_path)
    (tmp_path / "1.md").write_text(render_markdown(make_report(1, "implement_idea: Other")))
    (tmp_path / "2.md").write_text(render_markdown(make_report(2, make_report(1).proposal)))

    printed = run(tmp_path, "--dry-run")

    assert "import_2: duplicate\n" in printed
    assert "1.md:1: id: import_1 was submitted before with other content" in printed
    assert Proposal.objects.count() == 1


def test_import_reports_as_a_named_account(tmp_path: Path, run: Run) -> None:
    User.objects.create_user("ines")
    (tmp_path / "1.md").write_text(render_markdown(make_report(1)))

    run(tmp_path, "--as", "ines")

    assert Proposal.objects.get().submitted_by.username == "ines"


@pytest.mark.parametrize("is_active", [None, False])
def test_import_reports_as_an_unusable_account(tmp_path: Path, run: Run, is_active: bool | None) -> None:
    if is_active is not None:
        User.objects.create_user("ines", is_active=is_active)
    (tmp_path / "1.md").write_text(render_markdown(make_report(1)))

    assert run(tmp_path, "--as", "ines") == "CommandError: there is no active account ines"
    assert not Proposal.objects.exists()


def test_import_reports_refuses_a_person_in_the_place_of_the_service(tmp_path: Path, run: Run) -> None:
    User.objects.create_user("importer")
    (tmp_path / "1.md").write_text(render_markdown(make_report(1)))

    assert run(tmp_path).startswith("CommandError: importer is a person's account")


def test_import_reports_format_overrides_the_name(tmp_path: Path, run: Run) -> None:
    (tmp_path / "report.txt").write_text(json.dumps(make_report(1).values()))

    assert "title: the first line must be" in run(tmp_path / "report.txt", "--format", "md")
    assert "import_1: " in run(tmp_path / "report.txt", "--format", "jsonl")


def test_import_reports_shows_hostile_names_and_text_as_escapes(tmp_path: Path, run: Run) -> None:
    (tmp_path / "a\x1b[2Jb.md").write_text("# Not \x1b[31m a report")

    printed = run(tmp_path)

    assert "\x1b" not in printed
    assert "a\\u001b[2Jb.md:1: title:" in printed
