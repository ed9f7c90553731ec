"""Upload: the customer photographs or picks a document.

What is kept is never what was sent: every file is decoded in a process of its own and written
anew, without metadata, scripts or anything behind its end.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from hashlib import sha256
from types import MappingProxyType

from babel import Locale
from babel.numbers import format_decimal

from inthread.spi import Attachment, Choice, Form, Invalid, Line, Offer, Settled, Term
from inthread.spi import Upload as Sent
from miniapps.upload.decoder import MOST_BYTES, MOST_JOINED, Decoded, Decoder, NotTaken

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
    "small": "%(name)s is small, and its words may be hard to read. Go closer, with all four"
    " corners in view",
    "dark": "%(name)s is too dark to read. Take it again in brighter light, away from shadows",
    "bright": "%(name)s is too bright to read. Take it again without the flash, away from the sun",
    "blurred": "%(name)s is blurred. Rest your hand on something, tap the page to focus and take it"
    " again",
    "quota": "We take %(most)s files and 25 MB for this, and there are that many now. Nothing more"
    " was sent",
    "gone": "A file you chose is no longer here. Nothing was sent. Choose your files again",
    "busy": "We are opening many files at the moment. Nothing was sent. Send yours again in a"
    " minute",
    "infected": "A file you chose may hold harmful software. Nothing was sent, and we kept none of"
    " it. Choose another file, from another device if you can",
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
# The name as it is shown, and the file.
_Made = tuple[str, Decoded]


class Upload:
    """`kinds`: what the document may be; `most_files` at once; `most_pages` in each PDF (50 at the
    utmost, `docs/security.md` R8.4). A file has 10 MiB at most, before and after.

    `one_document`: all that is sent becomes one PDF, a page for each photo. `clear_photos`: whether
    a photo is looked at for what makes it hard to read; `no` (the default); `ask`: the customer is
    told, and may send it all the same; `must`: it is not taken.
    """

    key: str = "upload"
    template: str = "miniapps/upload.html"
    checked: bool = False
    wording: Mapping[str, str] = WORDING
    terms: Mapping[str, Term] = MappingProxyType({
        "kinds": Term("texts"), "most_files": Term("integer"), "most_pages": Term("integer"),
        "one_document": Term("boolean", required=False),
        "clear_photos": Term("text", required=False),
    })

    def __init__(self, decoder: Decoder | None = None) -> None:
        self.decoder = decoder or Decoder()

    def page(self, offer: Offer) -> Mapping[str, object]:
        """`kinds`: [{key, label (of the wording)}]; `most_files`, `most_pages`; `accepts`, for the
        file input; `one_document`; `may_insist`: whether a poor photo may be sent all the same."""
        return {
            "kinds": [
                {"key": kind, "label": KINDS.get(kind, kind)}
                for kind in offer.term("kinds", tuple)
            ],
            "most_files": offer.term("most_files", int),
            "most_pages": _most_pages(offer),
            "accepts": "image/jpeg,image/png,image/heic,image/heif,application/pdf",
            "one_document": _one_document(offer),
            "may_insist": _clear_photos(offer) == "ask",
        }

    def read(self, offer: Offer, form: Form) -> Choice:
        """Takes all the files or none. Two files that come out the same count once. What is poor in
        the third file stands at `photo-3`; `anyway` takes it where the terms allow that."""
        kind = _kind(offer, form)
        sent = [u for u in form.uploads.get("file", ()) if u.filename or u.content]
        problems: _Problems = {} if kind else {"kind": ("choose_kind", {})}
        problems |= _count_problems(offer, len(sent))
        if "file" in problems:
            raise Invalid(problems)
        made = self._made(offer, form, sent, problems)
        if _one_document(offer) and len(made) > 1:
            made = [self._joined(offer, made)]
        names = ", ".join(_kept_name(name, file) for name, file in made)
        lines = (
            Line(str(kind) if kind in KINDS else "document", names),
            Line("pages", sum(file.pages for _, file in made)),
        )
        values = {"kind": kind, "files": [_said(name, file) for name, file in made]}
        return Choice(values, lines, attachments=tuple(
            Attachment(_kept_name(name, file), file.media_type, file.content, file.pages, str(kind))
            for name, file in made
        ))

    def settle(self, offer: Offer, choice: Choice) -> Settled:
        """`values`: kind, files: [{sha256 (of what is kept, hex), media_type, pages, name}], and
        `faults` of a photo that was sent all the same."""
        return Settled("uploaded", choice.values)

    def _made(
        self, offer: Offer, form: Form, sent: Sequence[Sent], problems: _Problems
    ) -> list[_Made]:
        """Every file written anew. Raises Invalid with all that is wrong."""
        made: dict[bytes, _Made] = {}
        looked = _clear_photos(offer)
        insists = looked == "no" or (looked == "ask" and form.text("anyway") == "yes")
        poor: _Problems = {}
        try:
            for n, file in enumerate(sent, start=1):
                name, taken = self._take(offer, file)
                if looked == "no":
                    taken = replace(taken, faults=())
                elif taken.faults and not insists:
                    poor[f"photo-{n}"] = (taken.faults[0], {"name": name})
                made[sha256(taken.content).digest()] = (name, taken)
        except Invalid as refusal:
            raise Invalid({**problems, **refusal.problems}) from None
        if problems or poor:
            raise Invalid(problems | poor)
        return list(made.values())

    def _take(self, offer: Offer, sent: Sent) -> _Made:
        name = shown_name(sent.filename)
        if not sent.content:
            raise _refused(offer, name, NotTaken("empty"))
        if len(sent.content) > MOST_BYTES:
            raise _refused(offer, name, NotTaken("too_big", {"size": len(sent.content)}))
        decoded = self.decoder.decode(sent.content, _most_pages(offer))
        if isinstance(decoded, NotTaken):
            raise _refused(offer, name, decoded)
        return name, decoded

    def _joined(self, offer: Offer, made: Sequence[_Made]) -> _Made:
        first = made[0][0]
        joined = self.decoder.join([file for _, file in made], MOST_PAGES)
        if isinstance(joined, NotTaken):
            raise _refused(offer, first, joined, most=MOST_JOINED)
        return first, joined


def shown_name(filename: str) -> str:
    """The name for people to read, never for a path: no folders, nothing that steers text, 80
    characters at most, `document` when nothing is left."""
    last = filename.replace("\\", "/").rpartition("/")[2]
    kept = "".join(
        c for c in unicodedata.normalize("NFC", last)
        if unicodedata.category(c) not in _NOT_SHOWN and c not in '<>:"|?*'
    )
    return " ".join(kept.split()).strip(". ")[:LONGEST_NAME].strip() or "document"


def _kept_name(name: str, file: Decoded) -> str:
    """The name with the ending of what is kept."""
    return (name.rpartition(".")[0] or name) + _EXTENSIONS[file.media_type]


def _said(name: str, file: Decoded) -> dict[str, object]:
    said: dict[str, object] = {
        "sha256": sha256(file.content).hexdigest(), "media_type": file.media_type,
        "pages": file.pages, "name": _kept_name(name, file),
    }
    return {**said, "faults": list(file.faults)} if file.faults else said


def _one_document(offer: Offer) -> bool:
    return offer.terms.get("one_document") is True


def _clear_photos(offer: Offer) -> str:
    """Any other word asks: the customer is never shut out by a slip of the pen."""
    said = offer.terms.get("clear_photos", "no")
    return said if said in ("no", "must") else "ask"


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


def _refused(offer: Offer, name: str, why: NotTaken, most: int = MOST_BYTES) -> Invalid:
    values = {"name": name, **why.values}
    size = values.get("size")
    if isinstance(size, int):
        values |= {"size": _size(size, offer.locale), "most": _size(most, offer.locale)}
    return Invalid({"file": (why.key, values)})


def _size(count: int, locale: str) -> str:
    # Rounded up, so that a file just over the most is never said to have just the most.
    tenths = -(-count * 10 // 2**20)
    spoken = Locale.parse(locale.replace("-", "_"))
    return f"{format_decimal(Decimal(tenths) / 10, locale=spoken)} MB"
