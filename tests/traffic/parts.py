"""A `Traffic` over fakes: two providers of sms, one of e-mail, and a clock that stands still."""

from __future__ import annotations

from collections.abc import Callable

from inthread.domain.routing import Guards, ProviderTerms, Routing
from inthread.registry import Registry, by_key
from inthread.store.db import Database
from inthread.testing import FakeBlobs, FakeChannel
from inthread.traffic import Traffic
from tests.clock import Clock

PHONE = "+12125550148"
NO_GUARDS = Guards()


def a_traffic(
    db: Database, clock: Clock, *, guards: Guards = NO_GUARDS,
    draw: Callable[[int], int] = lambda most: 0, sms: tuple[str, ...] = ("a", "b"),
    **named: ProviderTerms,
) -> Traffic:
    """*named*: the terms of providers. *draw*: by default always the one with the largest share."""
    providers = [FakeChannel(key, "sms") for key in sms] + [FakeChannel("mail", "email")]
    registry = Registry({}, {}, by_key(providers), {}, FakeBlobs())
    return Traffic(db, registry, Routing(named, guards), now=clock, draw=draw)
