"""The templates a new installation begins with: three plain ones to write into and change."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.personalise import NAMES
from outreach.mail import templates
from outreach.mail.rows import Template

_LETTER = """\
{{ greeting | default('Guten Tag') }},

hier steht, was es Neues gibt: ein Gedanke, eine Beobachtung aus der Arbeit, ein Hinweis, der Ihnen hilft.

## Eine Überschrift, die etwas verspricht

Und ein Absatz, der es hält. [Hier weiterlesen](https://example.com/beitrag).

Was beschäftigt Sie gerade? Antworten Sie einfach auf diese Mail.

Herzliche Grüße

{{ organisation.representative | default(organisation.name) }}
"""

_NEWS = """\
<p>{{ greeting | default('Guten Tag') }},</p>
<h1>Die wichtigste Neuigkeit in einer Zeile</h1>
<p>Zwei, drei Sätze, die neugierig machen. Alles Weitere steht hinter dem Knopf.</p>
<p><a class="button" href="https://example.com/neuigkeit">Weiterlesen</a></p>
<hr>
<h2>Kurz notiert</h2>
<ul>
  <li><a href="https://example.com/eins">Erster Hinweis</a> mit einem halben Satz dazu.</li>
  <li><a href="https://example.com/zwei">Zweiter Hinweis</a> mit einem halben Satz dazu.</li>
</ul>
<p>Herzliche Grüße<br>{{ organisation.representative | default(organisation.name) }}</p>
"""

_INVITATION = """\
<mjml>
  <mj-body background-color="#f4f3f0">
    <mj-section background-color="#ffffff" padding="32px 16px 8px">
      <mj-column>
        <mj-text font-size="17px" line-height="1.6" font-family="Helvetica, Arial, sans-serif">{{ greeting | default('Guten Tag') }},</mj-text>
        <mj-text font-size="27px" line-height="1.25" font-weight="700" font-family="Helvetica, Arial, sans-serif">Sie sind eingeladen</mj-text>
        <mj-text font-size="17px" line-height="1.6" font-family="Helvetica, Arial, sans-serif">Wann, wo, worum es geht und warum es sich lohnt.</mj-text>
        <mj-button background-color="#1b5e86" border-radius="6px" font-size="17px" font-family="Helvetica, Arial, sans-serif" href="https://example.com/anmeldung">Ich komme</mj-button>
      </mj-column>
    </mj-section>
    <mj-section background-color="#ffffff" padding="8px 16px 24px">
      <mj-column>
        <mj-divider border-width="1px" border-color="#e2e1dd"></mj-divider>
        <mj-text font-size="14px" line-height="1.6" color="#5d646d" font-family="Helvetica, Arial, sans-serif">{{ organisation.name }}<br />{{ organisation.street }}<br />{{ organisation.postcode }} {{ organisation.city }}<br />{{ organisation.email }}<br /><br /><a href="{{ unsubscribe_url }}">Abbestellen</a> · <a href="{{ preferences_url }}">Einstellungen</a></mj-text>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>
"""

_STARTERS = (
    ("Rundbrief", "Neues von {{ organisation.name }}", "markdown", _LETTER),
    ("Neuigkeiten mit Knopf", "Kurz notiert: Neues von {{ organisation.name }}", "html", _NEWS),
    ("Einladung", "Einladung: kommen Sie vorbei?", "mjml", _INVITATION),
)


def ensure(session: Session) -> None:
    """Add the starters to an installation that never had a template; archived ones count, so they do not come back."""
    if session.scalar(select(Template.id).limit(1)) is None:
        for name, subject, format, body in _STARTERS:
            templates.create(session, name=name, subject=subject, format=format, body=body, names=NAMES)
