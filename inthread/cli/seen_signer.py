"""Whether the evidence can be signed."""

from __future__ import annotations

from inthread.cli.parts import Parts
from inthread.cli.seen import Seen
from inthread.settings import Settings


def see_signer(parts: Parts, settings: Settings) -> Seen:
    """One that is set and cannot sign is wrong: evidence waits for it. None at all is said."""
    if not settings.signer:
        return Seen("signer", "ok", "none: no signed evidence is made (INTHREAD_SIGNER)")
    try:
        signer = parts.make_registry(settings).signer
    except ValueError as wrong:
        return Seen("signer", "wrong", str(wrong).splitlines()[0])
    trouble = signer.trouble if signer is not None else "the file was not read"
    if trouble:
        return Seen("signer", "wrong", trouble)
    stamped = f", time stamps by {settings.tsa}" if settings.tsa else ""
    return Seen("signer", "ok", f"{settings.signer}{stamped}")
