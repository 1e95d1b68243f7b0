"""Pages of a table that may be long."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property


class BoundedPaginator(Paginator):  # type: ignore[type-arg]  # generic in the stubs alone
    """Counts up to ``most`` rows and no further: what is beyond is reached by narrowing the list, not by paging.

    One query finds, and so counts, the keys of all that can be paged through; another reads the rows of a page. So a
    search looks through its table once, and what a list shows of a row is not sorted for all the others.
    """

    most = 10_000
    template_name = "fsarsite/pagination_bounded.html"

    @cached_property
    def count(self) -> int:
        """How many rows can be paged through."""
        return min(self._counted, self.most)

    @property
    def is_cut(self) -> bool:
        """Whether there are more rows than can be paged through."""
        return self._counted > self.most

    def page(self, number: int | str) -> Page[Any]:
        """One page. Raises PageNotAnInteger, EmptyPage."""
        if not isinstance(self.object_list, QuerySet):
            return super().page(number)
        number = self.validate_number(number)
        first = (number - 1) * self.per_page
        keys = self._keys[first : min(first + self.per_page, self.most)]
        rows = self.object_list.order_by().in_bulk(keys)
        return Page([rows[key] for key in keys if key in rows], number, self)

    @cached_property
    def _counted(self) -> int:
        return len(self._keys)

    @cached_property
    def _keys(self) -> list[Any]:
        """The keys of what is in a database; what is a list already stands for itself."""
        if isinstance(self.object_list, QuerySet):
            return list(self.object_list.values_list("pk", flat=True)[: self.most + 1])
        return list(self.object_list)
