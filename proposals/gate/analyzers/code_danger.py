"""Code that reaches out: processes, shells, evaluation, deserialisation."""

from __future__ import annotations

import re
from collections.abc import Iterable

from proposals.gate.analyzer import FileAnalyzer, register
from proposals.gate.findings import Effect, Level, Raises, Rule, Sighting
from proposals.gate.languages.identity import Language
from proposals.gate.languages.uncommented import uncommented_lines
from proposals.gate.subject import Subject

PROCESS = Rule(
    "danger/process",
    Level.WARNING,
    Effect.REVIEW,
    "The code starts a process or a shell",
    "Use a library instead, or say which program runs with which arguments.",
    Raises(likelihood=3, damage=4),
)
EVALUATION = Rule(
    "danger/evaluation",
    Level.WARNING,
    Effect.REVIEW,
    "The code runs text as code",
    "Call a function instead of evaluating text.",
    Raises(likelihood=3, damage=4),
)
DESTROYS = Rule(
    "danger/destroys-files",
    Level.ERROR,
    Effect.BLOCK,
    "The command destroys files or runs what it downloads",
    "Name the exact files, and download to a file whose checksum is known.",
    Raises(likelihood=4, damage=5, reversibility=3),
)
SQL_IN_CODE = Rule(
    "danger/sql-in-code",
    Level.WARNING,
    Effect.REVIEW,
    "The code sends destructive or assembled SQL",
    "Pass values as parameters; put destructive SQL into a migration of its own.",
    Raises(likelihood=3, damage=4, reversibility=2),
)
_JS = {Language.JAVASCRIPT, Language.TYPESCRIPT, Language.TSX, Language.VUE, Language.HTML}
_RUNS = re.compile(r"(?:exec|spawn|system|popen|run|call|check_output|shell)\w*\s*\(|%x|`", re.IGNORECASE)
_SHELLS = {Language.SHELL, Language.DOCKERFILE, Language.YAML, Language.GROOVY}
_ANY: tuple[tuple[Rule, re.Pattern[str], str], ...] = (
    (
        DESTROYS,
        re.compile(
            r"\brm\s+(?:-[a-zA-Z]+\s+)+(?:--no-preserve-root\s+)?[\"']?(?:/|~|\$HOME|\$\{HOME\}|\*)[\"']?"
            r"(?:\*|\s|[\"';)]|$)"
            r"|\b(?:curl|wget)\b[^|\n;]{0,300}\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b|\bmkfs\.\w+|\bdd\s+[^\n]*\bof=/dev/(?!null\b|zero\b|std|fd/)"
            r"|:\(\)\s*\{\s*:\|:&\s*\};:|\bchmod\s+-R\s+777\s+/(?:\s|$)|>\s*/dev/sd[a-z]\b"
        ),
        "a command that destroys files or runs a download",
    ),
    (
        SQL_IN_CODE,
        re.compile(
            r"[\"'`]\s*(?:DROP\s+(?:TABLE|DATABASE|SCHEMA)\b|TRUNCATE\s+(?:TABLE\s+)?\w"
            r"|DELETE\s+FROM\s+[\w.\"]+\s*;?\s*[\"'`])"
            r"|[\"'`]\s*(?:SELECT|INSERT|UPDATE|DELETE)\b[^\"'`\n]*(?:\$\{|[\"']\s*\+\s*\w)"
            r"|f[\"']\s*(?:SELECT|INSERT|UPDATE|DELETE)\b[^\"'\n]*\{",
            re.IGNORECASE,
        ),
        "destructive SQL, or SQL put together from values",
    ),
)
_BY_LANGUAGE: tuple[tuple[set[Language], Rule, re.Pattern[str], str], ...] = (
    (
        _JS,
        PROCESS,
        re.compile(r"(?:require\(|from|import\()\s*['\"](?:node:)?child_process|\bshelljs\b"),
        "child_process",
    ),
    (
        _JS,
        EVALUATION,
        re.compile(r"(?<![\w.$])eval\s*\(|\bnew\s+Function\s*\(|\bvm\.run|require\(\s*['\"](?:node:)?vm['\"]"),
        "eval or its like",
    ),
    (
        {Language.PYTHON},
        PROCESS,
        re.compile(
            r"\bos\.(?:system|popen|exec\w*|spawn\w*|fork)\s*\(|\bsubprocess\b|\bpty\.spawn|\bcommands\.getoutput"
        ),
        "a process",
    ),
    (
        {Language.PYTHON},
        EVALUATION,
        re.compile(
            r"(?<![\w.])(?:eval|exec|compile|__import__)\s*\(|\b(?:pickle|marshal|shelve|dill)\.(?:loads?|open)\s*\("
            r"|yaml\.(?:unsafe_|full_)?load\s*\((?![^)\n]*Safe)"
        ),
        "evaluation or unsafe loading",
    ),
    (
        {Language.RUBY},
        PROCESS,
        re.compile(r"(?<![\w.])(?:system|exec|spawn|fork)\s*[(\"']|%x[\[{(]|`[^`\n]+`|\bOpen3\b|\bIO\.popen"),
        "a shell",
    ),
    (
        {Language.RUBY},
        EVALUATION,
        re.compile(r"(?<![\w.])(?:instance_|class_|module_)?eval\b|\bMarshal\.load|\bYAML\.load\b"),
        "evaluation",
    ),
    (_SHELLS, EVALUATION, re.compile(r"(?:^|[;&|]\s*)eval\s|\bbase64\s+(?:-d|--decode)\b[^\n]*\|\s*(?:ba)?sh"), "eval"),
    (
        {Language.BRACKETED},
        PROCESS,
        re.compile(r"getRuntime\(\)\.exec|\bProcessBuilder\b|\bexec\.Command\(|\bstd::process\b|\bsystem\s*\("),
        "a process",
    ),
    ({Language.HCL}, PROCESS, re.compile(r"\b(?:local|remote)-exec\b"), "a provisioner that runs commands"),
)


@register
class CodeDanger(FileAnalyzer):
    """Catches the doors out of a program by the names of its libraries, outside comments.

    Lets the same words through in comments and in Markdown, and network calls, which most of this code is made of.
    """

    rules = (PROCESS, EVALUATION, DESTROYS, SQL_IN_CODE)

    def examine_file(self, subject: Subject, content: str) -> Iterable[Sighting]:
        language = subject.language
        if language in {None, Language.MARKDOWN, Language.SQL}:
            return
        checks = [*_ANY, *((rule, pattern, name) for own, rule, pattern, name in _BY_LANGUAGE if language in own)]
        for number, line in uncommented_lines(content, language):
            for rule, pattern, name in checks:
                if rule is DESTROYS and language not in _SHELLS and not _RUNS.search(line):
                    continue
                if pattern.search(line):
                    yield Sighting(rule, f"The line holds {name}", subject.content_region(number))
