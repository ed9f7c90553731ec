"""What is wrong with a photo, and several photos as one document."""

from __future__ import annotations

from functools import cache
from io import BytesIO

import pikepdf
import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont

from inthread.spi import Form, Invalid, Line, Offer
from inthread.spi import Upload as Sent
from miniapps.upload import WORDING, Upload
from miniapps.upload.decoder import Decoded, Decoder, NotTaken
from tests.miniapps import files
from tests.miniapps.build import an_offer

UPLOAD, DECODER = Upload(), Decoder()


@cache
def page(size: tuple[int, int] = (1600, 1200), light: int = 228) -> Image.Image:
    """A letter on a table, as a phone sees it."""
    image = Image.new("RGB", size, (95, 88, 80))
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(size[0] // 60)
    edge, step = size[0] // 8, size[0] // 40
    draw.rectangle((edge, step, size[0] - edge, size[1] - step), fill=(light,) * 3)
    for n, top in enumerate(range(3 * step, size[1] - 3 * step, step)):
        words = f"Line {n}: what the letter says {n * 7919}"
        draw.text((edge + step, top), words, (40, 40, 45), font)
    return image


def grainy(image: Image.Image) -> Image.Image:
    """As a sensor sees it in poor light."""
    return Image.blend(image, Image.effect_noise(image.size, 30).convert("RGB"), 0.1)


def blurred(image: Image.Image) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(image.width / 350))


def lit(image: Image.Image, by: float) -> Image.Image:
    return ImageEnhance.Brightness(image).enhance(by)


def scan(lines: int) -> Image.Image:
    """White paper from a flat-bed scanner with so many lines on it."""
    image = Image.new("L", (1240, 1754), 255)
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(24)
    for n in range(lines):
        draw.text((150, 200 + 40 * n), f"Account 4401 line {n}", 0, font)
    return image


def faults(image: Image.Image, form: str = "JPEG") -> tuple[str, ...]:
    found = DECODER.decode(files.saved(image, form), 1)
    assert isinstance(found, Decoded)
    return found.faults


@pytest.mark.parametrize(("image", "found"), [
    (page(), ()),
    (page((4000, 3000)), ()),
    (page((1000, 800)), ()),
    (grainy(page()), ()),
    (lit(page(), 0.6), ()),
    (lit(page(), 1.4), ()),
    (scan(40), ()),
    (scan(2), ()),
    (blurred(page()), ("blurred",)),
    (blurred(page((4000, 3000))), ("blurred",)),
    (grainy(blurred(page())), ("blurred",)),
    (lit(page(), 0.3), ("dark",)),
    (grainy(lit(page(), 0.25)), ("dark",)),
    (lit(page(), 7), ("bright", "blurred")),
    (page().resize((500, 375)), ("small",)),
    (page().resize((2000, 599)), ("small",)),
    (files.picture((1, 1)), ("small", "dark", "blurred")),
    (files.picture((900, 900), color="white"), ("bright", "blurred")),
], ids=lambda value: "+".join(value) if isinstance(value, tuple) else "of")
def test_what_makes_a_photo_hard_to_read_is_measured(
    image: Image.Image, found: tuple[str, ...]
) -> None:
    assert faults(image) == found


def test_a_picture_as_large_as_allowed_is_looked_at_within_the_limits() -> None:
    found = DECODER.decode(files.black_png(8000, 5000), 1)
    assert isinstance(found, Decoded)
    assert found.faults == ("dark", "blurred")


def test_a_pdf_is_not_looked_at() -> None:
    found = DECODER.decode(files.pdf(), 1)
    assert isinstance(found, Decoded)
    assert found.faults == ()


# --- what the customer is told -------------------------------------------------------------------


def offer(clear: str | None = "ask", **terms: object) -> Offer:
    known = {"kinds": ("passport",), "most_files": 4, "most_pages": 5, **terms}
    return an_offer(known if clear is None else {**known, "clear_photos": clear})


def form(*sent: Image.Image | bytes, **fields: str) -> Form:
    contents = [s if isinstance(s, bytes) else files.saved(s, "JPEG") for s in sent]
    return Form(fields, {"file": [
        Sent(f"page {n}.jpg", "image/jpeg", content) for n, content in enumerate(contents, 1)
    ]})


def problems(found: Offer, sent: Form) -> dict[str, tuple[str, object]]:
    with pytest.raises(Invalid) as invalid:
        UPLOAD.read(found, sent)
    assert all(key in WORDING for key, _ in invalid.value.problems.values())
    return dict(invalid.value.problems)


def test_each_poor_photo_is_named_with_the_worst_of_it() -> None:
    sent = form(page(), lit(page(), 0.3), blurred(page()), page().resize((400, 300)))
    assert problems(offer(), sent) == {
        "photo-2": ("dark", {"name": "page 2.jpg"}),
        "photo-3": ("blurred", {"name": "page 3.jpg"}),
        "photo-4": ("small", {"name": "page 4.jpg"}),
    }


def test_it_may_be_sent_all_the_same_where_the_workflow_says_so() -> None:
    sent = form(lit(page(), 0.3), page(), anyway="yes")
    choice = UPLOAD.read(offer("ask"), sent)
    assert [f.get("faults") for f in choice.values["files"]] == [["dark"], None]  # type: ignore[attr-defined]
    assert problems(offer("must"), sent) == {"photo-1": ("dark", {"name": "page 1.jpg"})}


@pytest.mark.parametrize("clear", [None, "no"])
def test_where_nobody_asks_nothing_is_said(clear: str | None) -> None:
    choice = UPLOAD.read(offer(clear), form(lit(page(), 0.3)))
    assert sorted(choice.values["files"][0]) == ["media_type", "name", "pages", "sha256"]  # type: ignore[index]


def test_a_word_that_nobody_knows_asks() -> None:
    assert problems(offer("aks"), form(blurred(page()))) == {
        "photo-1": ("blurred", {"name": "page 1.jpg"})
    }
    UPLOAD.read(offer("aks"), form(blurred(page()), anyway="yes"))


def test_a_file_that_is_not_taken_is_said_before_one_that_is_poor() -> None:
    assert problems(offer(), form(blurred(page()), b"MZ")) == {
        "file": ("wrong_kind", {"name": "page 2.jpg"})
    }


def test_what_is_missing_is_said_together_with_what_is_poor() -> None:
    two = offer(kinds=("passport", "payslip"))
    assert set(problems(two, form(blurred(page())))) == {"kind", "photo-1"}
    assert set(problems(two, form(b"MZ"))) == {"kind", "file"}


# --- several pages in one document ---------------------------------------------------------------


def joined(*sent: Image.Image | bytes, **terms: object) -> pikepdf.Pdf:
    choice = UPLOAD.read(offer(None, one_document=True, **terms), form(*sent))
    [kept] = choice.attachments
    assert (kept.name, kept.media_type) == ("page 1.pdf", "application/pdf")
    assert choice.lines[-1] == Line("pages", kept.pages)
    return pikepdf.open(BytesIO(kept.content))


def test_photos_and_pdfs_become_one_document_in_their_order() -> None:
    wide, tall = page(), page((900, 1200))
    with joined(wide, files.pdf(pages=2), tall) as document:
        boxes = [[round(float(n)) for n in p.MediaBox] for p in document.pages]
        assert boxes == [[0, 0, 794, 595], [0, 0, 200, 100], [0, 0, 200, 100], [0, 0, 595, 794]]
        assert [p.Contents.read_bytes() for p in document.pages[1:3]] == [
            b"BT (page 0) Tj ET", b"BT (page 1) Tj ET"]
        assert sorted(document.Root.keys()) == ["/Pages", "/Type"]
        assert "/Info" not in document.trailer


def test_a_photo_in_a_document_is_the_photo_that_was_written_anew() -> None:
    sent = files.saved(page(), "JPEG")
    alone = DECODER.decode(sent, 1)
    assert isinstance(alone, Decoded)
    with joined(sent, files.png_with_words(), files.saved(files.picture(mode="L", color=9), "PNG")
                ) as document:
        photos = [p.Resources.XObject.Photo for p in document.pages]
        assert photos[0].read_raw_bytes() == alone.content
        assert pikepdf.PdfImage(photos[1]).as_pil_image().getpixel((5, 5)) == (255, 0, 0)
        assert pikepdf.PdfImage(photos[2]).as_pil_image().getpixel((5, 5)) == 9


def test_one_file_stays_what_it_is() -> None:
    choice = UPLOAD.read(offer(None, one_document=True), form(page()))
    assert [a.media_type for a in choice.attachments] == ["image/jpeg"]


def test_the_same_page_twice_is_one_page() -> None:
    choice = UPLOAD.read(offer(None, one_document=True), form(page(), page()))
    assert [a.media_type for a in choice.attachments] == ["image/jpeg"]


def test_faults_of_one_page_are_the_documents() -> None:
    choice = UPLOAD.read(
        offer("ask", one_document=True), form(page(), blurred(page()), anyway="yes")
    )
    assert [f["faults"] for f in choice.values["files"]] == [["blurred"]]  # type: ignore[attr-defined]


def test_a_document_has_fifty_pages_at_most() -> None:
    long = [files.pdf(pages=n) for n in (26, 25)]
    found = offer(None, one_document=True, most_pages=50)
    assert problems(found, form(*long)) == {
        "file": ("too_many_pages", {"name": "page 1.jpg", "pages": 51, "most": 50})
    }


def test_joining_keeps_to_its_size() -> None:
    photo = DECODER.decode(files.saved(files.noise((900, 900)), "PNG"), 1)
    assert isinstance(photo, Decoded)
    both = DECODER.join([photo, photo], 5)
    assert isinstance(both, Decoded)
    assert both.pages == 2
    assert DECODER.join([photo, photo], 1) == NotTaken("too_many_pages", {"pages": 2, "most": 1})


def test_joining_the_same_files_gives_the_same_bytes() -> None:
    sent = form(page(), files.pdf())
    one, other = (UPLOAD.read(offer(None, one_document=True), sent) for _ in range(2))
    assert one.values == other.values
