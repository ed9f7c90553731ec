"""The files of a form: those within it, and those that arrived before it in pieces and are named in
it. A photo that is not good to read is kept, so that it need not be sent twice to be sent all the
same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import abort, request

from inthread.commands.append_upload import append_upload
from inthread.commands.end_upload import end_upload
from inthread.commands.start_upload import start_upload
from inthread.commands.take_uploads import take_uploads
from inthread.domain.actor import CUSTOMER
from inthread.domain.incoming import MOST_FILES
from inthread.queries.uploads import check_room
from inthread.runtime import Runtime
from inthread.spi import Form, Invalid, Upload

# The ids of files that arrived before the form, in their order.
FIELD = "uploads"
# `leave-2`: the second of them is not sent after all.
LEAVE = "leave-"
# What a mini-app says of one file among others: `photo-2`.
ABOUT_ONE = "photo-"


@dataclass(frozen=True)
class Kept:
    """A file that is here, for the page that asks about it. `name` as the browser gave it."""

    id: str
    name: str


@dataclass(frozen=True)
class Sent:
    """`ids`: of the first files of the form; those behind them came within it."""

    form: Form
    ids: Sequence[str] = ()

    @property
    def kept(self) -> list[Kept]:
        files = self.form.uploads.get("file", ())
        return [Kept(i, f.filename) for i, f in zip(self.ids, files, strict=False)]


def sent(rt: Runtime, token: str, action: str, nonce: str, form: Form) -> Sent:
    """*form* with the files that arrived before it, which stand first. Raises Invalid `gone` and
    `quota`, TooMany."""
    within = [file for files in form.uploads.values() for file in files]
    ids = _named()
    if within:
        check_room(rt, token, nonce, len(within), sum(len(file.content) for file in within))
    if not ids:
        return Sent(form)
    before = take_uploads(rt, actor=CUSTOMER, token=token, action=action, file_ids=ids)
    files = [*before, *form.uploads.get("file", ())]
    return Sent(replace(form, uploads={**form.uploads, "file": files}), ids)


def keep(
    rt: Runtime, token: str, action: str, nonce: str, given: Sent, wrong: Invalid
) -> Sent:
    """Where the only thing wrong is how photos look, those within the form are kept as well, under
    ids of the form's own once-key: the same form again keeps nothing twice."""
    files = given.form.uploads.get("file", ())
    if not all(field.startswith(ABOUT_ONE) for field in wrong.problems):
        return given
    within = files[len(given.ids) :]
    places = [_keep(rt, token, action, f"{nonce}:{n}", file) for n, file in enumerate(within)]
    return replace(given, ids=[*given.ids, *places])


def _keep(rt: Runtime, token: str, action: str, once: str, file: Upload) -> str:
    place = start_upload(
        rt, actor=CUSTOMER, token=token, action=action, name=file.filename,
        media_type=file.media_type, length=len(file.content), once=once,
    )
    if not place.whole:
        append_upload(
            rt, actor=CUSTOMER, token=token, file_id=place.id, start=0, content=file.content
        )
    return place.id


def done(rt: Runtime, token: str, given: Sent) -> None:
    """What arrived before the form has become a document."""
    if given.ids:
        end_upload(rt, actor=CUSTOMER, token=token, file_ids=given.ids)


def _named() -> list[str]:
    """Those named in the form but for those left out; no more than a case may have."""
    named = list(dict.fromkeys(request.form.get(FIELD, "").split()))
    if len(named) > MOST_FILES:
        abort(400)
    left = {v for k, v in request.form.items() if k.startswith(LEAVE)}
    return [each for each in named if each not in left]
