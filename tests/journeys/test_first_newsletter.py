"""Journey B: from a CSV file and a sign-up to a mail that is opened, clicked and reported; with real servers all the way.

CSV → import → sign-up → confirmation mail → confirm → segment → newsletter → SMTP → headers → pixel, link → report
"""

from __future__ import annotations

import re
from email.message import EmailMessage
from urllib.parse import urlsplit

import pytest

from tests.journeys.installation import PASSWORD, Installation, eventually

pytestmark = pytest.mark.slow
CSV = """\
Anrede;Titel;Vorname;Nachname;E-Mail;Firma;Ort;Tags
Frau;;Maren;Brandt;maren@brandt.example;Tischlerei Brandt;Lüneburg;Workshop
Herr;Dr.;Jörg;Weißenfels;joerg@stadtwerke.example;Stadtwerke Mühlenau;Mühlenau;
Frau;;Svenja;Petersen-Kröger;svenja@kroeger.example;Kröger & Söhne;Bremen;Workshop
;;Kim;Nissen;kim@nordlicht.example;;Flensburg;
Frau;;Nur;Name;not an address;;;
Frau;;Maren;Brandt;MAREN@brandt.example;;;
"""
BODY = """\
{{ greeting }},

es gibt Neues: [Hier lang](https://ziel.example/neu?a=1&b=2).

{% if "Workshop" in contact.tags %}Sie waren im **Workshop**.{% endif %}
"""


def test_a_csv_becomes_a_newsletter_that_is_opened_clicked_and_reported(installation: Installation) -> None:
    set_up(installation)
    import_contacts(installation)
    subscribe(installation, "zoe@oeztuerk.example")
    agree_to_measuring(installation, "zoe@oeztuerk.example")
    number = send(installation)
    mails = {
        address: the_newsletter(installation, address)
        for address in (
            "maren@brandt.example",
            "joerg@stadtwerke.example",
            "svenja@kroeger.example",
            "kim@nordlicht.example",
            "zoe@oeztuerk.example",
        )
    }
    check_headers(installation, mails["joerg@stadtwerke.example"])
    check_texts(mails)
    read(installation, mails["zoe@oeztuerk.example"])
    leave_with_one_click(installation, mails["kim@nordlicht.example"])
    check_report(installation, number)
    nobody_gets_it_twice(installation, number)


def set_up(installation: Installation) -> None:
    password = installation.folder / "password"
    password.write_text(PASSWORD + "\n")
    installation.command(
        "user", "add", "owner@weiss.example", "--role", "owner", "--password-file", str(password), "--name", "Büro Weiß"
    )
    installation.command("organisation", "set", "--name", "Büro Weiß", "--street", "Am Markt 1", "--postcode", "10115", "--city", "Berlin",
                         "--email", "post@weiss.example")  # fmt: skip


def import_contacts(installation: Installation) -> None:
    file = installation.folder / "kunden.csv"
    file.write_bytes(CSV.encode("cp1252"))
    done = installation.asked(
        "import", "contacts", str(file), "--list", "Neues", "--consent-proof", "Liste vom Messestand, Mai 2026"
    )
    assert (done["created"], done["unchanged"], done["skipped"]) == (4, 1, 1)
    assert [skip["line"] for skip in done["skips"]] == [6]
    again = installation.asked(
        "import", "contacts", str(file), "--list", "Neues", "--consent-proof", "Liste vom Messestand, Mai 2026"
    )
    assert again["created"] == 0


def subscribe(installation: Installation, address: str) -> None:
    page = installation.get("/sign-up/neues")
    assert page.status_code == 200
    assert (
        installation.post("/sign-up/neues", {"email": address, "first_name": "Zoë", "last_name": "Öztürk"}).status_code
        == 200
    )
    mail = eventually(lambda: installation.mailbox.to(address))[0]
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Id"] is None
    link = re.search(r"http://\S+/confirm/[\w-]+", str(mail.get_body(("plain",)).get_content()))  # type: ignore[union-attr]
    assert link
    assert installation.get(link[0]).status_code == 200  # a scanner follows the link: nothing happens
    assert "zoe" not in installation.command("campaign", "create", "--name", "nobody", "--subject", "x", "--template", "Rundbrief",
                                             "--list", "Neues")  # fmt: skip
    for _ in range(2):
        assert installation.post(link[0]).status_code == 200


def agree_to_measuring(installation: Installation, address: str) -> None:
    """The preference page is reached from a mail; the first newsletter is a small one that brings the link."""
    file = installation.folder / "first.md"
    file.write_text("{{ greeting }}, [x](https://ziel.example/x)")
    number = installation.command(
        "campaign", "create", "--name", "first", "--subject", "Probe", "--template", str(file), "--list", "Neues"
    )
    installation.command("campaign", "send", number.strip())
    mail = eventually(lambda: [one for one in installation.mailbox.to(address) if one["Subject"] == "Probe"])[0]
    text = str(mail.get_body(("plain",)).get_content())
    assert "https://ziel.example/x" in text  # nobody agreed yet: links are plain
    page = re.search(r"http://\S+/p/[\w-]+", text)
    assert page
    topic = re.search(r'name="list" value="(\d+)"', installation.get(page[0]).text)
    assert topic
    assert installation.post(page[0], {"list": topic[1], "measuring": "1"}).status_code == 200


def send(installation: Installation) -> str:
    body = installation.folder / "body.md"
    body.write_text(BODY, "utf-8")
    segment = installation.folder / "segment.json"
    segment.write_text('{"not": {"field": "city", "is": "Nirgendwo"}}')
    installation.command("segment", "add", "Alle", "--filter", str(segment))
    number = installation.command("campaign", "create", "--name", "Neues im März", "--subject", "Neues für {{ contact.last_name | default('Sie') }}",
                                  "--template", str(body), "--list", "Neues", "--segment", "Alle").strip()  # fmt: skip
    installation.command("campaign", "send", number)
    installation.command("campaign", "send", number, code=1)  # twice is once, and says so

    def sent() -> bool:
        return bool(installation.asked("campaign", "status", number)["state"] == "sent")

    eventually(sent)
    status = installation.asked("campaign", "status", number)
    assert (status["audience"], status["counts"]["sent"]) == (5, 5)
    return number


def the_newsletter(installation: Installation, address: str) -> EmailMessage:
    found = [mail for mail in installation.mailbox.to(address) if str(mail["Subject"]).startswith("Neues für")]
    assert len(found) == 1, f"{address} got it {len(found)} times"
    return found[0]


def check_headers(installation: Installation, mail: EmailMessage) -> None:
    raw = installation.mailbox.raw("joerg@stadtwerke.example")
    assert raw.isascii()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert str(mail["From"]) == "Büro Weiß <owner@weiss.example>"
    assert str(mail["To"]) == "Jörg Weißenfels <joerg@stadtwerke.example>"
    assert str(mail["Subject"]) == "Neues für Weißenfels"
    assert re.fullmatch(r"<[\w-]{20,}@localhost\.localdomain>", mail["Message-ID"])
    assert mail["Date"].datetime is not None
    assert str(mail["List-Id"]) == '"Neues" <neues.localhost.localdomain>'
    assert re.fullmatch(r"<http://127\.0\.0\.1:\d+/u/[\w-]+>", mail["List-Unsubscribe"])
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Precedence"] is None
    assert mail["MIME-Version"] == "1.0"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


def check_texts(mails: dict[str, EmailMessage]) -> None:
    def both(address: str) -> tuple[str, str]:
        parts = [part.get_content() for part in mails[address].iter_parts()]
        return str(parts[0]), str(parts[1])

    text, html = both("joerg@stadtwerke.example")
    assert text.startswith("Sehr geehrter Herr Dr. Weißenfels,")
    assert "Sehr geehrter Herr Dr. Weißenfels," in text
    assert "Workshop" not in text + html
    assert "https://ziel.example/neu?a=1&b=2" in text
    assert "<img" not in html
    assert "Am Markt 1" in text
    assert "Sehr geehrte Frau Brandt," in both("maren@brandt.example")[0]
    assert "<strong>Workshop</strong>" in both("maren@brandt.example")[1]
    assert "Guten Tag Kim Nissen," in both("kim@nordlicht.example")[0]
    assert "/o/" in both("zoe@oeztuerk.example")[1]
    assert "ziel.example" not in both("zoe@oeztuerk.example")[1]


def read(installation: Installation, mail: EmailMessage) -> None:
    """She opens it twice and follows the link, like a person; a wrong token leads nowhere."""
    html = str([part.get_content() for part in mail.iter_parts()][1])
    pixel = re.search(r'src="(http://[^"]+/o/[\w-]+)"', html)
    link = re.search(r'href="(http://[^"]+/c/[\w-]+)"', html)
    assert pixel
    assert link
    installation.mailbox.envelopes.clear()
    # Nobody reads within ten seconds: earlier hits count as a scanner's. The Date of a mail is cut to the second and a
    # little older than the moment it was handed over.
    eventually(lambda: seconds_since(mail) > 14, seconds=30)
    for _ in range(2):
        assert installation.get(pixel[1]).headers["Content-Type"] == "image/gif"
    answer = installation.get(link[1], allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (302, "https://ziel.example/neu?a=1&b=2")
    assert installation.get(link[1][:-2] + "xx", allow_redirects=False).status_code == 404


def seconds_since(mail: EmailMessage) -> float:
    from datetime import UTC, datetime

    return (datetime.now(UTC) - mail["Date"].datetime).total_seconds()


def leave_with_one_click(installation: Installation, mail: EmailMessage) -> None:
    address = str(mail["List-Unsubscribe"]).strip("<>")
    assert installation.get(address).status_code == 200
    assert installation.browser.head(address, timeout=30).status_code == 200
    assert subscribed(installation) == 5
    for body in ("List-Unsubscribe=One-Click", b"\x00garbage", ""):
        assert installation.post(address, body).status_code == 200
    assert subscribed(installation) == 4


def subscribed(installation: Installation) -> int:
    number = installation.command(
        "campaign", "create", "--name", "count", "--subject", "x", "--template", "Rundbrief", "--list", "Neues"
    ).strip()
    sign_in(installation)
    page = installation.get(f"/newsletters/{number}").text
    found = re.search(r"(\d+) (?:person|people) would get it now", page)
    assert found, page
    return int(found[1])


def sign_in(installation: Installation) -> None:
    if installation.get("/", allow_redirects=False).status_code != 200:
        answer = installation.submit("/sign-in", "/sign-in", email="owner@weiss.example", password=PASSWORD)
        assert urlsplit(answer.url).path == "/"


def check_report(installation: Installation, number: str) -> None:
    sign_in(installation)

    def settled() -> bool:
        return "Zoë Öztürk" in installation.get(f"/reports/{number}/people/opened").text

    eventually(settled)
    page = installation.get(f"/reports/{number}").text
    assert "of 1 measurable" in page
    assert "https://ziel.example/neu?a=1&amp;b=2" in page
    assert "Zoë Öztürk" in installation.get(f"/reports/{number}/people/clicked").text
    assert "Kim Nissen" in installation.get(f"/reports/{number}/people/unsubscribed").text
    assert (
        installation.get(f"/reports/{number}/links.csv").text.splitlines()[1]
        == "https://ziel.example/neu?a=1&b=2,1,0,0"
    )


def nobody_gets_it_twice(installation: Installation, number: str) -> None:
    assert installation.mailbox.envelopes == []
    status = installation.asked("campaign", "status", number)
    assert status["counts"]["unsure"] == 0
