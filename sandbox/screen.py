"""What the simulator shows: who there is, a message's text, a case. Values only."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from sandbox.money import money

ONE_NUMBER = ("sms", "whatsapp", "voice")
LIVE = ("open", "pending", "resolved", "exception")
MOST_PEOPLE = 8
_LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]]")
_AUTOFILL = re.compile(r"^@\S+ #\w+$", re.M)
_GSM = re.compile(r"[\n\r -~¡£¤¥§¿ÄÅÆÇÉÑÖØÜßàäåæèéìñòöøùüΓΔΘΛΞΠΣΦΨΩ€]*")
_NEXT = {
    "contact": "a message", "give_up": "a person takes over", "work": "a person works on it",
    "prove": "the proof in the back office", "pay": "the payment",
}
_GOOD = ("proved", "closed", "passed", "succeeded", "verified", "delivered")
_BAD = ("failed", "refused", "locked", "rejected", "exception", "expired", "mismatch", "denied")
_DOUBT = ("unknown", "held", "retried", "declined", "delayed", "unclear", "late", "not_done",
          "skipped", "stopped", "unreachable")


@dataclass(frozen=True)
class Person:
    """`account` is empty for a number that the office has no account for."""

    reference: str
    name: str
    about: str
    contacts: tuple[tuple[str, str], ...]
    account: Mapping[str, object]

    @property
    def addresses(self) -> tuple[str, ...]:
        return tuple(address for _, address in self.contacts)

    def address(self, channel: str) -> str:
        """Where this channel reaches them; empty when it does not. Texts, WhatsApp and calls go to
        one number."""
        phone = ONE_NUMBER if channel in ONE_NUMBER else ()
        found = dict(reversed(self.contacts))
        return next((found[kind] for kind in (channel, *phone) if kind in found), "")

    @property
    def zone(self) -> str:
        """The name of their time zone; empty when nobody said it."""
        return str(self.account.get("zone") or "")

    @property
    def initials(self) -> str:
        words = [w for w in self.name.split() if w[:1].isalpha()]
        return "".join(w[0] for w in (words[:1] + words[1:][-1:])).upper() or "#"

    @property
    def first_name(self) -> str:
        return self.name.split()[0] if self.account else self.name


def people(accounts: Sequence[Mapping[str, object]], seen: Sequence[str]) -> list[Person]:
    """Everyone the office can reach, and every other address that got a message. Those who got
    one come first; the order does not change with the next message."""
    known = [_person(account) for account in accounts if account.get("contacts")]
    theirs = {address for person in known for address in person.addresses}
    strangers = [
        Person(address, address, "Not in the office's books", (("sms", address),), {})
        for address in seen if address not in theirs
    ]
    got = set(seen)
    return sorted(
        [*known, *strangers],
        key=lambda p: (got.isdisjoint(p.addresses), not p.account, p.reference),
    )


def _person(account: Mapping[str, object]) -> Person:
    listed = account["contacts"] if isinstance(account["contacts"], list) else []
    contacts = tuple((str(c["channel"]), str(c["address"])) for c in listed)
    return Person(
        str(account["reference"]), str(account["name"]), _about(account), contacts, account
    )


def _about(account: Mapping[str, object]) -> str:
    """What the office says of them, or what they owe now."""
    owed = account.get("balance")
    if account.get("about") or not isinstance(owed, Mapping):
        return str(account.get("about") or account["reference"])
    minor = int(str(owed["minor"]))
    return f"Owes {money(minor, str(owed['currency']))}" if minor > 0 else "Owes nothing"


def text_parts(body: str) -> int:
    """How many SMS it takes: 160 or 153 characters of the plain alphabet, else 70 or 67."""
    one, more = (160, 153) if _GSM.fullmatch(body) else (70, 67)
    return 1 if len(body) <= one else -(-len(body) // more)


def message_html(body: str) -> Markup:
    """The text with its links to tap and its autofill line set apart."""
    made, last = Markup(), 0
    for found in _LINK.finditer(body):
        made += _lines(body[last:found.start()])
        address = found.group()
        bare = address.partition("://")[2]
        made += Markup('<a class="tap" href="{}" target="_blank" rel="noreferrer">{}</a>').format(
            address, bare
        )
        last = found.end()
    return made + _lines(body[last:])


def _lines(text: str) -> Markup:
    plain = escape(text)
    marked = _AUTOFILL.sub(lambda found: f'<span class="fill">{found.group()}</span>', plain)
    return Markup(marked.replace("\n", "<br>"))  # noqa: S704 - escaped above


def pick_case(cases: Sequence[Mapping], wanted: str) -> Mapping | None:
    """The wanted case, else the last one that is still going on, else the last one."""
    ordered = sorted(cases, key=lambda c: (c.get("state") in LIVE, str(c.get("opened_at") or "")))
    return next((c for c in cases if c.get("id") == wanted), ordered[-1] if ordered else None)


def next_step(what: str) -> str:
    """What happens next to a case, as a person says it."""
    return _NEXT.get(what, what.replace("_", " "))


def tone(event: str) -> str:
    """The colour of an event, by the last word of its name."""
    word = event.rpartition(".")[2]
    for name, words in (("bad", _BAD), ("warn", _DOUBT), ("ok", _GOOD)):
        if any(w in word for w in words):
            return name
    return "plain"


def state_tone(state: str) -> str:
    return {"closed": "ok", "exception": "bad", "expired": "warn", "withdrawn": "warn"}.get(
        state, "info"
    )
