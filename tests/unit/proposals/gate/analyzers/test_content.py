"""Tables of what each analyzer of file contents stops and lets through."""

from __future__ import annotations

import pytest

from proposals.gate import Outcome
from tests.unit.proposals.gate.proposed import file_of, plan_of, report_of, rule_ids, rule_lines, verdict_of

HEAD = "const express = require('express');\nconst router = express.Router();\n"
WHOLE_SQL = """CREATE TABLE a (
  id bigserial PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now(),
  day date DEFAULT CURRENT_DATE,
  key uuid DEFAULT gen_random_uuid(),
  n numeric(10, 2) DEFAULT 0 CHECK (n >= 0),
  s text DEFAULT 'open' CHECK (s IN ('open', 'shut')),
  on_ boolean DEFAULT true,
  j jsonb DEFAULT '{}',
  UNIQUE (key, day)
);
CREATE TABLE b (a_id int REFERENCES a ON DELETE CASCADE, up int REFERENCES a (id));
CREATE INDEX b_a ON b (a_id);
INSERT INTO b (a_id, up) VALUES (1, 1), (2, NULL);
"""
STOPPED = [
    # SQL that parses and cannot run
    ("a.sql", "CREATE TABLE a (id int, kind ENUM('x', 'y'));\n", "sql/unknown-type", 1),
    ("a.sql", "CREATE TABLE a (\n  id int,\n  name VARCHAR255\n);\n", "sql/unknown-type", 3),
    ("a.sql", "CREATE TABLE a (at DATETIME);\n", "sql/unknown-type", 1),
    ("a.sql", "CREATE TABLE a (body LONGTEXT);\n", "sql/unknown-type", 1),
    ("a.sql", "CREATE TABLE a (at timestamptz DEFAULT CURRENT0TIME());\n", "sql/unknown-function", 1),
    ("a.sql", "SELECT GETDATE();\n", "sql/unknown-function", 1),
    ("a.sql", "BEGIN;\nCREATE TABLE a (id int);\n", "sql/open-transaction", 1),
    ("a.sql", "BEGIN;\nCREATE TABLE a (id int);\nROLLBACK;\n", "sql/rolled-back", 1),
    (
        "a.sql",
        "CREATE FUNCTION f() RETURNS int AS $$\nBEGIN\n  RETRN 1\nEND;\n$$ LANGUAGE plpgsql;\n",
        "sql/function-body",
        1,
    ),
    ("a.sql", "CREATE FUNCTION f() RETURNS int AS 'SELEC 1' LANGUAGE sql;\n", "sql/function-body", 1),
    ("a.sql", "CREATE DATABASE shop;\n", "sql/outside-transaction", 1),
    ("a.sql", "CREATE TABLE a (id int, id text);\n", "sql/impossible-table", 1),
    ("a.sql", "CREATE TABLE a (id int PRIMARY KEY, b int PRIMARY KEY);\n", "sql/impossible-table", 1),
    ("a.sql", "CREATE TABLE a (id int, PRIMARY KEY (key));\n", "sql/impossible-table", 1),
    ("a.sql", "CREATE TABLE a (id int DEFAULT CURRENT0);\n", "sql/impossible-table", 1),
    ("a.sql", "CREATE TABLE a (done boolean DEFAULT 0);\n", "sql/impossible-table", 1),
    ("a.sql", "CREATE TABLE a (n int DEFAULT 'many');\n", "sql/impossible-table", 1),
    ("a.sql", "CREATE TABLE a (n int CHECK (n IN ('low', 'high')));\n", "sql/impossible-table", 1),
    ("a.sql", "CREATE TABLE a (x int);\nCREATE TABLE b (y int REFERENCES a (x));\n", "sql/impossible-table", 2),
    (
        "a.sql",
        "CREATE TABLE a (x uuid PRIMARY KEY);\nCREATE TABLE b (y int REFERENCES a (x));\n",
        "sql/impossible-table",
        2,
    ),
    ("a.sql", "CREATE TABLE a (x int);\nCREATE INDEX ON a (y);\n", "sql/impossible-table", 2),
    ("a.sql", "CREATE TABLE a (x int);\nINSERT INTO a (x) VALUES (1, 2);\n", "sql/impossible-table", 2),
    # names
    ("a.js", HEAD + "router.get('/', listLoaves);\nmodule.exports = router;\n", "javascript/undefined-name", 3),
    ("a.js", "export function f() {\n  return bake();\n}\n", "javascript/undefined-name", 2),
    ("a.js", "export function f() {\n  { const a = 1; }\n  return a;\n}\n", "javascript/undefined-name", 3),
    ("a.js", "import React from 'react';\nexport default () => <Oven />;\n", "javascript/undefined-name", 2),
    ("a.js", "module.exports = { bake };\n", "javascript/undefined-name", 1),
    ("a.js", "const e = require('e');\nconsole0.log(e);\n", "javascript/undefined-name", 2),
    # emptiness
    ("a.sql", "-- nothing\n", "content/does-nothing", 1),
    ("a.js", "// nothing\n", "content/does-nothing", 1),
    ("a.js", "'use strict';\nimport a from 'a';\n// the rest\n", "content/does-nothing", 1),
    ("a.js", "const { a } = require('a').b;\n", "content/does-nothing", 1),
    ("a.js", "function bake() {\n  // logic here\n}\n", "content/does-nothing", 1),
    ("a.js", "import a from 'a';\nfunction b() {\n  return a();\n}\n", "content/does-nothing", 1),
    ("a.py", '"""Doc."""\nimport os\n\n\ndef f():\n    pass\n', "content/does-nothing", 1),
    ("a.yml", "# nothing\n", "content/does-nothing", 1),
    ("a.json", "{}\n", "content/does-nothing", 1),
    ("a.css", "/* nothing */\n.a { }\n", "content/does-nothing", 1),
    ("a.html", "<!DOCTYPE html>\n<!-- nothing -->\n", "content/does-nothing", 1),
    ("a.sh", "#!/bin/sh\n# nothing\n", "content/does-nothing", 1),
    ("Dockerfile", "# nothing\n", "content/does-nothing", 1),
    ("a.txt", "\n  \n", "content/does-nothing", 1),
    ("a.ts", "// nothing\n", "content/does-nothing", 1),
    ("a.ts", "import a from 'a';\nfunction f(): void {}\n", "content/does-nothing", 1),
    ("a.js", "<footer>Bread</footer>\n", "content/does-nothing", 1),
    ("a.py", "class Oven:\n    def heat(self):\n        raise NotImplementedError\n", "content/does-nothing", 1),
    ("a.rb", "class Oven\n  def heat\n    # logic\n  end\nend\n", "content/does-nothing", 1),
    ("a.sh", "#!/bin/sh\nset -eu\n", "content/does-nothing", 1),
    ("a.sql", "BEGIN;\nCOMMIT;\n", "content/does-nothing", 1),
    ("a.json", '"Here is the file."\n', "content/does-nothing", 1),
    ("a.html", "<!DOCTYPE html>\n<html><body><div></div></body></html>\n", "content/does-nothing", 1),
    ("a.html", "<!-- {{ bread }} -->\n", "content/does-nothing", 1),
    ("a.md", "TODO\n", "content/does-nothing", 1),
    ("a.go", "// The oven will be heated here.\n", "content/does-nothing", 1),
    # fences and markers
    ("a.js", "const a = 1;\n<<<<<<< HEAD\nuse(a);\n=======\n>>>>>>> b\n", "content/conflict-marker", 2),
    ("a.sql", "SELECT now();\n=== routes/api.js ===\n", "content/file-marker", 2),
    ("a.css", "a { color: red }\n**server/index.js**\n", "content/file-marker", 2),
    # sentences
    ("a.sh", "set -e\nNext, you have to configure the webhook in the dashboard.\n", "identity/prose-line", 2),
    ("a.rb", "puts 1\nPlease note that you have to replace the key of the shop\n", "identity/prose-line", 2),
    ("a.go", "package a\nThis is the part that adds up what is in the cart.\n", "identity/prose-line", 2),
    ("a.js", "const a = 1;\nExplanation:\nconsole.log(a);\n", "identity/prose-line", 2),
    ("a.css", "Next you should install the fonts of the shop first.\n.a { color: red }\n", "syntax/css", 1),
    # keys that a tool refuses
    ("docker-compose.yml", "services:\n  web:\n    imag0e: a\n", "syntax/unknown-key", 3),
    ("a.yml", "openapi: 3.1.0\ninfo: {title: a}\npa\u51e6\u7406: {}\npaths: {}\n", "corruption/mixed-script", 3),
    ("a.tf", 'resou0rce "a" "b" {\n}\n', "syntax/unknown-key", 1),
    ("a.css", ".a { padd0ing: 1px }\n", "syntax/css", 1),
    ("a.html", "<p>a</p>\n<h0ead></h0ead>\n", "syntax/html", 2),
    ("a.js", "```javascript\nconst a = 1;\nconsole.log(a);\n```\n", "content/fence", 1),
    ("a.html", "<p>Loaves</p>\n```\n", "content/fence", 2),
    ("a.py", "```python\nprint(1)\n```\n", "content/fence", 1),
    ("a.sql", "SELECT 1;\n===FILE:b.sql===\nSELECT 2;\n", "content/file-marker", 2),
    ("a.css", "a { color: red }\n=== END FILE ===\n", "content/file-marker", 2),
    # corruption
    ("a.sql", "CREATE TABLE a (id int REFEREN0CES b);\n", "corruption/keyword", 1),
    ("a.txt", "The pri\u0441e of bread\n", "corruption/mixed-script", 1),
    ("a.txt", "bread \ufffd\n", "corruption/lost-character", 1),
    ("README.md", "# Bread\\nBake it.\\n## Oven\\nHeat it.\n", "corruption/literal-newlines", 1),
    (
        "a.js",
        (
            "start(); // Loadconst a = require('a'); const b = a.make(1); b.use(a.of(2)); let c = b.d(3);\n"
            "function start() { return 1; }\n"
        ),
        "content/code-in-comment",
        1,
    ),
    # other languages
    ("a.html", "const a = 1;\n<p>Bread</p>\n", "syntax/html", 1),
    ("a.html", "<!DOCTYPE html>\n<body><p>Bread</p></body>\n</html>\nAnd then deploy it.\n", "syntax/html", 4),
    ("a.html", "<p>a</p>\n<script>\nlet a = ;\n</script>\n", "syntax/html-script", 3),
    ("a.rb", "class Oven\n  def heat\n    1\n", "syntax/grammar", 1),
    ("a.sh", "if true; then\n  echo 1\n", "syntax/grammar", 2),
    ("a.tf", 'resource "a" "b" {\n  name = \'x\'\n}\n', "syntax/grammar", 2),
    ("a.toml", "a = 1\na = 2\n", "syntax/toml", 2),
    ("a.xml", "<a>\n<b></a>\n", "syntax/xml", 2),
    ("a.xml", '<!DOCTYPE a [<!ENTITY b "c">]>\n<a>&b;</a>\n', "syntax/xml-entity", 1),
    ("a.vue", "<template>\n<p/>\n", "syntax/vue", 1),
    ("a.vue", "<script>\nlet a = ;\n</script>\n", "syntax/vue", 2),
    ("a.vue", "<template><p/></template>\nThen deploy it.\n", "syntax/vue", 1),
    ("a.groovy", "pipeline {\n  agent any\n  stages {\n", "syntax/brackets", 3),
    ("Dockerfile", "FROM a\nRUN b \\\n  c\nThen deploy it\n", "syntax/dockerfile", 4),
    ("Dockerfile", "RUN b\n", "syntax/dockerfile", 1),
    ("a.go", "package a\nfunc f() { 01b.step() }\n", "syntax/brackets", 2),
]
PASSING = [
    ("a.sql", "CREATE TYPE mood AS ENUM ('a');\nCREATE TABLE a (id int, m mood DEFAULT 'a');\n"),
    ("a.sql", "BEGIN;\nCREATE TABLE a (id int);\nCOMMIT;\n"),
    (
        "a.sql",
        (
            "CREATE DOMAIN mail AS text CHECK (VALUE LIKE '%@%');\nCREATE TYPE place AS (city text);\n"
            "CREATE TYPE span AS RANGE (subtype = float8);\nCREATE TABLE a (m mail, p place, s span);\n"
        ),
    ),
    (
        "a.sql",
        (
            "CREATE FUNCTION f() RETURNS trigger AS $$\nBEGIN\n  NEW.at := now();\n  RETURN NEW;\nEND;\n$$ LANGUAGE "
            "plpgsql;\nCREATE FUNCTION g() RETURNS int AS 'SELECT 1' LANGUAGE sql;\n"
        ),
    ),
    (
        "a.sql",
        (WHOLE_SQL),
    ),
    ("a.js", HEAD + "router.get('/', (req, res) => res.json({}));\nmodule.exports = router;\n"),
    ("a.js", "for (const [a, { b = a, ...c }] of Object.entries(process.env)) console.log(a, b, c);\n"),
    ("a.js", "try { run(); } catch ({ message }) { console.log(message); }\nfunction run() { return arguments; }\n"),
    ("a.js", "export default class A { #b = 1; c() { return typeof jQuery === 'undefined' ? this.#b : 2; } }\n"),
    ("a.js", "$(document).ready(() => { new Chart($('#a'), {}); });\n"),
    ("oven.test.js", "describe('oven', () => { it('heats', () => { expect(1).toBe(1); }); });\n"),
    (
        "a.js",
        "import React from 'react';\nconst A = (p) => <p.c>{p.b && <i>x</i>}</p.c>;\nexport default A;\n",
    ),
    ("a.js", "import './a.css';\n"),
    ("a.js", "require('dotenv').config();\n"),
    ("a.js", "outer: for (;;) { break outer; }\n"),
    ("a.js", "describe('oven', () => { it('heats', () => { expect(1).toBe(1); }); });\n"),
    ("a.js", "class Cold extends Error {}\nmodule.exports = Cold;\n"),
    ("a.ts", "export interface Oven { heat(): void }\n"),
    ("a.ts", "export class Oven { constructor(private degrees: number) {} }\n"),
    ("a.py", "class Cold(Exception):\n    pass\n"),
    ("a.sh", "cat <<EOF\nThis is the end of the list of the loaves.\nEOF\n"),
    ("a.css", "@page { @bottom-right { content: counter(page) } }\nmain article section p { _zoom: 1 }\n"),
    ("deploy/docker-compose.yml", "x-a: &a {image: b}\nservices:\n  web:\n    <<: *a\n    ports: [80]\n"),
    ("a.py", 'def f():\n    """\n    >>> a.py\n    """\n    return 1\n'),
    ("pkg/__init__.py", "\n"),
    ("a.py", 'def f():\n    """\n```\nexample\n```\n    """\n    return 1\n'),
    ("a.md", "# Bread\n\n```sql\nSELECT 1;\n```\n"),
    ("a.txt", "Caf\u00e9, \u0431\u0443\u043b\u043a\u0430, \u0394x and \u03bcs\n"),
    ("a.js", "console.log('a\\nb\\nc\\nd\\ne\\nf');\n"),
    ("a.js", "// const a = 1;\n// a.b(1);\n// const c = a.d(2);\nconsole.log(1); // e.g. const a = 1;\n"),
    ("a.html", "<div class='a'>Bread</div>\n"),
    ("a.html", "<!DOCTYPE html>\n<html><head><title>a</title></head><body><p>b</p><br></body></html>\n"),
    ("a.rb", "class Oven\n  def heat\n    1\n  end\nend\n"),
    ("a.sh", '#!/bin/sh\nset -eu\nif [ -n "$1" ]; then echo "$1"; fi\n'),
    ("a.tf", 'resource "a" "b" {\n  name = "x" // fine\n}\n'),
    ("oven/Dockerfile", 'FROM python:3.11\nRUN pip install a && \\\n    pip check\nCMD ["a"]'),
    ("a.toml", "[a]\nb = 1\n"),
    ("a.xml", "<a><b/></a>\n"),
    ("a.vue", "<template><p>{{ a }}</p></template>\n<script>\nexport default { data: () => ({ a: 1 }) }\n</script>\n"),
    ("a.groovy", "pipeline {\n  agent any\n  // it's fine }\n  stages { stage('a') { steps { sh 'make' } } }\n}\n"),
    ("example.env.md", "A=1\n"),
]


@pytest.mark.parametrize(("path", "content", "rule", "line"), STOPPED, ids=lambda value: str(value)[:40])
def test_content_is_returned(path: str, content: str, rule: str, line: int) -> None:
    report = file_of(path, content)

    assert (rule, line) in rule_lines(report)
    assert verdict_of(report).outcome is Outcome.RETURNED


@pytest.mark.parametrize(("path", "content"), PASSING, ids=lambda value: str(value)[:40])
def test_content_is_let_through(path: str, content: str) -> None:
    verdict = verdict_of(file_of(path, content))

    assert verdict.outcome is Outcome.CLEARED, verdict.headline


PROGRAM = """# src/oven.py
import sys


def heat(degrees: int) -> int:
    for step in range(degrees):
        print(f"heating {step}", file=sys.stderr)
    return degrees
"""
ESSAY = (
    "The bakery needs a dashboard. First we will collect the orders of each day. Then the numbers are shown to the "
    "owner, who decides what to bake. This approach is simple and it scales well.\n"
)


def test_identity_names_the_path_that_the_content_needs() -> None:
    verdict = verdict_of(file_of("generated_1.css", PROGRAM))

    finding = next(item for item in verdict.findings if item.rule_id == "identity/other-language")
    assert "Python" in finding.message
    assert "src/oven.py" in finding.remedy


@pytest.mark.parametrize("path", ["a.js", "a.sql", "a.yml", "a.css", "a.py"])
def test_identity_tells_an_essay_from_code(path: str) -> None:
    verdict = verdict_of(file_of(path, ESSAY))

    assert verdict.outcome is Outcome.RETURNED


@pytest.mark.parametrize("path", ["a.md", "a.txt"])
def test_identity_lets_an_essay_be_an_essay(path: str) -> None:
    verdict = verdict_of(file_of(path, ESSAY))

    assert verdict.outcome is Outcome.CLEARED


@pytest.mark.parametrize(
    ("title", "rule"),
    [
        ("[object Object]", "idea/lost-text"),
        ('{\n  "name": "Bread"', "idea/lost-text"),
        ("undefined", "idea/lost-text"),
        ("** Bread for Founders", "idea/fragment"),
        ("- Bread", "idea/fragment"),
        ('"description": "Bread",', "idea/lost-text"),
        ("?", "idea/fragment"),
    ],
)
def test_idea_text_is_returned(title: str, rule: str) -> None:
    report = report_of(f"implement_idea: Implement: {title}")

    assert rule in rule_ids(report)
    assert verdict_of(report).outcome is Outcome.RETURNED


@pytest.mark.parametrize("title", ["Bread", "3D Ovens", "**Bold** Bread", "A/B Tests: [beta]", "Brot für alle"])
def test_idea_text_is_let_through(title: str) -> None:
    verdict = verdict_of(report_of(f"implement_idea: Implement: {title}"))

    assert verdict.outcome is Outcome.CLEARED


@pytest.mark.parametrize(
    "text", ["[object Object]", "1. [object Object]", '{"plan": []}', "```json\n[]\n```", "undefined"]
)
def test_plan_text_is_returned(text: str) -> None:
    report = plan_of(text)

    assert "plan/lost-text" in rule_ids(report)
    assert verdict_of(report).outcome is Outcome.RETURNED


@pytest.mark.parametrize("text", ["Bake more bread", "Find out why '[object Object]' is printed on the receipt."])
def test_plan_text_is_let_through(text: str) -> None:
    assert verdict_of(plan_of(text)).outcome is Outcome.CLEARED


@pytest.mark.parametrize(
    "content",
    [
        "module.exports = {\n  // the keys go here\n};\n",
        "export default function Oven() {\n  // logic\n}\n",
        "exports.heat = async () => {};\n",
        "class Oven {\n  heat() {}\n}\nmodule.exports = Oven;\n",
    ],
)
def test_hollow_export_is_for_a_person(content: str) -> None:
    report = file_of("a.js", content)

    assert "content/hollow-export" in rule_ids(report)
    assert verdict_of(report).outcome is Outcome.NEEDS_MITIGATION


def test_file_marker_in_a_comment_is_for_a_person() -> None:
    verdict = verdict_of(file_of("a.sql", "-- ===FILE: a.sql===\nCREATE TABLE a (id int);\n"))

    assert verdict.outcome is Outcome.NEEDS_MITIGATION
