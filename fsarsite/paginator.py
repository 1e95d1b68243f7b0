"""Pages of a table that may be long."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property


class BoundedPaginator(Paginator):  # type: ignore[type-arg]  # generic in the stubs alone
    """Counts up to ``most`` rows and no further: what is beyond is reached by narrowing the list, not by paging."""

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

    @cached_property
    def _counted(self) -> int:
        if not isinstance(self.object_list, QuerySet):
            return len(self.object_list)
        return self.object_list.order_by().values("pk")[: self.most + 1].count()  # nothing else is worked out for them
