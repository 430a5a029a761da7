"""The person's own doors: subscribe, confirm, unsubscribe, change what one receives. No sign-in, only sealed links.

    form → request (pending, proof begun) → confirmation mail → confirm (proof complete) … → unsubscribe

Reading a page never changes anything: mail scanners follow every link, so each change needs a POST (RFC 8058 § 3.2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from outreach import contacts, organisation, salutation, senders
from outreach.consent import history, lists, subscriptions, suppression
from outreach.consent.rows import Consent, MailingList, Subscription
from outreach.contacts import Contact
from outreach.errors import N_, BadToken, Conflict, NotAllowedToWrite, NotFound
from outreach.house import House
from outreach.mail import outbox, render, text
from outreach.mail.message import Mail
from outreach.mail.rows import Delivery

#: a second request for the same list sends no second mail before
_AGAIN = timedelta(minutes=10)
#: confirmation mails one address gets in a day, for all lists together and whoever asks: no tool to flood strangers
_MOST_A_DAY = 3


@dataclass(frozen=True)
class SignUp:
    """What a sign-up form brings. `text_shown` is the sentence beside the button, kept as proof."""

    list_key: str
    email: str
    first_name: str
    last_name: str
    text_shown: str
    source: str
    ip: str
    zone: str


@dataclass(frozen=True)
class Topic:
    """A list as the preference page shows it."""

    list_id: int
    name: str
    description: str
    subscribed: bool


@dataclass(frozen=True)
class Preferences:
    """What one person receives and agreed to."""

    contact_id: int
    address: str
    greeting: str
    language: str
    measuring_agreed: bool
    topics: Sequence[Topic]


@dataclass(frozen=True)
class Leaving:
    """Who wants to leave which list; `list_id` None = all lists."""

    delivery_id: int
    contact_id: int
    list_id: int | None
    list_name: str
    language: str
    already: bool


def request(session: Session, house: House, form: SignUp, now: datetime) -> MailingList:
    """Take in a sign-up and send the confirmation mail. Says nothing about whether the address is known: whoever is
    subscribed already, objected once, or asked a moment ago gets no further mail, and the page answers the same.

    Raises Invalid for a bad address, NotFound for an unknown or private list.
    """
    wanted = lists.by_key(session, form.list_key)
    if not wanted.is_public:
        raise NotFound(N_("There is no such list."))
    if not senders.everybody(session):  # before anything else, so that the answer tells nothing about the address
        raise Conflict(N_("Nobody can sign up yet: there is no sender for the confirmation mail."))
    key = contacts.address_key(form.email)
    contact_id = session.scalar(select(Contact.id).where(Contact.email_key == key)) or _new(session, form, wanted)
    if _asked_lately(session, contact_id, wanted.id, now) or _asked_often(session, contact_id, now):
        return wanted
    try:
        state = subscriptions.request(
            session, contact_id=contact_id, list_id=wanted.id, text_shown=form.text_shown, source=form.source, ip=form.ip,
            zone=form.zone, now=now)  # fmt: skip
    except NotAllowedToWrite:
        return wanted
    if state == "pending":
        _send_confirmation(session, house, form, wanted, contact_id)
    return wanted


def pending(session: Session, house: House, token: str) -> tuple[int, MailingList]:
    """The contact and list a confirmation link stands for; raises BadToken, NotFound. Changes nothing.

    A link proves the address it was sent to: after a change of the address it is too old.
    """
    contact_id, list_id, *address = house.sealer.open("confirm", token)
    contact = session.get(Contact, contact_id)
    if contact is None or address != [_mark(contact)] or session.get(Subscription, (list_id, contact_id)) is None:
        raise NotFound(N_("This confirmation is too old; please sign up again."))
    return contact_id, lists.get(session, list_id)


def confirm_token(session: Session, house: House, contact_id: int, list_id: int) -> str:
    """What the confirmation link carries: the contact, the list, and a mark of the address."""
    return house.sealer.seal("confirm", contact_id, list_id, _mark(session.get_one(Contact, contact_id)))


def _mark(contact: Contact) -> int:
    return int.from_bytes((contact.address_hash or b"")[:6], "big")


def address_changed(session: Session, house: House, contact_id: int, *, now: datetime) -> Sequence[str]:
    """What happens to the consents when a contact gets another address: the names of the lists asked about again.

    A consent proven by a click in a mail to the old address proves nothing about the new one: it ends, and the new
    address is asked to confirm. What the person said in words (by hand, an import) was said of the person and stays.
    (docs/decisions/0013-consent-and-address.md)
    """
    session.flush()
    contact = contacts.get(session, contact_id)
    rows = session.execute(
        select(Subscription, Consent)
        .outerjoin(Consent, Consent.id == Subscription.consent_id)
        .where(Subscription.contact_id == contact_id, Subscription.state.in_(("pending", "confirmed")))
        .with_for_update(of=Subscription)
    ).all()
    asked = []
    for row, consent in rows:
        if consent is not None and consent.how != "double_opt_in":
            continue
        if consent is not None:
            consent.withdrawn_at, consent.withdrawn_how = now, "address_changed"
            row.text_shown, row.source = consent.text_shown, consent.source
            history.record(session, contact_id=contact_id, list_id=row.list_id, what="address_changed", at=now)
        row.state, row.consent_id, row.requested_at, row.requested_ip, row.changed_at = "pending", None, now, "", now
        wanted = lists.get(session, row.list_id)
        asked.append(wanted.name)
        session.flush()
        if _may_ask(session, contact):
            form = SignUp(
                wanted.key, contact.email or "", "", "", row.text_shown, row.source, "", house.settings.timezone
            )
            _send_confirmation(session, house, form, wanted, contact_id, is_new_address=consent is not None)
    return asked


def _may_ask(session: Session, contact: Contact) -> bool:
    hashed = contact.address_hash
    return hashed is not None and not suppression.contains_hash(session, hashed) and bool(senders.everybody(session))


def confirm(session: Session, house: House, token: str, *, ip: str, zone: str, now: datetime) -> MailingList:
    """Complete the proof; a second click means the same. Raises BadToken, NotFound."""
    contact_id, wanted = pending(session, house, token)
    subscriptions.confirm(session, contact_id=contact_id, list_id=wanted.id, ip=ip, zone=zone, now=now)
    return wanted


def leaving(session: Session, house: House, token: str) -> Leaving:
    """Whom an unsubscribe link stands for; raises BadToken, NotFound. Changes nothing."""
    numbers, every = _opened(house, token)
    row = session.execute(
        select(
            Delivery.id,
            Delivery.contact_id,
            Consent.list_id,
            MailingList.name,
            MailingList.language,
            Consent.withdrawn_at,
        )
        .join(Consent, Consent.id == Delivery.consent_id)
        .join(MailingList, MailingList.id == Consent.list_id)
        .where(Delivery.id == numbers[0])
    ).first()
    if row is None or row.contact_id is None:
        raise NotFound(N_("This mail is not known any more."))
    return Leaving(delivery_id=row.id, contact_id=row.contact_id, list_id=None if every else row.list_id, list_name=row.name,
                   language=row.language, already=row.withdrawn_at is not None)  # fmt: skip


def unsubscribe(session: Session, house: House, token: str, *, how: str, ip: str, zone: str, now: datetime) -> Leaving:
    """Leave at once, as often as one likes. `how` is one_click or page."""
    leaver = leaving(session, house, token)
    subscriptions.withdraw(session, contact_id=leaver.contact_id, list_id=leaver.list_id, how=how, ip=ip, zone=zone, now=now,
                           source=f"delivery {leaver.delivery_id}")  # fmt: skip
    session.execute(
        update(Delivery)
        .where(Delivery.id == leaver.delivery_id, Delivery.unsubscribed_at.is_(None))
        .values(unsubscribed_at=now)
    )
    return leaver


def preferences(session: Session, house: House, token: str) -> Preferences:
    """What this person receives; raises BadToken, NotFound. Changes nothing."""
    (contact_id,) = house.sealer.open("preferences", token)
    person = session.get(Contact, contact_id)
    if became := person.merged_into_id if person is not None else None:
        person = session.get(Contact, became)
    if person is None or person.email is None:
        raise NotFound(N_("This mail is not known any more."))
    contact_id = person.id
    state = dict(session.execute(
        select(Subscription.list_id, Subscription.state).where(Subscription.contact_id == contact_id)).all())  # fmt: skip
    shown = session.scalars(select(MailingList).order_by(func.lower(MailingList.name)))
    topics = [Topic(one.id, one.name, one.description, state.get(one.id) == "confirmed") for one in shown
              # An old mail proves nothing about the address of the card it became: it is good for leaving.
              if state.get(one.id) == "confirmed" or (one.is_public and became is None)]  # fmt: skip
    return Preferences(contact_id=contact_id, address=person.email, greeting=_greeting(person), language=person.language,
                       measuring_agreed=person.measuring_agreed, topics=topics)  # fmt: skip


def change(
    session: Session,
    house: House,
    token: str,
    *,
    list_ids: set[int],
    measuring: bool,
    measuring_text: str,
    source: str,
    ip: str,
    zone: str,
    now: datetime,
) -> Preferences:
    """Receive exactly these lists from now on. The sealed link came by mail, so a new list needs no second confirmation:
    following it proves the address as the confirmation mail would. Raises NotAllowedToWrite for a suppressed address.
    """
    before = preferences(session, house, token)
    for topic in before.topics:
        if topic.subscribed and topic.list_id not in list_ids:
            subscriptions.withdraw(session, contact_id=before.contact_id, list_id=topic.list_id, how="preferences", ip=ip, zone=zone,
                                   now=now, source=source)  # fmt: skip
        elif not topic.subscribed and topic.list_id in list_ids:
            subscriptions.request(session, contact_id=before.contact_id, list_id=topic.list_id, text_shown=topic.name,
                                  source=source, ip=ip, zone=zone, now=now)  # fmt: skip
            subscriptions.confirm(
                session, contact_id=before.contact_id, list_id=topic.list_id, ip=ip, zone=zone, now=now
            )
    if measuring != before.measuring_agreed:
        subscriptions.set_measuring(session, contact_id=before.contact_id, agreed=measuring, text_shown=measuring_text, source=source,
                                    ip=ip, zone=zone, now=now)  # fmt: skip
    return preferences(session, house, token)


def never_again(session: Session, house: House, token: str, *, now: datetime) -> None:
    """The person wants no mail at all, ever: every consent ends and the address is suppressed."""
    person = preferences(session, house, token)
    suppression.add(session, person.address, "objection", "preference page", now=now)


def _new(session: Session, form: SignUp, wanted: MailingList) -> int:
    made = contacts.create(session, email=form.email, first_name=form.first_name, last_name=form.last_name,
                           language=wanted.language, source=form.source[:200])  # fmt: skip
    return made.id


def _asked_lately(session: Session, contact_id: int, list_id: int, now: datetime) -> bool:
    row = session.get(Subscription, (list_id, contact_id))
    return (
        row is not None and row.state == "pending" and row.requested_at is not None and now - row.requested_at < _AGAIN
    )


def _asked_often(session: Session, contact_id: int, now: datetime) -> bool:
    # Locked: several who ask for the same person at the same moment wait for each other's mail to be counted.
    session.execute(select(Contact.id).where(Contact.id == contact_id).with_for_update())
    lately = (
        Delivery.contact_id == contact_id,
        Delivery.kind == "confirm",
        Delivery.created_at > now - timedelta(days=1),
    )
    return (session.scalar(select(func.count()).select_from(Delivery).where(*lately)) or 0) >= _MOST_A_DAY


def _send_confirmation(
    session: Session, house: House, form: SignUp, wanted: MailingList, contact_id: int, *, is_new_address: bool = False
) -> None:
    own = organisation.get(session)
    sender = senders.get(session, senders.choose(session, None))
    translate = render.translator(wanted.language)
    # Our own address, not the one the proof names: that one comes with the request, and a stranger might read it as an
    # invitation.
    subject = translate(N_("Please confirm: “%(list)s”")) % {"list": wanted.name}
    page = render.layout_page(
        "confirm", translate, language=wanted.language, subject=subject, preheader="", organisation=own.name,
        imprint=organisation.imprint(own), list_name=wanted.name, source=house.url("/sign-up/" + wanted.key),
        confirm_url=house.url("/confirm/" + confirm_token(session, house, contact_id, wanted.id)), is_new_address=is_new_address,
    )  # fmt: skip
    outbox.put(session, house, kind="confirm", contact_id=contact_id, sender_id=sender.id, mail=Mail(
        from_name=sender.name, from_address=sender.address, reply_to=sender.reply_to, to_name="", to_address=form.email.strip(),
        subject=subject, text=text.from_html(page), html=page, headers=(("Auto-Submitted", "auto-generated"),),
    ))  # fmt: skip


def _opened(house: House, token: str) -> tuple[tuple[int, ...], bool]:
    try:
        return house.sealer.open("unsubscribe", token), False
    except BadToken:
        return house.sealer.open("unsubscribe-all", token), True


def _greeting(person: Contact) -> str:
    """Empty for somebody who gave only an address: the page greets nobody then."""
    found = salutation.greeting(salutation.Named(
        first_name=person.first_name, last_name=person.last_name, title=person.title, salutation=person.salutation,
        address_form=person.address_form, language=person.language, letter_greeting=person.letter_greeting))  # fmt: skip
    return found.text if isinstance(found, salutation.Greeting) else ""
