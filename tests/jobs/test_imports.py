"""Imports from the upload to the report, on each database, with crashes in between."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError

from outreach import clock, contacts
from outreach.consent import history, lists, suppression
from outreach.consent.rows import Consent, Subscription
from outreach.contacts import Contact, channels, custom, photos
from outreach.dates import SpecialDay
from outreach.errors import Conflict, Invalid, NotFound
from outreach.history.rows import Touchpoint
from outreach.house import House
from outreach.imports import run, store, take
from outreach.imports.order import Counts
from outreach.imports.preview import preview
from outreach.imports.rows import Import, ImportPart
from tests import world
from tests.world import NOW, World

GUESSED = {
    "E-Mail": "email", "Vorname": "first_name", "Nachname": "last_name", "Anrede": "salutation", "Firma": "company",
    "Tags": "tags", "Stufe": "stage", "Hobby": "new",
}  # fmt: skip
FILE = """E-Mail;Vorname;Nachname;Anrede;Firma;Tags;Stufe;Hobby
neu@firma.example;Nora;Ünal;Frau;Neu AG;VIP, Messe;Stammkunde;Segeln
NEU@firma.example;;;;;Presse;;
anna@mueller.example;Nicht;Überschreiben;Herr;;Presse;Fan;Rad
uwe@abendroth.example;Uwe;Abendroth;;;;;
petra@still.example;Petra;Still;;;;;
kaputt@;Karl;Kaputt;;;;;
;Hans;Ohnepost;;;;;Angeln
;;;;;;;
;;;Frau;;;;
zoe@celik.example;Zoë;Çelik;Quark;;;;
"offen;x
"""


@pytest.fixture
def people(any_house: House) -> World:
    with any_house.database.writing() as session:
        return world.build(session)


def _upload(house: House, content: bytes, filename: str = "kontakte.csv") -> int:
    with house.database.writing() as session:
        return store.begin(session, filename=filename, stream=io.BytesIO(content), user_id=None).id


def _start(house: House, content: bytes, *, list_id: int | None = None, proof: str = "", mapping: object = None) -> int:
    import_id = _upload(house, content)
    with house.database.writing() as session:
        seen = preview(session, import_id)
        chosen = mapping or {column.name: column.field for column in seen.columns}
        store.start(session, import_id, mapping=chosen, list_id=list_id, consent_proof=proof)  # type: ignore[arg-type]
    return import_id


def _report(house: House, import_id: int) -> store.Progress:
    with house.database.reading() as session:
        return store.progress(session, import_id)


def _skips(house: House, import_id: int, *, taken_in: bool) -> dict[int, str]:
    with house.database.reading() as session:
        page = store.skips_page(session, import_id, per_page=100, taken_in=taken_in)
        return {skip.line: skip.reason for skip in page.rows}


def _count(house: House, row: type) -> int:
    with house.database.reading() as session:
        return session.scalar(select(func.count()).select_from(row)) or 0


def test_a_file_is_taken_in_and_every_row_accounted_for(any_house: House, people: World) -> None:
    news = people.lists["news"]
    import_id = _start(any_house, FILE.encode(), list_id=news, proof="Fair sign-up sheets", mapping=GUESSED)
    run.run(any_house, import_id)
    report = _report(any_house, import_id)
    assert (report.state, report.percent, report.rows_total, report.position) == ("done", 100, 10, 10)
    assert (report.created, report.updated, report.unchanged, report.skipped) == (1, 3, 2, 4)
    assert (report.subscribed, report.kept_unsubscribed, report.noted) == (2, 1, 1)
    skipped = _skips(any_house, import_id, taken_in=False)
    assert set(skipped) == {6, 7, 10, 12}
    assert "suppression list" in skipped[6]
    assert "kaputt@" in skipped[7]
    assert "neither a mail address nor a name" in skipped[10]
    assert "quotation mark" in skipped[12]
    notes = _skips(any_house, import_id, taken_in=True)
    assert "stays unsubscribed" in notes[5]
    assert "“Quark” was not understood" in notes[11]
    with any_house.database.reading() as session:
        nora = contacts.by_address(session, "neu@firma.example")
        assert nora is not None
        person = contacts.person(session, nora.id)
        assert (person.name, person.salutation, person.company, person.stage) == (
            "Nora Ünal",
            "frau",
            "Neu AG",
            "regular",
        )
        assert person.tags == ("Messe", "Presse", "VIP")
        assert person.custom == {"hobby": "Segeln"}
        assert person.source == "kontakte.csv"
        proof = history.standing(session, nora.id)[0]
        assert (proof.state, proof.how, proof.text_shown, proof.source) == (
            "confirmed", "import", "Fair sign-up sheets", "kontakte.csv"
        )  # fmt: skip
    assert _count(any_house, ImportPart) == 0


def test_existing_contacts_gain_and_never_lose(any_house: House, people: World) -> None:
    import_id = _start(any_house, FILE.encode(), mapping=GUESSED)
    run.run(any_house, import_id)
    with any_house.database.reading() as session:
        anna = contacts.person(session, people.people["anna"])
        assert (anna.first_name, anna.last_name, anna.salutation, anna.stage) == ("Anna", "Müller", "frau", "regular")
        assert anna.tags == ("Messe", "Presse", "VIP")
        assert anna.custom == {"kundennummer": 17, "branche": "Industrie", "hobby": "Rad"}
        hans = contacts.person(session, people.people["no_address"])
        assert hans.custom == {"hobby": "Angeln"}


def test_importing_twice_makes_nobody_twice(any_house: House, people: World) -> None:
    content = FILE.encode()
    run.run(any_house, _start(any_house, content, mapping=GUESSED))
    before = _count(any_house, Contact)
    again = _start(any_house, content, mapping=GUESSED)
    run.run(any_house, again)
    assert _count(any_house, Contact) == before
    assert (_report(any_house, again).created, _report(any_house, again).updated) == (0, 0)
    with any_house.database.reading() as session:
        assert [spec.label for spec in custom.specs(session).values()].count("Hobby") == 1


def test_an_unsubscribed_contact_is_never_reactivated(any_house: House, people: World) -> None:
    news = people.lists["news"]
    run.run(any_house, _start(any_house, b"email\nuwe@abendroth.example\n", list_id=news, proof="They said yes"))
    with any_house.database.reading() as session:
        state = session.scalar(select(Subscription.state).where(Subscription.contact_id == people.people["gone"]))
        assert state == "unsubscribed"


def test_without_a_proof_nobody_is_subscribed_and_the_report_says_so(any_house: House, people: World) -> None:
    consents = _count(any_house, Consent)
    content = b"email\na@b.example\nanna@mueller.example\nc@d.example\n"
    import_id = _start(any_house, content, list_id=people.lists["news"])
    run.run(any_house, import_id)
    report = _report(any_house, import_id)
    assert (report.created, report.subscribed, report.without_proof) == (2, 0, 2)
    assert _count(any_house, Consent) == consents


def test_namesakes_in_different_companies_stay_two(any_house: House, people: World) -> None:
    content = (
        "Vorname,Nachname,Firma\nAnna,Müller,Nordlicht Medien AG\nAnna,Müller,Dritte GmbH\nAnna,Müller,Dritte GmbH\n"
    )
    import_id = _start(any_house, content.encode())
    run.run(any_house, import_id)
    assert (_report(any_house, import_id).created, _report(any_house, import_id).unchanged) == (1, 2)


class Crash(OperationalError):
    """The database went away."""

    def __init__(self) -> None:
        super().__init__("", {}, Exception("gone"))


@pytest.fixture
def crashing(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """After so many blocks, each further one is taken in and then lost before the commit."""
    left, real = [2], take.take_in

    def take_in(*args: object, **named: object) -> Counts:
        counts = real(*args, **named)  # type: ignore[arg-type]
        left[0] -= 1
        if left[0] < 0:
            raise Crash
        return counts

    monkeypatch.setattr(take, "take_in", take_in)
    return left


def test_a_crash_continues_exactly_where_it_was(any_house: House, people: World, crashing: list[int]) -> None:
    before = _count(any_house, Contact)
    content = b"email\n" + b"".join(b"n%d@x.example\n" % n for n in range(55)) + b"bad\n"
    import_id = _start(any_house, content, list_id=people.lists["news"], proof="p")
    with pytest.raises(OperationalError):
        run.run(any_house, import_id, rows_at_once=10)
    assert _report(any_house, import_id).position == 20
    assert _count(any_house, Contact) == before + 20
    with any_house.database.reading() as session:
        assert run.waiting(session, clock.now()) == []  # the dead worker's lease
        assert run.waiting(session, clock.now() + run.LEASE + timedelta(seconds=1)) == [import_id]
    _let_the_lease_run_out(any_house)
    crashing[0] = 100
    run.run(any_house, import_id, rows_at_once=10)
    report = _report(any_house, import_id)
    assert (report.state, report.created, report.skipped, report.subscribed) == ("done", 55, 1, 55)
    assert _count(any_house, Contact) == before + 55


def test_two_workers_do_not_work_on_one_import(any_house: House, people: World, crashing: list[int]) -> None:
    import_id = _start(any_house, b"email\n" + b"".join(b"n%d@x.example\n" % n for n in range(30)))
    crashing[0] = 1
    with pytest.raises(OperationalError):
        run.run(any_house, import_id, rows_at_once=10)
    crashing[0] = 100
    run.run(any_house, import_id)  # the lease is another's: nothing happens
    assert _report(any_house, import_id).position == 10


def test_a_worker_that_lost_its_lease_changes_nothing(
    any_house: House, people: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id = _start(any_house, b"email\n" + b"".join(b"n%d@x.example\n" % n for n in range(30)))
    real, seen = run._drop, []

    def slow(rows: Iterator[object], count: int) -> None:
        real(rows, count)
        if not seen:
            seen.append(True)
            _let_the_lease_run_out(any_house)
            run.run(any_house, import_id, rows_at_once=10)  # somebody else does it all meanwhile

    monkeypatch.setattr(run, "_drop", slow)
    run.run(any_house, import_id, rows_at_once=10)
    assert (_report(any_house, import_id).state, _report(any_house, import_id).created) == ("done", 30)


def test_a_long_import_makes_room_and_asks_again(any_house: House, people: World) -> None:
    import_id = _start(any_house, b"email\n" + b"".join(b"n%d@x.example\n" % n for n in range(30)))
    for position in (10, 20, 30):
        run.run(any_house, import_id, seconds=0, rows_at_once=10)
        assert _report(any_house, import_id).position == position
        with any_house.database.reading() as session:
            assert run.waiting(session, clock.now()) == [import_id]
    run.run(any_house, import_id)
    run.run(any_house, import_id)
    assert (_report(any_house, import_id).state, _report(any_house, import_id).created) == ("done", 30)


def _let_the_lease_run_out(house: House) -> None:
    with house.database.writing() as session:
        session.execute(update(Import).values(leased_until=clock.now() - timedelta(seconds=1)))


def test_an_import_starts_once(any_house: House) -> None:
    import_id = _start(any_house, b"email\na@b.example\n")
    with any_house.database.writing() as session, pytest.raises(Conflict, match="started before"):
        store.start(session, import_id, mapping={"email": "email"})
    run.run(any_house, import_id)
    with any_house.database.writing() as session, pytest.raises(Conflict):
        preview(session, import_id)
    with any_house.database.writing() as session, pytest.raises(NotFound):
        store.progress(session, 999)


def test_the_preview_shows_what_the_file_would_become(house: House) -> None:
    import_id = _upload(house, FILE.encode("cp1252"), filename="C:\\fakepath\\Kundenliste\r\n.csv")
    with house.database.reading() as session:
        seen = preview(session, import_id, rows=3)
        wrong = preview(session, import_id, charset="utf-8", rows=20)
    assert (seen.filename, seen.charset, seen.delimiter, seen.has_header) == ("Kundenliste  .csv", "cp1252", ";", True)
    assert [column.field for column in seen.columns][:4] == ["email", "first_name", "last_name", "salutation"]
    assert seen.columns[0].samples[0] == "neu@firma.example"
    assert len(seen.rows) == 3
    assert wrong.broken


def test_letters_late_in_a_file_decide_its_charset(house: House) -> None:
    content = b"email,name\n" + b"a@b.example,Anna\n" * 80_000
    for codec, charset in (("utf-8", "utf-8"), ("cp1252", "cp1252")):
        import_id = _upload(house, content + "j@b.example,Jörg Groß\n".encode(codec))
        with house.database.reading() as session:
            assert store.get(session, import_id).charset == charset


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "empty"), (b"PK\x03\x04xlsx", "damaged"), (b"\x00\x01\x02\x03" * 999, "not a text file")],
)
def test_an_upload_that_is_no_table_is_refused_and_nothing_kept(house: House, content: bytes, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        _upload(house, content)
    assert _count(house, Import) == 0
    assert _count(house, ImportPart) == 0


def test_a_file_too_large_is_refused(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "BYTES_MOST", 3 * store.PART)
    with pytest.raises(Invalid, match="larger than 3 MB"):
        _upload(house, b"a@b.example\n" * 400_000)


def test_a_file_of_many_pieces_is_read_as_one(house: House) -> None:
    rows = b"".join(b"name%d@x.example;%s\n" % (n, "ä".encode() * 200) for n in range(6000))
    import_id = _start(house, b"email;Vorname\n" + rows.replace("ä".encode() * 200, "ä".encode() * 100, 1))
    assert _count(house, ImportPart) == 3
    run.run(house, import_id)
    report = _report(house, import_id)
    assert (report.rows_total, report.created, report.skipped) == (6000, 1, 5999)  # names of 200 letters are too long


def test_a_line_of_ten_megabytes_is_one_skipped_row(house: House) -> None:
    import_id = _start(house, b"email\na@b.example\n" + b"x" * 10_000_000 + b"\nc@d.example\n")
    run.run(house, import_id)
    report = _report(house, import_id)
    assert (report.created, report.skipped) == (2, 1)
    assert "longer than" in _skips(house, import_id, taken_in=False)[3]


def test_header_injection_in_a_file_is_a_skipped_row(house: House) -> None:
    content = (
        b'email,Vorname\n"a@b.example\r\nBcc: x@y.example",A\nc@d.example,"C\r\nBcc: x@y.example"\nd@e.example,D\n'
    )
    import_id = _start(house, content)
    run.run(house, import_id)
    assert (_report(house, import_id).created, _report(house, import_id).skipped) == (1, 2)


def test_the_command_line_imports_at_once(house: House, tmp_path: Path) -> None:
    path = tmp_path / "messe.csv"
    path.write_text("E-Mail,Vorname\na@b.example,A\nkaputt,B\n", encoding="utf-8")
    done = run.run_inline(house, path, list_name="Messe 2026", consent_proof="Sheets at the fair")
    assert (done.state, done.created, done.skipped, done.subscribed) == ("done", 1, 1, 1)
    with house.database.reading() as session:
        assert run.skips_page(session, done.id).rows[0].line == 3
        assert lists.by_name(session, "messe 2026") is not None
        assert store.list_page(session).total == 1


def test_an_address_suppressed_before_is_not_even_taken_in(any_house: House, people: World) -> None:
    with any_house.database.writing() as session:
        suppression.add(session, "n1@x.example", "objection", now=NOW)
    content = b"email\nN1@x.example\nn2@x.example\n"
    run.run(any_house, _start(any_house, content, list_id=people.lists["news"], proof="p"))
    with any_house.database.reading() as session:
        assert contacts.by_address(session, "n1@x.example") is None
        assert contacts.by_address(session, "n2@x.example") is not None


def test_an_upload_nobody_starts_is_forgotten(any_house: House) -> None:
    kept, begun = _upload(any_house, b"email\na@b.example\n"), _start(any_house, b"email\na@b.example\n")
    with any_house.database.writing() as session:
        assert store.forget_abandoned(session, clock.now() + timedelta(days=1)) == 0
        assert store.forget_abandoned(session, clock.now() + timedelta(days=3)) == 1
    with any_house.database.reading() as session, pytest.raises(NotFound):
        store.get(session, kept)
    run.run(any_house, begun)
    assert _report(any_house, begun).created == 1


SAMPLES = Path(__file__).parent.parent / "samples"


def _mailchimp() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for path in sorted(SAMPLES.glob("*_members_export_*.csv")):
            archive.write(path, path.name)
    return out.getvalue()


def test_consent_history_comes_along_with_its_own_dates_and_addresses(any_house: House, people: World) -> None:
    import_id = _start(any_house, _mailchimp(), list_id=people.lists["news"], proof="Double opt-in at Mailchimp")
    run.run(any_house, import_id)
    report = _report(any_house, import_id)
    assert (report.state, report.product, report.created, report.skipped) == ("done", "mailchimp", 2, 1)
    assert (report.subscribed, report.left_before, report.suppressed) == (1, 1, 1)
    with any_house.database.reading() as session:
        jana = contacts.by_address(session, "jana@linden.example")
        assert jana is not None
        proof = history.standing(session, jana.id)[0]
        assert (proof.state, proof.how, proof.text_shown) == ("confirmed", "import", "Double opt-in at Mailchimp")
        assert proof.granted_at == datetime(2021, 3, 16, 14, 42, 10, tzinfo=UTC)
        assert proof.requested_at == datetime(2021, 3, 16, 14, 40, 47, tzinfo=UTC)
        assert (proof.requested_ip, proof.confirmed_ip) == ("203.0.113.7", "203.0.113.8")
        assert {one.what for one in history.proof(session, jana.id)} == {"requested", "confirmed", "imported"}
        ruth = contacts.by_address(session, "ruth@pause.example")
        assert ruth is not None
        assert history.standing(session, ruth.id)[0].state == "unsubscribed"
        assert history.proof(session, ruth.id)[0].at == datetime(2022, 5, 6, 7, 8, 9, tzinfo=UTC)
        assert contacts.by_address(session, "paul@weg.example") is None
        assert suppression.contains(session, "paul@weg.example")


def test_who_left_elsewhere_is_not_subscribed_by_the_next_file(any_house: House, people: World) -> None:
    news = people.lists["news"]
    run.run(any_house, _start(any_house, _mailchimp(), list_id=news, proof="p"))
    run.run(any_house, _start(any_house, b"email\nruth@pause.example\npaul@weg.example\n", list_id=news, proof="p"))
    with any_house.database.reading() as session:
        ruth = contacts.by_address(session, "ruth@pause.example")
        assert ruth is not None
        assert history.standing(session, ruth.id)[0].state == "unsubscribed"
        assert contacts.by_address(session, "paul@weg.example") is None


def test_leaving_elsewhere_before_agreeing_here_takes_nothing_back(any_house: House, people: World) -> None:
    news = people.lists["news"]
    before, after = "2020-01-01 00:00:00", "2026-09-01 00:00:00"  # anna agreed here on 1 August 2026
    for when, wanted in ((before, "confirmed"), (after, "unsubscribed")):
        content = f"E-Mail;Abgemeldet am\nanna@mueller.example;{when}\n".encode()
        run.run(any_house, _start(any_house, content, list_id=news, proof="p"))
        with any_house.database.reading() as session:
            assert history.standing(session, people.people["anna"])[0].state == wanted


def test_who_never_confirmed_elsewhere_is_on_no_list(any_house: House, people: World) -> None:
    content = (SAMPLES / "brevo-contacts.csv").read_bytes()
    import_id = _start(any_house, content, list_id=people.lists["news"], proof="p")
    run.run(any_house, import_id)
    report = _report(any_house, import_id)
    assert (report.product, report.subscribed, report.without_proof, report.left_before) == ("brevo", 1, 1, 1)


def test_a_blocked_address_of_a_known_contact_is_suppressed_and_the_contact_stays(
    any_house: House, people: World
) -> None:
    content = b"email,status\nanna@mueller.example,complained\n"
    run.run(any_house, _start(any_house, content, list_id=people.lists["news"], proof="p"))
    with any_house.database.reading() as session:
        assert suppression.contains(session, "anna@mueller.example")
        assert contacts.by_address(session, "anna@mueller.example") is not None
        assert history.standing(session, people.people["anna"])[0].state == "unsubscribed"


def test_people_are_put_on_several_lists_and_on_those_the_file_names(any_house: House, people: World) -> None:
    news, events = people.lists["news"], people.lists["events"]
    import_id = _upload(any_house, b"email,lists\na@x.example,\nb@x.example,Veranstaltungen; Quark\n")
    with any_house.database.writing() as session:
        mapping = {"email": "email", "lists": "lists"}
        store.start(session, import_id, mapping=mapping, list_id=news, consent_proof="p")
    run.run(any_house, import_id)
    with any_house.database.reading() as session:
        on = set(session.execute(select(Contact.email_key, Subscription.list_id).join(Subscription).where(Contact.email_key.like("%@x.example"))).all())  # fmt: skip
    assert on == {("a@x.example", news), ("b@x.example", news), ("b@x.example", events)}
    assert "no topic “Quark”" in _skips(any_house, import_id, taken_in=True)[3]


def test_a_card_brings_numbers_days_letters_notes_and_a_photo_once(any_house: House, people: World) -> None:
    card = (
        "BEGIN:VCARD\r\nVERSION:4.0\r\nN:Linden;Jana;;;\r\nEMAIL:jana@linden.example\r\nEMAIL;TYPE=home:j@privat.example\r\n"
        "TEL;TYPE=work:0731 1\r\nTEL;TYPE=cell:0171 2\r\nADR:;;Am Ring 4;Ulm;;89073;\r\nBDAY:--0503\r\nANNIVERSARY:20100612\r\n"
        "NOTE:Mag Tee\r\nURL:https://linden.example\r\nTITLE:Einkauf\r\n"
        "PHOTO:data:image/png;base64,iVBORw0KGgoAAAANSUhEUg==\r\nEND:VCARD\r\n"
    )
    for wanted in ((1, 0, 0), (0, 0, 1)):
        import_id = _start(any_house, card.encode())
        run.run(any_house, import_id)
        report = _report(any_house, import_id)
        assert (report.created, report.updated, report.unchanged) == wanted, _skips(any_house, import_id, taken_in=True)
    with any_house.database.reading() as session:
        jana = contacts.by_address(session, "jana@linden.example")
        assert jana is not None
        assert {(one.kind, one.label, one.value) for one in channels.of(session, jana.id)} == {
            ("email", "home", "j@privat.example"), ("phone", "mobile", "0171 2"), ("web", "work", "https://linden.example"),
        }  # fmt: skip
        assert [one.lines for one in channels.postal(session, contact_id=jana.id)] == [["Am Ring 4", "89073 Ulm"]]
        days = session.execute(select(SpecialDay.kind, SpecialDay.year, SpecialDay.month, SpecialDay.day)).all()
        assert set(days) == {("birthday", None, 5, 3), ("other", 2010, 6, 12)}
        assert session.scalars(select(Touchpoint.text).where(Touchpoint.contact_id == jana.id)).all() == ["Mag Tee"]
        assert photos.shown(session, jana.id).media_type == "image/png"
        assert (jana.role, jana.phone) == ("Einkauf", "0731 1")


def test_somebodys_second_address_is_theirs_as_well(any_house: House, people: World) -> None:
    anna = people.people["anna"]
    with any_house.database.writing() as session:
        channels.add(session, anna, kind="email", value="anna@privat.example", label="home")
    import_id = _start(any_house, b"email,city,phone\nAnna@privat.example,Bonn,0228 1\n")
    run.run(any_house, import_id)
    assert (_report(any_house, import_id).created, _report(any_house, import_id).updated) == (0, 1)
    with any_house.database.reading() as session:
        assert contacts.person(session, anna).phone == "0228 1"


def test_a_block_the_database_refuses_again_and_again_is_given_up_with_a_sentence(
    any_house: House, people: World, crashing: list[int]
) -> None:
    import_id = _start(any_house, b"email\n" + b"".join(b"n%d@x.example\n" % n for n in range(30)))
    crashing[0] = 1
    for _ in range(run.TRIES_MOST):
        with pytest.raises(OperationalError):
            run.run(any_house, import_id, rows_at_once=10)
        _let_the_lease_run_out(any_house)
    report = _report(any_house, import_id)
    assert (report.state, report.position) == ("failed", 10)
    assert "again and again" in report.problem
    assert _count(any_house, ImportPart) == 0
    with any_house.database.reading() as session:
        assert run.waiting(session, clock.now() + timedelta(days=1)) == []


def test_a_few_failures_in_between_are_no_reason_to_give_up(
    any_house: House, people: World, crashing: list[int]
) -> None:
    import_id = _start(any_house, b"email\n" + b"".join(b"n%d@x.example\n" % n for n in range(80)))
    for _ in range(run.TRIES_MOST + 2):
        crashing[0] = 1  # every time one more block gets through
        with pytest.raises(OperationalError):
            run.run(any_house, import_id, rows_at_once=10)
        _let_the_lease_run_out(any_house)
    crashing[0] = 100
    run.run(any_house, import_id)
    assert (_report(any_house, import_id).state, _report(any_house, import_id).created) == ("done", 80)


def test_the_mapping_of_the_last_such_file_is_remembered(house: House) -> None:
    run.run(
        house,
        _start(house, b"Wer,Wo,Post\nAnna,Bonn,a@x.example\n", mapping={"Post": "email", "Wo": "city", "Wer": "new"}),
    )
    with house.database.reading() as session:
        seen = store.remembered(session, ["Post", "wer", "Wo"])
        assert seen == {"Post": "email", "wer": "new", "Wo": "city"}
        assert store.remembered(session, ["Post", "Wo"]) is None


def test_duplicates_are_proposed_when_an_import_is_done(any_house: House, people: World) -> None:
    import_id = _start(any_house, b"email,first_name,last_name\nb@neu.example,Bjoern,Groessmann\n")
    run.run(any_house, import_id)
    assert run.propose_duplicates(any_house, import_id) == 1
    assert run.propose_duplicates(any_house, import_id) == 0
