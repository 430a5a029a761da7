"""Providers that tell of bounces, spam reports and unsubscribing: their addresses and keys, and what follows from a call.

POST /hooks/<provider>/<token> ─▶ opened(token): key ─▶ mail.hooks.heard (no transaction: it may fetch) ─▶ take | refuse
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from outreach import lines, logs, once
from outreach.clock import on_wall
from outreach.consent import suppression
from outreach.consent.rows import Permission
from outreach.contacts import address_hash, address_key
from outreach.errors import N_, BadToken, Conflict, Invalid, NotFound
from outreach.house import House
from outreach.mail.hooks import NEEDS_KEY, PROVIDERS, Event, Heard, sendgrid
from outreach.mail.rows import Delivery
from outreach.replies import bounces, consequences, matching
from outreach.replies.rows import Bounce, Hook

log = logs.get(__name__)
KEY_MOST = 2_000
#: the user name in the address Postmark calls
USER = "outreach"
NAMES: Mapping[str, str] = {
    "ses": "Amazon SES", "postmark": "Postmark", "mailgun": "Mailgun", "sendgrid": "SendGrid", "brevo": "Brevo",
}  # fmt: skip
CONFIRM = N_("Amazon asks you to confirm that it may call this address.")
_KIND = "hook"


@dataclass(frozen=True)
class HookLine:
    """A provider as the settings show it; `address` is empty while it is off. A key is never shown again."""

    provider: str
    name: str
    is_on: bool
    address: str = ""
    has_key: bool = False
    needs_key: bool = False
    heard_at: datetime | None = None
    trouble: Mapping[str, Any] | None = None
    #: a link at Amazon a person has to open
    confirm: str = ""
    #: what was told in the last 30 days, by kind
    told: Mapping[str, int] | None = None


def everything(session: Session, house: House, *, since: datetime) -> Sequence[HookLine]:
    """Every provider, those that call first; what they told is counted from `since`."""
    rows = {one.provider: one for one in session.scalars(select(Hook))}
    query = select(Bounce.source, Bounce.kind, func.count()).where(Bounce.at >= since)
    told: dict[str, dict[str, int]] = {}
    for source, kind, count in session.execute(query.group_by(Bounce.source, Bounce.kind)):
        told.setdefault(source, {})[kind] = count
    found = [_line(house, one, rows.get(one), told.get(one, {})) for one in PROVIDERS]
    return sorted(found, key=lambda one: not one.is_on)


def one(session: Session, house: House, provider: str, *, since: datetime) -> HookLine:
    """One provider; raises NotFound."""
    _known(provider)
    return next(line for line in everything(session, house, since=since) if line.provider == provider)


def turn_on(session: Session, house: House, provider: str) -> Hook:
    """This provider may call; twice means once. Raises NotFound."""
    _known(provider)
    found = session.get(Hook, provider)
    if found is None:
        # Begun anew, an address of before stays worthless: the number is never one that was given out.
        found = Hook(provider=provider, number=secrets.randbelow(2**30) + 1, key=_first_key(house, provider))
        session.add(found)
        session.flush()
    return found


def set_key(session: Session, house: House, provider: str, key: str) -> None:
    """Keep the key, locked; an empty one takes it away where none is needed. Raises NotFound, Invalid."""
    found = _get(session, provider)
    key = key.strip()
    if provider == "postmark":
        raise Invalid(N_("The password of Postmark is part of the address; make a new address instead."), field="key")
    if len(key) > KEY_MOST or not key.isprintable():
        raise Invalid(N_("This is no key."), field="key")
    if not key and provider in NEEDS_KEY:
        raise Invalid(N_("Without the key nobody can tell a call of the provider from a forged one."), field="key")
    if provider == "sendgrid":
        sendgrid.public_key(key)
    if provider == "ses" and key and not key.startswith("arn:aws"):
        raise Invalid(N_("The number of a topic begins with arn:aws:sns."), field="key")
    found.key, found.trouble = house.vault.lock(key), None
    session.flush()


def renew(session: Session, house: House, provider: str) -> None:
    """A new address; the old one is worthless at once. Raises NotFound."""
    found = _get(session, provider)
    found.number = Hook.number + 1
    if provider == "postmark":
        found.key = _first_key(house, provider)
    found.trouble = None
    session.flush()
    session.refresh(found)


def turn_off(session: Session, provider: str) -> None:
    """This provider is heard no more; what it told stays. Twice means once."""
    _known(provider)
    found = session.get(Hook, provider)
    if found is not None:
        session.delete(found)
        session.flush()


def opened(session: Session, house: House, provider: str, token: str) -> str:
    """The key of the hook at this address, unlocked; raises NotFound for an address that is none (any more)."""
    try:
        numbers = house.sealer.open(_KIND, token) if provider in PROVIDERS else ()
    except BadToken:
        numbers = ()
    found = session.get(Hook, provider) if numbers else None
    if found is None or numbers != (PROVIDERS.index(provider), found.number):
        raise NotFound(N_("There is nothing at this address."))
    return house.vault.unlock(found.key)


def refuse(session: Session, provider: str, sentence: str) -> None:
    """A call was not believed: said on the settings page."""
    changed = update(Hook).where(Hook.provider == provider).values(trouble={"sentence": sentence, "values": {}})
    session.connection().execute(changed)


def take(session: Session, house: House, provider: str, heard: Heard, *, now: datetime) -> int:
    """Do what follows from a proven call; gives how many events were new. Raises Conflict for one taken before."""
    if heard.once:
        _take_once(session, heard.once, now)
    trouble = {"sentence": CONFIRM, "values": {}, "confirm": heard.confirm} if heard.confirm else None
    known = update(Hook).where(Hook.provider == provider).values(heard_at=now, trouble=trouble)
    session.connection().execute(known)
    # In one order, so that two calls at once wait for each other and do not embrace.
    new = sum(_follow(session, house, provider, one, now) for one in sorted(heard.events, key=lambda one: one.address))
    if heard.events:
        log.info("hook_heard", provider=provider, events=len(heard.events), new=new)
    return new


def _follow(session: Session, house: House, provider: str, event: Event, now: datetime) -> bool:
    delivery_id = matching.opened(house.sealer, event.message_id) if event.message_id else None
    if event.kind == "opt_out":
        return _opt_out(session, house, provider, event, delivery_id, now)
    return bounces.note(
        session, kind=event.kind, address=event.address, status=event.status, reason=event.reason, source=provider,
        told=event.told, delivery_id=delivery_id, at=event.at, now=now, language=house.settings.locale,
    )  # fmt: skip


def _opt_out(
    session: Session, house: House, provider: str, event: Event, delivery_id: int | None, now: datetime
) -> bool:
    """They unsubscribed at the provider: no mail goes there any more. Only an address we wrote to is believed."""
    try:
        hashed = address_hash(address_key(event.address))
    except Invalid:
        return False
    written = select(Delivery.id).where(Delivery.address_hash == hashed)
    if session.scalar(written.limit(1)) is None:
        return False
    source = lines.cut(f"{NAMES[provider]}, {on_wall(event.at, house.settings.timezone):%d.%m.%Y}", 100)
    contact_id = matching.contact_of(session, event.address)
    if contact_id is None:
        return suppression.add_hash(session, hashed, "objection", source, now=now)
    told = select(Permission.id).where(
        Permission.contact_id == contact_id, Permission.channel == "mail", Permission.what == "objected",
        Permission.at == event.at, Permission.source == source,
    )  # fmt: skip
    if session.scalar(told.limit(1)) is not None:
        return False  # told before; what they said since counts
    consequences.object_(session, contact_id, said="", source=source, at=event.at, now=now)
    left = update(Delivery).where(
        Delivery.id == delivery_id, Delivery.address_hash == hashed, Delivery.unsubscribed_at.is_(None)
    )
    session.connection().execute(left.values(unsubscribed_at=event.at))
    return True


def _take_once(session: Session, number: str, now: datetime) -> None:
    key = f"hook:{hashlib.sha256(number.encode()).hexdigest()[:56]}"
    if not once.first(session, key, now):
        raise Conflict(N_("This was decided already."))


def _line(house: House, provider: str, row: Hook | None, told: Mapping[str, int]) -> HookLine:
    needs_key = provider in NEEDS_KEY and provider != "postmark"
    if row is None:
        return HookLine(provider, NAMES[provider], is_on=False, needs_key=needs_key, told=told)
    trouble = row.trouble
    return HookLine(
        provider, NAMES[provider], is_on=True, address=_address(house, row), has_key=bool(row.key), needs_key=needs_key,
        heard_at=row.heard_at, trouble=trouble, confirm=str((trouble or {}).get("confirm", "")), told=told,
    )  # fmt: skip


def _address(house: House, row: Hook) -> str:
    token = house.sealer.seal(_KIND, PROVIDERS.index(row.provider), row.number)
    address = house.url(f"/hooks/{row.provider}/{token}")
    if row.provider != "postmark":
        return address
    try:
        known = house.vault.unlock(row.key)
    except Invalid:  # the key of the installation was changed: a new address mends it
        return address
    parts = urlsplit(address)
    return urlunsplit(parts._replace(netloc=f"{known}@{parts.netloc}"))


def _first_key(house: House, provider: str) -> str:
    return house.vault.lock(f"{USER}:{secrets.token_urlsafe(18)}") if provider == "postmark" else ""


def _get(session: Session, provider: str) -> Hook:
    _known(provider)
    found = session.get(Hook, provider)
    if found is None:
        raise NotFound(N_("This provider is not set up."))
    return found


def _known(provider: str) -> None:
    if provider not in PROVIDERS:
        raise NotFound(N_("There is nothing at this address."))
