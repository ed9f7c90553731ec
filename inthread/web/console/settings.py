"""Settings: the thresholds that admins move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Response, request

from inthread.commands.set_console_setting import set_console_setting
from inthread.domain.console_setting import setting
from inthread.domain.refusals import BadInput, Problem
from inthread.queries.settings_page import settings_page
from inthread.queries.staff_names import staff_names
from inthread.web.console.shell import actor, done, needs, room, show
from inthread.web.responding import runtime

PATH = "/console/settings"
bp = room("settings", "/settings")


@bp.get("")
@needs("settings:write")
def settings() -> Response:
    return _page()


@bp.post("/<name>")
@needs("settings:write")
def keep(name: str) -> Response:
    sent = {part: request.form.get(part, "") for part in setting(name).numbers}
    value = {part: _whole(text) for part, text in sent.items()}
    try:
        set_console_setting(runtime(), actor=actor(), name=name, value=value)
    except BadInput as refusal:
        return _page(name, sent, refusal.problems)
    return done(PATH, "setting_kept")


def _page(
    name: str = "", sent: Mapping[str, str] | None = None, problems: Sequence[Problem] = ()
) -> Response:
    found = settings_page(runtime(), actor=actor())
    return show(
        "console/settings.html", status=422 if problems else 200, found=found, name=name,
        sent=sent or {}, wrong={p.path.removeprefix("/"): p.message for p in problems},
        names=staff_names(runtime(), [each.set_by for each in found if each.set_by]),
    )


def _whole(text: str) -> object:
    """A number as people type it; what is none stays as it is, and is refused."""
    plain = text.replace(",", "").replace(" ", "")
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 10 else text
