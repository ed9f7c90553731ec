"""Reads the messages of a workflow: each in every locale, for every channel that it goes out on."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from inthread.domain.contract import MESSAGES, NOTICES, CadenceStep
from inthread.domain.document import Section
from inthread.domain.message_lint import (
    CODE,
    PAUSED,
    RECEIPT,
    WITHOUT_LINK,
    lint_subject,
    lint_text,
    lint_voice,
)
from inthread.domain.policy_reader import template
from inthread.domain.wording import ApprovalState, ApprovedText, MessageText, Template

FIELDS: Mapping[str, tuple[str, ...]] = {
    CODE: ("brand", "code", "minutes", "host"),
    RECEIPT: ("brand", "name_initial", "phone", "link", "reference"),
    **dict.fromkeys((PAUSED, *NOTICES), ("brand", "name_initial", "phone")),
}
CONTACT_FIELDS = ("brand", "name_initial", "phone", "link")
# Read aloud: nobody can tap a link.
VOICE_FIELDS = {CODE: ("brand", "code", "minutes", "phone")}
CALL_FIELDS = ("brand", "name_initial", "phone")
# The words of an authentication template are WhatsApp's own, and have one place to fill.
APPROVED_FIELDS = {CODE: ("code",)}
VOICE, WHATSAPP = "voice", "whatsapp"
_CONTENT_SID = re.compile(r"HX[0-9a-f]{32}")


@dataclass(frozen=True)
class Messages:
    """By name: the text in each locale, and which version of the words that is."""

    texts: Mapping[str, Mapping[str, MessageText]]
    versions: Mapping[str, int]


def read_messages(
    section: Section, locales: Sequence[str], steps: Sequence[CadenceStep], *, notices: bool
) -> Messages:
    """Those that the cadence sends, each fit for its step's channel, those always there, and
    with *notices* those that tell of another contact point."""
    outer = section.section("messages", "write the messages as [wording.messages.NAME.LOCALE]")
    channels: dict[str, set[str]] = {step.template: set() for step in steps}
    for step in steps:
        channels[step.template].add(step.channel)
    wanted = list(dict.fromkeys([*channels, *MESSAGES, *(NOTICES if notices else ())]))
    for name in outer.values:
        if name not in wanted:
            outer.note(name, "is never sent: remove it, or correct its name")
    texts, versions = {}, {}
    for name in wanted:
        part = outer.section(name, f"write it in {', '.join(locales)}")
        if outer.has(name):
            versions[name] = part.integer("version", "other words are another version", 1, 10**6)
            texts[name] = {
                locale: _message(
                    part.section(locale, "write text and subject"), name, channels.get(name, ())
                )
                for locale in locales
            }
            part.close()
    return Messages(texts, versions)


def _message(section: Section, name: str, channels: Collection[str]) -> MessageText:
    raw = section.text("text", "the whole message")
    text = template(section, "text", raw, FIELDS.get(name, CONTACT_FIELDS))
    subject = section.text("subject", "for channels that have one, such as e-mail")
    message = MessageText(
        text=text,
        subject=template(section, "subject", subject, ("brand",)),
        voice=_voice(section, name, VOICE in channels),
        whatsapp=_whatsapp(section, name, WHATSAPP in channels),
    )
    lint_text(section, name, text)
    lint_subject(section, subject)
    section.close()
    return message


def _voice(section: Section, name: str, needed: bool) -> Template | None:
    if not section.has("voice") and not needed:
        return None
    raw = section.text("voice", "a step of the cadence calls: write what is read aloud")
    voice = template(section, "voice", raw, VOICE_FIELDS.get(name, CALL_FIELDS))
    lint_voice(section, name, voice)
    return voice


def _whatsapp(section: Section, name: str, needed: bool) -> ApprovedText | None:
    advice = "a step of the cadence goes by WhatsApp, which takes approved content only"
    if not section.has("whatsapp") and not needed:
        return None
    inner = section.section("whatsapp", advice)
    sid = inner.text("content_sid", "the id of the content template, HX and 32 hex digits")
    if sid and not _CONTENT_SID.fullmatch(sid):
        inner.note("content_sid", "has to be HX and 32 hex digits, small letters")
    state = inner.one_of("state", list(ApprovalState), "say what WhatsApp has said of it")
    found = ApprovedText(
        sid, _variables(inner, name), ApprovalState(state) if state else ApprovalState.DRAFT
    )
    if needed and state and not found.approved:
        inner.note("state", f"is {state!r}: {advice}")
    inner.close()
    return found


def _variables(section: Section, name: str) -> tuple[str, ...]:
    names = section.texts("variables", "name the fields of its places {{1}}, {{2}}, ...")
    allowed = APPROVED_FIELDS.get(name, FIELDS.get(name, CONTACT_FIELDS))
    for number, field in enumerate(names):
        if field not in allowed:
            can = ", ".join(allowed)
            section.note(f"variables[{number}]", f"has the field {field!r}; allowed here: {can}")
    if section.has("variables"):
        needed = "code" if name == CODE else "link"
        if name not in WITHOUT_LINK and needed not in names:
            section.note("variables", f"has to have {needed!r}")
    return names
