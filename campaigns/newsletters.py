"""Newsletters (campaigns): written, scheduled, sent, paused, stopped. Every change of state is a conditional update,
so that two people who press the same button at once mean it once.

    draft ⇄ scheduled → sending ⇄ paused → sent
                 └─────────┴────────┴────→ stopped
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy import update as sql_update
from sqlalchemy.orm import Session

from campaigns import audience
from campaigns.missed import (
    Group,
    Missed,
    Person,
    missed,
    send_to_missed,
    settle_unsure,
    unsure,
)
from campaigns.overview import Line, Status, get, list_page, status, unfinished
from campaigns.rows import Campaign, Segment
from outreach import clock, jobs, organisation, senders
from outreach.consent.rows import MailingList
from outreach.errors import N_, Conflict, Invalid, OutreachError
from outreach.lines import line
from outreach.mail.rows import Delivery, Template
from outreach.senders import Sender

__all__ = [
    "Group", "Line", "Missed", "NotReady", "Person", "Status", "back_to_draft", "begin", "create", "get", "list_page",
    "look_after_ended", "missed", "missing", "pause", "pause_for_trouble", "resume", "schedule", "send_now", "send_to_missed",
    "settle_unsure", "status", "stop", "unfinished", "unschedule", "unsure", "update",
]  # fmt: skip

FIELDS = ("name", "subject", "preheader", "format", "body", "template_id", "sender_id", "list_id", "segment_id")


class NotReady(Invalid):
    """The newsletter cannot be sent yet; `problems` says everything that is missing, the sentence the first of it."""

    def __init__(self, problems: list[Invalid]) -> None:
        first = problems[0]
        super().__init__(first.sentence, field=first.field, **first.values)
        self.problems = problems


def create(
    session: Session,
    *,
    name: str,
    subject: str,
    format: str,
    body: str,
    preheader: str = "",
    template_id: int | None = None,
    sender_id: int | None = None,
    list_id: int | None = None,
    segment_id: int | None = None,
    created_by_id: int | None = None,
) -> Campaign:
    """A new draft; raises Invalid for what could not stand in a header or names what is not there."""
    fields = _checked(session, {
        "name": name, "subject": subject, "preheader": preheader, "format": format, "body": body,
        "template_id": template_id, "sender_id": sender_id, "list_id": list_id, "segment_id": segment_id,
    })  # fmt: skip
    campaign = Campaign(state="draft", version=1, created_by_id=created_by_id, **fields)
    session.add(campaign)
    session.flush()
    return campaign


def update(session: Session, campaign_id: int, version: int, **fields: Any) -> Campaign:
    """The newsletter with these fields changed, while it is a draft or scheduled.

    `version` is the one the person saw; raises Conflict when somebody has changed it since.
    """
    unknown = set(fields) - set(FIELDS)
    if unknown:
        raise TypeError(f"not fields of a newsletter: {', '.join(sorted(unknown))}")
    values = _checked(session, fields)
    _move(session, campaign_id, ("draft", "scheduled"), version=version, trouble=None, **values)
    return get(session, campaign_id)


def schedule(session: Session, campaign_id: int, *, wall: datetime, zone: str, version: int | None = None) -> Campaign:
    """To be sent at a local time in an IANA zone. A time the spring change skips moves behind the gap; a time the
    autumn change repeats means its first occurrence."""
    if not clock.is_zone(zone):
        raise Invalid(N_("“%(zone)s” is not a time zone; write it like Europe/Berlin."), field="zone", zone=zone)
    if wall.tzinfo is not None:
        raise Invalid(N_("The planned time has to be a local time without a zone."), field="wall")
    moment = clock.at_wall(wall, zone)
    if moment <= clock.now():
        raise Invalid(N_("The planned time has passed already."), field="wall")
    _require(session, get(session, campaign_id))
    _move(session, campaign_id, ("draft", "scheduled"), version=version, state="scheduled", trouble=None,
          scheduled_wall=wall.isoformat(timespec="seconds"), scheduled_zone=zone, scheduled_at=moment)  # fmt: skip
    return get(session, campaign_id)


def unschedule(session: Session, campaign_id: int) -> None:
    """Back to being a draft."""
    _move(
        session, campaign_id, ("scheduled",), state="draft", scheduled_wall=None, scheduled_zone=None, scheduled_at=None
    )


def send_now(session: Session, campaign_id: int, *, version: int | None = None) -> None:
    """Begin to send; raises NotReady with everything that is missing, Conflict when somebody was faster."""
    campaign = get(session, campaign_id)
    _require(session, campaign)
    begin(session, campaign_id, ("draft", "scheduled"), version=version)


def begin(session: Session, campaign_id: int, expected: tuple[str, ...], *, version: int | None = None) -> None:
    """The change to `sending`. The audience is frozen by the job that follows (dispatch.fan_out)."""
    _move(session, campaign_id, expected, version=version, state="sending", started_at=clock.now(), finished_at=None,
          audience=0, fanned_out_at=None, trouble=None)  # fmt: skip
    jobs.ask(session, "fan_out", campaign_id=campaign_id)


def pause(session: Session, campaign_id: int) -> None:
    """Hold it; at most the mails in hand, one per connection, still go out."""
    _move(session, campaign_id, ("sending",), state="paused")


def pause_for_trouble(session: Session, campaign_id: int, sentence: str, values: dict[str, Any]) -> bool:
    """Hold it because a person has to look; gives whether it was being sent."""
    changed = session.connection().execute(
        sql_update(Campaign).where(Campaign.id == campaign_id, Campaign.state == "sending")
        .values(state="paused", trouble={"sentence": sentence, "values": values}, updated_at=clock.now())
    )  # fmt: skip
    return changed.rowcount == 1


def resume(session: Session, campaign_id: int) -> None:
    """Go on; the sender's breaker is closed as well, for a person says that it is mended."""
    campaign = get(session, campaign_id)
    _require(session, campaign, audience_too=False)
    _move(session, campaign_id, ("paused",), state="sending", trouble=None, finished_at=None)
    if campaign.sender_id is not None:
        senders.mend(session, campaign.sender_id)
    job = "fan_out" if campaign.fanned_out_at is None else "send_slice"
    jobs.ask(session, job, campaign_id=campaign_id)


def stop(session: Session, campaign_id: int) -> None:
    """End it for good: what is not out yet is called off."""
    _move(session, campaign_id, ("scheduled", "sending", "paused"), state="stopped", finished_at=clock.now(),
          audience=func.coalesce(Campaign.audience, 0))  # fmt: skip
    _call_off(session, campaign_id)


def look_after_ended(session: Session, campaign_id: int) -> None:
    """Nobody is forgotten whose mail became ready again after the end: a stopped newsletter calls it off, a sent one
    goes on sending."""
    state = session.scalar(select(Campaign.state).where(Campaign.id == campaign_id).with_for_update())
    if state == "stopped":
        _call_off(session, campaign_id)
    elif state == "sent":
        _move(session, campaign_id, ("sent",), state="sending", finished_at=None)


def back_to_draft(session: Session, campaign: Campaign, problem: OutreachError) -> None:
    """What was to be sent cannot be: a draft again, with the sentence that says why."""
    campaign.state, campaign.audience, campaign.started_at, campaign.frozen = "draft", None, None, None
    campaign.scheduled_at = campaign.scheduled_wall = campaign.scheduled_zone = None
    campaign.trouble = {"sentence": problem.sentence, "values": problem.values}
    session.flush()


def missing(session: Session, campaign: Campaign, *, audience_too: bool = True) -> list[Invalid]:
    """What keeps this newsletter from being sent, a sentence each; empty when nothing does."""
    checks: list[tuple[Callable[[], bool], Invalid]] = [
        (lambda: campaign.sender_id is None, Invalid(N_("Choose who the newsletter comes from."), field="sender_id")),
        (lambda: not campaign.subject.strip(), Invalid(N_("The newsletter needs a subject."), field="subject")),
        (lambda: not campaign.body.strip(), Invalid(N_("The newsletter has no text yet."), field="body")),
        (lambda: campaign.list_id is None and campaign.segment_id is None,
         Invalid(N_("Choose a list or a segment the newsletter goes to."), field="list_id")),
    ]  # fmt: skip
    problems = [problem for is_missing, problem in checks if is_missing()]
    gaps = organisation.missing_in_imprint(organisation.get(session))
    if gaps:
        problems.append(Invalid(N_("The imprint is not complete: %(fields)s. It has to stand in every newsletter."),
                                fields=", ".join(gaps)))  # fmt: skip
    if audience_too and not problems and not _anybody(session, campaign):
        problems.append(Invalid(N_("Nobody would get this newsletter: no contact of the segment has agreed to it."),
                                field="list_id"))  # fmt: skip
    return problems


def _call_off(session: Session, campaign_id: int) -> None:
    session.connection().execute(
        sql_update(Delivery).where(Delivery.campaign_id == campaign_id, Delivery.state == "ready")
        .values(state="cancelled", reason="stopped")
    )  # fmt: skip


def _require(session: Session, campaign: Campaign, *, audience_too: bool = True) -> None:
    problems = missing(session, campaign, audience_too=audience_too)
    if problems:
        raise NotReady(problems)


def _anybody(session: Session, campaign: Campaign) -> bool:
    return session.execute(audience.people(session, campaign, clock.now()).limit(1)).first() is not None


def _move(
    session: Session, campaign_id: int, expected: tuple[str, ...], *, version: int | None = None, **values: Any
) -> None:
    """The conditional update: only out of these states and, when given, only from this version."""
    where = [Campaign.id == campaign_id, Campaign.state.in_(expected)]
    if version is not None:
        where.append(Campaign.version == version)
    session.flush()
    changed = session.connection().execute(
        sql_update(Campaign).where(*where).values(version=Campaign.version + 1, updated_at=clock.now(), **values)
    )
    if changed.rowcount != 1:
        raise _conflict(get(session, campaign_id), expected)
    session.expire_all()


def _conflict(campaign: Campaign, expected: tuple[str, ...]) -> Conflict:
    if campaign.state in expected:
        return Conflict(N_("Somebody else has changed this newsletter meanwhile. Have a look at it and try again."))
    return Conflict(_NOT_NOW[campaign.state])


_NOT_NOW = {
    "draft": N_("This newsletter is a draft now."),
    "scheduled": N_("This newsletter is scheduled already."),
    "sending": N_("This newsletter is being sent already."),
    "paused": N_("This newsletter is paused."),
    "sent": N_("This newsletter has been sent already."),
    "stopped": N_("This newsletter was stopped."),
}


def _checked(session: Session, fields: dict[str, Any]) -> dict[str, Any]:
    fields = dict(fields)
    for name, most in (("name", 200), ("subject", 500), ("preheader", 500)):
        if name in fields:
            fields[name] = line(fields[name], field=name, most=most)
    if "name" in fields and not fields["name"]:
        raise Invalid(N_("The newsletter needs a name."), field="name")
    if fields.get("format", "html") not in ("html", "markdown", "mjml"):
        raise Invalid(N_("The format has to be html, markdown or mjml."), field="format")
    if "\0" in fields.get("body", ""):
        raise Invalid(N_("The text contains a character that no mail may carry (NUL)."), field="body")
    for name, row in (
        ("template_id", Template),
        ("sender_id", Sender),
        ("list_id", MailingList),
        ("segment_id", Segment),
    ):
        if fields.get(name) is not None and session.get(row, fields[name]) is None:
            raise Invalid(N_("What was chosen here does not exist any more."), field=name)
    return fields
