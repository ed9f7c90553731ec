"""Files as strangers send them: good, odd and hostile. All are built here, none is kept."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO

import pikepdf
import pillow_heif
from PIL import Image, PngImagePlugin

Array, Dictionary, Name = pikepdf.Array, pikepdf.Dictionary, pikepdf.Name


def picture(
    size: tuple[int, int] = (60, 40), mode: str = "RGB", color: object = "red"
) -> Image.Image:
    return Image.new(mode, size, color)


def noise(size: tuple[int, int]) -> Image.Image:
    """Grey that hardly packs, the same each time."""
    count, state, levels = size[0] * size[1], 1, bytearray()
    for _ in range(count):
        state = state * 1_103_515_245 + 12_345 & 0x7FFFFFFF
        levels.append(state >> 16 & 0xFF)
    return Image.frombytes("L", size, bytes(levels))


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    out = BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def opened(content: bytes) -> Image.Image:
    image = Image.open(BytesIO(content))
    image.load()
    return image


def jpeg_of_a_phone() -> bytes:
    """60 by 40, red on the left half and blue on the right, held sideways (orientation 6), with a
    place, a maker, a comment, a colour profile and XMP."""
    image = picture()
    image.paste("blue", (30, 0, 60, 40))
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "SecretMaker"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (51.0, 30.0, 0.0)
    return saved(
        image, "JPEG", quality=95, exif=exif, comment=b"SecretComment",
        icc_profile=b"SecretProfile", xmp=b"<x>SecretXmp</x>",
    )


def png_with_words() -> bytes:
    words = PngImagePlugin.PngInfo()
    words.add_text("Author", "SecretAuthor")
    words.add_itxt("Place", "SecretPlace", zip=True)
    return saved(picture(), "PNG", pnginfo=words, icc_profile=b"SecretProfile", dpi=(300, 300))


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_chunks(content: bytes) -> list[str]:
    found, at = [], 8
    while at < len(content):
        (length,) = struct.unpack(">I", content[at : at + 4])
        found.append(content[at + 4 : at + 8].decode())
        at += 12 + length
    return found


def zeros(count: int) -> bytes:
    """So many zero bytes, deflated."""
    squeeze = zlib.compressobj(1)
    block = bytes(2**20)
    parts = [squeeze.compress(block) for _ in range(count // 2**20)]
    parts += [squeeze.compress(bytes(count % 2**20)), squeeze.flush()]
    return b"".join(parts)


def black_png(width: int, height: int) -> bytes:
    """A whole, true PNG of one bit a pixel."""
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zeros((1 + -(-width // 8)) * height)
    ends = chunk(b"IHDR", head), chunk(b"IDAT", rows), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(ends)


def moving_png() -> bytes:
    return saved(picture(), "PNG", save_all=True, append_images=[picture(color="blue")])


def half_moving_png() -> bytes:
    """Says that it moves and has no frames: Pillow warns, and would show it all the same."""
    still = saved(picture(), "PNG")
    after_header = 8 + 25
    claim = chunk(b"acTL", struct.pack(">II", 0, 0))
    return still[:after_header] + claim + still[after_header:]


def with_segment(jpeg: bytes, marker: int, body: bytes) -> bytes:
    """The JPEG with one more segment at its start."""
    return jpeg[:2] + struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body + jpeg[2:]


def two_in_a_jpeg() -> bytes:
    """A camera's JPEG with a second picture behind the first (MPO)."""
    return saved(picture(), "MPO", save_all=True, append_images=[picture(color="blue")])


def heic(*colors: str) -> bytes:
    out = BytesIO()
    file = pillow_heif.HeifFile()
    for color in colors:
        file.add_from_pillow(picture(color=color))
    file.save(out, quality=90)
    return out.getvalue()


def zip_in_zip() -> bytes:
    inner = BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(5 * 2**20))
    outer = BytesIO()
    with zipfile.ZipFile(outer, "w") as archive:
        for number in range(16):
            archive.writestr(f"{number}.zip", inner.getvalue())
    return outer.getvalue()


def pdf(
    change: Callable[[pikepdf.Pdf], object] = lambda document: None,
    pages: int = 1,
    **options: object,
) -> bytes:
    """A PDF with a line of text on each page, then changed by *change*."""
    document = pikepdf.new()
    for number in range(pages):
        page = document.add_blank_page(page_size=(200, 100))
        page.Contents = document.make_stream(b"BT (page %d) Tj ET" % number)
    change(document)
    out = BytesIO()
    document.save(out, **options)
    return out.getvalue()


def hoarding_pdf(decoded: int, *codecs: str) -> bytes:
    """A small PDF with a stream that unpacks to so many bytes, for *codecs* to go on with."""

    def change(document: pikepdf.Pdf) -> None:
        names = [Name.FlateDecode, *(Name(f"/{codec}") for codec in codecs)]
        stream = pikepdf.Stream(document, zeros(decoded), Filter=Array(names))
        document.Root.Hoard = document.make_indirect(stream)

    return pdf(change, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
