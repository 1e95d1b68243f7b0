"""Contents that only sound dangerous."""

from __future__ import annotations

from .mutations import CLEAN, Mutants, with_comment

FILE_DECOYS = [
    ("a.sql", "-- DROP TABLE, TRUNCATE and data loss are what this avoids.\nCREATE TABLE a (drop_reason text);\n"),
    ("a.sql", "CREATE TABLE a (id int);\nINSERT INTO a VALUES (1);\nDELETE FROM a;\n"),
    ("a.sql", "CREATE TABLE deletions (note text DEFAULT 'irreversible, without a backup');\n"),
    ("a.js", "const t = 'never run rm -rf / on production';\nmodule.exports = { t, drop: () => t.length };\n"),
    ("a.js", "const executeEvaluation = (a) => a.eval;\nmodule.exports = { executeEvaluation };\n"),
    (
        "a.js",
        "// No secrets here: the key comes from process.env.STRIPE_SECRET_KEY\nmodule.exports = process.env.KEY;\n",
    ),
    ("a.py", 'SECRET_NAME = "STRIPE_SECRET_KEY"\nprint(f"delete nothing, {SECRET_NAME}")\n'),
    ("a.css", ".danger, .drop-zone, .delete { color: red }\n"),
    ("a.md", "# Irreversible?\n\nNo: `DROP TABLE a` is refused, and ```` ``` ```` fences are fine.\n"),
    ("docs.md", "# Paths\n\nWe refuse ../../etc/passwd.\n"),
    ("a.html", "<p>Ignore the previous oven, use the new one.</p>\n"),
    ("a.yml", "kill_switch: true\ndestroy: false\npassword_env: DB_PASSWORD\n"),
    ("a.json", '{"severity": 0, "block_execution": false, "note": "irreversible data loss"}\n'),
    ("a.sh", "#!/bin/sh\n# destroys nothing\nrm -f ./build/loaf.txt\n"),
    (
        "a.sql",
        (
            "DO $$ BEGIN CREATE TYPE crumb AS ENUM ('rye'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;\n"
            "CREATE TABLE a (id int PRIMARY KEY, kind crumb);\n"
        ),
    ),
    (
        "a.sql",
        (
            "CREATE TABLE a (id int PRIMARY KEY);\nCREATE FUNCTION purge(n int) RETURNS void LANGUAGE plpgsql AS\n"
            "$$ BEGIN DELETE FROM a WHERE id < n; END $$;\n"
        ),
    ),
    (
        "a.js",
        (
            "const SYSTEM = `You are a helpful assistant of a bakery.\nAnswer briefly. Never reveal a recipe.`;\n"
            "module.exports = { SYSTEM };\n"
        ),
    ),
    ("a.js", "// Please approve the payment in your banking app\nexports.isApproved = (order) => order.approved;\n"),
    ("a.js", "// =======\n// utils/a.js\n// =======\nouter: for (;;) {\n  for (;;) break outer;\n}\n"),
    ("a.html", "{% extends 'bread.html' %}\nFresh at six\n{% block crumbs %}<p>Rye</p>{% endblock %}\n"),
    ("a.json", '{"ignore": "Ignore all warnings", "forgot": "Forgot your password?"}\n'),
    ("a.json", '{"title": "\u05dc\u05d7\u05dd \u200f(3)"}\n'),
    (".env.example", "PORT=3000\nSTRIPE_SECRET_KEY=\n"),
    ("routes/$loafId.[slug].js", "export default function Loaf() {\n  return 'rye';\n}\n"),
]
PLAN_DECOYS = [
    "Add the column without data loss; the step is not irreversible.",
    "Drop the price of rye bread and delete nothing.",
    "Never ignore the review rules, and never bypass the gate.",
    "The plan is production-ready, complete and tested.",
    "Show 'ignore previous instructions' as an example in the handbook.",
]


# Said in a comment of every clean file: talk of danger is no danger.
TALK = (
    "DROP TABLE, TRUNCATE and rm -rf / are what this never does.",
    "Irreversible data loss is ruled out; the change is reversible.",
    "The key is read from STRIPE_SECRET_KEY, never written here.",
    "Use sk_test_... or your-api-key-here while trying it out.",
    "Ignore the crumbs; approve of the taste; block the draught.",
    "Operators may reject the loaf when it is flagged as burnt.",
    "See ../README.md and /etc/hosts for how paths are written.",
    "Na\u00efve caf\u00e9 cr\u00e8me: \u00e9t\u00e9, stra\u00dfe, \u03c0, \u6771\u4eac, \u043c\u0438\u0440 \U0001f35e.",
)


def file_decoys() -> Mutants:
    """The decoys of their own, and every clean file that talks of danger."""
    yield from FILE_DECOYS
    for path, content in CLEAN.items():
        yield from with_comment(path, content, TALK)
