"""In which language and zone a page speaks: the user's; for strangers the browser's, then the installation's."""

from __future__ import annotations

import gettext
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from flask import Flask, Response, g, request
from flask_babel import Babel, get_locale
from flask_babel import gettext as translate

from outreach.errors import OutreachError
from outreach.house import House

LANGUAGES = {"de": "Deutsch", "en": "English"}
TRANSLATIONS = Path(__file__).parent / "translations"


def install(app: Flask, house: House) -> None:
    """Choose language and zone for every request, and say so in the answer."""

    def locale() -> str:
        user, asked = g.get("user"), g.get("language")
        if asked in LANGUAGES:
            return str(asked)  # a public page speaks the language of its list
        if user is not None and user.language in LANGUAGES:
            return str(user.language)
        return request.accept_languages.best_match(list(LANGUAGES)) or house.settings.locale

    def zone() -> str:
        user = g.get("user")
        return user.time_zone if user is not None else house.settings.timezone

    Babel(
        app,
        locale_selector=locale,
        timezone_selector=zone,
        default_locale=house.settings.locale,
        default_translation_directories=str(TRANSLATIONS),
    )
    app.after_request(_say)


def sentence(error: OutreachError) -> str:
    """What went wrong, in the language of this request."""
    return said(error.sentence, error.values)


def said(words: str, values: Mapping[str, Any], say: Callable[[str], str] = translate) -> str:
    """A kept sentence with its values; a value named `label` is the word for a field and is translated as well."""
    given = dict(values)
    if isinstance(given.get("label"), str) and given["label"]:
        given["label"] = say(given["label"])
    sentence = str(say(words))
    return sentence % given if given else sentence


def catalogue(language: str) -> gettext.NullTranslations:
    """The sentences of one language, for text written outside a request."""
    return gettext.translation("messages", TRANSLATIONS, [language], fallback=True)


def _say(response: Response) -> Response:
    if response.mimetype == "text/html":
        response.headers.setdefault("Content-Language", str(get_locale()))
        response.vary.add("Accept-Language")
    return response
