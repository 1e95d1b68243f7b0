from __future__ import annotations

import pytest

from proposals.gate import Outcome
from tests.unit.proposals.gate.proposed import file_of, plan_of, rule_ids, rule_lines, verdict_of

_ASKS = {"network/plain-http", "network/raw-address", "network/metadata-address"}
_OWN = _ASKS | {"network/host", "network/unnamed-host"}


@pytest.mark.parametrize(
    ("path", "content", "line"),
    [
        ("a.js", "const API = 'https://api.bakers.dev';\nfetch(`${API}/loaves`).then(console.log);\n", 1),
        ("a.ts", "import axios from 'axios';\nexport const get = () => axios.get('https://api.bakers.dev/v1');\n", 2),
        ("a.py", "import requests\n\nprint(requests.get('https://api.bakers.dev', timeout=5))\n", 3),
        ("a.rb", "require 'net/http'\nputs Net::HTTP.get(URI('https://api.bakers.dev/'))\n", 2),
        ("a.sh", "#!/bin/sh\ncurl -fsS https://api.bakers.dev/health\n", 2),
        ("a.go", 'package main\n\nfunc main() { http.Get("https://api.bakers.dev") }\n', 3),
    ],
)
def test_network_tells_hosts(path: str, content: str, line: int) -> None:
    report = file_of(path, content)

    assert ("network/host", line) in rule_lines(report)
    assert not rule_ids(report) & _ASKS
    assert any("api.bakers.dev" in finding.message for finding in verdict_of(report).findings)


@pytest.mark.parametrize(
    ("path", "content", "rule"),
    [
        ("a.js", "fetch('http://api.bakers.dev/loaves').then(console.log);\n", "network/plain-http"),
        (
            "a.py",
            "import httpx\n\nBASE_URL = 'http://api.bakers.dev'\nprint(httpx.get(BASE_URL))\n",
            "network/plain-http",
        ),
        ("a.sh", "wget ftp://files.bakers.dev/flour.csv\n", "network/plain-http"),
        ("a.js", "new WebSocket('ws://live.bakers.dev').close();\n", "network/plain-http"),
        ("a.js", "fetch('https://93.184.215.14/loaves').then(console.log);\n", "network/raw-address"),
        ("a.py", "import requests\n\nprint(requests.post('https://1572395042/x', timeout=5))\n", "network/raw-address"),
        ("a.sh", "curl http://0x5db8d70e/x\n", "network/raw-address"),
        (
            "a.js",
            "fetch('https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/x').then(console.log);\n",
            "network/raw-address",
        ),
        (
            "a.py",
            "import requests\n\nprint(requests.get('http://169.254.169.254/latest', timeout=5))\n",
            "network/metadata-address",
        ),
        ("a.sh", "TOKEN=$(curl -s http://metadata.google.internal/computeMetadata/v1/)\n", "network/metadata-address"),
        ("a.js", "fetch('http://2852039166/latest/meta-data').then(console.log);\n", "network/metadata-address"),
        (
            "a.js",
            "const host = '169.254.170.2';\nfetch('http://' + host).then(console.log);\n",
            "network/metadata-address",
        ),
    ],
)
def test_network_asks_a_person(path: str, content: str, rule: str) -> None:
    verdict = verdict_of(file_of(path, content))

    assert rule in {finding.rule_id for finding in verdict.findings}
    assert verdict.outcome is Outcome.NEEDS_MITIGATION


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("a.js", "fetch('/api/loaves').then(console.log);\nfetch('http://localhost:3000/x').then(console.log);\n"),
        ("a.js", "fetch('http://orders:8080/x').then(console.log);\nfetch('http://10.0.0.7/x').then(console.log);\n"),
        ("a.js", "// fetch('http://api.bakers.dev')\nconsole.log(1);\n"),
        (
            "a.js",
            "const ns = 'http://www.w3.org/2000/svg';\nfetch('https://' + location.host + ns).catch(alert);\n",
        ),
        ("a.js", "console.log('see http://bakers.dev/help for help');\n"),
        ("a.py", "import requests\n\nprint(requests.get('http://api.example.com', timeout=5))\n"),
        ("a.py", "import requests\n\nprint(requests.get(f'http://{host}/x', timeout=5) if (host := 'a') else 0)\n"),
        ("a.md", "# Health\n\n`curl http://169.254.169.254/`\n"),
        ("a.sql", "INSERT INTO links (url) VALUES ('http://bakers.dev');\n"),
    ],
)
def test_network_asks_nobody(path: str, content: str) -> None:
    assert not rule_ids(file_of(path, content)) & _ASKS


def test_network_tells_of_calls_to_what_the_file_does_not_name() -> None:
    report = file_of("a.js", "module.exports = (url) => fetch(url);\n")

    assert rule_ids(report) & _OWN == {"network/unnamed-host"}
    assert verdict_of(report).outcome is Outcome.CLEARED


def test_network_reads_no_plans() -> None:
    assert not rule_ids(plan_of("Call http://93.184.215.14 with curl.")) & _OWN
