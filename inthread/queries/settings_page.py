"""The thresholds that admins set: what holds now, and who set it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from inthread.domain.actor import Actor
from inthread.domain.console_setting import SETTINGS, ConsoleSetting
from inthread.runtime import Runtime
from inthread.store import console_settings


@dataclass(frozen=True)
class InForce:
    """`set_by`: as in the audit; None while the default holds."""

    setting: ConsoleSetting
    value: Mapping[str, int]
    set_by: str | None
    set_at: datetime | None


def settings_page(rt: Runtime, *, actor: Actor) -> list[InForce]:
    """Every setting there is. Raises Forbidden."""
    actor.require("settings:write")
    found = []
    with rt.db.read() as tx:
        for name, setting in SETTINGS.items():
            by, at = console_settings.who_set(tx, name) or (None, None)
            found.append(InForce(setting, console_settings.get(tx, name), by, at))
    return found
