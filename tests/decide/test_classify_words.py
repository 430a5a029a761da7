"""What people write, and where their own words end: tables in tests/samples/mails/words.toml, and days of return."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from outreach.mail.classify import days, intent, phrases, quote, reasons, signature

WORDS: Mapping[str, Any] = tomllib.loads(
    (Path(__file__).parent.parent / "samples" / "mails" / "words.toml").read_text("utf-8")
)
TODAY = date(2026, 8, 3)  # a Monday


@pytest.mark.parametrize(("wanted", "words"), [(kind, one) for kind, all_ in WORDS["demands"].items() for one in all_])
def test_a_demand_is_heard_and_nothing_else_is_taken_for_one(wanted: str, words: str) -> None:
    found = intent.demand(words, "Re: Neuer Standort")
    assert (found[0].value if found else "nothing") == wanted


@pytest.mark.parametrize(("wanted", "words"), [(tone, one) for tone, all_ in WORDS["tones"].items() for one in all_])
def test_an_answer_has_its_tone(wanted: str, words: str) -> None:
    assert (intent.tone(words) or "neutral") == wanted


@pytest.mark.parametrize("client", WORDS["below"])
def test_what_stands_below_the_new_words_is_cut(client: str) -> None:
    assert signature.removed(quote.removed(WORDS["below"][client])) == "Danke, passt!"


@pytest.mark.parametrize("words", WORDS["whole"]["words"])
def test_words_that_only_look_like_a_quote_or_a_signature_stay(words: str) -> None:
    assert signature.removed(quote.removed(words)) == words


def test_a_last_line_with_only_the_writers_name_is_a_signature() -> None:
    assert signature.removed("Danke, passt!\n\nA. Berg", "Anna Berg") == "Danke, passt!"
    assert signature.removed("Danke, passt!\n\nAnna kommt mit", "Anna Berg").endswith("kommt mit")


@pytest.mark.parametrize(
    ("note", "back"),
    [
        ("Ich bin bis einschließlich 14.08.2026 nicht im Büro.", "2026-08-15"),
        ("Ich bin bis zum 14. August im Urlaub.", "2026-08-15"),
        ("Vom 3.8. bis 14.8. bin ich nicht im Haus. Ab dem 17.08. bin ich wieder erreichbar.", "2026-08-17"),
        ("Bin vom 03.08.-14.08.2026 im Urlaub", "2026-08-15"),
        ("Ich bin ab Montag, den 17. August 2026, wieder für Sie da", "2026-08-17"),
        ("Am 17.08.2026 bin ich wieder im Büro", "2026-08-17"),
        ("Ich bin ab dem 3.8. im Urlaub und kehre am 24.8. zurück", "2026-08-24"),
        ("nicht im Büro bis 2026-08-14", "2026-08-15"),
        ("Ich bin bis Freitag unterwegs", "2026-08-08"),
        ("Ich bin am Donnerstag wieder im Haus", "2026-08-06"),
        ("Von Montag, 03.08.2026 bis Freitag, 07.08.2026 bin ich nicht da", "2026-08-08"),
        ("Ich bin heute nicht im Büro und ab morgen wieder da.", "2026-08-04"),
        ("Unser Büro bleibt vom 24.12. bis 06.01. geschlossen", "2027-01-07"),
        ("von 03.08. bis 14.08.2026 (inkl.)", "2026-08-15"),
        ("I am out of the office until Monday, August 17.", "2026-08-17"),
        ("away from August 3 through August 14", "2026-08-15"),
        ("I am on leave from 3 August to 14 August, returning 17 August", "2026-08-17"),
        ("I'm on vacation 8/3/2026 - 8/14/2026.", "2026-08-15"),
        ("I'll be back in the office on Thursday", "2026-08-06"),
        ("I will return to the office on the 20th of August", "2026-08-20"),
        ("Ich bin in Mutterschutz und komme voraussichtlich im März 2027 wieder.", "2027-03-01"),
        ("Voraussichtlich ab Oktober bin ich wieder für Sie da.", "2026-10-01"),
        ("I am on parental leave and will return in February.", "2027-02-01"),
        ("Ich bin bis Ende September in Elternzeit.", "2026-10-01"),
        ("Im Mai 2027 feiern wir unser Jubiläum.", None),
        ("Ab KW 36 bin ich wieder da.", "2026-08-31"),
        ("Ich bin ab der 35. Kalenderwoche wieder erreichbar", "2026-08-24"),
        ("Ich bin bis einschließlich KW 33 verreist.", "2026-08-17"),
        ("Ab KW 2 bin ich wieder im Büro", "2027-01-11"),
        ("I will be back in calendar week 35", "2026-08-24"),
        ("Ab KW 99 bin ich wieder da", None),
        ("I am out of the office on Thursday, 13 August, and will be back on Friday.", "2026-08-14"),
        ("Am Montag, 10. August, bin ich nicht da, am Dienstag wieder erreichbar.", "2026-08-11"),
        ("Vom 3.8. bis 14.8. bin ich verreist. Ab Montag bin ich wieder da.", "2026-08-17"),
        ("Unsere Messe ist am 20. September. Ich bin ab Montag wieder da.", "2026-08-10"),
        ("Ich bin diese Woche unterwegs und in der nächsten Woche wieder da", "2026-08-10"),
        ("Ich bin im Mai verreist und im Juni wieder da", "2027-06-01"),
        ("Ich bin in KW 34 und 35 im Urlaub, ab 31.08. wieder da", "2026-08-31"),
        ("I have left for vacation and return on 17 August", "2026-08-17"),
        ("Ich arbeite nur dienstags und mittwochs. Am Dienstag beantworte ich Ihre Mail.", "2026-08-04"),
        ("I only work Wednesday to Friday. On Wednesday I will answer your mail.", "2026-08-05"),
        ("Frau Kern ist zum 31.03. in Rente gegangen.", None),
        ("Herr Abel ist am 30. Juni aus dem Betrieb ausgeschieden.", None),
        ("ab dem 10.08. bin ich im Urlaub", None),
        ("Seit 1.8. arbeite ich nicht mehr hier", None),
        ("Am 31.2. bis 99.99. und 2026-13-45", None),
    ],
)
def test_an_absence_note_tells_the_first_day_back(note: str, back: str | None) -> None:
    found = days.back_on(note, TODAY)
    assert (found.isoformat() if found else None) == back


@pytest.mark.parametrize(
    ("status", "answer", "sub"),
    [
        ("5.1.1", "550 5.1.1 user unknown", "hard"),
        ("", "550 Benutzer nicht bekannt/User unknown", "hard"),
        ("5.1.2", "Host unknown (Name server: hansen.example: host not found)", "hard"),
        ("5.2.1", "550 5.2.1 The email account is inactive", "hard"),
        ("4.1.1", "450 4.1.1 user unknown, try again later", "soft"),
        ("5.1.0", "550 #5.1.0 Address rejected.", "soft"),
        ("5.2.2", "552 5.2.2 mailbox full", "soft"),
        ("5.0.0", "", "soft"),
        ("5.4.7", "Delivery expired", "soft"),
        ("5.7.1", "550 5.7.1 Refused by local policy. No SPAM please!", "block"),
        ("5.1.8", "553 5.1.8 <max@x.example>: Sender address rejected: Domain not found", "block"),
        ("5.1.1", "550 5.1.1 <spam@unknown-user.example>: rejected because of its reputation", "block"),
        ("5.7.1", "554 5.7.1 relay access denied", "block"),
    ],
)
def test_doubt_about_an_address_is_never_hard(status: str, answer: str, sub: str) -> None:
    assert reasons.judge(status, answer).sub == sub


@pytest.mark.parametrize("subject", ["Widerspruch", "AW: Widerspruch nach Art. 21 DSGVO", "Widerspruch gegen Werbung"])
def test_a_subject_that_objects_is_an_opt_out(subject: str) -> None:
    assert intent.asks_to_unsubscribe(subject)


@pytest.mark.parametrize("subject", ["Widerspruch in Ihrem Artikel", "Widerspruch zwischen Text und Bild"])
def test_a_subject_that_names_a_contradiction_is_none(subject: str) -> None:
    assert not intent.asks_to_unsubscribe(subject)


def test_the_word_lists_can_be_read_and_a_bad_pattern_is_said() -> None:
    assert {"opt_out", "legal_threat", "data_access", "data_erasure", "left", "absent"} <= set(phrases.load())
    with pytest.raises(phrases.BadPattern, match="brackets"):
        phrases.compiled(["(keine mails"], {})
    with pytest.raises(phrases.BadPattern, match="list"):
        phrases.compiled(["keine {mails}"], {})
