"""Fetching from a hostile world: a rule of a server for every limit, and nothing gets through."""

from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import brotli
import pytest

from feeds import fetch
from feeds.fetch import Fetched, Limits
from feeds.fetch.headers import fresh_for, retry_after
from feeds.guard import FetchFailed
from tests import webserver
from tests.webserver import Server, page, raw, redirect, status

FEED = b'<rss version="2.0"><channel><title>T</title></channel></rss>'
QUICK = Limits(connect=1.0, total=2.0, most_bytes=1024 * 1024)
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"


@pytest.fixture
def server() -> Iterator[Server]:
    with webserver.running({"/feed": page(FEED)}) as running:
        yield running


def get(address: str, *, allow_private: bool = True, limits: Limits = QUICK, **validators: str) -> Fetched:
    """One fetch with a client of its own."""

    async def run() -> Fetched:
        async with fetch.client(
            contact="https://news.example.de", allow_private=allow_private, limits=limits
        ) as client:
            return await fetch.fetch(client, address, **validators)

    return asyncio.run(run())


def kind(address: str, *, allow_private: bool = True, limits: Limits = QUICK) -> str:
    """The kind of failure a fetch ends with."""
    with pytest.raises(FetchFailed) as caught:
        get(address, allow_private=allow_private, limits=limits)
    assert str(caught.value), "every failure has a sentence"
    assert "%(" not in str(caught.value)
    return caught.value.kind


def test_a_feed_is_fetched_and_says_who_asks(server: Server) -> None:
    fetched = get(server.url("/feed"))
    assert (fetched.status, fetched.body, fetched.hops) == (200, FEED, ())
    (request,) = server.requests
    assert request.headers["user-agent"].startswith("Outreach/")
    assert "https://news.example.de" in request.headers["user-agent"]
    assert "rss" in request.headers["accept"]
    assert request.headers["accept-encoding"] == "gzip, deflate, br"
    assert not {"cookie", "authorization", "referer", "if-modified-since", "if-none-match"} & set(request.headers)


def test_validators_go_back_byte_for_byte_and_304_has_no_body(server: Server) -> None:
    etag = 'W/"ä b\'c,"'
    server.rules["/feed"] = raw(
        OK + f"ETag: {etag}\r\n".encode() + b"Last-Modified: gestern\r\nContent-Length: 0\r\n\r\n"
    )
    fetched = get(server.url("/feed"))
    assert (fetched.etag, fetched.last_modified) == (etag, "gestern")
    server.rules["/feed"] = status(304)
    again = get(server.url("/feed"), etag=fetched.etag or "", last_modified="gestern")
    assert (again.status, again.body) == (304, b"")
    assert f"If-None-Match: {etag}\r\nIf-Modified-Since: gestern\r\n".encode() in server.requests[-1].raw


def test_304_to_somebody_who_knows_nothing_is_no_success(server: Server) -> None:
    server.rules["/feed"] = status(304)
    assert kind(server.url("/feed")) == "unexpected_status"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (410, "gone"), (404, "not_found"), (401, "unauthorized"), (403, "forbidden"), (429, "rate_limited"),
        (500, "server_error"), (503, "server_error"), (204, "unexpected_status"), (418, "unexpected_status"),
    ],
)  # fmt: skip
def test_every_status_has_its_kind(server: Server, code: int, expected: str) -> None:
    server.rules["/feed"] = status(code)
    assert kind(server.url("/feed")) == expected


@pytest.mark.parametrize("code", [429, 503])
def test_a_wish_to_wait_is_carried_on(server: Server, code: int) -> None:
    server.rules["/feed"] = status(code, Retry_After="120")
    with pytest.raises(FetchFailed) as caught:
        get(server.url("/feed"))
    assert (caught.value.status, caught.value.retry_after) == (code, 120)


def test_waiting_and_freshness_are_read_as_numbers_and_dates() -> None:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert retry_after("60", now) == 60
    assert retry_after("Sun, 22 Nov 2026 12:10:00 GMT", now) == 600
    assert retry_after("99999999999999999999", now) == timedelta(days=7).total_seconds()
    assert [retry_after(text, now) for text in ("", "bald", "-5", None)] == [None] * 4
    assert fresh_for({"Cache-Control": "public, max-age=900"}, now) == 900
    assert fresh_for({"Expires": "Sun, 22 Nov 2026 13:00:00 GMT"}, now) == 3600
    assert fresh_for({"Expires": "0"}, now) is None
    assert fresh_for({"Cache-Control": "max-age=60", "Expires": "Sun, 22 Nov 2026 13:00:00 GMT"}, now) == 60


# --- redirects ---


def test_redirects_are_followed_and_recorded(server: Server) -> None:
    server.rules |= {
        "/a": redirect("/b", code=301),
        "/b": redirect(server.url("/c"), code=308),
        "/c": redirect("/feed"),
    }
    fetched = get(server.url("/a"))
    assert fetched.body == FEED
    assert [hop.status for hop in fetched.hops] == [301, 308, 302]
    assert fetched.final_address == server.url("/feed")
    assert fetched.moved_to == server.url("/c"), "only the permanent ones at the beginning count"


def test_six_redirects_are_too_many(server: Server) -> None:
    server.rules |= {f"/{n}": redirect(f"/{n + 1}") for n in range(10)}
    assert kind(server.url("/0")) == "too_many_redirects"
    assert len(server.requests) == 6


def test_a_circle_of_redirects_ends(server: Server) -> None:
    server.rules |= {"/a": redirect("/b"), "/b": redirect("/a"), "/self": redirect("/self")}
    assert kind(server.url("/a")) == "too_many_redirects"
    assert kind(server.url("/self")) == "too_many_redirects"


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data/", "http://[::ffff:127.0.0.1]:1234/", "http://[fe80::1]/",
        "http://[64:ff9b::a9fe:a9fe]/", "http://2852039166/", "http://0xa9.0xfe.0xa9.0xfe/", "//0.0.0.0:8000/",
    ],
)  # fmt: skip
def test_no_redirect_leads_to_the_keys_of_a_machine_even_where_private_addresses_are_allowed(
    server: Server, target: str
) -> None:
    server.rules["/a"] = redirect(target)
    assert kind(server.url("/a")) == "private_address"


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://a.example/", "gopher://a.example/", "javascript:alert(1)"]
)
def test_redirects_stay_on_the_web(server: Server, target: str) -> None:
    server.rules["/a"] = redirect(target)
    assert kind(server.url("/a")) == "scheme"


def test_redirects_take_no_password_along(server: Server) -> None:
    server.rules["/a"] = redirect("http://user:secret@127.0.0.1:8000/")
    assert kind(server.url("/a")) == "credentials"


def test_cookies_are_not_kept(server: Server) -> None:
    server.rules["/a"] = status(302, Location="/feed", Set_Cookie="a=b")
    get(server.url("/a"))
    assert "cookie" not in server.requests[-1].headers


def test_proxies_of_the_environment_are_ignored(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert get(server.url("/feed")).body == FEED


# --- private addresses ---


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "[::]"]
)
def test_a_private_address_is_not_even_connected(server: Server, host: str) -> None:
    assert kind(f"http://{host}:{server.port}/feed", allow_private=False) == "private_address"
    assert not server.requests


def test_a_name_that_leads_home_is_refused_by_the_address_it_leads_to(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", server.port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: found)
    assert kind(f"http://news.example.de:{server.port}/feed", allow_private=False) == "private_address"
    assert not server.requests


def test_a_name_that_changes_its_mind_between_check_and_connection_is_refused(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding against the resolver: even if it lets an address through, no socket is made for it."""

    async def lie(self: object, host: str, port: int = 0, family: int = 0) -> list[dict[str, object]]:
        return [{"hostname": host, "host": "127.0.0.1", "port": port, "family": socket.AF_INET, "proto": 6, "flags": 0}]

    monkeypatch.setattr("feeds.fetch.connect._Names.resolve", lie)
    assert kind(f"http://news.example.de:{server.port}/feed", allow_private=False) == "private_address"
    assert not server.requests


def test_a_name_with_one_public_and_one_private_address_never_reaches_the_private_one(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, server.port)) for host in ("127.0.0.1", "10.0.0.1", "::1")
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: found)
    assert kind(f"http://news.example.de:{server.port}/feed", allow_private=False) == "private_address"
    assert not server.requests


# --- bodies ---


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("gzip", gzip.compress), ("deflate", zlib.compress), ("deflate", lambda data: zlib.compress(data)[2:-4]),
        ("br", brotli.compress), ("gzip, gzip", lambda data: gzip.compress(gzip.compress(data))), ("identity", bytes),
        ("", gzip.compress), ("gzip", lambda data: gzip.compress(data[:20]) + gzip.compress(data[20:])),
        ("br, gzip", lambda data: gzip.compress(brotli.compress(data))), ("X-GZIP", gzip.compress),
    ],
)  # fmt: skip
def test_packed_answers_are_unpacked(server: Server, encoding: str, pack: Callable[[bytes], bytes]) -> None:
    server.rules["/feed"] = page(pack(FEED), Content_Encoding=encoding)
    assert get(server.url("/feed")).body == FEED


BOMB = b" " * (200 * 1024 * 1024)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "gzip, gzip", ""])
def test_a_bomb_is_stopped_before_it_unfolds(server: Server, encoding: str) -> None:
    pack = {"deflate": zlib.compress, "br": lambda data: brotli.compress(data, quality=1)}.get(encoding, gzip.compress)
    data = pack(BOMB)
    if encoding == "gzip, gzip":
        data = gzip.compress(data)
    server.rules["/feed"] = page(data, Content_Encoding=encoding)
    started = time.monotonic()
    assert kind(server.url("/feed")) == "too_large"
    assert time.monotonic() - started < 3


def test_an_unknown_packing_is_named(server: Server) -> None:
    for encoding in ("compress", "zstd", "gzip, gzip, gzip", "gzip, nonsense"):
        server.rules["/feed"] = page(FEED, Content_Encoding=encoding)
        assert kind(server.url("/feed")) == "encoding"


def test_a_broken_or_cut_packing_is_damaged(server: Server) -> None:
    for data in (FEED, gzip.compress(FEED)[:-10], gzip.compress(FEED)[:30], b"\x1f\x8b" + b"\xff" * 50):
        server.rules["/feed"] = page(data, Content_Encoding="gzip")
        assert kind(server.url("/feed")) == "damaged"
    server.rules["/feed"] = page(brotli.compress(FEED)[:-3], Content_Encoding="br")
    assert kind(server.url("/feed")) == "damaged"


def test_a_flood_of_empty_gzip_files_takes_no_time(server: Server) -> None:
    server.rules["/feed"] = page(gzip.compress(b"") * 40_000, Content_Encoding="gzip")
    started = time.monotonic()
    assert get(server.url("/feed")).body == b""
    assert time.monotonic() - started < 1


def test_a_body_that_is_announced_too_large_is_not_read(server: Server) -> None:
    server.rules["/feed"] = raw(OK + b"Content-Length: 99999999\r\n\r\n")
    assert kind(server.url("/feed")) == "too_large"


@pytest.mark.parametrize("chunked", [True, False])
def test_an_endless_body_ends_at_the_limit(server: Server, chunked: bool) -> None:
    piece = b"x" * 65536
    head = OK + (b"Transfer-Encoding: chunked\r\n\r\n" if chunked else b"\r\n")
    server.rules["/feed"] = webserver.endless(webserver.chunk(piece) if chunked else piece, head=head)
    assert kind(server.url("/feed")) == "too_large"


# --- time ---


def test_a_slow_loris_gets_no_more_than_its_time(server: Server) -> None:
    server.rules["/feed"] = webserver.dripping(seconds=0.05)
    started = time.monotonic()
    assert kind(server.url("/feed")) == "timeout"
    assert time.monotonic() - started < QUICK.total + 1


def test_headers_that_drip_and_servers_that_say_nothing_time_out(server: Server) -> None:
    server.rules["/feed"] = webserver.dripping(seconds=0.05, head=b"HTTP/1.1 200 OK\r\nX: ")
    assert kind(server.url("/feed")) == "timeout"
    server.rules["/feed"] = webserver.silent
    assert kind(server.url("/feed")) == "timeout"


def test_redirects_share_one_time(server: Server) -> None:
    def slow(connection: socket.socket, request: webserver.Request) -> None:
        time.sleep(0.7)
        number = int(request.path[1:])
        connection.sendall(webserver.answer(b"", code=302, headers={"Location": f"/{number + 1}"}))

    server.rules |= {f"/{n}": slow for n in range(6)}
    assert kind(server.url("/0")) == "timeout"


def test_a_name_server_that_hangs_costs_no_more_than_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: time.sleep(4))
    started = time.monotonic()
    assert kind("http://news.example.de/") == "timeout"
    assert time.monotonic() - started < QUICK.total + 1


# --- answers that are none ---


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\r\n\r\n", b"hello\r\n\r\n", b"HTTP/9.9 abc\r\n\r\n", b"HTTP/1.1 200 OK\r\nBroken\r\n\r\n", b"\x00" * 100,
        OK + b"Content-Length: -5\r\n\r\nabc", OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        OK + b"Content-Length: 100\r\n\r\nabc", OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc",
        OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab", OK + b"Transfer-Encoding: chunked\r\n\r\n-1\r\nab\r\n0\r\n\r\n",
        OK + b"X: " + b"a" * 100_000 + b"\r\n\r\n", OK + b"".join(b"X-%d: y\r\n" % n for n in range(1000)) + b"\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: http://[\r\nContent-Length: 0\r\n\r\n", OK + b"Content-Encoding: \x00\r\n\r\n",
        b"SSH-2.0-OpenSSH_9\r\n", b"HTTP/1.1 99999 OK\r\n\r\n", b"HTTP/1.1 302 Found\r\nLocation: \xff\xfe\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: \xff\xfe\r\nContent-Length: 1\r\n\r\n",
    ],
)  # fmt: skip
def test_whatever_a_server_says_the_failure_is_a_sentence(server: Server, data: bytes) -> None:
    server.rules["/feed"] = raw(data)
    assert kind(server.url("/feed")) in {
        "bad_answer", "damaged", "address", "timeout", "encoding", "not_found", "redirect", "unexpected_status",
        "too_many_redirects",
    }  # fmt: skip


def test_endless_headers_end(server: Server) -> None:
    server.rules["/feed"] = webserver.endless(b"X-More: " + b"y" * 1000 + b"\r\n", head=b"HTTP/1.1 200 OK\r\n")
    assert kind(server.url("/feed")) in ("bad_answer", "timeout")


def test_an_endless_header_line_ends(server: Server) -> None:
    server.rules["/feed"] = webserver.endless(b"y" * 65536, head=b"HTTP/1.1 200 OK\r\nX: ")
    assert kind(server.url("/feed")) in ("bad_answer", "timeout")


def test_nobody_listening_and_no_such_name_are_told_apart(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        assert kind(f"http://127.0.0.1:{free.getsockname()[1]}/") == "refused"

    def unknown(*args: object, **kwargs: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert kind("http://news.example.de/") == "dns"


def test_a_server_without_tls_is_told_in_words(server: Server) -> None:
    assert kind(f"https://127.0.0.1:{server.port}/feed") == "tls"


def test_no_secure_address_leads_to_an_insecure_one(monkeypatch: pytest.MonkeyPatch, server: Server) -> None:
    from feeds import guard
    from feeds.fetch import _next

    class Answer:
        status = 302
        headers = {"Location": server.url("/feed")}

    class Open:
        allow_private = True

    with pytest.raises(FetchFailed) as caught:
        _next(Open(), guard.checked("https://a.example/"), Answer(), [])  # type: ignore[arg-type]
    assert caught.value.kind == "insecure_redirect"


def test_certificates_are_checked() -> None:
    context = ssl.create_default_context()
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname


def test_a_hundred_hostile_servers_do_not_hold_up_a_healthy_one(server: Server) -> None:
    server.rules["/silent"] = webserver.silent

    async def run() -> float:
        async with fetch.client(contact="", allow_private=True, limits=QUICK) as client:
            hanging = [asyncio.create_task(fetch.fetch(client, server.url("/silent"))) for _ in range(100)]
            await asyncio.sleep(0.1)
            started = time.monotonic()
            await fetch.fetch(client, server.url("/feed"))
            took = time.monotonic() - started
            await asyncio.gather(*hanging, return_exceptions=True)
            return took

    assert asyncio.run(run()) < 1


@pytest.mark.parametrize("mark", [b"\x01", b"\x7f", b"\x0b\x1c"])
def test_an_etag_nobody_may_send_is_not_kept_and_spoils_no_later_reading(server: Server, mark: bytes) -> None:
    server.rules["/odd"] = raw(OK + b'ETag: "a' + mark + b'"\r\nConnection: close\r\n\r\n' + FEED)
    address = server.url("/odd")
    assert get(address).etag is None
    assert get(address, etag=f'"a{mark.decode()}"').body == FEED
