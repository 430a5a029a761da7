"""The letters of a line and who has taken them, so that nothing is read twice. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from outreach.quick.proposal import Span

EDGES = " \t\r\n\xa0.,;:!?–—-"
_KEPT_IN_TEXT = frozenset({"due", "unread"})


class Letters:
    """A line of which pieces are taken one after the other; taken pieces never overlap."""

    def __init__(self, line: str) -> None:
        self.line = line
        self.spans: list[Span] = []
        self._taken = bytearray(len(line))

    def take(self, start: int, end: int, role: str) -> None:
        """Take these letters, if all of them are free."""
        if start < end and self.is_free(start, end):
            self.spans.append(Span(start, end, role))
            self._taken[start:end] = b"\x01" * (end - start)

    def is_free(self, start: int, end: int) -> bool:
        return 1 not in self._taken[start:end]

    def is_taken(self, place: int) -> bool:
        return bool(self._taken[place])

    def free(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The stretches between two places nobody has taken, without the blanks and stops around them."""
        while start < end:
            stop = self._taken.find(1, start, end)
            stop = end if stop < 0 else stop
            if start < stop:
                yield from self._trimmed(start, stop)
            following = self._taken.find(0, stop, end)
            start = end if following < 0 else following

    def _trimmed(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        while start < end and self.line[start] in EDGES:
            start += 1
        while start < end and self.line[end - 1] in EDGES and not self._is_of_a_number(end - 1):
            end -= 1
        if start < end:
            yield start, end

    def _is_of_a_number(self, place: int) -> bool:
        """The full stop of "12.9." belongs to it."""
        return self.line[place] == "." and place > 0 and self.line[place - 1].isdigit()

    def words(self, start: int, end: int) -> str:
        """The free letters between two places, with single blanks."""
        return " ".join(" ".join(self.line[first:last].split()) for first, last in self.free(start, end))

    def rest(self) -> str:
        """What was said, without what was taken; only the days things are due stay in, and what was not understood."""
        kept, start = [], 0
        for span in sorted(self.spans, key=lambda span: span.start):
            if span.role not in _KEPT_IN_TEXT:
                kept.append(self.line[start : span.start])
                start = span.end
        kept.append(self.line[start:])
        text = " ".join(" ".join(kept).split())
        text = re.sub(r" (?=[,;:.!?])", "", text)
        text = re.sub(r"([,;:])[,;:. ]+", r"\1 ", text)
        return text.lstrip(EDGES).rstrip(" ,;:–—-")
