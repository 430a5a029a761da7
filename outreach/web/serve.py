"""Web, workers and timetable in one process: what `outreach serve` starts, until it is told to stop."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Callable
from types import FrameType

import click
from flask import Flask
from waitress.server import create_server

from outreach import jobs, logs
from outreach.house import House

log = logs.get(__name__)
_THREADS = 8


def serve(house: House, make_app: Callable[[House], Flask], *, with_workers: bool) -> None:
    """Bind, work, until SIGTERM or Ctrl-C; then finish what is in hand. Raises ClickException in words."""
    settings = house.settings
    if not with_workers and not settings.broker_url:
        raise click.ClickException("--web-only needs OUTREACH_BROKER_URL: without a broker nobody would do the jobs.")
    listening = _bound(settings.host, settings.port)
    server = create_server(
        make_app(house), sockets=[listening], threads=_THREADS, ident=None, clear_untrusted_proxy_headers=True
    )
    # One thread for each connection to the mail server, and some that sweep and import meanwhile.
    workers = jobs.Workers(house.broker, threads=settings.smtp_connections + 4) if with_workers else None
    stopping = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        if not stopping.is_set():
            stopping.set()
            raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    if workers is not None:
        workers.start()
    click.echo(f"Outreach is at http://{_shown(settings.host)}:{settings.port} (Ctrl-C stops it)", err=True)
    try:
        server.run()
    except KeyboardInterrupt:
        pass  # asked to stop: that is what follows
    finally:
        log.info("stopping")
        server.close()
        if workers is not None:
            workers.stop()
        house.database.close()


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(1024)
    except OSError as error:
        listening.close()
        raise click.ClickException(
            f"Cannot listen on {host} port {port}: {error.strerror}. Set OUTREACH_PORT or OUTREACH_HOST to something else."
        ) from None
    return listening


def _shown(host: str) -> str:
    return "127.0.0.1" if host in ("0.0.0.0", "::") else f"[{host}]" if ":" in host else host  # noqa: S104
