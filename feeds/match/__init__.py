"""Who is named in an article: `Index.build(subjects)`, then `index.mentions(article)`. Pure.

A mention with the reason "-source" names a newspaper or agency only as the source: `is_source(mention)`. What happens in
such an article did not happen to it.
"""

from __future__ import annotations

from feeds.match.index import Index
from feeds.match.words import in_words, sentence
from feeds.texts import Mention

__all__ = ["Index", "in_words", "is_source", "sentence"]


def is_source(mention: Mention) -> bool:
    """Whether the medium is credited there and nothing is said of it."""
    return "-source" in mention.reasons
