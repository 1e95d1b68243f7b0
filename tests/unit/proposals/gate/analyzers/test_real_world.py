"""What real files taught: each a shape that well-kept repositories hold, and its broken sister."""

from __future__ import annotations

import pytest

from tests.unit.proposals.gate.proposed import file_of, rule_ids, verdict_of

PAGE = "document.querySelector('#pay').addEventListener('click', () => openTill());\n"
RUNAWAY = "case $1 in\n  *'\"hot\":'*([[:space:]])true*) exit 0 ;;\nesac\n"
LET_THROUGH = [
    # names
    ("public/till.js", PAGE),
    ("public/lang/de.js", "tinymce.addI18n('de', {});\n"),
    ("src/plugin.js", "if (typeof Till !== 'undefined') Till.open();\nconsole.log('ready');\n"),
    ("src/compare.js", "module.exports = (file, tail, i) => i + tail.length === file.length;\n"),
    ("src/compare.js", "module.exports = (a, file) =>\n  file.path ===\n  a;\n"),
    # newer than the oldest engines
    ("src/a.js", "export class A { static #n = 0; static { A.#n = 1; } has(o) { return #x in o; } #x; }\n"),
    ("src/a.js", "import b from './b.json' with { type: 'json' };\nexport default b;\n"),
    ("src/a.mjs", "for await (const line of lines()) console.log(line);\nexport async function* lines() {}\n"),
    # templates
    ("templates/email.html", "{% include 'head.html' %}\n"),
    ("templates/head.html", "<!DOCTYPE html>\n<html><head><title>{{ title }}</title></head>\n<body>\n{{ body }}\n"),
    ("templates/till.html", "<script>const open = {{ open|tojson }};</script>\n"),
    ("public/long.html", "<!DOCTYPE html>\n<title>Long</title>\n<p>one\n" + "<br>two\n<input name='n'>\n" * 500),
    # words
    ("i18n/ko.json", '{"a": "Rust는 URL에서"}\n'),
    ("i18n/he.json", '{"a": "לCSV"}\n'),
    ("i18n/km.json", '{"a": "ក\u200bខ"}\n'),
    ("src/decode.js", "module.exports = (text) => text.includes('\ufffd');\n"),
    ("docs/a.md", "# Markers\n\nA file may hold `===FILE===` markers.\n"),
    # others
    ("tools/a.sh", "#!/bin/bash\nshopt -s extglob\ndd if=/dev/urandom of=/dev/null count=5\n"),
    ("tools/a.sh", RUNAWAY),
    ("tools/a.py", "try:\n    text = unicode\nexcept NameError:\n    text = str\nprint(text('a'))\n"),
    ("tools/a.py", "from oven import *\n\nprint(heat(220))\n"),
    (
        "tools/a.py",
        (
            "from __future__ import annotations\n\n\nclass Oven:\n"
            "    def heat(self) -> Oven:\n        return self\n\n\nprint(Oven())\n"
        ),
    ),
    ("public/a.css", "@custom-variant hocus { &:hover { @slot; } }\na { color: red }\n"),
    ("gtk/keys.css", "@binding-set keys { bind: none; }\n"),
    ("tests/user.test.js", "const user = { password: 'newPassword1!' };\nmodule.exports = user;\n"),
]
STOPPED = [
    ("src/till.js", "app.get('/', (request, response) => response.send('bread'));\n", "javascript/undefined-name"),
    ("src/till.js", "const p = a * 2;\nconsole.log(p);\n", "javascript/undefined-name"),
    ("public/till.js", f"import {{ a }} from './a.js';\na();\n{PAGE}", "javascript/undefined-name"),
    ("src/a.js", "const a = 1;\nmodule.exports = a; ===END FILE===\n", "content/file-marker"),
    ("src/a.js", "===FILE:src/b.js===\nconst a = 1;\n", "content/file-marker"),
    ("src/a.js", "// src/a.js\nmodule.exports = 1;\nend file===\n", "content/file-marker"),
    ("src/a.js", "export class A { static { const; } }\n", "syntax/javascript"),
    ("public/a.html", "Here is the page:\n<!DOCTYPE html>\n<html><body><p>Bread</p></body></html>\n", "syntax/html"),
    ("public/a.html", "<!DOCTYPE html>\n<html><body><p>Bread", "syntax/html-cut"),
    ("public/a.html", "<div>" * 2_000, "syntax/html"),
    ("src/a.sql", "CREATE TABLE a (at timestamptz DEFAULT CURRENTносиплей);\n", "corruption/mixed-script"),
    ("src/a.md", "# Bread\n\nThe 한Rust국 mill.\n", "corruption/mixed-script"),
    ("src/a.js", "module.exports = 'br\ufffdt';\n", "corruption/lost-character"),
    ("src/a.js", "module.exports = 'a\u200bb';\n", "hidden/zero-width"),
    ("tools/a.sh", "if true; then\n  echo hot\n", "syntax/grammar"),
    ("tools/a.sh", "dd if=/dev/zero of=/dev/sda\n", "danger/destroys-files"),
    ("tools/a.py", "def bake():\n    return heat(220)\n\n\nprint(bake())\n", "python/undefined-name"),
    ("public/a.css", "@app.get('/')\ndef a():\n    return { 1 }\n", "syntax/css"),
]


@pytest.mark.parametrize(("path", "content"), LET_THROUGH)
def test_real_shape_is_not_stopped(path: str, content: str) -> None:
    verdict = verdict_of(file_of(path, content))

    assert not verdict.is_stopped, verdict.headline


@pytest.mark.parametrize(("path", "content", "rule"), STOPPED)
def test_broken_sister_is_stopped(path: str, content: str, rule: str) -> None:
    verdict = verdict_of(file_of(path, content))

    assert verdict.is_stopped
    assert rule in {finding.rule_id for finding in verdict.findings}


def test_name_of_another_script_is_for_a_person() -> None:
    report = file_of("public/till.js", PAGE)

    ids = rule_ids(report)

    assert "javascript/name-of-another-script" in ids
