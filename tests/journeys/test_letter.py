"""Journey A whole: from a feed entry to an answered letter and the report, over real SMTP and a real IMAP server.

a paper tells of an award → draft → a sentence changed → approved → the person's own mailbox sends it, human and plain → a copy
in the Sent folder → the customer answers → read without a trace, filed, the answer waits → the report counts it
"""

from __future__ import annotations

import html
import re
from email.message import EmailMessage

import pytest

from tests.imap import ImapServer
from tests.journeys.installation import Installation, eventually
from tests.journeys.papers import AWARD, CUSTOMER, OWNER, Papers, add_by_home_page, occasions, set_up

pytestmark = pytest.mark.slow
#: the papers are on this machine
ENVIRONMENT = {"OUTREACH_ALLOW_PRIVATE_ADDRESSES": "true"}


def test_from_a_feed_entry_to_an_answered_letter(
    installation: Installation, papers: Papers, imap_server: ImapServer
) -> None:
    set_up(installation)
    she_agreed_to_mails(installation)
    a_mailbox_is_set_up(installation, imap_server)
    feed = add_by_home_page(installation, papers.server.url("/landeszeitung/"))
    papers.tell("landeszeitung", AWARD)
    installation.submit(f"/sources/{feed}", f"/sources/{feed}/check")
    eventually(lambda: "award" in occasions(installation))
    letter = the_letter_is_read_changed_and_approved(installation)
    mail = it_leaves_as_a_personal_mail(installation, letter)
    a_copy_lies_in_the_sent_folder(imap_server, mail)
    the_customer_answers(imap_server, mail)
    before = imap_server.snapshot()
    eventually(lambda: "Haben Sie im Mai Zeit" in installation.get("/inbox/").text, seconds=120)
    assert imap_server.snapshot() == before  # read, and not a flag is different
    the_card_and_the_report_tell_of_it(installation)


def she_agreed_to_mails(installation: Installation) -> None:
    card = contact(installation)
    done = installation.submit(f"{card}/permissions/new", f"{card}/permissions", channel="mail", what="agreed", said="Gern!",
                               source="Telefonat 3. Mai")  # fmt: skip
    assert done.ok


def a_mailbox_is_set_up(installation: Installation, server: ImapServer) -> None:
    secret = installation.folder / "mailbox-password"
    secret.write_text(server.password)
    smtp = installation.environment["OUTREACH_SMTP_URL"]
    installation.command(
        "mailbox", "set", OWNER, "--name", "Katharina Weiß", "--smtp", smtp, "--no-smtp-login",
        "--imap", f"imap://{server.host}:{server.port}", "--user", server.user, "--password-file", str(secret),
        "--hours", "00:00-23:59", "--weekdays", "1234567", "--region", "", "--gap", "0",
    )  # fmt: skip


def the_letter_is_read_changed_and_approved(installation: Installation) -> str:
    """Everything the page has in its form goes back, with one sentence changed; gives the text."""
    page = eventually(lambda: found if "Handwerkspreis" in (found := installation.get("/queue/")).text else None)
    assert "Tischlerei Brandt GmbH" in page.text
    assert papers_link(page.text)
    draft = re.search(r"/queue/(\d+)/approval", page.text)
    text = re.search(r'<textarea id="text"[^>]*>\s*(.*?)</textarea>', page.text, re.DOTALL)
    assert draft
    assert text
    changed = unescaped(text[1]).replace("\n\n", "\n\nGestern sprach ich noch mit Ihrem Gesellen darüber.\n\n", 1)
    form = {
        name: unescaped(value)
        for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text)
    }
    subject = re.search(r'name="subject" value="([^"]*)"', page.text)
    assert subject
    done = installation.post(
        f"/queue/{draft[1]}/approval", {**form, "subject": unescaped(subject[1]), "text": changed, "when": "now"}
    )
    assert done.ok
    again = installation.post(
        f"/queue/{draft[1]}/approval", {**form, "subject": unescaped(subject[1]), "text": changed, "when": "now"}
    )
    assert again.ok  # a double click: told, not sent twice
    assert installation.mailbox.to(CUSTOMER) == []  # the click can still be taken back
    return changed


def it_leaves_as_a_personal_mail(installation: Installation, text: str) -> EmailMessage:
    (mail,) = eventually(lambda: installation.mailbox.to(CUSTOMER), seconds=90)
    assert mail["From"] == f"Katharina Weiß <{OWNER}>"
    body = mail.get_content()
    assert body.startswith("Sehr geehrte Frau Brandt,")
    assert "Gestern sprach ich noch mit Ihrem Gesellen darüber." in body
    assert set(mail.keys()) <= {
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "MIME-Version",
        "Content-Type",
        "Content-Transfer-Encoding",
    }
    raw = installation.mailbox.raw(CUSTOMER)
    assert b"<img" not in raw
    assert installation.base.encode() not in raw
    return mail


def a_copy_lies_in_the_sent_folder(server: ImapServer, mail: EmailMessage) -> None:
    def copies() -> list[int]:
        with server.client() as client:
            client.select_folder("Sent", readonly=True)
            return list(client.search(["HEADER", "Message-ID", str(mail["Message-ID"]).strip("<>")]))

    assert len(eventually(copies, seconds=90)) == 1


def the_customer_answers(server: ImapServer, mail: EmailMessage) -> None:
    quoted = "\r\n".join(f"> {line}" for line in mail.get_content().splitlines())
    raw = (
        f"From: Maren Brandt <{CUSTOMER}>\r\nTo: {OWNER}\r\nSubject: AW: {mail['Subject']}\r\n"
        f"Date: {mail['Date']}\r\nMessage-ID: <answer-1@tischlerei-brandt.example>\r\nIn-Reply-To: {mail['Message-ID']}\r\n"
        f"References: {mail['Message-ID']}\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: 8bit\r\n\r\n"
        "Liebe Frau Weiß,\r\n\r\nvielen Dank, das hat mich sehr gefreut! Haben Sie im Mai Zeit für ein Gespräch?\r\n\r\n"
        f"Viele Grüße\r\nMaren Brandt\r\n\r\nAm 22.11.2026 schrieb Katharina Weiß:\r\n{quoted}\r\n"
    )
    server.deliver(raw.encode())


def the_card_and_the_report_tell_of_it(installation: Installation) -> None:
    card = installation.get(contact(installation)).text
    assert "Gestern sprach ich noch" in card
    assert "Haben Sie im Mai Zeit" in card
    assert "&gt; Sehr geehrte" not in card  # the quote is not filed
    report = installation.get("/reports/letters/").text
    said = re.search(r'<p class="lead">(.*?)</p>', report)
    assert said
    assert said[1] == "1 letter went out, 1 of them answered."
    assert "Haben Sie im Mai Zeit" in installation.get("/").text  # the start page says who waits
    table = installation.get("/reports/letters/kinds.csv").text
    assert re.search(r"^award;1;0;1;1;", table, re.MULTILINE)


def contact(installation: Installation) -> str:
    found = re.search(r"/contacts/(\d+)", installation.get("/contacts?q=Brandt").text.partition("<table")[2])
    assert found
    return f"/contacts/{found[1]}"


def papers_link(page: str) -> bool:
    return re.search(r'href="http://127\.0\.0\.1:\d+/landeszeitung/0"', page) is not None


def unescaped(text: str) -> str:
    return html.unescape(text)
