"""How long a review page was open before its person decided, by a stamp that only we can write."""

from __future__ import annotations

import time

from django.core.signing import BadSignature, TimestampSigner, b62_decode

from proposals.models import Proposal, User

MOST_SECONDS = 86_400
_SIGNER = TimestampSigner(salt="proposals.time_on_page")
_LONGEST = 200


def stamp_of(proposal: Proposal, by: User, carried: str = "") -> str:
    """A stamp of now for this person's page of this proposal; ``carried`` instead, if it is one: a refused decision
    does not start the time again.
    """
    return carried if seconds_since(carried, proposal, by) is not None else _SIGNER.sign(_page(proposal, by))


def seconds_since(stamp: object, proposal: Proposal, by: User) -> int | None:
    """Whole seconds since the stamp was written, 0..86,400; None for a missing, forged or foreign one."""
    if not isinstance(stamp, str) or len(stamp) > _LONGEST:
        return None
    try:
        page = _SIGNER.unsign(stamp)
    except BadSignature:
        return None
    if page != _page(proposal, by):
        return None
    written = b62_decode(stamp.split(_SIGNER.sep)[1])  # its form is as we made it: it is signed
    return min(max(0, int(time.time()) - written), MOST_SECONDS)


def _page(proposal: Proposal, by: User) -> str:
    return f"{proposal.pk}-{by.pk}"
