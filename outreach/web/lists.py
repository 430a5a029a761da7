"""Lists: what the reader searched, how it is sorted, which page; read from the address and written back into it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal, cast

from flask import request, url_for

PER_PAGE = 50
_MOST_PAGES = 1_000_000


@dataclass(frozen=True)
class Wanted:
    """What a list page was asked for."""

    search: str
    sort: str
    direction: Literal["asc", "desc"]
    page: int
    per_page: int = PER_PAGE
    #: further filters of this list, as they stand in the address
    filters: tuple[tuple[str, str], ...] = ()

    @property
    def args(self) -> dict[str, Any]:
        """Keyword arguments of the `list_page` functions."""
        return {
            "search": self.search,
            "sort": self.sort,
            "direction": self.direction,
            "page": self.page,
            "per_page": self.per_page,
        }

    def filter(self, name: str) -> str:
        """What one further filter was set to; empty when it was not."""
        return dict(self.filters).get(name, "")

    def url(self, **changed: Any) -> str:
        """The address of this list with something changed."""
        other = replace(self, **changed)
        query = {
            "q": other.search,
            "sort": other.sort,
            "dir": other.direction,
            "page": other.page,
            **dict(other.filters),
        }
        if other.page == 1:
            del query["page"]
        given = {name: value for name, value in query.items() if value not in ("", None)}
        return url_for(cast(str, request.endpoint), **{**(request.view_args or {}), **given})

    def sorted_by(self, column: str) -> str:
        """The address sorted by a column; asked again, the other way round."""
        turned = self.sort == column and self.direction == "asc"
        return self.url(sort=column, direction="desc" if turned else "asc", page=1)


def wanted(
    *, sorts: tuple[str, ...], default: str, direction: Literal["asc", "desc"] = "asc", filters: tuple[str, ...] = ()
) -> Wanted:
    """What this request asks of a list; anything it does not know falls back to the ordinary."""
    args = request.args
    sort = args.get("sort", "")
    way = args.get("dir", "")
    page = args.get("page", 1, type=int)
    return Wanted(
        search=args.get("q", "").strip()[:200].replace("\0", ""),
        sort=sort if sort in sorts else default,
        direction=cast(Literal["asc", "desc"], way) if way in ("asc", "desc") else direction,
        page=min(max(page, 1), _MOST_PAGES),
        filters=tuple((name, args.get(name, "").strip()[:200]) for name in filters if args.get(name, "").strip()),
    )
