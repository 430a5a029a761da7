"""A mail server that takes everything as fast as it can, for measuring those who send. Run as a process of its own.

It knows only as much SMTP as our clients speak, looks for the final dot in what it has read, and counts.
"""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Iterator

_ANSWERS = {b"EHLO": b"250-bench\r\n250-PIPELINING\r\n250 8BITMIME\r\n", b"DATA": b"354 go on\r\n",
            b"QUIT": b"221 bye\r\n"}  # fmt: skip


class _Client(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport, self.buffer, self.in_mail = transport, bytearray(), False
        transport.write(b"220 bench\r\n")

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while self._mail() if self.in_mail else self._command():
            pass

    def _mail(self) -> bool:
        end = self.buffer.find(b"\r\n.\r\n")
        if end < 0:
            return False
        del self.buffer[: end + 5]
        self.in_mail = False
        self.transport.write(b"250 2.0.0 taken\r\n")
        return True

    def _command(self) -> bool:
        end = self.buffer.find(b"\r\n")
        if end < 0:
            return False
        verb = bytes(self.buffer[:4]).upper()
        del self.buffer[: end + 2]
        self.transport.write(_ANSWERS.get(verb, b"250 2.0.0 OK\r\n"))
        self.in_mail = verb == b"DATA"
        return True


@contextlib.contextmanager
def running() -> Iterator[int]:
    """The server in a process of its own; gives its port."""
    process = subprocess.Popen([sys.executable, "-m", "bench.sink"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait(timeout=10)


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(_Client, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve())
