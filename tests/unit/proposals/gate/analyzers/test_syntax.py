from __future__ import annotations

import pytest

from proposals.gate import Outcome
from tests.unit.proposals.gate.proposed import file_of, rule_ids, rule_lines, verdict_of

BAD = [
    ("a.sql", "SELECT 1;\nCREATE TABEL x (id int);\n", "syntax/sql", 2),
    ("a.sql", "-- Brötchen, Käse, Öl\nSELECT 1;\nSELEC 2;\n", "syntax/sql", 3),
    ("a.sql", "CREATE TABLE x (\n  id int,\n);\n", "syntax/sql", 3),
    ("a.sql", "CREATE TABLE x (\n  id int\n", "syntax/sql", 2),
    ("a.sql", "SELECT " + "(" * 50_000, "syntax/sql", 1),
    ("a.json", '{"a": 1,\n "b": }\n', "syntax/json", 2),
    ("a.json", '{"a": NaN}\n', "syntax/json", 0),
    ("a.json", "[" * 100_000, "syntax/json", 0),
    ("a.json", '// comment\n{"a": 1}\n', "syntax/json", 1),
    ("a.yml", "a: 1\nb:\n\t- 2\n", "syntax/yaml", 3),
    ("a.yml", "a: *nowhere\n", "syntax/yaml", 1),
    ("a.yml", "Here is the configuration\n", "syntax/yaml-scalar", 1),
    ("a.yml", "a: &a [x]\n" + "".join(f"b{n}: [*a, *a, *a]\n" for n in range(100)), "syntax/yaml-aliases", 68),
    ("a.yml", "[" * 5_000, "syntax/yaml-aliases", 1),
    ("a.py", "def bake():\n    return (\n", "syntax/python", 2),
    ("a.py", "return 1\n", "syntax/python", 1),
    ("a.py", "x = " + "(" * 5_000, "syntax/python", 1),
    ("a.js", "const a = 1;\nconst b = ;\n", "syntax/javascript", 2),
    ("a.js", "function bake() {\n", "syntax/javascript", 1),
    ("a.js", "}); evil(); (function () {\n", "syntax/javascript", 1),
    ("a.js", "const Oven = () => <div><b></div>;\n", "syntax/javascript", 1),
    ("a.js", "(" * 50_000, "syntax/javascript", 1),
    ("a.js", "import R from 'r';\nconst a = <R>{1}</R>;\nreturn (\n  <R />\n);\n", "syntax/javascript", 3),
    ("a.js", "import R from 'r';\nconst a = <R\n  b={await c}\n/>;\nlet a;\n", "syntax/javascript", 5),
    ("a.ts", "const a: = 1;\n", "syntax/typescript", 1),
    ("a.css", "body {\n  color red;\n}\n", "syntax/css", 2),
    ("a.css", "body { color: red; }\nconst a = 1;\n", "syntax/css", 2),
    ("a.css", "document.querySelector('a') { color: red }\n", "syntax/css", 1),
    ("a.css", "a{" * 5_000, "syntax/css", 1),
]
JSX = """import R from 'r';
export default (p) => (
  <R {...p} a="}" b={/* c */}>
    text {p.d && <i e={p.f}>{' '}</i>}
    <></>{p.g.map((h) => <R key={h}>{`${h}`}</R>)}
  </R>
);
"""
GOOD = [
    ("a.sql", "CREATE TABLE x (id serial PRIMARY KEY);\nCREATE INDEX ON x (id);\n"),
    ("a.json", '{"a": [1, 2.5e3, null, true, "\\u00e4"]}\n'),
    ("a.yml", "on:\n  push: {}\na: &b [1]\nc: *b\n"),
    ("a.yml", "Resources:\n  Bucket: !Ref Other\n---\nb: 2\n"),
    ("a.py", "async def bake() -> None:\n    await heat()\n\n\nasync def heat() -> None:\n    print(1)\n"),
    ("a.js", "const a = require('fs');\nmodule.exports = { b: a.readFileSync };\n"),
    ("a.js", "import a from 'a';\nexport default a;\n"),
    ("a.js", "import React from 'react';\nexport const Oven = () => <div>{1}</div>;\n"),
    ("a.js", "#!/usr/bin/env node\nif (!process.argv[2]) return;\nconsole.log(1);\n"),
    ("a.js", "import a from 'a';\nexport const b = await a();\n"),
    (
        "a.js",
        ("a.js", JSX),
    ),
    ("a.ts", "export const a: number = 1;\n"),
    ("a.css", ":root { --gap: { a: b }; }\na:not(.b) > c[d='e']::before { content: 'x'; }\n"),
    ("a.css", "@media (max-width: 3em) { a, b { color: red !important } }\n@keyframes k { 50% { top: 0 } }\n"),
]


@pytest.mark.parametrize(("path", "content", "rule", "line"), BAD, ids=lambda value: str(value)[:30])
def test_syntax_returns_what_cannot_be_loaded(path: str, content: str, rule: str, line: int) -> None:
    report = file_of(path, content)

    verdict = verdict_of(report)

    assert (rule, line) in rule_lines(report)
    assert verdict.outcome is Outcome.RETURNED


@pytest.mark.parametrize(("path", "content"), GOOD, ids=lambda value: str(value)[:30])
def test_syntax_lets_through_what_loads(path: str, content: str) -> None:
    ids = rule_ids(file_of(path, content))

    assert not {rule for rule in ids if rule.startswith("syntax/")}


def test_syntax_never_runs_what_it_compiles() -> None:
    ids = rule_ids(file_of("a.js", "while (true) {}\n"))

    assert "syntax/javascript" not in ids


def test_syntax_leaves_too_large_files_unread() -> None:
    report = file_of("a.sql", "SELECT 1;\n" * 100_000)

    verdict = verdict_of(report)

    assert verdict.outcome is Outcome.RETURNED
    assert {finding.rule_id for finding in verdict.findings} == {"content/too-large"}
