from __future__ import annotations

import json
from typing import Any

import pytest

from proposals.gate import DEFAULT, PolicyError, Rules


def test_from_dict_reads_back_what_to_dict_wrote() -> None:
    rules = Rules.from_dict({"block_at": 50, "approvals": {"block": 2}, "protected_paths": ["ops/**"]})

    again = Rules.from_dict(json.loads(json.dumps(rules.to_dict())))

    assert again == rules
    assert again.approvals["block"] == 2
    assert again.approvals["mitigate"] == 1


def test_from_dict_of_nothing_is_the_default() -> None:
    rules = Rules.from_dict({})

    assert rules == DEFAULT


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"block_at": 0}, "block_at"),
        ({"block_at": 76}, "block_at"),
        ({"block_at": "45"}, "block_at"),
        ({"block_at": True}, "block_at"),
        ({"mitigate_at": 60}, "mitigate_at"),
        ({"floors": 1}, "floors"),
        ({"approvals": {"block": 0}}, "approvals.block"),
        ({"approvals": {"sometimes": 1}}, "approvals"),
        ({"protected_paths": "*.py"}, "protected_paths"),
        ({"protected_paths": ["/etc/**"]}, "protected_paths"),
        ({"expires_after_days": 0}, "expires_after_days"),
        ({"max_content_bytes": 10**9}, "max_content_bytes"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_from_dict_names_the_bad_field(given: dict[str, Any], field: str) -> None:
    with pytest.raises(PolicyError) as caught:
        Rules.from_dict(given)

    assert caught.value.field == field
    assert "\n" not in str(caught.value)
