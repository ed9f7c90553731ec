"""A71: what is sent to hurt us is refused, quickly, and costs the web process nothing."""

from __future__ import annotations

import resource
import struct
from collections.abc import Iterator
from io import BytesIO

import pikepdf
import pytest

from miniapps.upload.decoder import Decoder, NotTaken
from tests.miniapps import files
from tests.miniapps.active_pdfs import CHANGES, active_pdf

DECODER = Decoder()
SLOWEST_SECONDS = 3.0
MOST_MORE_MEMORY_KIB = 200 * 1024


@pytest.fixture(autouse=True)
def _quick_and_small() -> Iterator[None]:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak < MOST_MORE_MEMORY_KIB


def processor_seconds() -> float:
    """Of this process and of those it started, so that a busy machine does not count."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


def refused(content: bytes) -> NotTaken:
    began = processor_seconds()
    found = DECODER.decode(content, 10)
    assert processor_seconds() - began < SLOWEST_SECONDS
    assert isinstance(found, NotTaken)
    return found


@pytest.mark.parametrize(
    ("width", "height"), [(50_000, 50_000), (12_001, 10), (10, 12_001), (8_000, 5_001)]
)
def test_a71_a_picture_with_too_many_pixels(width: int, height: int) -> None:
    limits = {"most": 40, "most_side": 12_000}
    assert refused(files.black_png(width, height)) == NotTaken(
        "too_many_pixels", {"width": width, "height": height, **limits}
    )


def test_a71_a_header_alone_is_enough_to_refuse() -> None:
    head = struct.pack(">IIBBBBB", 2**31 - 1, 2**31 - 1, 8, 6, 0, 0, 0)
    claim = b"\x89PNG\r\n\x1a\n" + files.chunk(b"IHDR", head) + files.chunk(b"IDAT", b"")
    assert refused(claim).key == "too_many_pixels"


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(files.zip_in_zip(), id="zip_in_zip.png"),
        pytest.param(SVG, id="script.svg"),
        pytest.param(HTML, id="page.jpg"),
        pytest.param(b"GIF89a" + HTML, id="gif"),
        pytest.param(files.saved(files.picture(), "GIF"), id="true_gif"),
        pytest.param(files.saved(files.picture(), "TIFF"), id="tiff"),
        pytest.param(files.saved(files.picture(), "BMP"), id="bmp"),
        pytest.param(files.saved(files.picture(), "WEBP"), id="webp"),
        pytest.param(b"\x00\x00\x00\x20ftypavif" + bytes(99), id="avif"),
        pytest.param(b"\x00\x00\x00\x20ftypmp42" + bytes(99), id="video"),
        pytest.param(b"\n%PDF-1.7", id="pdf_not_at_the_start"),
        pytest.param(b"MZ", id="program"),
        pytest.param(b"\xff\xd8", id="two_bytes"),
    ],
)
def test_a71_what_is_no_photo_and_no_pdf(content: bytes) -> None:
    assert refused(content) == NotTaken("wrong_kind")


JPEG = files.jpeg_of_a_phone()
PNG = files.saved(files.picture((300, 300)), "PNG")
HEIC = files.heic("red")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"\xff\xd8\xff" + HTML, id="html_behind_a_jpeg_signature"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + HTML, id="html_behind_a_png_signature"),
        pytest.param(b"\x00\x00\x00\x20ftypheic" + HTML, id="html_behind_a_heic_signature"),
        pytest.param(b"%PDF-1.7\n" + HTML, id="html_behind_a_pdf_signature"),
        pytest.param(b"%PDF-1.7\n" + bytes(2**20), id="zeros_behind_a_pdf_signature"),
        pytest.param(JPEG[: len(JPEG) // 2], id="half_a_jpeg"),
        pytest.param(PNG[: len(PNG) // 2], id="half_a_png"),
        pytest.param(HEIC[: len(HEIC) // 2], id="half_a_heic"),
        pytest.param(PNG.replace(b"IDAT", b"IDAX"), id="png_without_pixels"),
        pytest.param(files.pdf(pages=0), id="pdf_without_pages"),
    ],
)
def test_a71_what_is_not_what_it_says(content: bytes) -> None:
    assert refused(content) == NotTaken("unreadable")


@pytest.mark.parametrize("content", [files.moving_png(), files.heic("red", "blue")])
def test_more_than_one_picture(content: bytes) -> None:
    assert refused(content) == NotTaken("moving")


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("name", CHANGES)
def test_a71_a_pdf_that_acts(name: str, packed: bool) -> None:
    assert refused(active_pdf(name, packed=packed)) == NotTaken("active_pdf")


@pytest.mark.parametrize("password", ["", "secret"])
def test_a_pdf_behind_a_password(password: str) -> None:
    locked = files.pdf(encryption=pikepdf.Encryption(owner="owner", user=password))
    assert refused(locked) == NotTaken("encrypted_pdf")


@pytest.mark.parametrize("codecs", [(), ("DCTDecode",), ("JPXDecode",)])
def test_a71_a_pdf_that_unpacks_to_more_than_100_mib(codecs: tuple[str, ...]) -> None:
    assert refused(files.hoarding_pdf(101 * 2**20, *codecs)) == NotTaken("too_heavy")


def test_a71_a_pdf_that_unpacks_to_more_than_the_memory_there_is() -> None:
    assert refused(files.hoarding_pdf(520 * 2**20)) == NotTaken("too_heavy")


def test_a71_a_pdf_with_a_broken_stream() -> None:
    def change(document: pikepdf.Pdf) -> None:
        broken = pikepdf.Stream(document, b"not deflated", Filter=files.Name.FlateDecode)
        document.Root.Broken = document.make_indirect(broken)

    assert refused(files.pdf(change)) == NotTaken("unreadable")


def test_a_pdf_that_unpacks_to_less_is_taken() -> None:
    found = DECODER.decode(files.hoarding_pdf(90 * 2**20), 10)
    assert not isinstance(found, NotTaken)


@pytest.mark.parametrize("sent", [files.jpeg_of_a_phone(), files.png_with_words(), HEIC])
def test_what_hides_behind_a_picture_does_not_come_along(sent: bytes) -> None:
    found = DECODER.decode(sent + files.zip_in_zip() + HTML, 1)
    assert not isinstance(found, NotTaken)
    assert b"PK\x03\x04" not in found.content
    assert b"<script" not in found.content


def test_what_hides_behind_a_pdf_does_not_come_along() -> None:
    found = DECODER.decode(files.pdf() + files.zip_in_zip() + HTML, 1)
    assert not isinstance(found, NotTaken)
    assert b"PK\x03\x04" not in found.content
    assert b"<script" not in found.content
    assert len(pikepdf.open(BytesIO(found.content)).pages) == 1
