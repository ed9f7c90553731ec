"""Ask a system of record for a write that never was: it has to say that there is none."""

from __future__ import annotations

import re

from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent, sealed
from inthread.domain.binding import BindingTest
from inthread.domain.canonical import digest
from inthread.domain.refusals import BadInput, NotFound, Problem
from inthread.domain.writeback import Writeback
from inthread.runtime import Runtime
from inthread.spi import Connector
from inthread.store import audit, bindings

MOST = 300
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


def test_binding(
    rt: Runtime, *, actor: Actor, connector: str, operation: str
) -> BindingTest:
    """What came of it, kept as the binding's last test. Nothing is written on the other side.
    Raises NotFound for a connector that is not configured, BadInput for no name of an operation."""
    actor.require("policy:write")
    plugin = rt.registry.connectors.get(connector)
    if plugin is None:
        raise NotFound("connector")
    if not _NAME.fullmatch(operation):
        raise BadInput([Problem("/operation", "is no name: small letters, digits and _")])
    rt.db.assert_closed()
    trouble = _look(plugin, Writeback(
        rt.new_id("wb"), "none", "none", connector, operation, {}, ()
    ))
    now = rt.now()
    test = BindingTest(connector, operation, now, str(actor), trouble[:MOST] if trouble else None)
    with rt.db.begin() as tx:
        bindings.put(tx, test)
        audit.append(
            tx, now, actor, f"binding:{digest([connector, operation])[:40]}",
            AuditEvent.BINDING_TESTED, connector=connector, operation=operation,
            passed=test.passed, trouble_sha256=sealed(test.trouble),
        )
    return test


def _look(plugin: Connector, never_written: Writeback) -> str | None:
    """What went wrong, in words for staff; None when all is as it has to be."""
    try:
        found = plugin.read_back(never_written)
    except Exception as fault:  # noqa: BLE001 - whatever it was, nothing can be proved this way
        return f"could not look: {type(fault).__name__}"
    return None if found is None else "shows something for an id that nobody ever wrote"
