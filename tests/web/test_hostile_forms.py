"""A71 and R8.2 to R8.5 through the pages: a clear answer for each, and nothing kept but pixels and
pages."""

from __future__ import annotations

import io
import re
import resource
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from inthread.runtime import Runtime
from miniapps.upload import Upload
from tests.build import Fakes
from tests.miniapps import files
from tests.miniapps.active_pdfs import CHANGES, active_pdf
from tests.miniapps.test_photos import page
from tests.rows import every_row, nothing_written
from tests.web.test_uploads import Sender
from tests.web.visitor import Page, Visitor

HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
GOOD = files.saved(page((1000, 800)), "JPEG")
SECONDS = 5.0


def claimed_png(width: int, height: int) -> bytes:
    """A header and no pixels."""
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + files.chunk(b"IHDR", head) + files.chunk(b"IDAT", b"")


def locked_pdf() -> bytes:
    return files.pdf(encryption=pikepdf.Encryption(owner="owner", user="secret"))


NOT_A_PHOTO = "is not a photo (JPEG, PNG, HEIC) or a PDF"
UNREADABLE = "We could not open"
HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "42.zip as .png": (files.zip_in_zip, NOT_A_PHOTO),
    "svg with a script": (lambda: SVG, NOT_A_PHOTO),
    "html as .jpg": (lambda: HTML, NOT_A_PHOTO),
    "gif and page in one": (lambda: b"GIF89a=1/*" + HTML, NOT_A_PHOTO),
    "moving gif": (lambda: files.saved(
        files.picture(), "GIF", save_all=True, append_images=[files.picture(color="blue")]
    ), NOT_A_PHOTO),
    "tiff": (lambda: files.saved(files.picture(), "TIFF"), NOT_A_PHOTO),
    "program": (lambda: b"MZ" + bytes(200), NOT_A_PHOTO),
    "elf": (lambda: b"\x7fELF" + bytes(200), NOT_A_PHOTO),
    "script": (lambda: b"#!/bin/sh\nrm -rf /\n", NOT_A_PHOTO),
    "postscript": (lambda: b"%!PS-Adobe-3.0\n", NOT_A_PHOTO),
    "office with macros": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), NOT_A_PHOTO),
    "only zeros": (lambda: bytes(2**20), NOT_A_PHOTO),
    "144 megapixels": (lambda: files.black_png(12_000, 12_000), "million pixels"),
    "2500 megapixels": (lambda: files.black_png(50_000, 50_000), "million pixels"),
    "4 exapixels claimed": (lambda: claimed_png(2**31 - 1, 2**31 - 1), "million pixels"),
    "thin": (lambda: files.black_png(12_001, 1), "million pixels"),
    "moving png": (files.moving_png, "more than one picture"),
    "heic with two": (lambda: files.heic("red", "blue"), "more than one picture"),
    "half a jpeg": (lambda: GOOD[: len(GOOD) // 2], UNREADABLE),
    "jpeg without an end": (lambda: GOOD[:-400], UNREADABLE),
    "html behind jpeg": (lambda: b"\xff\xd8\xff" + HTML, UNREADABLE),
    "html behind png": (lambda: b"\x89PNG\r\n\x1a\n" + HTML, UNREADABLE),
    "html behind pdf": (lambda: b"%PDF-1.7\n" + HTML, UNREADABLE),
    "html behind heic": (lambda: b"\x00\x00\x00\x20ftypheic" + HTML, UNREADABLE),
    "pdf of zeros": (lambda: b"%PDF-1.7\n" + bytes(2**20), UNREADABLE),
    "pdf without pages": (lambda: files.pdf(pages=0), UNREADABLE),
    "pdf of 51 pages": (lambda: files.pdf(pages=51), "51 pages and the most is 2"),
    "pdf bomb": (lambda: files.hoarding_pdf(300 * 2**20), "takes too much to open"),
    "pdf bomb in a photo": (
        lambda: files.hoarding_pdf(101 * 2**20, "DCTDecode"), "takes too much to open"),
    "locked pdf": (locked_pdf, "is protected by a password"),
    **{
        f"pdf {name}{' packed' if packed else ''}": (
            lambda name=name, packed=packed: active_pdf(name, packed=packed),
            "has a script, a form that sends itself or a file inside",
        )
        for name in CHANGES for packed in (False, True)
    },
}


@pytest.fixture
def sender(visitor: Visitor, rt: Runtime) -> Sender:
    return Sender(visitor, rt)


def fill(sender: Sender, content: bytes, name: str = "photo.jpg") -> Page:
    """The body is made whole: the test client would put a large one into a file."""
    file = FileStorage(io.BytesIO(content), filename=name, content_type="image/jpeg")
    fields = sender.form.button("Send")[1].fields
    boundary, body = encode_multipart({
        **fields, "kind": "passport", "anyway": "yes", "file": file,
    })
    how = f'multipart/form-data; boundary="{boundary}"'
    return sender.visitor.post("/visit/do/upload", body, content_type=how)  # type: ignore[arg-type]


def spent() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


MEASURED = """
import re, runpy
try:
    runpy.run_path({program!r}, run_name="__main__")
finally:
    most = re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1]
    open({peaks!r}, "a").write(most + "\\n")
"""


@pytest.fixture
def peaks(rt: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A line for each file that the worker answered: the most memory it had, in KiB. What the
    kernel says of our children counts our own size before they started."""
    written, program = tmp_path / "peaks", tmp_path / "measured.py"
    upload = rt.registry.miniapps["upload"]
    assert isinstance(upload, Upload)
    decoder = upload.decoder
    program.write_text(MEASURED.format(program=str(decoder.worker), peaks=str(written)))
    monkeypatch.setattr(upload, "decoder", replace(decoder, worker=program))
    return written


def test_there_are_forty_and_more() -> None:
    assert len(HOSTILE) >= 40


def test_a71_each_gets_a_clear_answer_soon_and_nothing_is_kept(
    sender: Sender, rt: Runtime, fakes: Fakes, peaks: Path
) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answers, slow = {}, {}
    for name, (made, _) in HOSTILE.items():
        content = made()
        began = spent()
        with nothing_written(rt.db):
            answer = fill(sender, content)
        took = spent() - began
        answers[name] = (answer.status, answer.text)
        if took >= SECONDS:
            slow[name] = took
    wrong = {
        name: answers[name] for name, (_, says) in HOSTILE.items()
        if answers[name][0] != 422 or says not in answers[name][1]
        or "Nothing was sent." not in answers[name][1]
    }
    assert (wrong, slow, fakes.blobs.kept) == ({}, {}, {})
    most = [int(line) for line in peaks.read_text().splitlines()]
    assert len(most) > len(HOSTILE) / 2, "most are opened by the worker"
    assert max(most) < 512 * 1024
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak < 200 * 1024


CARRIERS = {
    "exif, place, maker, profile": files.jpeg_of_a_phone,
    "words in a png": files.png_with_words,
    "cmyk with a profile": lambda: files.saved(
        files.picture(mode="CMYK", color=(0, 0, 0, 0)), "JPEG", icc_profile=b"SecretProfile",
        comment=b"SecretComment"),
    "two pictures in one": files.two_in_a_jpeg,
    "heic": lambda: files.heic("red"),
    "pdf": files.pdf,
}


@pytest.mark.parametrize("name", CARRIERS)
def test_r8_3_r8_5_nothing_that_is_kept_carries_anything_else(
    sender: Sender, rt: Runtime, name: str
) -> None:
    sent = CARRIERS[name]() + files.zip_in_zip() + HTML
    assert fill(sender, sent).status == 303
    [document] = every_row(rt.db)["documents"]
    kept = rt.registry.blobs.get(document["digest"])
    for other in (b"Secret", b"Exif", b"ICC_PROFILE", b"<script", b"PK\x03\x04", b"MPF", b"tEXt"):
        assert other not in kept
    if document["media_type"] == "image/jpeg":
        assert kept.endswith(b"\xff\xd9")
    elif document["media_type"] == "image/png":
        assert files.png_chunks(kept) == ["IHDR", "IDAT", "IEND"]
    else:
        assert re.search(rb"%%EOF\n?\Z", kept)


@pytest.mark.parametrize(("name", "shown"), [
    ("../../etc/passwd", "passwd.jpg"),
    ("a\u202egpj.exe", "agpj.jpg"),
    ("<img src=x onerror=alert(1)>.jpg", "img src=x onerror=alert(1).jpg"),
    ("..", "document.jpg"),
    ("con\ttrol.jpg", "control.jpg"),
    ("\u6587\u4ef6.pdf", "\u6587\u4ef6.jpg"),
    ("x" * 300 + ".jpg", "x" * 80 + ".jpg"),
])
def test_r8_2_an_odd_name_is_for_people_and_a_lying_type_is_not_asked(
    sender: Sender, rt: Runtime, name: str, shown: str
) -> None:
    answer = fill(sender, GOOD, name)
    assert answer.status == 303
    [document] = every_row(rt.db)["documents"]
    assert (document["name"], document["media_type"]) == (shown, "image/jpeg")


def test_r8_4_a_pdf_is_kept_without_what_is_not_a_page(sender: Sender, rt: Runtime) -> None:
    def change(document: pikepdf.Pdf) -> None:
        document.docinfo["/Author"] = "SecretAuthor"
        with document.open_metadata() as about:
            about["dc:title"] = "SecretTitle"

    assert fill(sender, files.pdf(change), "scan.pdf").status == 303
    [document] = every_row(rt.db)["documents"]
    assert b"Secret" not in rt.registry.blobs.get(document["digest"])
