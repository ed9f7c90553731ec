"""Upload: the customer photographs or picks a document.

What is kept is never what was sent: every file is decoded in a process of its own and written
anew, without metadata, scripts or anything behind its end.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from hashlib import sha256
from types import MappingProxyType

from babel import Locale
from babel.numbers import format_decimal

from inthread.spi import Attachment, Choice, Form, Invalid, Line, Offer, Settled, Term
from inthread.spi import Upload as Sent
from miniapps.upload.decoder import MOST_BYTES, Decoder, NotTaken

# A workflow may name other kinds: those are shown as they are written.
KINDS: Mapping[str, str] = MappingProxyType({
    "passport": "Passport",
    "identity_card": "Identity card",
    "driving_licence": "Driving licence",
    "residence_permit": "Residence permit",
    "proof_of_address": "Proof of address",
    "bank_statement": "Bank statement",
    "utility_bill": "Utility bill",
    "payslip": "Payslip",
    "tax_letter": "Tax letter",
})

WORDING: Mapping[str, str] = MappingProxyType({
    **KINDS,
    "choose_kind": "Choose what you are sending",
    "no_file": "Take a photo or choose a file",
    "too_many_files": "You chose %(count)s files and we take %(most)s. Nothing was sent",
    "empty": "%(name)s is empty. Nothing was sent. Choose another file",
    "too_big": "%(name)s has %(size)s and the most is %(most)s. Nothing was sent. Take a photo of"
    " the page instead",
    "wrong_kind": "%(name)s is not a photo (JPEG, PNG, HEIC) or a PDF. Nothing was sent. Choose"
    " another file",
    "unreadable": "We could not open %(name)s. Nothing was sent. Take the photo again or choose"
    " another file",
    "too_heavy": "%(name)s takes too much to open. Nothing was sent. Take a photo of the page"
    " instead",
    "too_many_pixels": "%(name)s has %(width)s by %(height)s pixels. The most is %(most)s million"
    " pixels, and %(most_side)s on a side. Nothing was sent. Take the photo at a smaller size",
    "moving": "%(name)s has more than one picture in it. Nothing was sent. Choose a single photo",
    "encrypted_pdf": "%(name)s is protected by a password. Nothing was sent. Save it without"
    " one, or take a photo of the page",
    "active_pdf": "%(name)s has a script, a form that sends itself or a file inside. Nothing was"
    " sent. Print it to a new PDF, or take a photo of the page",
    "too_many_pages": "%(name)s has %(pages)s pages and the most is %(most)s. Nothing was sent."
    " Send only the pages that count",
    "busy": "We are opening many files at the moment. Nothing was sent. Send yours again in a"
    " minute",
    "document": "Document",
    "pages": "Pages",
})

LONGEST_NAME = 80
MOST_PAGES = 50
_EXTENSIONS = MappingProxyType(
    {"image/jpeg": ".jpg", "image/png": ".png", "application/pdf": ".pdf"}
)
_NOT_SHOWN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_Problems = dict[str, tuple[str, Mapping[str, object]]]


class Upload:
    """`kinds`: what the document may be; `most_files` at once; `most_pages` in each PDF (50 at the
    utmost, `docs/security.md` R8.4). A file has 10 MiB at most, before and after."""

    key: str = "upload"
    template: str = "miniapps/upload.html"
    checked: bool = False
    wording: Mapping[str, str] = WORDING
    terms: Mapping[str, Term] = MappingProxyType({
        "kinds": Term("texts"), "most_files": Term("integer"), "most_pages": Term("integer"),
    })

    def __init__(self, decoder: Decoder | None = None) -> None:
        self.decoder = decoder or Decoder()

    def page(self, offer: Offer) -> Mapping[str, object]:
        """`kinds`: [{key, label (of the wording)}]; `most_files`, `most_pages`; `accepts`, for the
        file input."""
        return {
            "kinds": [
                {"key": kind, "label": KINDS.get(kind, kind)}
                for kind in offer.term("kinds", tuple)
            ],
            "most_files": offer.term("most_files", int),
            "most_pages": _most_pages(offer),
            "accepts": "image/jpeg,image/png,image/heic,image/heif,application/pdf",
        }

    def read(self, offer: Offer, form: Form) -> Choice:
        """Takes all the files or none. Two files that come out the same count once."""
        kind = _kind(offer, form)
        sent = [u for u in form.uploads.get("file", ()) if u.filename or u.content]
        problems: _Problems = {} if kind else {"kind": ("choose_kind", {})}
        problems |= _count_problems(offer, len(sent))
        if problems:
            raise Invalid(problems)
        taken = {sha256(a.content).hexdigest(): a for a in (self._take(offer, u) for u in sent)}
        files = [
            {"sha256": digest, "media_type": a.media_type, "pages": a.pages, "name": a.name}
            for digest, a in taken.items()
        ]
        names = ", ".join(a.name for a in taken.values())
        lines = (
            Line(str(kind) if kind in KINDS else "document", names),
            Line("pages", sum(a.pages for a in taken.values())),
        )
        values = {"kind": kind, "files": files}
        return Choice(values, lines, attachments=tuple(taken.values()))

    def settle(self, offer: Offer, choice: Choice) -> Settled:
        """`values`: kind, files: [{sha256 (of what is kept, hex), media_type, pages, name}]."""
        return Settled("uploaded", choice.values)

    def _take(self, offer: Offer, sent: Sent) -> Attachment:
        name = shown_name(sent.filename)
        if not sent.content:
            raise _refused(offer, name, NotTaken("empty"))
        if len(sent.content) > MOST_BYTES:
            raise _refused(offer, name, NotTaken("too_big", {"size": len(sent.content)}))
        decoded = self.decoder.decode(sent.content, _most_pages(offer))
        if isinstance(decoded, NotTaken):
            raise _refused(offer, name, decoded)
        stem = name.rpartition(".")[0] or name
        return Attachment(
            stem + _EXTENSIONS[decoded.media_type], decoded.media_type, decoded.content,
            decoded.pages,
        )


def shown_name(filename: str) -> str:
    """The name for people to read, never for a path: no folders, nothing that steers text, 80
    characters at most, `document` when nothing is left."""
    last = filename.replace("\\", "/").rpartition("/")[2]
    kept = "".join(
        c for c in unicodedata.normalize("NFC", last)
        if unicodedata.category(c) not in _NOT_SHOWN and c not in '<>:"|?*'
    )
    return " ".join(kept.split()).strip(". ")[:LONGEST_NAME].strip() or "document"


def _kind(offer: Offer, form: Form) -> str | None:
    kinds = offer.term("kinds", tuple)
    if len(kinds) == 1 and not form.text("kind"):
        return str(kinds[0])
    return form.text("kind") if form.text("kind") in kinds else None


def _count_problems(offer: Offer, count: int) -> _Problems:
    most = offer.term("most_files", int)
    if count < 1:
        return {"file": ("no_file", {})}
    return {"file": ("too_many_files", {"count": count, "most": most})} if count > most else {}


def _most_pages(offer: Offer) -> int:
    return min(offer.term("most_pages", int), MOST_PAGES)


def _refused(offer: Offer, name: str, why: NotTaken) -> Invalid:
    values = {"name": name, **why.values}
    size = values.get("size")
    if isinstance(size, int):
        values |= {"size": _size(size, offer.locale), "most": _size(MOST_BYTES, offer.locale)}
    return Invalid({"file": (why.key, values)})


def _size(count: int, locale: str) -> str:
    # Rounded up, so that a file just over the most is never said to have just the most.
    tenths = -(-count * 10 // 2**20)
    spoken = Locale.parse(locale.replace("-", "_"))
    return f"{format_decimal(Decimal(tenths) / 10, locale=spoken)} MB"
