"""The text of a newsletter on its way out: previewed, checked, frozen when sending begins, compiled once per process.

Campaign.body → render (layout, inline, slots) → freeze (links get numbers) → compiled → message per recipient
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns import recipients
from campaigns.personalise import NAMES, Compiled, Content, Identity, Recipient
from campaigns.rows import Campaign
from outreach import organisation
from outreach.consent.rows import MailingList
from outreach.errors import N_, NotFound
from outreach.house import House
from outreach.mail import render, templates
from outreach.mail.rows import Delivery
from outreach.senders import Sender
from outreach.tracking.rows import Link

_WORDS = {
    "de": (
        "Sie bekommen diese Mail, weil Sie „%s“ bestellt haben.",
        "Abbestellen",
        "Einstellungen",
        "Im Browser ansehen",
    ),
    "en": ("You receive this mail because you subscribed to “%s”.", "Unsubscribe", "Preferences", "View in browser"),
}


@dataclass(frozen=True)
class Preview:
    """A newsletter as one contact would get it."""

    subject: str
    preheader: str
    html: str
    text: str


def source_of(campaign: Campaign) -> render.Source:
    """What the person wrote, as a value."""
    return render.Source(
        subject=campaign.subject, preheader=campaign.preheader, format=campaign.format, body=campaign.body
    )


def preview(session: Session, house: House, campaign: Campaign, contact_id: int | None) -> Preview:
    """The mail as this contact would get it (as an unknown person, without one); raises Broken with a sentence."""
    person = recipients.one(session, contact_id, list_name=_list_name(session, campaign)) if contact_id else None
    person = person or nobody(session, _list_name(session, campaign))
    source = source_of(campaign)
    templates.check(source, NAMES)
    compiled = _compile(session, house, campaign, _draft_content(source, frame(session, campaign)))
    subject, html, text = compiled.texts(person)
    return Preview(subject=subject, preheader=source.preheader, html=html, text=text)


def test_message(session: Session, house: House, campaign: Campaign, contact_id: int | None) -> Preview:
    """What a test send carries: the preview with "[Test]" before its subject."""
    shown = preview(session, house, campaign, contact_id)
    return Preview(subject=f"[Test] {shown.subject}", preheader=shown.preheader, html=shown.html, text=shown.text)


def freeze(session: Session, house: House, campaign: Campaign) -> dict[str, Any]:
    """The texts with gaps as they will be sent, their links numbered; raises Broken when they cannot be."""
    source = source_of(campaign)
    templates.check(source, NAMES)
    made = render.render(source, frame(session, campaign))
    return {"subject": source.subject, "preheader": source.preheader, "html": made.html, "text": made.text,
            "links": [[_link_id(session, campaign.id, url), url] for url in made.links]}  # fmt: skip


def compiled(session: Session, house: House, campaign_id: int) -> Compiled:
    """The frozen newsletter, compiled; kept per process, for it never changes once it is frozen."""
    key = (house.database.url, campaign_id)
    with _LOCK:
        kept = _KEPT.get(key)
    if kept is not None:
        return kept
    campaign = session.get(Campaign, campaign_id)
    if campaign is None or campaign.frozen is None:
        raise NotFound(N_("There is no such newsletter."))
    made = _compile(session, house, campaign, _content(campaign.frozen))
    with _LOCK:
        while len(_KEPT) >= _KEPT_MOST:
            _KEPT.pop(next(iter(_KEPT)))
        _KEPT[key] = made
    return made


_KEPT: dict[tuple[str, int], Compiled] = {}
_KEPT_MOST = 20
_LOCK = threading.Lock()


def frame(session: Session, campaign: Campaign) -> render.Frame:
    """Layout words in the language of the list, and the imprint."""
    own = organisation.get(session)
    found = session.get(MailingList, campaign.list_id) if campaign.list_id else None
    why, unsubscribe, preferences, view = _WORDS.get(found.language if found else "de", _WORDS["de"])
    return render.Frame(
        language=found.language if found else "de", organisation=own.name, imprint=tuple(organisation.imprint(own)),
        why_line=why % "{{ list.name }}", unsubscribe_words=unsubscribe, preferences_words=preferences, web_view_words=view,
    )  # fmt: skip


def nobody(session: Session, list_name: str) -> Recipient:
    """A person of whom nothing is known, to see a newsletter without any contact."""
    own = organisation.get(session)
    empty = {name.split(".")[1]: "" for name in NAMES if name.startswith("contact.")}
    return Recipient(
        delivery_id=0, contact_id=0, address="nobody@example.com", name="", measuring="none",
        values={"contact": {**empty, "tags": [], "custom": _Anything()}, "greeting": "Guten Tag", "list": {"name": list_name},
                "organisation": {name.split(".")[1]: getattr(own, name.split(".")[1]) for name in NAMES
                                 if name.startswith("organisation.")}},
    )  # fmt: skip


class _Anything(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


def _draft_content(source: render.Source, given: render.Frame) -> Content:
    made = render.render(source, given)
    return Content(subject=source.subject, html=made.html, text=made.text,
                   links=tuple((0, url) for url in made.links))  # fmt: skip


def _content(frozen: Mapping[str, Any]) -> Content:
    return Content(subject=frozen["subject"], html=frozen["html"], text=frozen["text"],
                   links=tuple((int(number), str(url)) for number, url in frozen["links"]))  # fmt: skip


def _compile(session: Session, house: House, campaign: Campaign, content: Content) -> Compiled:
    sender = session.get(Sender, campaign.sender_id) if campaign.sender_id else None
    own = organisation.get(session)
    found = session.get(MailingList, campaign.list_id) if campaign.list_id else None
    return Compiled(content, Identity(
        campaign_id=campaign.id or 0,
        from_name=sender.name if sender else own.name,
        from_address=sender.address if sender else own.email or f"nobody@{house.settings.mail_domain}",
        reply_to=sender.reply_to if sender else "",
        list_key=found.key if found else "news", list_name=found.name if found else own.name,
        base_url=house.settings.public_url, mail_domain=house.settings.mail_domain, of_all_lists=found is None,
    ), house.sealer)  # fmt: skip


def _list_name(session: Session, campaign: Campaign) -> str:
    found = session.get(MailingList, campaign.list_id) if campaign.list_id else None
    return found.name if found else ""


def _link_id(session: Session, campaign_id: int, url: str) -> int:
    found = session.scalar(select(Link.id).where(Link.campaign_id == campaign_id, Link.url == url))
    if found is not None:
        return found
    link = Link(campaign_id=campaign_id, url=url)
    session.add(link)
    session.flush()
    return link.id


def web_view(session: Session, house: House, token: str) -> str:
    """The page behind the "view in browser" link; raises BadToken, NotFound."""
    (delivery_id,) = house.sealer.open("view", token)
    campaign_id = session.scalar(select(Delivery.campaign_id).where(Delivery.id == delivery_id))
    found = recipients.load(session, [delivery_id])
    if campaign_id is None or not found:
        raise NotFound(N_("This mail is not known any more."))
    return compiled(session, house, campaign_id).page(found[0])
