"""What people change about notices: their own wish, an endpoint's secret, and sending again."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils import timezone

from proposals.models import Notice, NoticeEndpoint, User
from proposals.services.review import DecisionRefused, NotAllowed

RESEND, CHANGE = "proposals.resend_notice", "proposals.change_noticeendpoint"


def set_wish_for_mail(*, by: User, wants: bool) -> None:
    """Whether this person is told by e-mail from now on."""
    User.objects.filter(pk=by.pk).update(wants_mail=wants)


@transaction.atomic
def renew_secret(*, endpoint_id: int, by: User) -> NoticeEndpoint:
    """A new secret; the one before signs as well, until it is renewed again. Raises NotAllowed, DoesNotExist."""
    if not by.may(CHANGE):
        raise NotAllowed("you may not change endpoints; ask for the Leads group")
    endpoint = NoticeEndpoint.objects.select_for_update().get(pk=endpoint_id)
    endpoint.previous_key, endpoint.key = endpoint.key, uuid.uuid4()
    endpoint.save(update_fields=["key", "previous_key"])
    return endpoint


@transaction.atomic
def resend_notices(*, notice_ids: list[int], by: User) -> int:
    """Try again what was given up; return how many. Raises NotAllowed, DecisionRefused when there is nothing."""
    if not by.may(RESEND):
        raise NotAllowed("you may not send notices again; ask for the Leads group")
    given_up = Notice.objects.filter(pk__in=notice_ids, given_up_at__isnull=False)
    now = timezone.now()
    count = given_up.update(given_up_at=None, next_try_at=now, created_at=now, attempts=0)
    if not count:
        raise DecisionRefused("none of these was given up")
    return count
