"""Pages of long lists: the rows of one page and how many there are in all, in one query."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, func, literal, select
from sqlalchemy.orm import Session

T = TypeVar("T")
PER_PAGE = 50
PER_PAGE_MOST = 500
#: counting further would make the page slow and tell nobody anything
COUNTED_MOST = 100_000


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list. Pages are numbered from 1; `capped` means there are more than `total`."""

    rows: Sequence[T]
    page: int
    per_page: int
    total: int
    capped: bool = False

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return max(1, -(-self.total // self.per_page))

    @property
    def first(self) -> int:
        """Number of the first row shown, from 1; 0 when there is none."""
        return (self.page - 1) * self.per_page + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """Number of the last row shown."""
        return (self.page - 1) * self.per_page + len(self.rows)

    @property
    def has_next(self) -> bool:
        """Whether another page follows."""
        return self.page < self.pages

    @property
    def has_previous(self) -> bool:
        """Whether a page comes before."""
        return self.page > 1


def fetch(
    session: Session,
    query: Select[*tuple[Any, ...]],
    make: Callable[[Any], T],
    *,
    page: int = 1,
    per_page: int = PER_PAGE,
    total: Select[int] | None = None,
) -> Page[T]:
    """The rows of `query` on that page, each made into what the caller shows.

    One statement; only a page behind the last one needs more, and becomes the last one. `total` counts the rows when
    the query itself would do it more slowly.
    """
    page, per_page = max(1, page), min(max(1, per_page), PER_PAGE_MOST)
    counting = _counting(query) if total is None else total.scalar_subquery()
    found = session.execute(query.add_columns(counting).limit(per_page).offset((page - 1) * per_page)).all()
    if found:
        counted = int(found[0][-1])
    elif page == 1:
        counted = 0
    else:
        counted = int(session.scalar(select(counting)) or 0)
        page = max(1, -(-min(counted, COUNTED_MOST) // per_page))
        found = session.execute(query.add_columns(counting).limit(per_page).offset((page - 1) * per_page)).all()
    return Page([make(row) for row in found], page, per_page, min(counted, COUNTED_MOST), counted > COUNTED_MOST)


def like(words: str) -> str:
    """A LIKE pattern that finds these words anywhere; `%`, `_` and `\\` stand for themselves (ESCAPE '\\')."""
    return "%" + words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


def _counting(query: Select[*tuple[Any, ...]]) -> Any:
    counted = query.order_by(None).with_only_columns(literal(1).label("one"), maintain_column_froms=True)
    return select(func.count()).select_from(counted.limit(COUNTED_MOST + 1).subquery()).scalar_subquery()
