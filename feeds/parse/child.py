"""The process that parses: reads a body from standard input, writes what it found, until its input ends.

It is given no settings, no database and no secrets, and has limits on memory and processor time; whoever started it
ends it when an answer takes too long. A frame is a JSON header of known length, and for questions a body behind it.
"""

from __future__ import annotations

import json
import resource
import struct
import sys
from datetime import datetime
from typing import Any, BinaryIO

from feeds import parse
from feeds.guard import FetchFailed
from feeds.parse import article, wire

MEMORY = 1024 * 1024 * 1024
SECONDS = 15
#: when to ask for a successor: what libraries keep adds up
_TIRED_AFTER = 5000
_TIRED_AT_KILOBYTES = 400 * 1024


def main() -> None:
    """Answer until there is nothing more to read."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    answered = 0
    while (question := _read(source)) is not None:
        header, body = question
        _allow_seconds()
        answer = _answer(header, body)
        answered += 1
        usage = resource.getrusage(resource.RUSAGE_SELF)
        answer["tired"] = answered >= _TIRED_AFTER or usage.ru_maxrss > _TIRED_AT_KILOBYTES
        packed = json.dumps(answer).encode()
        sink.write(struct.pack(">I", len(packed)) + packed)
        sink.flush()


def _allow_seconds() -> None:
    """The processor time this parse may take; the last word if nobody is left to end this process."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    most = int(usage.ru_utime + usage.ru_stime) + SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.RLIM_INFINITY))


def _read(source: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    lengths = source.read(8)
    if len(lengths) < 8:
        return None
    header_length, body_length = struct.unpack(">II", lengths)
    header, body = source.read(header_length), source.read(body_length)
    return (json.loads(header), body) if len(body) == body_length else None


def _answer(header: dict[str, Any], body: bytes) -> dict[str, Any]:
    try:
        if header.get("what") == "article":
            return {"text": article.text(body, header["content_type"])}
        parsed = parse.parse(body, header["content_type"], header["address"], datetime.fromisoformat(header["now"]))
    except FetchFailed as failure:
        return {"failed": {"kind": failure.kind, "values": failure.values}}
    except MemoryError:
        return {"crashed": "MemoryError", "tired": True}
    except Exception as error:  # noqa: BLE001 - the edge: whatever a body makes of a parser is said, and not the end
        return {"crashed": f"{type(error).__name__}: {error}"[:300]}
    return {"parsed": wire.packed(parsed)}


if __name__ == "__main__":
    main()
