"""A web server with as many feeds as are asked for, for measuring those who read them. Run as a process of its own.

`/f/7?change=10`: feed 7 as it is this minute of the world; the world turns with `/turn`, and then one feed in ten has a
new entry and the others answer 304. `/hang` says nothing for ever. It listens on all of 127.0.0.0/8, so that each feed
can have a host of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Iterator

ENTRIES = 20
CHANGED = 10
_turn = 0


def feed(number: int, newest: int) -> bytes:
    """An RSS feed of a usual size: twenty entries of some 400 characters."""
    items = "".join(
        f"<item><title>Meldung {n} der Quelle {number}</title><link>https://q{number}.example/{n}</link><guid>{number}-{n}</guid>"
        f"<pubDate>Fri, 20 Nov 2026 {n % 24:02}:00:00 +0100</pubDate><description><![CDATA[<p>Die Firma {n % 97} aus Ulm "
        f"er&ouml;ffnet ein neues Werk. {'Es folgt ein gewöhnlicher Satz mit einigen Wörtern. ' * 6}</p>]]></description></item>"
        for n in range(newest, newest - ENTRIES, -1)
    )
    head = f"<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel><title>Quelle {number}</title>"
    return f"{head}<link>https://q{number}.example/</link>{items}</channel></rss>".encode()


class _Reader(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport, self.buffer = transport, b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while b"\r\n\r\n" in self.buffer:
            head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
            self.transport.write(_answer(head))


def _answer(head: bytes) -> bytes:
    global _turn
    path = head.split(b" ", 2)[1]
    if path == b"/hang":
        return b""
    if path == b"/turn":
        _turn += 1
        return b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    number = int(path.rsplit(b"/", 1)[1])
    # One feed in ten has something new at each turn of the world, another one each time.
    newest = 20 + sum(1 for turn in range(1, _turn + 1) if (number + turn) % CHANGED == 0)
    etag = b'"%d"' % newest
    if b"If-None-Match: " + etag in head:
        return b"HTTP/1.1 304 Not Modified\r\nETag: %s\r\n\r\n" % etag
    body = feed(number, newest)
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nETag: %s\r\nContent-Length: %d\r\n\r\n%s" % (
        etag,
        len(body),
        body,
    )


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(_Reader, "0.0.0.0", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


@contextlib.contextmanager
def running() -> Iterator[int]:
    """The server in a process of its own; gives its port."""
    process = subprocess.Popen([sys.executable, "-m", "bench.papers"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait(timeout=10)


if __name__ == "__main__":
    asyncio.run(_serve())
