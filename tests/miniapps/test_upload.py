"""Upload: what is taken, what is kept of it, and why a file is refused."""

from __future__ import annotations

from hashlib import sha256
from io import BytesIO

import pikepdf
import pytest
from PIL import Image

from inthread.spi import Attachment, Form, Invalid, Line, Offer, Settled
from inthread.spi import Upload as Sent
from miniapps.upload import WORDING, Upload, shown_name
from miniapps.upload.decoder import MOST_BYTES, Decoded, Decoder
from tests.miniapps import files
from tests.miniapps.build import an_offer

UPLOAD = Upload()
DECODER = Decoder()


def offer(
    kinds: tuple[str, ...] = ("passport", "proof of funds"), most_files: int = 2,
    most_pages: int = 3, locale: str = "en",
) -> Offer:
    terms = {"kinds": kinds, "most_files": most_files, "most_pages": most_pages}
    return an_offer(terms, locale=locale)


def form(*sent: tuple[str, bytes], **fields: str) -> Form:
    return Form(
        {"kind": "passport", **fields},
        {"file": [Sent(name, "application/octet-stream", content) for name, content in sent]},
    )


def refused(found: Offer, sent: Form) -> dict[str, tuple[str, object]]:
    with pytest.raises(Invalid) as invalid:
        UPLOAD.read(found, sent)
    for key, _ in invalid.value.problems.values():
        assert key in WORDING
    return dict(invalid.value.problems)


def decoded(content: bytes) -> Decoded:
    found = DECODER.decode(content, 3)
    assert isinstance(found, Decoded)
    return found


def test_the_page_says_what_is_taken() -> None:
    assert UPLOAD.page(offer(most_pages=99)) == {
        "kinds": [
            {"key": "passport", "label": "Passport"},
            {"key": "proof of funds", "label": "proof of funds"},
        ],
        "most_files": 2,
        "most_pages": 50,
        "accepts": "image/jpeg,image/png,image/heic,image/heif,application/pdf",
        "one_document": False,
        "may_insist": False,
    }


def test_what_is_kept_is_the_file_written_anew() -> None:
    jpeg, document = files.jpeg_of_a_phone(), files.pdf(pages=2)
    choice = UPLOAD.read(offer(), form(("IMG 1.HEIC", jpeg), ("../etc/scan.pdf", document)))
    photo, scan = choice.attachments
    assert (photo.name, photo.media_type, photo.pages) == ("IMG 1.jpg", "image/jpeg", 1)
    assert (scan.name, scan.media_type, scan.pages) == ("scan.pdf", "application/pdf", 2)
    assert photo.content != jpeg
    assert scan.content != document
    assert choice.values == {"kind": "passport", "files": [
        {"sha256": sha256(photo.content).hexdigest(), "media_type": "image/jpeg", "pages": 1,
         "name": "IMG 1.jpg"},
        {"sha256": sha256(scan.content).hexdigest(), "media_type": "application/pdf", "pages": 2,
         "name": "scan.pdf"},
    ]}
    assert choice.lines == (Line("passport", "IMG 1.jpg, scan.pdf"), Line("pages", 3))
    assert UPLOAD.settle(offer(), choice) == Settled("uploaded", choice.values)


def test_a_kind_the_wording_does_not_know_is_a_document() -> None:
    sent = form(("a.png", files.saved(files.picture(), "PNG")), kind="proof of funds")
    assert UPLOAD.read(offer(), sent).lines == (Line("document", "a.png"), Line("pages", 1))


def test_the_only_kind_need_not_be_chosen() -> None:
    sent = form(("a.png", files.saved(files.picture(), "PNG")), kind="")
    assert UPLOAD.read(offer(("passport",)), sent).values["kind"] == "passport"


def test_the_same_file_twice_counts_once_and_is_written_the_same() -> None:
    document = files.pdf()
    choice = UPLOAD.read(offer(), form(("a.pdf", document), ("b.pdf", document)))
    assert [a.name for a in choice.attachments] == ["b.pdf"]
    [once] = UPLOAD.read(offer(), form(("b.pdf", document))).attachments
    assert choice.attachments == (once,)


@pytest.mark.parametrize("kind", ["", "bank_statement", "PASSPORT", "passport,proof of funds"])
def test_a_kind_that_is_not_asked_for_is_refused(kind: str) -> None:
    sent = form(("a.pdf", files.pdf()), kind=kind)
    assert refused(offer(), sent) == {"kind": ("choose_kind", {})}


def test_no_file_is_told_together_with_no_kind() -> None:
    nothing = form(("", b""), kind="")
    assert refused(offer(), nothing) == {"kind": ("choose_kind", {}), "file": ("no_file", {})}
    assert refused(offer(), Form({"kind": "passport"})) == {"file": ("no_file", {})}


def test_more_files_than_allowed_are_refused_unopened() -> None:
    sent = form(("a", b"x"), ("b", b"x"), ("c", b"x"))
    assert refused(offer(), sent) == {"file": ("too_many_files", {"count": 3, "most": 2})}


def test_an_empty_file_says_so() -> None:
    assert refused(offer(), form(("scan.pdf", b""))) == {"file": ("empty", {"name": "scan.pdf"})}


@pytest.mark.parametrize(
    ("locale", "size", "said"),
    [("en", MOST_BYTES + 1, "10.1 MB"), ("es", 23 * 2**20 + 2**19, "23,5 MB")],
)
def test_a_file_that_is_too_big_says_both_sizes(locale: str, size: int, said: str) -> None:
    sent = form(("photo.jpg", b"\xff\xd8\xff" + bytes(size - 3)))
    assert refused(offer(locale=locale), sent) == {
        "file": ("too_big", {"name": "photo.jpg", "size": said, "most": "10 MB"})
    }


def test_one_file_that_is_not_taken_refuses_all() -> None:
    sent = form(("a.pdf", files.pdf()), ("b.pdf", b"MZ"))
    assert refused(offer(), sent) == {"file": ("wrong_kind", {"name": "b.pdf"})}


@pytest.mark.parametrize(
    ("pages", "term", "most"), [(4, 3, 3), (51, 99, 50)]
)
def test_a_pdf_with_too_many_pages_says_how_many(pages: int, term: int, most: int) -> None:
    sent = form(("a.pdf", files.pdf(pages=pages)))
    assert refused(offer(most_pages=term), sent) == {
        "file": ("too_many_pages", {"name": "a.pdf", "pages": pages, "most": most})
    }


def test_a_photo_is_turned_and_loses_all_but_its_pixels() -> None:
    sent = files.jpeg_of_a_phone()
    assert sent.count(b"Secret") == 4
    found = decoded(sent)
    image = files.opened(found.content)
    assert (image.format, image.size, dict(image.getexif())) == ("JPEG", (40, 60), {})
    assert sorted(image.info) == ["jfif", "jfif_density", "jfif_unit", "jfif_version"]
    assert b"Secret" not in found.content
    assert b"Exif" not in found.content
    # Held sideways, what was left is now on top.
    top, bottom = image.getpixel((20, 5)), image.getpixel((20, 55))
    assert top[0] > 200 > top[2]
    assert bottom[2] > 200 > bottom[0]


def test_a_png_keeps_its_pixels_and_nothing_else() -> None:
    found = decoded(files.png_with_words())
    assert files.png_chunks(found.content) == ["IHDR", "IDAT", "IEND"]
    assert files.opened(found.content).getpixel((5, 5)) == (255, 0, 0)


def test_a_photograph_sent_as_png_becomes_a_jpeg() -> None:
    found = decoded(files.black_png(3000, 2700))
    assert (found.media_type, files.opened(found.content).size) == ("image/jpeg", (3000, 2700))


def test_heic_becomes_jpeg_whatever_it_is_called() -> None:
    found = decoded(files.heic("red"))
    image = files.opened(found.content)
    assert (found.media_type, image.format, image.size) == ("image/jpeg", "JPEG", (60, 40))
    red, green, blue = image.getpixel((30, 20))
    assert (red > 240, green < 15, blue < 15) == (True, True, True)


@pytest.mark.parametrize(
    ("image", "form", "pixel"),
    [
        (files.picture(mode="RGBA", color=(255, 0, 0, 0)), "PNG", (255, 255, 255)),
        (files.picture(mode="RGBA", color=(0, 0, 0, 255)), "PNG", (0, 0, 0)),
        (files.picture(mode="LA", color=(0, 0)), "PNG", (255, 255, 255)),
        (files.picture(mode="P", color=0).convert("P"), "PNG", (0, 0, 0)),
        (files.picture(mode="1", color=1), "PNG", 255),
        (files.picture(mode="L", color=7), "PNG", 7),
        (files.picture(mode="I;16", color=40_000), "PNG", 156),
        (files.picture(mode="CMYK", color=(0, 0, 0, 0)), "JPEG", (255, 255, 255)),
        (files.picture(mode="L", color=200), "JPEG", 200),
    ],
)
def test_every_sort_of_pixel_comes_out_as_it_looks(
    image: Image.Image, form: str, pixel: object
) -> None:
    assert files.opened(decoded(files.saved(image, form)).content).getpixel((3, 3)) == pixel


def test_a_palette_with_holes_is_laid_on_white() -> None:
    holes = files.saved(files.picture(mode="P", color=0), "PNG", transparency=bytes([0, 255]))
    assert files.opened(decoded(holes).content).getpixel((3, 3)) == (255, 255, 255)


def test_a_grey_that_means_nothing_is_laid_on_white() -> None:
    holes = files.saved(files.picture(mode="L", color=7), "PNG", transparency=7)
    assert files.opened(decoded(holes).content).getpixel((3, 3)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("marker", "body"),
    [(0xE1, b"Exif\0\0II*\0\x08\0\0\0\xff\xff"), (0xE2, b"MPF\0nonsense")],
)
def test_what_a_phone_wrote_badly_beside_the_picture_does_not_matter(
    marker: int, body: bytes
) -> None:
    sent = files.with_segment(files.saved(files.picture(), "JPEG"), marker, body)
    assert files.opened(decoded(sent).content).size == (60, 40)


def test_a_second_picture_in_a_photo_is_left_behind() -> None:
    sent = files.two_in_a_jpeg()
    assert files.opened(sent).n_frames == 2
    image = files.opened(decoded(sent).content)
    assert (image.format, image.getpixel((30, 20))) == ("JPEG", (254, 0, 0))


def test_a_pdf_keeps_its_pages_and_loses_what_says_who_made_it() -> None:
    def change(document: pikepdf.Pdf) -> None:
        document.docinfo["/Author"] = "SecretAuthor"
        with document.open_metadata() as about:
            about["dc:title"] = "SecretTitle"
        document.Root.OpenAction = files.Array([document.pages[0].obj, files.Name.Fit])
        link = files.Dictionary(
            Type=files.Name.Annot, Subtype=files.Name.Link, Rect=files.Array([0, 0, 9, 9]),
            A=files.Dictionary(S=files.Name.URI, URI="http://secret.example/Secret"),
        )
        document.pages[0].Annots = files.Array([link])
        document.pages[0].PieceInfo = files.Dictionary(Draw="SecretDrawing")
        document.pages[0].Thumb = document.make_stream(b"SecretThumb")
        document.Root.SpiderInfo = files.Dictionary(V=1.0, C="SecretCapture")
        document.Root.Collection = files.Dictionary(View="SecretView")
        document.Root.Odd = files.Array([1, None, True, files.Array([2.5])])

    found = decoded(files.pdf(change, pages=2, compress_streams=False) + b"<script>Secret</script>")
    assert found.pages == 2
    assert b"Secret" not in found.content
    with pikepdf.open(BytesIO(found.content)) as document:
        assert sorted(document.Root.keys()) == ["/Odd", "/Pages", "/Type"]
        assert [page.Contents.read_bytes() for page in document.pages] == [
            b"BT (page 0) Tj ET", b"BT (page 1) Tj ET",
        ]


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("scan.pdf", "scan.pdf"),
        ("C:\\fakepath\\scan.pdf", "scan.pdf"),
        ("../../etc/passwd", "passwd"),
        ("r\u00e9sum\u00e9 \u6587\u4ef6.pdf", "r\u00e9sum\u00e9 \u6587\u4ef6.pdf"),
        ("a\x00b\r\nc\u202egpj.exe", "abcgpj.exe"),
        ('<img src="x">.png', "img src=x.png"),
        ("  .hidden. ", "hidden"),
        ("..", "document"),
        ("", "document"),
        ("a" * 200 + ".pdf", "a" * 80),
    ],
)
def test_a_name_is_for_people_and_never_a_path(sent: str, shown: str) -> None:
    assert shown_name(sent) == shown


def test_the_kept_name_ends_as_the_kept_file_is() -> None:
    sent = form(("photo.pdf.exe", files.saved(files.picture(), "JPEG")))
    assert UPLOAD.read(offer(), sent).attachments[0].name == "photo.pdf.jpg"


def test_a_picture_as_large_as_allowed_is_taken() -> None:
    found = decoded(files.black_png(8000, 5000))
    assert files.opened(found.content).size == (8000, 5000)


def test_an_attachment_is_what_the_core_keeps() -> None:
    document = files.pdf()
    [kept] = UPLOAD.read(offer(), form(("a.pdf", document))).attachments
    assert kept == Attachment(
        "a.pdf", "application/pdf", decoded(document).content, 1, kind="passport"
    )
