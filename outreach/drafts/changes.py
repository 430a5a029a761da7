"""What a person changed in a letter, word by word, and how much of it is their own. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from rapidfuzz.distance import Indel

from outreach.drafts import likeness

_TOKEN = re.compile(r"\s+|\w+|[^\w\s]")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Piece:
    """A stretch that stayed, went out or came in."""

    kind: Literal["same", "out", "in"]
    text: str


def difference(original: str, now: str) -> list[Piece]:
    """What stayed, went and came, in the order of reading; same and out are the original, same and in the text of now."""
    old, new = _TOKEN.findall(original), _TOKEN.findall(now)
    pieces: list[Piece] = []
    out: list[str] = []
    came: list[str] = []
    for step in Indel.opcodes(old, new):
        before, after = old[step.src_start : step.src_end], new[step.dest_start : step.dest_end]
        if step.tag != "equal":
            out += before
            came += after
        elif _is_bridge(before) and (out or came) and step.src_end < len(old) and step.dest_end < len(new):
            out += before
            came += before
        else:
            _put(pieces, out, came)
            pieces.append(Piece("same", "".join(before)))
    _put(pieces, out, came)
    return pieces


def own_share(original: str, now: str) -> float:
    """From 0, as proposed, to 1, all one's own: the share of words between greeting and closing that came in."""
    before, after = likeness.body(original), likeness.body(now)
    words = len(_WORD.findall(after))
    if not words:
        return 0.0
    came = sum(len(_WORD.findall(piece.text)) for piece in difference(before, after) if piece.kind == "in")
    return min(1.0, came / words)


def _is_bridge(tokens: list[str]) -> bool:
    """Space or a comma between two changes: shown with them, the change reads as one."""
    text = "".join(tokens)
    return len(text) <= 2 and not _WORD.search(text) and "\n" not in text  # noqa: PLR2004


def _put(pieces: list[Piece], out: list[str], came: list[str]) -> None:
    """Close a change: what went, then what came; both lists are empty afterwards."""
    if out == came and out:
        pieces.append(Piece("same", "".join(out)))
    else:
        pieces += [Piece("out", "".join(out))] if out else []
        pieces += [Piece("in", "".join(came))] if came else []
    out.clear()
    came.clear()
