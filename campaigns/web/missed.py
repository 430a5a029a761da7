"""Who did not get a newsletter, and why, with one button to send it to these."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from campaigns import newsletters
from campaigns.web.write import pages
from outreach.web.form_key import once
from outreach.web.transaction import session


@pages.get("/<int:campaign_id>/missed")
def missed(campaign_id: int) -> ResponseReturnValue:
    """The reasons with their numbers, and the people of one reason."""
    group = request.args.get("group", "")
    found = newsletters.missed(session(), campaign_id, group=group, page=max(1, request.args.get("page", 1, type=int)))
    return render_template(
        "newsletters/missed.html", campaign=newsletters.get(session(), campaign_id), missed=found, group=group
    )


@pages.post("/<int:campaign_id>/missed")
@once
def send_to_missed(campaign_id: int) -> ResponseReturnValue:
    """Send it to the ticked groups."""
    count = newsletters.send_to_missed(session(), campaign_id, request.form.getlist("group"))
    flash(ngettext("It goes to %(num)s person now.", "It goes to %(num)s people now.", count), "good")
    return redirect(url_for("newsletters.progress", campaign_id=campaign_id), 303)


@pages.post("/<int:campaign_id>/unsure/<int:delivery_id>")
@once
def settle(campaign_id: int, delivery_id: int) -> ResponseReturnValue:
    """A person decides about a mail nobody can know about: it arrived, or send it again."""
    newsletters.settle_unsure(session(), delivery_id, request.form.get("decision", ""))
    return redirect(url_for("newsletters.missed", campaign_id=campaign_id, group=request.form.get("group")), 303)
