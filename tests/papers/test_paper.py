"""Our papers: the same bytes for the same words, nothing lost, readable right-to-left."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

import pikepdf
import pytest

from inthread.papers.paper import Paper
from inthread.papers.receipt import ReceiptPaper, receipt_pdf
from tests.papers.read import attached, shown

AT = datetime(2026, 11, 21, 10, 42, tzinfo=UTC)
RECEIPT = ReceiptPaper(
    brand="Alderway", title="Payment received", amount="$120.00",
    lines=[("Paid by", "Maya Okafor"), ("Card", "Visa ending 4242")],
    reference=("Reference", "INV-1042"), at=AT, state_sentence="Confirmed at 10:42.", locale="en",
    agreement=("What was agreed", "I pay $40.00 a week.\n\nThe last on 1 March."), note="Call us.",
)


def paper(locale: str = "en") -> Paper:
    return Paper(brand="Alderway", title="Title", at=AT, locale=locale)


def test_a_receipt_says_all_it_was_given_in_order() -> None:
    assert shown(receipt_pdf(RECEIPT)) == [
        "Alderway", "Payment received", "$120.00", "Confirmed at 10:42.", "Paid by", "Maya Okafor",
        "Card", "Visa ending 4242", "Reference", "INV-1042", "What was agreed",
        "I pay $40.00 a week.", "The last on 1 March.", "Call us.", "Alderway   1 / 1",
    ]


def test_a_receipt_may_have_no_amount_and_no_agreement() -> None:
    said = shown(receipt_pdf(replace(RECEIPT, amount="", agreement=None, note="")))
    assert said[2:] == [
        "Confirmed at 10:42.", "Paid by", "Maya Okafor", "Card", "Visa ending 4242", "Reference",
        "INV-1042", "Alderway   1 / 1",
    ]


def test_the_same_words_give_the_same_bytes_and_others_do_not() -> None:
    first = receipt_pdf(RECEIPT)
    assert receipt_pdf(RECEIPT) == first
    assert receipt_pdf(replace(RECEIPT, state_sentence="Confirmed at 10:43.")) != first


def test_the_only_time_in_the_file_is_its_own() -> None:
    with pikepdf.open(BytesIO(receipt_pdf(RECEIPT))) as document:
        assert str(document.docinfo.CreationDate) == "D:20261121104200Z"
        assert "/ModDate" not in document.docinfo
        assert str(document.Root.Lang) == "en"


def test_right_to_left_is_set_from_the_right_and_in_reading_order() -> None:
    made = replace(
        RECEIPT, locale="ar", title="تم استلام الدفعة", lines=[("البطاقة", "Visa 4242 تنتهي")],
        agreement=None,
    )
    said = shown(receipt_pdf(made))
    # A content stream goes from left to right: what is read first stands last.
    assert said[1].split() == ["ةعفدلا", "م" "لا" "تسا", "مت"]
    assert said[4:6] == ["البطاقة"[::-1], "يهتنت Visa 4242"]
    papers = [paper(locale) for locale in ("ar", "he-IL", "es-US")]
    assert [made.right_to_left for made in papers if made.write()] == [True, True, False]


def test_what_the_typeface_lacks_is_written_as_its_code_point() -> None:
    made = paper()
    made.text("Li 李 Žižka \u2066x\u2069 Αθήνα Киев")
    assert shown(made.write())[2] == "Li [U+674E] Žižka x Αθήνα Киев"


def test_long_values_and_texts_go_on_on_the_next_sheet() -> None:
    made = paper()
    made.rows([("Label", "word " * 900)])
    made.text("\n".join(f"Line {n}" for n in range(200)))
    said = shown(made.write())
    assert sum(line.count("word") for line in said) == 900
    assert [f"Line {n}" for n in range(200)] == [line for line in said if line[:5] == "Line "]
    feet = [line for line in said if line.startswith("Alderway   ")]
    assert feet == [f"Alderway   {n} / {len(feet)}" for n in range(1, len(feet) + 1)]
    assert len(feet) > 3


def test_a_file_inside_comes_out_as_it_went_in() -> None:
    made = paper()
    made.attach("record.json", b'{"a":1}', media_type="application/json", what="The record")
    assert attached(made.write()) == {"record.json": b'{"a":1}'}


@pytest.mark.parametrize("locale", ["en", "ar"])
def test_a_drawing_stays_lines(locale: str) -> None:
    made = paper(locale)
    strokes = [[(0, 0), (100, 50), (200, 0)], [(300, 100)]]
    made.drawing(strokes, width=300, height=100, caption="Drawn")
    with pikepdf.open(BytesIO(made.write())) as document:
        page = document.pages[0]
        did = [str(operator) for _, operator in pikepdf.parse_content_stream(page)]
        assert "/XObject" not in page.Resources
    assert (did.count("m"), did.count("l"), did.count("re")) == (2, 3, 1)


def test_a_digest_stands_on_one_line() -> None:
    made = paper()
    made.rows([("SHA-256", "d" * 64), ("Longer than any line", "x" * 200)])
    said = shown(made.write())
    assert "d" * 64 in said
    assert "".join(line for line in said if set(line) == {"x"}) == "x" * 200
