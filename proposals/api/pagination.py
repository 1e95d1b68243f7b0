"""Pages by cursor: stable while rows are added, as quick at the end as at the start."""

from __future__ import annotations

import re

from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

_KEY = re.compile(r"[0-9]{1,18}")
NOT_OURS = "is none of ours; take it from `next` or `previous` of a page"


class NewestFirst(CursorPagination):
    """Pages by falling id. A page has 50 rows unless ``page_size`` asks for up to 200."""

    page_size = 50
    page_size_query_param = "page_size"
    page_size_query_description = "Rows on a page, 1 to 200."
    max_page_size = 200
    ordering = "-id"
    cursor_query_description = "Opaque; take it from `next` or `previous` of another page."

    def get_page_size(self, request: Request) -> int | None:
        """Rows on a page, at most 200. Raises ValidationError for what is no whole number from 1."""
        asked = request.query_params.get("page_size")
        if asked is None:
            return self.page_size
        if not _KEY.fullmatch(asked) or int(asked) == 0:
            raise ValidationError({"page_size": f"must be a whole number from 1 to {self.max_page_size}"})
        return min(int(asked), self.max_page_size)

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Where the page starts. Raises ValidationError for a cursor that we did not give out."""
        try:
            cursor = super().decode_cursor(request)
        except NotFound:
            raise ValidationError({"cursor": NOT_OURS}) from None
        if cursor is not None and cursor.position is not None and not self.is_position(str(cursor.position)):
            raise ValidationError({"cursor": NOT_OURS})
        return cursor

    def is_position(self, position: str) -> bool:
        """Whether a cursor of these pages can stand there."""
        return _KEY.fullmatch(position) is not None


class OldestFirst(NewestFirst):
    """Pages by rising id: a history, to be followed from where one stopped."""

    ordering = "id"
