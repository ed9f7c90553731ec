"""The checks every process makes before it serves: what is wrong is said, and nothing is started.

R10.3, R5.9, R5.10; attack case A16.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from inthread.cli.parts import Parts, Stop
from inthread.registry import missing
from inthread.runtime import Runtime
from inthread.settings import BadSetting, Settings, read_settings
from inthread.store.schema import NotMigrated, Unreachable, demand_current


def checked_settings(env: Mapping[str, str] | None = None) -> Settings:
    """The settings, with surroundings that fit them. Raises Stop with a sentence for each fault."""
    try:
        settings = read_settings(env)
    except BadSetting as wrong:
        raise Stop(*str(wrong).splitlines()) from wrong
    wrong_here = [*surroundings(settings, os.environ if env is None else env), *_absent(settings)]
    if wrong_here:
        raise Stop(*wrong_here)
    return settings


def surroundings(settings: Settings, env: Mapping[str, str]) -> list[str]:
    """What is wrong with the machine or the process, not with a setting."""
    said = []
    try:
        ZoneInfo("America/New_York")
    except (ZoneInfoNotFoundError, OSError):
        said.append("There is no time zone data: install the package tzdata.")
    if settings.production:
        if time.timezone != 0 or time.daylight:
            said.append("TZ: production runs in UTC; start it with TZ=UTC.")
        if env.get("FLASK_DEBUG", "0") not in ("", "0", "false", "False"):
            said.append("FLASK_DEBUG: production never runs in debug mode; take it away.")
    return said


def ready(
    parts: Parts, *, env: Mapping[str, str] | None = None, migrated: bool = True
) -> tuple[Settings, Runtime]:
    """Settings and runtime of a process that may start. Raises Stop. *migrated*: whether the
    database has to be at this version's revision already."""
    settings = checked_settings(env)
    rt = made_runtime(parts, settings)
    if migrated:
        try:
            demand_current(rt.db, parts.migrations)
        except (NotMigrated, Unreachable) as refusal:
            rt.db.dispose()
            raise Stop(str(refusal)) from refusal
    return settings, rt


def made_runtime(parts: Parts, settings: Settings) -> Runtime:
    """Raises Stop for plugins that cannot be made and for workflows that do not hold."""
    try:
        rt = parts.make_runtime(settings)
    except (ValueError, ImportError) as wrong:
        raise Stop(*str(wrong).splitlines()) from wrong
    if not rt.workflows:
        raise Stop(f"There is no workflow in {settings.workflow_folder}: INTHREAD_WORKFLOWS names "
                   "the folder of the documents.")
    return rt


def _absent(settings: Settings) -> list[str]:
    return [
        f"INTHREAD_PLUGINS names {name!r} and no installed package has a plugin of that name: "
        "install it or take the name away."
        for name in missing(settings.allowed_plugins)
    ]
