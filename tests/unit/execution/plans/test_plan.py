"""Taking plans of ours apart, in the shapes that real ones have."""

from __future__ import annotations

import pytest

from execution.plans import actions_of, sql_fences
from proposals.gate import Rules
from proposals.reports import Report
from tests.factories.reports import create_report

HEADINGS = """self_improvement:  Know which model did what.

### 1. The schema
The tasks do not say who wrote them.

**Action:**
- **Add Column**: Add the model to the tasks.
  ```sql
  ALTER TABLE execution_tasks ADD COLUMN ai_model VARCHAR(255);
  ```
- **Fill it in**: Ask the team, then write
  it down.

### 2. The sums
- **Daily sums**: See what comes in.
  ```python
  # Example SQL query for the sums
  SELECT date(paid_at), sum(amount) FROM payments GROUP BY 1;
  ```

```python
from shop import app
app.run()
```
"""
NUMBERED = """self_improvement: Do less.

1. **Code**:
   - **Delete what nobody calls**: start with `old.py`.

2. **Words**
   - Say it once.
   - Say it *shortly*.
"""


def plan(text: str) -> Report:
    return create_report(proposal=text)


def test_actions_of_reads_bullets_under_headings() -> None:
    found = actions_of(HEADINGS)

    assert [(action.section, action.text, action.start_line, action.end_line) for action in found] == [
        ("1. The schema", "Add Column: Add the model to the tasks.", 7, 10),
        ("1. The schema", "Fill it in: Ask the team, then write it down.", 11, 13),
        ("2. The sums", "Daily sums: See what comes in.", 15, 20),
    ]


def test_actions_of_reads_the_innermost_items_of_a_numbered_list() -> None:
    found = actions_of(NUMBERED)

    assert [(action.section, action.text) for action in found] == [
        ("Code", "Delete what nobody calls: start with old.py."),
        ("Words", "Say it once."),
        ("Words", "Say it shortly."),
    ]


@pytest.mark.parametrize("text", ["", "self_improvement: Only prose.", "```\n- not a list\n", "- \n- \n", "\r\n\r- \r"])
def test_actions_of_a_text_without_any_is_empty(text: str) -> None:
    assert actions_of(text) == ()


def test_actions_of_counts_lines_as_the_gate_does() -> None:
    (action,) = actions_of("one\rtwo\r\n\n- act")

    assert action.start_line == 3


def test_actions_of_hostile_markdown_gives_plain_text() -> None:
    (action,) = actions_of("- <script>alert(1)</script> [x](javascript:alert(1)) ![y](http://z) &lt;b&gt;")

    assert action.text == "<script>alert(1)</script> [x](javascript:alert(1)) y <b>"


def test_sql_fences_finds_the_statement_that_changes_something() -> None:
    (fence,) = sql_fences(plan(HEADINGS), Rules())

    assert fence.text.strip() == "ALTER TABLE execution_tasks ADD COLUMN ai_model VARCHAR(255);"
    assert (fence.start_line, fence.end_line, fence.error) == (9, 9, "")


@pytest.mark.parametrize(
    ("label", "text", "found"),
    [
        ("sql", "CREATE TABLE a (id integer);", True),
        ("SQL", "UPDATE a SET b = 1;", True),
        ("postgresql", "CREATE TABLE a (id integer);", True),
        ("", "CREATE TABLE a (id integer);", True),
        ("", "# by hand\nCREATE TABLE a (id integer);", True),
        ("sql", "SELECT 1; SELECT 2;", False),
        ("sql", "-- nothing yet", False),
        ("sql", "", False),
        ("python", "CREATE TABLE a (id integer);", False),
        ("bash", "DROP TABLE a;", False),
        ("", "make it so", False),
    ],
)
def test_sql_fences_runs_only_sql_that_changes_something(label: str, text: str, found: bool) -> None:
    report = plan(f"self_improvement: Change.\n\n```{label}\n{text}\n```\n")

    assert [fence.error for fence in sql_fences(report, Rules())] == ([""] if found else [])


@pytest.mark.parametrize("text", ["ALTER TABLE a ADD COLUMN;", "CREATE TABLE a (id int,);", "DROP \x00TABLE a;"])
def test_sql_fences_tells_why_one_cannot_run(text: str) -> None:
    (fence,) = sql_fences(plan(f"self_improvement: Change.\n\n```sql\n{text}\n```\n"), Rules())

    assert fence.error


def test_sql_fences_that_never_close_are_left_out() -> None:
    assert sql_fences(plan("self_improvement: Change.\n\n```sql\nCREATE TABLE a (id integer);\n"), Rules()) == ()


def test_sql_fences_of_a_text_that_the_gate_did_not_read_are_left_out() -> None:
    assert sql_fences(plan(HEADINGS), Rules(max_content_bytes=10)) == ()
