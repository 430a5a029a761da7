"""Names of the built files (frontend/build.mjs), and icons from the sprite."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

from flask import Flask, url_for
from markupsafe import Markup

BUILD = Path(__file__).parent / "static" / "build"


def install(app: Flask) -> None:
    """Give templates `asset("app.css")` and `icon("users")`."""
    try:
        manifest: dict[str, str] = json.loads((BUILD / "manifest.json").read_text())
    except FileNotFoundError:
        raise RuntimeError("The pages are not built yet. Run: make setup") from None
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 31_536_000  # every name carries its content's hash
    app.jinja_env.globals["asset"] = partial(_asset, manifest)
    app.jinja_env.globals["icon"] = partial(_icon, manifest)


def _asset(manifest: dict[str, str], name: str) -> str:
    return url_for("static", filename=f"build/{manifest[name]}")


def _icon(manifest: dict[str, str], name: str) -> Markup:
    """An icon for the eyes; the word beside it, or an aria-label around it, says the same."""
    return Markup('<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>').format(
        _asset(manifest, "icons.svg"), name
    )
