"""Decodes one file that a stranger sent, in a process of its own, and writes it anew.

    worker.py image|heic|pdf|join JSON-LIMITS <file >answer

The answer is one line of JSON, then the new file: {"media_type", "pages", "faults"}, or
{"refused", "values"} and nothing more. `faults`: what makes a photo hard to read (small, dark,
bright, blurred). `join` takes files that came out of here, one behind the other. Exit status: 0
answered, 3 not readable, 4 too heavy to read, any other a fault of ours. Started by path with
`python -I`, so it imports nothing of the product.

Limits (docs/security.md, R8.3 and R8.4): 5 s of processor time, 512 MiB of address space, no core
dump, and no more written than one file may have.
"""

from __future__ import annotations

import json
import resource
import sys
import warnings
from collections.abc import Callable
from io import BytesIO
from itertools import takewhile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pikepdf import Object, Pdf
    from PIL.Image import Image

UNREADABLE, TOO_HEAVY = 3, 4
CPU_SECONDS, MEMORY = 5, 512 * 2**20
MOST_PIXELS, MOST_SIDE = 40_000_000, 12_000
# Above this a PNG is a photograph as a rule, and writing it as PNG takes seconds.
PNG_PIXELS = 8_000_000
MOST_DECODED = 100 * 2**20
# How a photo is judged: on a copy of about this side, by levels from 0 to 255.
LOOK_SIDE, LEAST_SIDE, DARK, BRIGHT, SHARP = 1024, 600, 90, 200, 20.0
LAPLACIAN = (0, 1, 0, 1, -4, 1, 0, 1, 0)
A4 = (595.28, 841.89)
# Actions that run something, send something or open another file (ISO 32000-2, 12.6.4).
_ACTIONS = frozenset({
    "/JavaScript", "/Launch", "/GoToR", "/GoToE", "/SubmitForm", "/ImportData", "/Rendition",
    "/Movie", "/Sound", "/RichMediaExecute",
})
_SUBTYPES = frozenset({"/RichMedia", "/3D", "/Movie", "/Sound", "/Screen", "/FileAttachment"})
_KEYS = frozenset({
    "/JS", "/JavaScript", "/AA", "/XFA", "/EF", "/EmbeddedFiles", "/RichMediaContent",
})
_PACKING = frozenset({
    "/FlateDecode", "/Fl", "/LZWDecode", "/LZW", "/RunLengthDecode", "/RL", "/ASCII85Decode",
    "/A85", "/ASCIIHexDecode", "/AHx",
})
Limits = dict[str, Any]
# Media type, pages, the new file, and what makes it hard to read.
Made = tuple[str, int, bytes, list[str]]


class Refusal(Exception):
    """The file is what it says, and is not taken. `values` fill the sentence with this key."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


def image(content: bytes, limits: Limits) -> Made:
    """JPEG or PNG -> the same picture with nothing but its pixels, turned the way it is shown."""
    return _picture(content, ("JPEG", "PNG"), limits)


def heic(content: bytes, limits: Limits) -> Made:
    """HEIC -> JPEG."""
    import pillow_heif

    pillow_heif.register_heif_opener(
        decode_threads=1, thumbnails=False, depth_images=False, aux_images=False
    )
    return _picture(content, ("HEIF",), limits)


def _picture(content: bytes, formats: tuple[str, ...], limits: Limits) -> Made:
    from PIL import Image

    # Judged below with our own figures, from the header and before a pixel is decoded.
    Image.MAX_IMAGE_PIXELS = None
    with Image.open(BytesIO(content), formats=formats) as opened:
        width, height = opened.size
        if width * height > MOST_PIXELS or max(width, height) > MOST_SIDE:
            raise Refusal(
                "too_many_pixels", width=width, height=height, most=MOST_PIXELS // 1_000_000,
                most_side=MOST_SIDE,
            )
        # A second picture in a JPEG is a preview or a light map of the camera: it is left behind.
        if opened.format in ("PNG", "HEIF") and getattr(opened, "n_frames", 1) > 1:
            raise Refusal("moving")
        opened.load()
        as_png = opened.format == "PNG" and width * height <= PNG_PIXELS
        clean = _upright(_flat(opened), opened)
    media_type, new = _written(clean, as_png, limits["most_bytes"])
    return media_type, 1, new, faults_of(clean)


def _flat(opened: Image) -> Image:
    """Grey or RGB on white, 8 bits a channel."""
    from PIL import Image

    if opened.mode.startswith("I"):
        return opened.point(lambda level: level * (1 / 256)).convert("L")
    if opened.mode in ("1", "L") and "transparency" not in opened.info:
        return opened.convert("L")
    if opened.has_transparency_data:
        # No copy that can be spared: 40 million pixels are 160 MB each time.
        seen = opened if opened.mode == "RGBA" else opened.convert("RGBA")
        paper = Image.new("RGB", seen.size, "white")
        paper.paste(seen, mask=seen)
        return paper
    return opened.convert("RGB")


def _upright(picture: Image, opened: Image) -> Image:
    from PIL import ExifTags, Image

    orientation = opened.getexif().get(ExifTags.Base.Orientation, 1)
    turn = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }.get(orientation)
    return picture if turn is None else picture.transpose(turn)


def _written(picture: Image, as_png: bool, most: int) -> tuple[str, bytes]:
    # Comments and profiles ride along in `info`.
    picture.info = {}
    tries: list[tuple[str, dict[str, int]]] = [("JPEG", {"quality": q}) for q in (90, 75)]
    for form, options in [*([("PNG", {})] if as_png else []), *tries]:
        out = BytesIO()
        picture.save(out, form, **options)
        if out.tell() <= most:
            return f"image/{form.lower()}", out.getvalue()
    raise Refusal("too_big", size=out.tell())


def faults_of(picture: Image) -> list[str]:
    """What makes a photo of a page hard to read, the worst first.

    Measured on a small grey copy: `dark` by how light its lightest places are, `bright` by how dark
    its darkest are and how little stands out from them, `blurred` where not one of 16 fields has
    edges (variance of the Laplacian).
    """
    from PIL import ImageFilter, ImageStat

    grey = picture.reduce(max(1, max(picture.size) // LOOK_SIDE)).convert("L")
    light = grey.histogram()
    # The grain of a sensor in poor light would pass for edges.
    calm = grey.filter(ImageFilter.GaussianBlur(1))
    edges = calm.filter(ImageFilter.Kernel((3, 3), LAPLACIAN, scale=1, offset=128))
    sharpest = max(ImageStat.Stat(edges.crop(box)).var[0] for box in _fields(edges.size))
    found = {
        "small": min(picture.size) < LEAST_SIDE,
        "dark": _level(light, 0.95) < DARK,
        "bright": _level(light, 0.005) > BRIGHT and sharpest < SHARP,
        "blurred": sharpest < SHARP,
    }
    return [fault for fault, here in found.items() if here]


def _fields(size: tuple[int, int]) -> list[tuple[int, int, int, int]]:
    """Four by four, without the outermost line, which a filter leaves as it was."""
    width, height = size[0] - 2, size[1] - 2
    across = [1 + width * n // 4 for n in range(5)]
    down = [1 + height * n // 4 for n in range(5)]
    boxes = [(across[x], down[y], across[x + 1], down[y + 1]) for x in range(4) for y in range(4)]
    return [box for box in boxes if box[0] < box[2] and box[1] < box[3]] or [(0, 0, *size)]


def _level(histogram: list[int], share: float) -> int:
    """The level that this share of the picture does not go over."""
    left = share * sum(histogram)
    for level, count in enumerate(histogram):
        left -= count
        if left <= 0:
            return level
    return len(histogram) - 1


def join(content: bytes, limits: Limits) -> Made:
    """Several of our own files -> one PDF, a page for each photo. `parts` of the limits: the media
    type and size of each."""
    import pikepdf

    at, opened = 0, []
    with pikepdf.new() as document:
        for media_type, size in limits["parts"]:
            part, at = content[at : at + size], at + size
            if media_type == "application/pdf":
                opened.append(pikepdf.open(BytesIO(part)))
                document.pages.extend(opened[-1].pages)
            else:
                _add_photo(document, part)
        pages = len(document.pages)
        if pages > limits["most_pages"]:
            raise Refusal("too_many_pages", pages=pages, most=limits["most_pages"])
        return "application/pdf", pages, _saved(document, limits["most_bytes"]), []


def _add_photo(document: Pdf, photo: bytes) -> None:
    """As large as it goes on a sheet of A4, upright or lying as the photo is. A JPEG is taken over
    byte for byte."""
    import zlib

    import pikepdf
    from PIL import Image

    with Image.open(BytesIO(photo), formats=("JPEG", "PNG")) as opened:
        (width, height), grey, form = opened.size, opened.mode == "L", opened.format
        packed = photo if form == "JPEG" else zlib.compress(opened.tobytes())
    sheet = sorted(A4, reverse=width > height)
    scale = min(sheet[0] / width, sheet[1] / height)
    box = [round(width * scale, 2), round(height * scale, 2)]
    picture = pikepdf.Stream(
        document, packed, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=width,
        Height=height, BitsPerComponent=8,
        ColorSpace=pikepdf.Name.DeviceGray if grey else pikepdf.Name.DeviceRGB,
        Filter=pikepdf.Name.DCTDecode if form == "JPEG" else pikepdf.Name.FlateDecode,
    )
    drawn = f"q {box[0]} 0 0 {box[1]} 0 0 cm /Photo Do Q".encode()
    document.pages.append(pikepdf.Page(pikepdf.Dictionary(
        Type=pikepdf.Name.Page, MediaBox=[0, 0, *box],
        Resources=pikepdf.Dictionary(XObject=pikepdf.Dictionary(Photo=picture)),
        Contents=pikepdf.Stream(document, drawn),
    )))


def pdf(content: bytes, limits: Limits) -> Made:
    """PDF -> the pages alone: no links out, no properties, nothing that is not reachable."""
    import pikepdf

    try:
        document = pikepdf.open(BytesIO(content), conversion_mode="explicit")
    except pikepdf.PasswordError:
        raise Refusal("encrypted_pdf") from None
    with document:
        if document.is_encrypted:
            raise Refusal("encrypted_pdf")
        pages = len(document.pages)
        if pages < 1:
            raise ValueError("no pages")
        if pages > limits["most_pages"]:
            raise Refusal("too_many_pages", pages=pages, most=limits["most_pages"])
        _refuse_active(document)
        _strip(document)
        return "application/pdf", pages, _saved(document, limits["most_bytes"]), []


def _saved(document: Pdf, most: int) -> bytes:
    import pikepdf

    out = BytesIO()
    document.save(
        out, deterministic_id=True, compress_streams=False,
        stream_decode_level=pikepdf.StreamDecodeLevel.none,
        object_stream_mode=pikepdf.ObjectStreamMode.disable,
    )
    if out.tell() > most:
        raise Refusal("too_big", size=out.tell())
    return out.getvalue()


def _refuse_active(document: Pdf) -> None:
    """Looks into every object, also where no viewer would: an action nested in another's `/Next`
    is a plain dictionary inside a dictionary."""
    import pikepdf

    decoded = 0
    for start in document.objects:
        inside = [start]
        while inside:
            thing = inside.pop()
            children: list[Object] = []
            if isinstance(thing, pikepdf.Array):
                children = list(thing)
            elif isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
                named = dict(thing.items())
                if _active(named):
                    raise Refusal("active_pdf")
                children = list(named.values())
            inside += [c for c in children if isinstance(c, pikepdf.Object) and not c.is_indirect]
        if isinstance(start, pikepdf.Stream):
            decoded += _decoded_size(document, start)
            if decoded > MOST_DECODED:
                raise MemoryError


def _active(named: dict[str, Object]) -> bool:
    opening = named.get("/OpenAction")
    return bool(
        _KEYS & named.keys()
        or _name(named, "/S") in _ACTIONS
        or _name(named, "/Subtype") in _SUBTYPES
        or _name(named, "/Type") == "/EmbeddedFile"
        or (opening is not None and not _goes_to_a_page(opening))
    )


def _name(named: dict[str, Object], key: str) -> str:
    import pikepdf

    value = named.get(key)
    return str(value) if isinstance(value, pikepdf.Name) else ""


def _goes_to_a_page(opening: Object) -> bool:
    """Office programs write which page to open at; that is no action and is only left out."""
    import pikepdf

    if isinstance(opening, pikepdf.Dictionary):
        return _name(dict(opening.items()), "/S") == "/GoTo"
    return isinstance(opening, pikepdf.Array | pikepdf.Name | pikepdf.String)


def _decoded_size(document: Pdf, stream: Object) -> int:
    """Bytes once Flate, LZW and the like are undone, up to an image codec. Raises MemoryError for
    what does not fit into the memory there is."""
    import pikepdf

    named = stream.get("/Filter", pikepdf.Array())
    every = [named] if isinstance(named, pikepdf.Name) else list(named)
    packing = list(takewhile(lambda name: str(name) in _PACKING, every))
    if not packing:
        return 0
    packed = pikepdf.Stream(document, stream.read_raw_bytes(), Filter=pikepdf.Array(packing))
    try:
        return len(packed.get_stream_buffer(pikepdf.StreamDecodeLevel.generalized))
    except pikepdf.DataDecodingError as broken:
        if "bad_alloc" in str(broken):
            raise MemoryError from broken
        raise


def _strip(document: Pdf) -> None:
    import pikepdf
    from pikepdf.sanitize import Sanitizer

    # All that acts was refused; links are the one thing left that reaches out.
    Sanitizer().remove_external_access().remove_web_capture().remove_collection().apply(document)
    for thing in document.objects:
        if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
            for key in ("/Metadata", "/PieceInfo", "/Thumb", "/OpenAction"):
                if key in thing:
                    del thing[key]
    for key in ("/Info", "/ID"):
        if key in document.trailer:
            del document.trailer[key]


def limit_self(most_bytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # The first line of the answer is short.
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes + 4096, most_bytes + 4096))


READERS: dict[str, Callable[[bytes, Limits], Made]] = {
    "image": image, "heic": heic, "pdf": pdf, "join": join,
}


def main(kind: str, text: str) -> int:
    limits: Limits = json.loads(text)
    limit_self(limits["most_bytes"])
    warnings.simplefilter("error")
    # Phones write odd things beside the picture. Of all that only the orientation is read.
    warnings.filterwarnings("ignore", module="PIL.TiffImagePlugin")
    warnings.filterwarnings("ignore", message="Image appears to be a malformed MPO file")
    new = b""
    try:
        media_type, pages, new, faults = READERS[kind](sys.stdin.buffer.read(), limits)
        answer: dict[str, object] = {"media_type": media_type, "pages": pages, "faults": faults}
    except Refusal as refusal:
        answer = {"refused": refusal.key, "values": refusal.values}
    except MemoryError:
        return TOO_HEAVY
    except ImportError:
        raise
    except Exception:  # noqa: BLE001 - decoders raise anything at all on what a stranger made
        return UNREADABLE
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + new)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
