"""Bodies of answers: unpacked as they come, and stopped as soon as they are too large."""

from __future__ import annotations

import zlib
from collections.abc import Awaitable, Callable

import aiohttp
import brotli  # type: ignore[import-untyped]

from feeds.guard import FetchFailed

CHUNK = 64 * 1024
#: above this, a body waits for its place: a thousand feeds at once may not hold 10 MB each
LARGE = 1024 * 1024
OnLarge = Callable[[], Awaitable[None]]
#: what some servers write there though nothing is packed
_NO_PACKING = ("", "identity", "none", "binary", "8bit", "utf-8", "utf8", "iso-8859-1")
#: one gzip file may hold several; a flood of empty ones costs time
_MOST_MEMBERS = 100


async def read(answer: aiohttp.ClientResponse, most: int, on_large: OnLarge | None = None) -> tuple[bytes, int]:
    """The body, decompressed as it comes and stopped as soon as it is too large; and how many bytes came in."""
    declared = answer.headers.get("Content-Length", "")
    if declared.isdecimal() and len(declared) < 20 and int(declared) > most:
        raise _too_large(most)
    decoders = _decoders(answer.headers.get("Content-Encoding", ""), most)
    pieces: list[bytes] = []
    size = read = 0
    async for chunk in answer.content.iter_chunked(CHUNK):
        read += len(chunk)
        for decoder in decoders:
            chunk = decoder.feed(chunk)
        size += len(chunk)
        if size > most or read > most:
            raise _too_large(most)
        if size > LARGE and on_large is not None:
            await on_large()
            on_large = None
        pieces.append(chunk)
    if any(not decoder.finished for decoder in decoders) and read:
        raise FetchFailed("damaged", status=200)
    return _opened(b"".join(pieces), most), read


def _too_large(most: int) -> FetchFailed:
    return FetchFailed("too_large", status=200, most=round(most / 1024 / 1024, 1))


def _opened(body: bytes, most: int) -> bytes:
    """A file that is itself compressed (feed.xml.gz) is opened once; what comes out is parsed, whatever it is."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    return _Inflated(most).feed(body)


class _Inflated:
    """gzip and deflate with zlib; gives no more than `most` bytes in all."""

    def __init__(self, most: int, *, deflate: bool = False) -> None:
        self._most, self._given, self._members = most, 0, 1
        self._bare_allowed = deflate
        self._engine = zlib.decompressobj(47)
        self._done = False

    @property
    def finished(self) -> bool:
        return self._done or self._engine.eof

    def feed(self, data: bytes) -> bytes:
        """What these bytes decompress to; raises FetchFailed when it is too much or damaged."""
        out: list[bytes] = []
        while data and not self._done:
            if self._engine.eof:
                data = self._next_member(data)
                continue
            piece = self._piece(data)
            self._given += len(piece)
            if self._given > self._most:
                raise _too_large(self._most)
            out.append(piece)
            data = self._engine.unused_data if self._engine.eof else self._engine.unconsumed_tail
        return b"".join(out)

    def _next_member(self, data: bytes) -> bytes:
        """Several gzip files may follow each other (RFC 1952); anything else after the end is ignored."""
        self._members += 1
        if data[:1] != b"\x1f" or self._members > _MOST_MEMBERS:
            self._done = True
            return b""
        self._engine = zlib.decompressobj(47)
        return data

    def _piece(self, data: bytes) -> bytes:
        try:
            piece = self._engine.decompress(data, self._most - self._given + 1)
        except zlib.error:
            if not (self._bare_allowed and self._given == 0):
                raise FetchFailed("damaged", status=200) from None
            self._engine = zlib.decompressobj(-15)  # deflate without its header, as some servers send it
            self._bare_allowed = False
            return self._piece(data)
        self._bare_allowed = False
        return piece


class _Unbrotlied:
    """Brotli; gives no more than `most` bytes in all."""

    def __init__(self, most: int) -> None:
        self._most, self._given = most, 0
        self._engine = brotli.Decompressor()

    @property
    def finished(self) -> bool:
        return bool(self._engine.is_finished())

    def feed(self, data: bytes) -> bytes:
        """What these bytes decompress to; raises FetchFailed when it is too much or damaged."""
        out: list[bytes] = []
        while True:
            try:
                piece = self._engine.process(data, output_buffer_limit=CHUNK)
            except brotli.error:
                raise FetchFailed("damaged", status=200) from None
            data = b""
            self._given += len(piece)
            if self._given > self._most:
                raise _too_large(self._most)
            out.append(piece)
            if self._engine.is_finished() or self._engine.can_accept_more_data():
                return b"".join(out)


def _decoders(encoding: str, most: int) -> list[_Inflated | _Unbrotlied]:
    """How to undo a Content-Encoding, last one first; at most two of them."""
    names = [name.strip().lower() for name in encoding.split(",") if name.strip().lower() not in _NO_PACKING]
    decoders: list[_Inflated | _Unbrotlied] = []
    for name in reversed(names):
        if name in ("gzip", "x-gzip"):
            decoders.append(_Inflated(most))
        elif name == "deflate":
            decoders.append(_Inflated(most, deflate=True))
        elif name == "br":
            decoders.append(_Unbrotlied(most))
        else:
            decoders = []
            break
    if len(decoders) != len(names) or len(names) > 2:
        raise FetchFailed("encoding", status=200)
    return decoders
