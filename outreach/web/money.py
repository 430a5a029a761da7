"""Amounts on pages: cents shown as euros in the reader's language, and what was typed as cents."""

from __future__ import annotations

from flask_babel import format_currency, get_locale

from outreach.errors import N_, Invalid
from outreach.quick import money


def shown(cents: int | None) -> str:
    """1420000 becomes "14.200 €" or "€14,200"; cents only when there are some."""
    if cents is None:
        return ""
    euros = "#,##0" if cents % 100 == 0 else "#,##0.00"
    pattern = f"{euros}\xa0¤" if _german() else f"¤{euros}"
    return str(format_currency(cents / 100, "EUR", format=pattern, currency_digits=False))


def typed(text: str, *, field: str = "amount") -> int | None:
    """The cents somebody typed: "4.200", "4.200,50 €", "1,5k"; None for nothing. Raises Invalid."""
    if not text.strip():
        return None
    found = money.find(text)
    if len(found) != 1 or not found[0].is_euro:
        raise Invalid(N_("“%(value)s” is not an amount in euros."), field=field, value=text.strip()[:50])
    return found[0].cents


def for_field(cents: int | None) -> str:
    """Cents as they stand in a form: "4200,50" in German, "4200.50" in English."""
    if cents is None:
        return ""
    whole, rest = divmod(abs(cents), 100)
    text = f"{'-' if cents < 0 else ''}{whole}" + (f"{',' if _german() else '.'}{rest:02d}" if rest else "")
    return text


def _german() -> bool:
    return str(get_locale().language) == "de"
