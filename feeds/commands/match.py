"""`outreach match`: what would be said of these customers for these articles. Files in, JSON lines out, no installation."""

from __future__ import annotations

import gzip
import io
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import IO, Any, cast

import click

from feeds import judge, rules
from feeds.commands.material import Unusable, article_of, subject_of
from feeds.match import Index
from feeds.stories import Stories
from feeds.texts import Article, Finding, Subject
from outreach import clock
from outreach.occasions import kinds

#: a line longer than this is no article; reading on would fill the memory
_LINE_MOST = 32 * 1024 * 1024
_KEYS = (
    "customer", "article", "certainty", "form", "kind", "polarity", "decision", "quote", "event_on", "story", "score", "why",
)  # fmt: skip


@click.command("match")
@click.option("--customers", required=True, metavar="FILE", help="JSON: a list of customers; .gz and - are read too.")
@click.option(
    "--articles", required=True, metavar="FILE", help="JSON lines: an article a line; .gz and - are read too."
)
def match(customers: str, articles: str) -> None:
    """Print what the articles say of the customers, a JSON object a line.

    Customers have id and name and may have aliases, city, industry, domains, competitors, people, required, excluded,
    is_medium; articles have id, title, text and may have source, date, url. Lines that cannot be read are reported and
    left out; then the exit code is 1. Nothing is stored.

    \b
    Example: outreach match --customers customers.json --articles articles.jsonl.gz
    """
    if customers == articles == "-":
        raise click.UsageError("Only one of the two can come from standard input.")
    subjects = _customers(customers)
    bad = 0
    known, all_kinds, stories = rules.load(), kinds.load(), Stories()
    index = Index.build(subjects)
    today = clock.now().date()
    with _opened(articles) as lines:
        for number, line in _lines(lines):
            try:
                article = _article(line)
            except Unusable as error:
                bad += 1
                click.echo(f"Line {number}: {error}; left out.", err=True)
                continue
            day = article.published_at.date() if article.published_at else today
            for finding in judge.judge(article, index, known, all_kinds, stories, day):
                click.echo(_shown(finding))
    if bad:
        click.echo(f"{bad} {'line was' if bad == 1 else 'lines were'} left out.", err=True)
        sys.exit(1)


def _customers(name: str) -> list[Subject]:
    try:
        with _opened(name) as file:
            given = json.loads(file.read().decode("utf-8-sig"))
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise click.ClickException(f"{name} is not JSON: {error}") from None
    except (OSError, EOFError) as error:
        raise click.ClickException(f"{name} cannot be read: {error}") from None
    if not isinstance(given, list):
        raise click.ClickException(f'{name} has to be a list of customers: [{{"id": …, "name": …}}, …].')
    subjects: dict[str, Subject] = {}
    for number, one in enumerate(given, 1):
        try:
            subject = subject_of(one)
        except Unusable as error:
            raise click.ClickException(f"{name}, customer {number}: {error}.") from None
        if subject.key in subjects:
            raise click.ClickException(f"{name}, customer {number}: the id {subject.key} is there twice.")
        subjects[subject.key] = subject
    return list(subjects.values())


@contextmanager
def _opened(name: str) -> Iterator[IO[bytes]]:
    """The bytes of a file, of a packed one, or of standard input; what cannot be opened is a sentence."""
    if name == "-":
        yield _unpacked(sys.stdin.buffer)
        return
    try:
        file = Path(name).open("rb")  # noqa: SIM115 - closed below; only the opening is put into words
    except OSError as error:
        raise click.ClickException(f"{name} cannot be read: {error.strerror or error}.") from None
    with file:
        yield _unpacked(file)


def _unpacked(file: IO[bytes]) -> IO[bytes]:
    """Read through gzip when the first two bytes say so; nothing has to be sought back, so a pipe will do."""
    first = file.read(2)
    joined = cast(IO[bytes], io.BufferedReader(_Joined(first, file), 1024 * 1024))
    return cast(IO[bytes], gzip.GzipFile(fileobj=joined)) if first == b"\x1f\x8b" else joined


class _Joined(io.RawIOBase):
    """A few bytes read already, and the rest of the file."""

    def __init__(self, first: bytes, rest: IO[bytes]) -> None:
        self._first, self._rest = first, rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        taken = self._first[: len(buffer)] or self._rest.read(len(buffer))
        self._first = self._first[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)


def _lines(file: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Numbered lines that are not empty; the rest of a line that is far too long is dropped with it."""
    number, too_long = 0, False
    while True:
        try:
            line = file.readline(_LINE_MOST)
        except (OSError, EOFError) as error:
            raise click.ClickException(f"The articles end in the middle, after line {number}: {error}") from None
        if not line:
            return
        if not too_long:
            number += 1
            if line.strip():
                yield number, line
        too_long = not line.endswith(b"\n")


def _article(line: bytes) -> Article:
    try:
        given: Any = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Unusable("this is not UTF-8") from None
    except (json.JSONDecodeError, RecursionError, ValueError) as error:
        raise Unusable(f"this is not JSON ({error})") from None
    return article_of(given)


def _shown(finding: Finding) -> str:
    values = (
        finding.subject, finding.article, finding.certainty, finding.form, finding.kind, finding.polarity, finding.decision,
        finding.quote, _day(finding.event_on), finding.story, finding.score, list(finding.why),
    )  # fmt: skip
    return json.dumps(dict(zip(_KEYS, values, strict=True)), ensure_ascii=False)


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
