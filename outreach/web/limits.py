"""How often one address may ask: `@limited("10 per minute")` on the view, counted in memory or in Redis."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

View = TypeVar("View", bound=Callable[..., object])


def limited(rate: str, *, by: Callable[[], str] = get_remote_address) -> Callable[[View], View]:
    """Mark a view; `by` gives what is counted, the visitor's network address unless said otherwise."""

    def mark(view: View) -> View:
        view.limits = [*getattr(view, "limits", []), (rate, by)]  # type: ignore[attr-defined]
        return view

    return mark


def install(app: Flask, *, broker_url: str) -> None:
    """Count the requests of every marked view; several web processes count together when they share a Redis."""
    storage = broker_url if broker_url.startswith(("redis://", "rediss://")) else "memory://"
    limiter = Limiter(get_remote_address, storage_uri=storage, swallow_errors=True, in_memory_fallback_enabled=True)
    limiter.init_app(app)
    for endpoint, view in app.view_functions.items():
        limited_view: Any = view
        for rate, by in getattr(view, "limits", []):
            limited_view = limiter.limit(rate, key_func=by)(limited_view)
        app.view_functions[endpoint] = limited_view
