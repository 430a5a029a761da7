"""The words shown as evidence: at most 200 characters of the article, whole words, with the name in them. Pure."""

from __future__ import annotations

from feeds.texts import QUOTE_MOST, Mention


def quote(body: str, start: int, end: int, mention: Mention, trigger: tuple[int, int] | None = None) -> str:
    """The sentence start..end, or the part of it around the name and, where both fit, the trigger."""
    sentence = " ".join(body[start:end].split())
    if len(sentence) <= QUOTE_MOST:
        return sentence
    first, last = mention.start, mention.end
    if trigger and max(last, trigger[1]) - min(first, trigger[0]) <= QUOTE_MOST:
        first, last = min(first, trigger[0]), max(last, trigger[1])
    if last - first > QUOTE_MOST:
        last = first + QUOTE_MOST
    return _widened(body, start, end, first, last)


def _widened(body: str, start: int, end: int, first: int, last: int) -> str:
    """As many whole words around first..last as fit, rather before the name than behind it only when little is left."""
    room = QUOTE_MOST - (last - first)
    left = max(start, first - min(room, max(room // 3, room - (end - last))))
    right = min(end, last + (room - (first - left)))
    if left > start:
        while left < first and not body[left - 1].isspace():
            left += 1
    if right < end:
        while right > last and not body[right : right + 1].isspace():
            right -= 1
    return " ".join(body[left:right].split())
