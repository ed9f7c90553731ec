"""What the words of a message have to have, and may not have (R4.8, R4.9, R6.8)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from inthread.domain.contract import MESSAGES, NOTICES
from inthread.domain.document import Section
from inthread.domain.gsm7 import Room, room, septets
from inthread.domain.shorteners import is_shortener
from inthread.domain.wording import Template, render

CODE, RECEIPT, _RENEWED, PAUSED = MESSAGES
# These lead nowhere: what they tell of is done, or is for nobody but the reader to end.
WITHOUT_LINK = (RECEIPT, PAUSED, *NOTICES)
LAST_LINE_OF_CODE = "@{{ host }} #{{ code }}"
ONE_SMS = 160
MOST_PARTS = 3
# The longest each field is filled with; a name may begin with any letter of any alphabet.
LONGEST: Mapping[str, str] = {
    "brand": "x" * 24, "code": "0" * 6, "minutes": "10", "host": "x" * 40, "phone": "0" * 20,
    "link": "https://" + "x" * 40 + "/l/" + "x" * 46, "reference": "X" * 12,
    "name_initial": "\u0141",
}

# Words that tell a stranger what the matter is (CONC 7.9.10R, 12 CFR 1006.6), without accents.
_DEBT = re.compile(
    r"\b(debt\w*|overdue|arrears|ow(?:e|es|ed|ing)|collect(?:ion|ions|or|ors|ing|ed|s)?|delinquen\w*"
    r"|past due|unpaid|final notice|deuda\w*|adeud\w*|deudor\w*|debe[sn]?|vencid\w*|moros\w*"
    r"|atrasad\w*|impag\w*|cobr\w*|ultimo aviso)\b"
)
_OPT_OUT = re.compile(r"\bSTOP\b")
_KEY_TO_STOP = re.compile(r"\b9\b")
_SCHEME = re.compile(r"[a-z]{2,10}:/|https?:|www\.", re.IGNORECASE)
# Anything a phone would make a link of: dots between words without a space, or an IP address.
_HOST = re.compile(r"(?:[\w-]+\.)+[^\W\d_]{2,}|\d{1,3}(?:\.\d{1,3}){3}")
_STUCK_LINK = re.compile(r"\S\{\{ link \}\}|\{\{ link \}\}\S")
_DOTS = str.maketrans(dict.fromkeys("\u3002\uff61\u2024", "."))


def lint_text(section: Section, name: str, text: Template) -> None:
    """The text of the message *name*, as it goes to SMS and e-mail."""
    if not text.text:
        return
    if name != RECEIPT:
        no_debt_words(section, "text", text.text)
    if not text.text.startswith("{{ brand }}"):
        section.note("text", "has to begin with {{ brand }}: people look who writes first")
    _no_address(section, "text", text.text)
    if name == CODE:
        _lint_code(section, text)
    else:
        _lint_sms(section, name, text)


@lru_cache(maxsize=512)
def longest(text: Template) -> Room:
    """The room it takes in an SMS with every field at its longest."""
    return room(_filled(text))


def lint_subject(section: Section, subject: str) -> None:
    _no_control(section, "subject", subject)
    _no_address(section, "subject", subject)
    no_debt_words(section, "subject", subject)


def lint_voice(section: Section, name: str, voice: Template) -> None:
    """What is read aloud to whoever picks up: an answering machine may be listening too."""
    if not voice.text:
        return
    no_debt_words(section, "voice", voice.text)
    _no_control(section, "voice", voice.text)
    _no_address(section, "voice", voice.text)
    if "brand" not in voice.fields:
        section.note("voice", "has to say {{ brand }}: people ask who calls")
    if name == CODE and "code" not in voice.fields:
        section.note("voice", "has to say {{ code }}")
    if name != CODE and not _KEY_TO_STOP.search(voice.text):
        section.note("voice", "has to say how to stop the calls: press 9")


def no_debt_words(section: Section, key: str, text: str) -> None:
    """Note a word that tells a stranger what the matter is."""
    found = _DEBT.search(_bare(text))
    if found:
        section.note(key, f"says {found.group()!r} before it is known who reads it: leave it out")


def _lint_sms(section: Section, name: str, text: Template) -> None:
    if not _OPT_OUT.search(text.text):
        section.note("text", "has to say how to opt out, with the word STOP (12 CFR 1006.6(e))")
    if name not in WITHOUT_LINK and "link" not in text.fields:
        section.note("text", "has to have {{ link }}: there is no other way in")
    if _STUCK_LINK.search(text.text):
        section.note("text", "has to have a space on both sides of {{ link }}, or nothing after it")
    size = longest(text)
    if size.parts > MOST_PARTS:
        section.note(
            "text", f"can take {size.parts} segments ({size.units} units in {size.encoding}); "
            f"the most is {MOST_PARTS}"
        )


def _lint_code(section: Section, text: Template) -> None:
    body, _, last = text.text.rpartition("\n")
    if last != LAST_LINE_OF_CODE:
        section.note("text", f"has to end with the line {LAST_LINE_OF_CODE} and nothing after it")
    for field in ("code", "minutes"):
        if f"{{{{ {field} }}}}" not in body:
            section.note("text", f"has to say {{{{ {field} }}}} above its last line")
    size = septets(_filled(text))
    if size is None:
        section.note("text", "has a letter that SMS sends in twice the room: write without it")
    elif size > ONE_SMS:
        section.note("text", f"can take {size} characters; one SMS has {ONE_SMS}")


def _filled(text: Template) -> str:
    return render(text, {**dict.fromkeys(text.fields, ""), **LONGEST})


def _no_address(section: Section, key: str, text: str) -> None:
    """R4.9: links are ours alone, so a text has no host, with or without a scheme."""
    shown = unicodedata.normalize("NFKC", text.translate(_DOTS))
    shown = "".join(c for c in shown if unicodedata.category(c) != "Cf")
    hosts = _HOST.findall(shown)
    shared = [host for host in hosts if is_shortener(host)]
    if shared:
        section.note(
            key, f"has {shared[0]!r}, a shortener that everybody shares: networks block it; only "
            "{{ link }} may take people anywhere"
        )
    elif _SCHEME.search(shown):
        section.note(key, "has an address of its own: only {{ link }} may take people anywhere")
    elif hosts:
        section.note(
            key, f"has {hosts[0]!r}, which phones turn into a link: only {{{{ link }}}} may take "
            "people anywhere"
        )


def _no_control(section: Section, key: str, text: str) -> None:
    if any(unicodedata.category(character) == "Cc" for character in text):
        section.note(key, "has a line break or control character")


def _bare(text: str) -> str:
    spread = unicodedata.normalize("NFKD", text.lower())
    return " ".join("".join(c for c in spread if not unicodedata.combining(c)).split())
