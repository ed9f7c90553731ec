"""Show one message as it will read on each channel: of a case, or with made-up values. Nothing is
sent and nothing is written; the link is masked and the code is no real one."""

from __future__ import annotations

import argparse
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from inthread.cli.documents import plugins_of, read_one, reading_settings
from inthread.cli.parts import Parts, Stop
from inthread.cli.start import ready
from inthread.domain.actor import OPERATOR
from inthread.domain.message_preview import Preview, preview
from inthread.domain.workflow import Workflow
from inthread.queries.case_view import CaseView, find_cases
from inthread.settings import Settings

if TYPE_CHECKING:
    from inthread.cli.parts import Verbs

SAMPLE = {"name_initial": "M", "reference": "IN-4F7K-22"}
_WIDTH = 92


def add(actions: Verbs) -> None:
    show = actions.add_parser("preview", help="show a message", description=__doc__)
    show.add_argument("file", type=Path, metavar="FILE")
    show.add_argument("--message", required=True, metavar="NAME", help="one of [wording.messages]")
    show.add_argument("--locale", metavar="LOCALE", help="default: the person's, else the first")
    show.add_argument("--case", metavar="REFERENCE", help="fill it from this case")
    show.set_defaults(run=run)


def run(parts: Parts, options: argparse.Namespace) -> int:
    settings, case = reading_settings(), None
    workflow = _workflow(parts, settings, options.file)
    if options.message not in workflow.messages:
        known = ", ".join(workflow.messages)
        raise Stop(f"{options.file} has no message {options.message!r}; there are {known}.")
    if options.locale and options.locale not in workflow.locales:
        known = ", ".join(workflow.locales)
        raise Stop(f"{options.file} is not written in {options.locale!r}; there are {known}.")
    if options.case:
        case = _case(parts, workflow, options.case)
    locale = workflow.locale(options.locale or (case.person.locale if case else None))
    message = workflow.message(options.message, locale)
    shown = preview(message, _values(settings, case), settings.origin.rstrip("/"))
    version = workflow.message_versions[options.message]
    print(f"{workflow.key} {options.message} version {version}, {locale}")
    print("\n".join(_lines(shown)))
    return 0


def _workflow(parts: Parts, settings: Settings, file: Path) -> Workflow:
    try:
        return read_one(parts, plugins_of(parts, settings), file)
    except (ValueError, OSError) as wrong:
        raise Stop(*str(wrong).splitlines()) from wrong


def _case(parts: Parts, workflow: Workflow, reference: str) -> CaseView:
    _, rt = ready(parts)
    try:
        found = find_cases(rt, actor=OPERATOR, reference=reference, most=1).cases
    finally:
        rt.db.dispose()
    if not found:
        raise Stop(f"There is no case {reference!r}.")
    if found[0].case.workflow != workflow.key:
        raise Stop(f"The case {reference!r} is of {found[0].case.workflow}, not {workflow.key}.")
    return found[0]


def _values(settings: Settings, case: CaseView | None) -> dict[str, str]:
    of_case = {
        "name_initial": case.person.name[:1], "reference": case.case.reference,
    } if case else SAMPLE
    return {
        "brand": settings.brand_name, "phone": settings.brand_phone,
        "host": settings.host.partition(":")[0], "minutes": settings.code_minutes,
        "code": "123456", **of_case,
    }


def _lines(shown: Preview) -> list[str]:
    room = shown.room
    parts = "1 segment" if room.parts == 1 else f"{room.parts} segments"
    free = "Within 24 hours of their last message: the text of the SMS."
    if shown.content_sid:
        approved = [f"{free} Else {shown.content_sid}, {shown.state}:"]
        approved += [f"{{{{{n}}}}} = {value}" for n, value in enumerate(shown.places, 1)]
    else:
        approved = [f"{free} Else nothing."]
    return [
        *_part(f"SMS: {parts}, {room.units} units in {room.encoding}", shown.text),
        *_part("E-mail", f"Subject: {shown.subject}", shown.text),
        *_part("WhatsApp", *approved),
        *_part("Voice", shown.voice or "Nothing is read aloud."),
    ]


def _part(head: str, *texts: str) -> list[str]:
    lines = [line for text in texts for line in text.splitlines()]
    wrapped = [part for line in lines for part in textwrap.wrap(line, _WIDTH) or [""]]
    return ["", head, *(f"    {line}" for line in wrapped)]
