"""An admin moves a threshold of the console."""

from __future__ import annotations

from collections.abc import Mapping

from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.console_setting import checked
from inthread.runtime import Runtime
from inthread.store import audit, console_settings


def set_console_setting(
    rt: Runtime, *, actor: Actor, name: str, value: Mapping[str, object]
) -> Mapping[str, int]:
    """The whole value of one setting, in force at once. One that is in force already changes
    nothing. Raises NotFound and BadInput (`checked`)."""
    actor.require("settings:write")
    wanted = checked(name, value)
    with rt.db.begin() as tx:
        now = rt.now()
        before = console_settings.hold(tx, name, now)
        if before != wanted:
            console_settings.put(tx, name, wanted, by=str(actor), now=now)
            audit.append(
                tx, now, actor, f"setting:{name}", AuditEvent.CONSOLE_SETTING_SET,
                name=name, before=dict(before), after=wanted,
            )
    return wanted
