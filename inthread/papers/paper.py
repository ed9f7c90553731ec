"""One document of ours, laid out from top to bottom on A4 paper.

The same calls give the same bytes: the only time in the file is the document's own. Text is shaped
and put in reading order, right-to-left where the locale is. A character that the typeface lacks is
written as its code point (`[U+4E2D]`), so that nothing that was said goes missing unseen.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import cast

from fpdf import FPDF, XPos, YPos
from fpdf.enums import AssociatedFileRelationship, TextDirection
from fpdf.fonts import TTFFont

Point = tuple[int, int]
Stroke = Sequence[Point]

FONT = "DejaVu"
_FONTS = Path(__file__).with_name("fonts")
_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})
_MARGIN, _LABEL, _GAP, _AIR = 20.0, 52.0, 4.0, 1.3  # mm
_SMALL, _LEAST = 9.5, 6.5  # points
_INK, _SOFT, _LINE = 20, 90, 205  # grey levels


class _Sheets(FPDF):
    """Every sheet says whose it is, and which of how many."""

    foot = ""

    def footer(self) -> None:
        self.set_y(-15)
        self.set_font(FONT, size=8)
        self.set_text_color(_SOFT)
        self.cell(0, 5, f"{self.foot}   {self.page_no()} / {{nb}}", align="C")


class Paper:
    """Parts are added in the order in which they are read. `at` has a zone."""

    def __init__(self, *, brand: str, title: str, at: datetime, locale: str) -> None:
        pdf = _Sheets(format="A4")
        self._pdf = pdf
        self.right_to_left = locale.replace("_", "-").split("-")[0] in _RIGHT_TO_LEFT
        for style, name in (("", "DejaVuSans.ttf"), ("B", "DejaVuSans-Bold.ttf")):
            pdf.add_font(FONT, style, _FONTS / name)
        pdf.set_text_shaping(
            direction=TextDirection.RTL if self.right_to_left else TextDirection.LTR
        )
        pdf.set_margin(_MARGIN)
        pdf.c_margin = 0
        pdf.set_auto_page_break(auto=True, margin=22)
        pdf.set_creation_date(at)
        pdf.set_lang(locale.replace("_", "-"))
        pdf.set_title(title)
        pdf.set_author(brand)
        pdf.foot = self._shown(brand)
        pdf.add_page()
        self._block(brand, size=11, soft=True)
        pdf.ln(2)
        self._block(title, size=19, bold=True)
        pdf.ln(4)

    def heading(self, text: str) -> None:
        """The head of a part; it never stands alone at the foot of a sheet."""
        self._pdf.ln(4)
        if self._pdf.will_page_break(24):
            self._pdf.add_page()
        self._block(text, size=12.5, bold=True)
        self._pdf.ln(1.5)

    def lead(self, text: str) -> None:
        self._block(text, size=12)
        self._pdf.ln(2)

    def text(self, text: str) -> None:
        """Running text with its own line ends."""
        self._block(text, size=10.5)
        self._pdf.ln(1)

    def note(self, text: str) -> None:
        self._block(text, size=8.5, soft=True)
        self._pdf.ln(1)

    def amount(self, text: str) -> None:
        self._block(text, size=24, bold=True)
        self._pdf.ln(2)

    def rows(self, rows: Sequence[tuple[str, str]]) -> None:
        """Label and value, side by side. A value may be longer than a line."""
        for label, value in rows:
            self._row(label, value)
        self._rule()
        self._pdf.ln(2.5)

    def drawing(
        self, strokes: Sequence[Stroke], *, width: int, height: int, caption: str
    ) -> None:
        """Lines as they were drawn on a field of that size, in whole numbers."""
        pdf, wide = self._pdf, 90.0
        scale = wide / width
        high = height * scale
        if pdf.will_page_break(high + 12):
            pdf.add_page()
        left = pdf.w - pdf.r_margin - wide if self.right_to_left else pdf.l_margin
        top = pdf.get_y()
        pdf.set_draw_color(_LINE)
        pdf.rect(left, top, wide, high)
        pdf.set_draw_color(_INK)
        pdf.set_line_width(0.5)
        for stroke in strokes:
            pdf.polyline([(left + x * scale, top + y * scale) for x, y in _seen(stroke)])
        pdf.set_line_width(0.2)
        pdf.set_xy(pdf.l_margin, top + high + 1.5)
        self.note(caption)

    def attach(self, name: str, content: bytes, *, media_type: str, what: str) -> None:
        """A file inside the file, which any reader of PDF can save."""
        self._pdf.embed_file(
            bytes=content, basename=name, mime_type=media_type, desc=what, compress=True,
            creation_date=self._pdf.creation_date, modification_date=self._pdf.creation_date,
            associated_file_relationship=AssociatedFileRelationship.DATA.value,
        )

    def write(self) -> bytes:
        """The whole file. Nothing can be added after it."""
        made = bytes(self._pdf.output())
        for font in self._pdf.fonts.values():
            cast(TTFFont, font).close()
        return made

    def _block(self, text: str, *, size: float, bold: bool = False, soft: bool = False) -> None:
        self._set(size, bold=bold, soft=soft)
        self._pdf.multi_cell(
            0, size * 0.53, self._shown(text), align=self._align,
            new_x=XPos.LMARGIN, new_y=YPos.NEXT,
        )

    def _row(self, label: str, value: str) -> None:
        pdf = self._pdf
        wide = pdf.epw - _LABEL - _GAP
        ends = []
        self._rule()
        size = self._fitting(value, wide)
        if pdf.will_page_break(self._high(value, wide) + 4):
            pdf.add_page()
        top, sheet = pdf.get_y() + _AIR, pdf.page
        near, far = pdf.l_margin, pdf.l_margin + _LABEL + _GAP
        if self.right_to_left:
            near, far = pdf.l_margin + wide + _GAP, pdf.l_margin
        for text, x, width, points in ((label, near, _LABEL, _SMALL), (value, far, wide, size)):
            pdf.page = sheet
            self._set(points, bold=False, soft=text is label)
            pdf.set_xy(x, top)
            pdf.multi_cell(width, 5, self._shown(text), align=self._align, new_y=YPos.NEXT)
            ends.append((pdf.page, pdf.get_y()))
        pdf.page, y = max(ends)
        pdf.set_xy(pdf.l_margin, y + _AIR)

    def _fitting(self, value: str, wide: float) -> float:
        """The size of letters in which one long word, such as a digest, stands on one line."""
        self._set(_SMALL, bold=False, soft=False)
        if " " in value:
            return _SMALL
        size = min(_SMALL, _SMALL * wide / max(self._pdf.get_string_width(value), 1.0) * 0.99)
        self._set(max(size, _LEAST), bold=False, soft=False)
        return max(size, _LEAST)

    def _high(self, text: str, wide: float) -> float:
        """Millimetres that a value takes; one longer than half a sheet may be cut in two."""
        high = self._pdf.multi_cell(
            wide, 5, self._shown(text), dry_run=True, output="HEIGHT", align=self._align
        )
        return min(cast(float, high), 120.0)

    def _rule(self) -> None:
        pdf = self._pdf
        pdf.set_draw_color(_LINE)
        pdf.line(pdf.l_margin, pdf.get_y(), pdf.w - pdf.r_margin, pdf.get_y())

    def _set(self, size: float, *, bold: bool, soft: bool) -> None:
        self._pdf.set_font(FONT, "B" if bold else "", size)
        self._pdf.set_text_color(_SOFT if soft else _INK)

    @property
    def _align(self) -> str:
        return "R" if self.right_to_left else "L"

    def _shown(self, text: str) -> str:
        known = cast(TTFFont, self._pdf.fonts[FONT.lower()]).cmap
        return "".join(
            c if c == "\n" or ord(c) in known else _instead(c) for c in text.replace("\t", "    ")
        )


def _instead(character: str) -> str:
    if unicodedata.category(character) == "Cf":
        return ""
    return f"[U+{ord(character):04X}]"


def _seen(stroke: Stroke) -> Stroke:
    """A dot is a stroke as well."""
    return [stroke[0], (stroke[0][0] + 1, stroke[0][1])] if len(stroke) == 1 else stroke
