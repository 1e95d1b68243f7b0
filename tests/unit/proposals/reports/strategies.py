"""Hypothesis strategies for reports: any text that UTF-8 can carry, and texts that look like the frame itself."""

from hypothesis import strategies as st

from proposals.reports import Report

_FRAME_LOOKALIKES = st.sampled_from(
    [
        "## Risks",
        "\n## Risks\n- none\n",
        "\n\n## Risks\n- none\n\n## Mitigations\n- none",
        "## Mitigations",
        "- proposal:",
        "\n- proposal:\n\n",
        "# FSAR Proposal Report\n- id: other\n",
        "<!-- never closed",
        "```sql\nSELECT 1;",
        "---\n",
        "\r\n",
        "\r",
        "\x0b\x0c\x1c\x85\u2028\u2029",
        "  \t \n\n",
        "\ufeff",
        "\x00",
    ]
)
any_text = st.text(st.characters(exclude_categories=["Cs"]))
opaque_texts = st.lists(st.one_of(any_text, _FRAME_LOOKALIKES), max_size=6).map("".join)
_lines = st.one_of(any_text, _FRAME_LOOKALIKES).map(lambda text: text.replace("\n", ""))
_items = st.lists(_lines, max_size=4).map(tuple)
_timestamps = st.datetimes().map(lambda moment: moment.isoformat(timespec="milliseconds") + "Z")

reports = st.builds(
    Report,
    id=st.from_regex(r"[A-Za-z0-9_.:-]{1,100}", fullmatch=True),
    timestamp=_timestamps,
    severity=st.integers(min_value=0, max_value=75),
    block_execution=st.booleans(),
    proposal=opaque_texts,
    risks=_items,
    mitigations=_items,
)
