"""The text of an article as names are looked for in it, and the way back to where they stand. Pure."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right

from feeds.names.spelling import folded

_UNSEEN = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
#: what has to go before folding: signs nobody sees, a letter and its marks apart, more than one blank
_ROUGH = re.compile(rf"[{_UNSEEN}]+|[^\W\d_]?[\u0300-\u036f]+|(?<=[ \t\u00a0])[ \t\u00a0]+")


class Normal:
    """A folded text. `place(start, end)` says where a stretch of it stands in the original."""

    __slots__ = ("_drops", "_marked", "_starts", "text")

    def __init__(self, original: str) -> None:
        self._starts: list[int] = []
        self._drops: list[int] = []
        self._marked: list[bool] = []
        plain = _ROUGH.sub(self._smooth, original) if _ROUGH.search(original) else original
        #: folded, with a blank at both ends, so that place 1 is the original's place 0
        self.text = f" {folded(plain)} "

    def _smooth(self, found: re.Match[str]) -> str:
        kept = unicodedata.normalize("NFC", found[0])
        kept = "" if kept[0] in _UNSEEN or kept.isspace() or unicodedata.combining(kept[0]) else kept[:1]
        before = self._drops[-1] if self._drops else 0
        self._starts.append(found.start() - before + len(kept))
        self._drops.append(before + len(found[0]) - len(kept))
        self._marked.append(bool(kept))
        return kept

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Start and end in the original of a stretch of the folded text that begins and ends with a sign."""
        if not self._starts:
            return start - 1, end - 1
        last = end - 2
        return self._back(start - 1), self._back(last) + 1 + self._marks_after(last)

    def _back(self, at: int) -> int:
        index = bisect_right(self._starts, at)
        return at + (self._drops[index - 1] if index else 0)

    def _marks_after(self, last: int) -> int:
        """How many combining marks belong to the letter at `last`."""
        index = bisect_right(self._starts, last)
        if index >= len(self._starts) or self._starts[index] != last + 1 or not self._marked[index]:
            return 0
        return self._drops[index] - (self._drops[index - 1] if index else 0)
