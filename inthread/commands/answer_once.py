"""Answer a request with a once-key: the same request again gets the same answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from inthread.domain.actor import Actor
from inthread.domain.refusals import NonceReused
from inthread.runtime import Runtime
from inthread.store import idempotency

KEEP = timedelta(hours=24)
# A request that has not been answered by then never will be: its process is gone.
ANSWERED_WITHIN = timedelta(seconds=60)


@dataclass(frozen=True)
class Reply:
    """`status` is HTTP's; `body` is JSON."""

    status: int
    body: object


def answer_once(
    rt: Runtime, *, actor: Actor, scope: str, key: str, body_digest: str,
    make: Callable[[], Reply],
) -> Reply | None:
    """What *make* gives the first time; the same for a day. None while the first is still at work.

    Each actor has its own keys. *make* runs with no transaction open; when it raises, nothing is
    kept. Raises NonceReused when the key came with another body, and Forbidden.
    """
    actor.require(scope)
    now = rt.now()
    with rt.db.begin() as tx:
        seen = idempotency.claim(tx, actor.id, key, body_digest, now)
        if seen is not None:
            waiting = seen.status is None
            if now - seen.at < (ANSWERED_WITHIN if waiting else KEEP):
                if seen.body_digest != body_digest:
                    raise NonceReused(key)
                return None if seen.status is None else Reply(seen.status, seen.answer)
            idempotency.take_over(tx, actor.id, key, body_digest, now)
    try:
        reply = make()
    except BaseException:
        with rt.db.begin() as tx:
            idempotency.release(tx, actor.id, key, now)
        raise
    with rt.db.begin() as tx:
        idempotency.answered(tx, actor.id, key, now, reply.status, reply.body)
    return reply
