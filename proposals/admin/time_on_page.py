"""How long a review page was open before its person decided, by a stamp that only we can write."""

from __future__ import annotations

import time

from django.core.signing import BadSignature, TimestampSigner, b62_decode
from django.http import HttpRequest

from proposals.admin.desk import signed_in
from proposals.models import Proposal, User

MOST_SECONDS = 86_400
_SIGNER = TimestampSigner(salt="proposals.time_on_page")
_LONGEST = 200
_LAST = "proposals_shown"
_GOES_ON_SECONDS = 3_600


def stamp_of(proposal: Proposal, by: User) -> str:
    """A stamp of now for this person's page of this proposal."""
    return _SIGNER.sign(_page(proposal, by))


def stamp_for(request: HttpRequest, proposal: Proposal) -> str:
    """The stamp that the page is to carry: the one before, where the last page of a proposal that this session was
    shown is the same one, less than an hour ago.

    An estimate, a comment or a refused decision shows the page again, and is no new beginning: otherwise who read for
    long, then estimated and approved, would seem not to have read.
    """
    by, now = signed_in(request), int(time.time())
    last = request.session.get(_LAST, {})
    stamp = last.get("stamp", "")
    if seconds_since(stamp, proposal, by) is None or now - last["seen"] >= _GOES_ON_SECONDS:
        stamp = stamp_of(proposal, by)
    request.session[_LAST] = {"stamp": stamp, "seen": now}
    return str(stamp)


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
