"""A customer's browser says which file it is about to send."""

from __future__ import annotations

from inthread.acting.make_ready import check_identity, make_ready
from inthread.acting.take_visit import Taken, take_visit
from inthread.domain.actor import Actor
from inthread.domain.canonical import digest
from inthread.domain.card_numbers import mask_cards
from inthread.domain.incoming import (
    AN_HOUR,
    MOST_AN_HOUR,
    MOST_BYTES,
    MOST_FILES,
    FileState,
    IncomingFile,
)
from inthread.domain.link import ABSOLUTE
from inthread.domain.refusals import BadInput, OutOfOrder, Problem, TooMany
from inthread.runtime import Runtime
from inthread.spi import Invalid
from inthread.store import incoming, links
from inthread.store.db import Tx


def start_upload(
    rt: Runtime, *, actor: Actor, token: str, action: str, name: str, media_type: str, length: int,
    once: str = "",
) -> IncomingFile:
    """Room for *length* bytes, until the visit's half hour is over. The same *once* again gives the
    same file (security R8.10).

    Raises every refusal of the action itself; OutOfOrder for an action with a check page, which
    takes no files; BadInput for a length that no file may have; Invalid `quota` when the case has
    enough, TooMany when the link has brought 20 within an hour (R8.7).
    """
    actor.require("visit")
    if not 0 <= length <= MOST_BYTES:
        raise BadInput([Problem("/length", f"send at most {MOST_BYTES} bytes")])
    with rt.db.begin() as tx:
        taken = take_visit(rt, tx, token)
        file = _planned(rt, taken, action, name, media_type, length, once)
        seen = incoming.get(tx, file.id) if once else None
        if seen is None:
            _check(rt, tx, taken, action, length)
            incoming.add(tx, file)
        links.save_visit(tx, taken.visit.seen(rt.now()))
    return seen or file


def _planned(
    rt: Runtime, taken: Taken, action: str, name: str, media_type: str, length: int, once: str
) -> IncomingFile:
    visit = taken.visit
    key = f"inc_{digest([visit.id, action, once, length])[:26]}" if once else rt.new_id("inc")
    return IncomingFile(
        id=key, case_id=taken.case.id, visit_id=visit.id, action=action, name=_printable(name, 200),
        media_type=_printable(media_type, 60), length=length, received=0, state=FileState.OPEN,
        created_at=rt.now(), expires_at=visit.opened_at + ABSOLUTE,
    )


def _check(rt: Runtime, tx: Tx, taken: Taken, action: str, length: int) -> None:
    ready = make_ready(rt, taken, action)
    if ready.miniapp.checked:
        raise OutOfOrder(action)
    unsure = check_identity(rt, ready, None)
    if unsure is not None:
        raise unsure
    now = rt.now()
    lately = incoming.lately(tx, taken.link.id, now - AN_HOUR)
    if len(lately) >= MOST_AN_HOUR:
        raise TooMany(max(1, int((lately[-MOST_AN_HOUR] + AN_HOUR - now).total_seconds())))
    if not incoming.held(tx, taken.case.id, now).takes(1, length):
        raise Invalid({"file": ("quota", {"most": MOST_FILES})})


def _printable(text: str, most: int) -> str:
    """What every database keeps as it is, without card numbers (security R3.2)."""
    return mask_cards("".join(c for c in text if c.isprintable()))[:most]
