"""The letter on paper: a page by DIN 5008 form B, ready to be printed, folded and put into a window envelope.

DIN 5008:2020 form B: letterhead 45 mm, address zone at 20/45 mm, 85 × 45 mm (17.7 mm of it for the return line and
remarks), information block at 125/50 mm, text from 98.46 mm, margins 25 and 20 mm, fold marks at 105 and 210 mm, hole mark
at 148.5 mm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

import font_source_sans_pro as face
from fpdf import FPDF

from outreach.drafts import wording

_LEFT, _RIGHT, _WIDTH = 25.0, 20.0, 165.0
_TEXT_TOP = 98.46
_LINE = 5.0
_SIZE = 11


@dataclass(frozen=True)
class Paper:
    """What stands on a letter."""

    #: the sender: name, then street, then postcode and town …
    sender: Sequence[str]
    #: the recipient as on the envelope, at most six lines
    recipient: Sequence[str]
    #: phone, mail, web page, for the block on the right
    contact_lines: Sequence[str]
    place: str
    on: date
    subject: str
    #: greeting, paragraphs and closing, blank lines between paragraphs
    text: str
    #: the name below the place for the signature
    signature: str
    #: mandatory data by legal form, at the foot of the page
    imprint: Sequence[str]
    language: str = "de"


class _Page(FPDF):
    """Fold marks and foot on every page that needs them."""

    def __init__(self, paper: Paper) -> None:
        super().__init__(format="A4", unit="mm")
        self._paper = paper
        for style, file in (("", face.SourceSansPro), ("B", face.SourceSansProSemibold), ("I", face.SourceSansProIt)):
            self.add_font("letter", style, file)
        self.set_margins(_LEFT, 20, _RIGHT)
        self.set_auto_page_break(True, margin=30)
        self.set_title(paper.subject)
        self.set_lang("de" if paper.language.startswith("de") else "en")

    def header(self) -> None:
        if self.page_no() == 1:
            self.set_draw_color(150)
            self.set_line_width(0.15)
            for y, width in ((105.0, 5.0), (148.5, 7.0), (210.0, 5.0)):
                self.line(3, y, 3 + width, y)
        else:
            self.set_y(20)

    def footer(self) -> None:
        self.set_y(-25)
        self.set_font("letter", size=8)
        self.set_text_color(90)
        if self.page_no() == 1 and self._paper.imprint:
            self.multi_cell(_WIDTH, 3.6, " · ".join(self._paper.imprint), align="C", new_x="LMARGIN", new_y="NEXT")
        if self.page_no() > 1:
            self.cell(_WIDTH, 3.6, str(self.page_no()), align="R")
        self.set_text_color(0)


def pdf(paper: Paper) -> bytes:
    """The letter as a PDF (A4)."""
    page = _Page(paper)
    page.add_page()
    _head(page, paper)
    _address(page, paper)
    _information(page, paper)
    _text(page, paper)
    return bytes(page.output())


def _head(page: FPDF, paper: Paper) -> None:
    page.set_xy(_LEFT, 20)
    page.set_font("letter", "B", 15)
    page.cell(_WIDTH, 7, paper.sender[0] if paper.sender else "", new_x="LMARGIN", new_y="NEXT")
    page.set_font("letter", size=9)
    page.set_text_color(90)
    page.cell(_WIDTH, 5, " · ".join(paper.sender[1:]), new_x="LMARGIN", new_y="NEXT")
    page.set_text_color(0)


def _address(page: FPDF, paper: Paper) -> None:
    page.set_xy(_LEFT, 57.7)
    page.set_font("letter", size=7)
    page.set_text_color(90)
    page.cell(80, 4, " · ".join(paper.sender))
    page.set_text_color(0)
    page.set_font("letter", size=_SIZE)
    for at, line in enumerate(paper.recipient[:6]):
        page.set_xy(_LEFT, 62.7 + at * 4.5)
        page.cell(80, 4.5, line)


def _information(page: FPDF, paper: Paper) -> None:
    page.set_font("letter", size=9)
    lines = [
        *paper.contact_lines,
        "",
        ", ".join(one for one in (paper.place, wording.day(paper.on, paper.language, date.min)) if one),
    ]
    for at, line in enumerate(lines):
        page.set_xy(125, 50 + at * 4.5)
        page.cell(65, 4.5, line)


def _text(page: FPDF, paper: Paper) -> None:
    page.set_xy(_LEFT, _TEXT_TOP)
    page.set_font("letter", "B", _SIZE)
    page.multi_cell(_WIDTH, _LINE, paper.subject, new_x="LMARGIN", new_y="NEXT")
    page.ln(2 * _LINE)
    page.set_font("letter", size=_SIZE)
    paragraphs = [part.strip() for part in paper.text.split("\n\n") if part.strip()]
    body = "".join(f'<p line-height="1.3">{_broken(part)}</p>' for part in paragraphs)
    page.write_html(body, font_family="letter")
    if paper.signature:
        page.ln(3 * _LINE)
        page.set_font("letter", size=_SIZE)
        page.multi_cell(_WIDTH, _LINE, paper.signature, new_x="LMARGIN", new_y="NEXT")


def _broken(paragraph: str) -> str:
    return escape(paragraph).replace("\n", "<br>")
