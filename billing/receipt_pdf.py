"""A receipt as PDF: tagged, so that it can be read aloud, and with nothing loaded from anywhere."""

from __future__ import annotations

import logging
from contextlib import redirect_stdout
from functools import cache
from io import StringIO
from typing import Any, NoReturn

from django.template.loader import render_to_string

from billing.models import Order, Refund

NEEDED = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
"""The Debian packages that weasyprint draws with."""
logger = logging.getLogger(__name__)


class PdfUnavailable(Exception):
    """This machine cannot make PDFs; the message says what to install."""


@cache
def _weasyprint() -> Any:  # it is not typed
    """Loaded when first needed: it takes half a second, and its libraries may be missing."""
    try:
        with redirect_stdout(StringIO()):  # it prints advice for other systems
            import weasyprint  # noqa: PLC0415
    except OSError as error:
        raise PdfUnavailable(f"no PDF without Pango: apt-get install {NEEDED} ({error})") from error
    logging.getLogger("fontTools").setLevel(logging.WARNING)
    return weasyprint


def is_pdf_available() -> bool:
    """Whether this machine can make one; asked once per process."""
    try:
        _weasyprint()
    except PdfUnavailable as error:
        logger.warning("%s", error)
        return False
    return True


def receipt_context(order: Order) -> dict[str, Any]:
    """What every form of a receipt tells."""
    refunds = order.refunds.filter(status=Refund.Status.SUCCEEDED).order_by("created_at")
    return {"order": order, "refunds": refunds}


def receipt_name(order: Order) -> str:
    """The file's name."""
    return f"receipt-{order.short_reference}.pdf"


def render_receipt(order: Order) -> bytes:
    """The receipt of a paid order in the language that is active. Raises PdfUnavailable."""
    weasyprint = _weasyprint()
    page = render_to_string("billing/receipt_pdf.html", receipt_context(order))
    document: bytes = weasyprint.HTML(string=page, url_fetcher=_refuse).write_pdf(pdf_variant="pdf/ua-1")
    return document


def _refuse(url: str, *_: Any, **__: Any) -> NoReturn:
    raise ValueError(f"a receipt loads nothing: {url}")
