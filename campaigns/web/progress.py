"""How the sending goes, live; pause, go on, stop."""

from __future__ import annotations

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.utils import redirect

from campaigns import newsletters
from campaigns.web.write import pages
from outreach.web.transaction import session


@pages.get("/<int:campaign_id>/progress")
def progress(campaign_id: int) -> ResponseReturnValue:
    """Counts, rate and what is left; renews itself while it runs."""
    status = newsletters.status(session(), campaign_id)
    if status.state in ("draft", "scheduled"):
        return redirect(url_for("newsletters.show", campaign_id=campaign_id), 303)
    return render_template("newsletters/progress.html", status=status, campaign=newsletters.get(session(), campaign_id))


@pages.post("/<int:campaign_id>/pause")
def pause(campaign_id: int) -> ResponseReturnValue:
    """Hold it."""
    newsletters.pause(session(), campaign_id)
    return redirect(url_for("newsletters.progress", campaign_id=campaign_id), 303)


@pages.post("/<int:campaign_id>/resume")
def resume(campaign_id: int) -> ResponseReturnValue:
    """Go on."""
    newsletters.resume(session(), campaign_id)
    return redirect(url_for("newsletters.progress", campaign_id=campaign_id), 303)


@pages.post("/<int:campaign_id>/stop")
def stop(campaign_id: int) -> ResponseReturnValue:
    """End it; whoever was left can still be sent to from the page of those who did not get it."""
    newsletters.stop(session(), campaign_id)
    flash(_("Stopped. Nobody else gets it, unless you send it to them."), "good")
    return redirect(url_for("newsletters.progress", campaign_id=campaign_id), 303)
