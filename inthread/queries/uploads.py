"""A file on its way, and whether a case takes more."""

from __future__ import annotations

from inthread.acting.take_file import take_file
from inthread.acting.take_visit import see_visit
from inthread.domain.incoming import AN_HOUR, MOST_AN_HOUR, MOST_FILES, IncomingFile
from inthread.domain.refusals import TooMany
from inthread.runtime import Runtime
from inthread.spi import Invalid
from inthread.store import incoming, outcomes


def upload_at(rt: Runtime, token: str, file_id: str) -> IncomingFile:
    """However it stands. Raises NotFound, VisitEnded, LinkGone."""
    with rt.db.read() as tx:
        return take_file(tx, see_visit(rt, tx, token), file_id)


def check_room(rt: Runtime, token: str, nonce: str, files: int, size: int) -> None:
    """For files that come within a form (security R8.7). Raises Invalid `quota` and TooMany; not
    for a form that was answered already, whose answer is given again."""
    now = rt.now()
    with rt.db.read() as tx:
        taken = see_visit(rt, tx, token)
        if outcomes.submission(tx, taken.case.id, nonce) is not None:
            return
        held = incoming.held(tx, taken.case.id, now)
        lately = incoming.lately(tx, taken.link.id, now - AN_HOUR)
    if len(lately) + files > MOST_AN_HOUR:
        raise TooMany(int(AN_HOUR.total_seconds()))
    if not held.takes(files, size):
        raise Invalid({"file": ("quota", {"most": MOST_FILES})})
