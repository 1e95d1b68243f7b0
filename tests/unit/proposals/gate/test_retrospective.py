from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proposals.gate.retrospective import Retrospective, Section

from .proposed import file_of, plan_of, report_of, verdict_of

PLAN = """Tidy up.

1. **Cache prices:** Cache the price list in Redis for faster answers.
2. **Stripe:** Set up webhooks to follow payments.
3. Add the missing `grams` column to the `bread_orders` table.
"""


def said(report: object, section: Section) -> str:
    return "\n".join(point["text"] for point in verdict_of(report).retrospective.as_dict().get(section.value, []))  # type: ignore[arg-type]


def test_retrospect_has_no_section_when_there_is_nothing_to_say() -> None:
    assert verdict_of(report_of("implement_idea: Implement: Bread by Subscription")).retrospective.points == ()
    assert verdict_of(file_of("notes/oven.md", "# Oven\n\nWarm.\n")).retrospective.as_dict() == {}


def test_retrospect_differs_with_the_content() -> None:
    first = verdict_of(file_of("a.sql", "ALTER TABLE loaves ADD COLUMN grams int;")).retrospective
    second = verdict_of(file_of("a.sql", "CREATE INDEX ON loaves (grams);")).retrospective

    assert first.points
    assert second.points
    assert not {point.text for point in first.points} & {point.text for point in second.points}


@pytest.mark.parametrize(
    ("sql", "section", "words"),
    [
        ("ALTER TABLE loaves ADD COLUMN grams int NOT NULL;", Section.BLIND_SPOTS, "loaves.grams is NOT NULL without"),
        ("ALTER TABLE loaves ADD COLUMN grams int;", Section.BLIND_SPOTS, "Nothing here fills loaves.grams"),
        ("ALTER TABLE loaves ADD COLUMN grams int DEFAULT 500;", Section.CONSEQUENCES, "the default of loaves.grams"),
        ("ALTER TABLE loaves ADD COLUMN name varchar(20);", Section.WISHES, "VARCHAR(20)"),
        ("CREATE TABLE bills (amount float);", Section.CONSEQUENCES, "bills.amount is float8"),
        ("CREATE TABLE bills (amount float);", Section.WISHES, "That bills had a primary key"),
        ("CREATE TABLE bills (id int PRIMARY KEY, baker_id int);", Section.CONSEQUENCES, "bills.baker_id refers to no"),
        ("CREATE TABLE users (id int PRIMARY KEY, password text);", Section.BLIND_SPOTS, "users.password is hashed"),
        ("CREATE INDEX ON loaves (grams);", Section.MITIGATIONS, "CREATE INDEX CONCURRENTLY on loaves"),
        ("DROP TABLE loaves;", Section.WAYS_BACK, "None for “drop table loaves”"),
        ("TRUNCATE loaves;", Section.MITIGATIONS, "CREATE TABLE loaves_before AS TABLE loaves"),
        ("DELETE FROM loaves WHERE grams < 1;", Section.BLIND_SPOTS, "How many rows of loaves"),
        ("ALTER TABLE loaves RENAME COLUMN grams TO weight;", Section.BLIND_SPOTS, "that say grams"),
    ],
)
def test_retrospect_reads_sql(sql: str, section: Section, words: str) -> None:
    assert words in said(file_of("change.sql", sql), section)


@pytest.mark.parametrize(
    ("path", "content", "section", "words"),
    [
        ("a.js", "const k = process.env.OVEN_KEY;\nmodule.exports = k;\n", Section.BLIND_SPOTS, "OVEN_KEY"),
        ("a.py", 'import os\nKEY = os.environ["OVEN_KEY"]\n', Section.MITIGATIONS, "OVEN_KEY is missing"),
        ("a.js", "app.post('/loaves', bake);\n", Section.SIGNALS, "write to /loaves"),
        ("a.html", '<script src="https://cdn.bread.dev/a.js"></script>', Section.CONSEQUENCES, "holds cdn.bread.dev"),
        ("a.css", "button { color: red; }\n", Section.CONSEQUENCES, "Every button of every page"),
        ("compose.yml", "services:\n  web:\n    image: baker/oven\n", Section.MITIGATIONS, "Pin baker/oven by digest"),
    ],
)
def test_retrospect_names_what_a_file_reaches_for(path: str, content: str, section: Section, words: str) -> None:
    assert words in said(file_of(path, content), section)


def test_retrospect_leaves_out_what_the_file_takes_care_of() -> None:
    careful = "app.post('/loaves', requireSession, bake);\n"

    assert "/loaves" not in said(file_of("a.js", careful), Section.BLIND_SPOTS)


def test_retrospect_reads_a_plan_by_its_own_words() -> None:
    report = plan_of(PLAN)

    assert "Cache the price list in Redis" in said(report, Section.BLIND_SPOTS)
    assert "arrives twice" in said(report, Section.BLIND_SPOTS)
    assert "bread_orders.grams" in said(report, Section.WISHES)
    assert next(point.region.start_line for point in verdict_of(report).retrospective.points if point.region) == 4


def test_retrospect_ranks_and_bounds_each_section() -> None:
    statements = "".join(f"CREATE TABLE t{number} (email text, amount float);\n" for number in range(30))
    stored = verdict_of(file_of("many.sql", statements)).retrospective.as_dict()

    for points in stored.values():
        weights = [point["weight"] for point in points]
        assert len(points) <= 5
        assert weights == sorted(weights, reverse=True)


def test_retrospective_survives_storage() -> None:
    told = verdict_of(plan_of(PLAN)).retrospective

    assert Retrospective.from_dict(told.as_dict()).as_dict() == told.as_dict()


@given(st.text(max_size=400))
def test_retrospect_takes_any_text(text: str) -> None:
    for report in (plan_of(text), file_of("a.js", text), file_of("a.css", text), file_of("a.sql", text)):
        stored = verdict_of(report).retrospective.as_dict()

        assert all("\n" not in point["text"] for points in stored.values() for point in points)
