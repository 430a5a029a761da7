"""The text of an article on a web page, without menus, teasers and comments. Costs 70 to 100 ms, on hostile pages more:
everybody but its tests asks a `Reader`, which runs it in a process of its own under limits."""

from __future__ import annotations

from feeds.parse.decode import decoded

MOST_HTML = 3 * 1024 * 1024
#: longer than any article; what comes after it is not judged
MOST_TEXT = 30_000


def text(body: bytes, content_type: str) -> str:
    """The article in a page, as plain text with a blank line between paragraphs; empty when there is none."""
    import trafilatura  # half a second and 60 MB: only where pages are read

    html = decoded(body[:MOST_HTML], content_type)
    found = trafilatura.extract(
        html, include_comments=False, include_tables=False, favor_precision=True, deduplicate=False
    )
    return "\n\n".join((found or "").splitlines())[:MOST_TEXT]
