"""Which parts of a workflow's contract have a form, and the fields of each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from inthread.domain.contract import CONSENT_BASES, CONSENT_PURPOSES, MESSAGES, WORK_REASONS
from inthread.domain.draft_edit import Document, Place
from inthread.domain.facts import FactKind
from inthread.domain.part_form import Field, FieldKind, Part
from inthread.domain.policy import NO_RULE
from inthread.domain.policy_words import spoken
from inthread.domain.sketch import Sketch, parts, table, text
from inthread.domain.wording import ApprovalState

Pairs = tuple[tuple[str, str], ...]
WORDS, LINE, NAMES = FieldKind.WORDS, FieldKind.LINE, FieldKind.NAMES
_VIEWS = (("link+fact", "link and the known fact"), ("code", "a code"))
_FIELDS = "Fields: {{ brand }}, {{ link }}, {{ name_initial }}, {{ phone }}"


def reason_parts(document: Document, seen: Sketch) -> list[Part]:
    """Why not, in words: to the customer in each language, and to staff."""
    return [
        Part(("reasons", code), code, (
            Field(("staff",), "To staff"),
            *_texts(("customer",), "To the customer", seen, LINE),
        ), "Reasons", removable=code != NO_RULE)
        for code in table(document, ("reasons",))
    ]


def word_parts(document: Document, seen: Sketch) -> list[Part]:
    """Messages, page, statements, agreements, buttons, and what people agreed to."""
    return [
        *_messages(document, seen), _page(seen), *_signed(document, seen), *_buttons(seen),
        Part(("contact", "consent"), "What people agreed to", (
            *_texts((), "Words", seen, WORDS),
            Field(("version",), "Version", hint="Other words are another version, such as 2026-02"),
            Field(("basis",), "Who vouches", FieldKind.CHOICE, choices=_same(CONSENT_BASES)),
        ), "Consent"),
        Part(("title",), "What staff call it", _texts((), "Title", seen, LINE), "Title"),
    ]


def cadence_parts(document: Document, seen: Sketch, channels: Collection[str]) -> list[Part]:
    """When it is asked, on which channels, and when it is given up."""
    names = table(document, ("wording", "messages"))
    sent = _same(dict.fromkeys([n for n in names if n not in MESSAGES] + list(names)))
    steps = [
        Part(("cadence", "steps", number), f"Step {number + 1}", (
            Field(("after",), "After", hint="From the step before: 90s, 15m, 4h, 3d, 2w"),
            Field(("channel",), "By", FieldKind.CHOICE, choices=_same(sorted(channels))),
            Field(("template",), "Message", FieldKind.CHOICE, choices=sent),
            *(
                Field(("when", name), f"Only when {spoken(name)} is", hint="Empty: it is not asked")
                for name in table(document, ("cadence", "steps", number, "when"))
            ),
        ), "Steps", number, removable=True)
        for number in range(len(parts(document, ("cadence", "steps"))))
    ]
    return [*steps, Part(("cadence",), "Hours and end", (
        Field(("hours",), "Sent between", NAMES, "Local times, at most 08:00, 21:00"),
        Field(("per_day",), "Messages a day", FieldKind.NUMBER, "1 to 3"),
        Field(("zone",), "Zone", hint="For people whose zone is not known"),
        Field(("give_up_after",), "Give up after", hint="From the opening; then a person looks"),
    ), "When"), Part(("contact",), "Why people are written to", (
        Field(("purpose",), "Purpose", FieldKind.CHOICE, choices=_same(CONSENT_PURPOSES)),
        Field(("priority",), "Priority", FieldKind.NUMBER, "1 goes first, 9 last"),
        Field(("country",), "Country", hint="Whose rules hold when nothing else is known"),
    ), "When")]


def fact_parts(document: Document, seen: Sketch, connectors: Collection[str]) -> list[Part]:
    """The trigger with its facts, identity, proof, and the queues of work for people."""
    return [
        _trigger(document, seen), *_facts(document, seen), *_derived(document),
        _identity(seen), *_proofs(document, seen, connectors), *_queues(document),
    ]


def _messages(document: Document, seen: Sketch) -> Iterable[Part]:
    for name, part in table(document, ("wording", "messages")).items():
        version = text(part, ("version",))
        yield Part(("wording", "messages", name), f"{spoken(name).capitalize()}", tuple(
            field for locale in seen.locales for field in _message(name, part, locale)
        ), "Messages", removable=name not in MESSAGES, version=int(version or 0))


def _message(name: str, part: object, locale: str) -> Iterable[Field]:
    yield Field((locale, "text"), "Text", WORDS, "" if name in MESSAGES else _FIELDS,
                language=locale)
    yield Field((locale, "subject"), "Subject", language=locale)
    yield Field((locale, "voice"), "Read aloud", WORDS, "For calls", language=locale)
    if table(part, (locale, "whatsapp")):
        states = _same(state.value for state in ApprovalState)
        yield Field((locale, "whatsapp", "content_sid"), "WhatsApp content", language=locale)
        yield Field((locale, "whatsapp", "variables"), "Its places", NAMES, language=locale)
        yield Field((locale, "whatsapp", "state"), "WhatsApp said", FieldKind.CHOICE,
                    choices=states, language=locale)


def _page(seen: Sketch) -> Part:
    return Part(("wording", "page"), "The customer's page", (
        *_texts(("before",), "Before it is known who reads", seen, LINE),
        *_texts(("name",), "What the case is called", seen, LINE),
        Field(("menu",), "Facts shown above the choices", NAMES,
              f"Of: remaining, {', '.join(f.name for f in seen.trigger.facts if not f.sensitive)}"),
    ), "Page")


def _signed(document: Document, seen: Sketch) -> Iterable[Part]:
    for name, part in table(document, ("wording", "statements")).items():
        yield Part(("wording", "statements", name), spoken(name).capitalize(),
                   _texts(("text",), "The exact text that is signed", seen, WORDS), "Statements",
                   version=int(text(part, ("version",)) or 0), removable=True)
    for part, heading in (("agreements", "Agreements"), ("authorisations", "Payments taken")):
        for action in table(document, ("wording", part)):
            yield Part(("wording", part, action), seen.label(action),
                       _texts((), "The exact text agreed to", seen, WORDS), heading)


def _buttons(seen: Sketch) -> Iterable[Part]:
    for number, action in enumerate(seen.actions):
        yield Part(("resolution", "actions", number), action.label, (
            *_texts(("label",), "Button", seen, LINE), *_texts(("hint",), "Line below", seen, LINE),
        ), "Buttons")


def _trigger(document: Document, seen: Sketch) -> Part:
    money = [fact.name for fact in seen.trigger.facts if fact.kind is FactKind.MONEY]
    return Part(("trigger",), "What opens a case", (
        Field(("event",), "Event"),
        Field(("natural_key",), "The same obligation has the same", NAMES),
        Field(("owed",), "What is owed", FieldKind.CHOICE,
              choices=(("", "nothing"), *_same(money))),
        Field(("expires_after",), "An open case ends after", hint="Such as 90d"),
    ), "Trigger")


def _facts(document: Document, seen: Sketch) -> Iterable[Part]:
    kinds = _same(kind.value for kind in FactKind)
    for name, fact in table(document, ("trigger", "facts")).items():
        kind = text(fact, ("kind",))
        yield Part(("trigger", "facts", name), spoken(name).capitalize(), (
            Field(("kind",), "Kind", FieldKind.CHOICE, choices=kinds),
            *_texts(("label",), "Called", seen, LINE),
            _yes_no("required", "Required", usual="yes"),
            Field(("default",), "When missing", _DEFAULTS.get(kind, LINE),
                  choices=(("", "nothing"), ("true", "yes"), ("false", "no"))),
            _yes_no("sensitive", "Sensitive", usual="no"),
            _yes_no("known_fact", "Only the right person knows it", usual="no"),
            *([Field(("max_length",), "Longest", FieldKind.NUMBER)] if kind == "text" else []),
            *([Field(("choices",), "One of", NAMES)] if kind == "choice" else []),
        ), "Facts", removable=True)


def _derived(document: Document) -> Iterable[Part]:
    names = table(document, ("trigger", "derived"))
    if names:
        yield Part(("trigger", "derived"), "Counted from facts", tuple(
            Field((name,), spoken(name).capitalize(), hint="days_since(FACT) or days_until(FACT)")
            for name in names
        ), "Facts")


def _identity(seen: Sketch) -> Part:
    known = [fact.name for fact in seen.trigger.facts if fact.known_fact]
    return Part(("identity",), "Before the case is shown", (
        Field(("view",), "Asked for", FieldKind.CHOICE, choices=_VIEWS),
        Field(("fact",), "The known fact", FieldKind.CHOICE, choices=(("", "none"), *_same(known))),
        *_texts(("question",), "Its question", seen, LINE),
    ), "Identity")


def _proofs(document: Document, seen: Sketch, connectors: Collection[str]) -> Iterable[Part]:
    for action in table(document, ("proof",)):
        fields = table(document, ("proof", action, "fields"))
        yield Part(("proof", action), seen.label(action), (
            Field(("connector",), "System of record", FieldKind.CHOICE,
                  choices=_same(sorted(connectors))),
            Field(("operation",), "It calls this"),
            Field(("within",), "Late after"),
            Field(("must_equal",), "The read-back has to show", NAMES),
            *(
                Field(("fields", name), f"Field {name}",
                      hint="fact.NAME, outcome.NAME, case.reference or person.reference")
                for name, source in fields.items() if isinstance(source, str)
            ),
        ), "Proof")


def _queues(document: Document) -> Iterable[Part]:
    for reason in table(document, ("exceptions",)):
        yield Part(("exceptions", reason), spoken(reason).capitalize(), (
            Field(("queue",), "Queue"), Field(("due",), "Done within"),
        ), "Work for people", removable=reason not in WORK_REASONS)


_DEFAULTS = {FactKind.BOOLEAN.value: FieldKind.YES_NO, FactKind.INTEGER.value: FieldKind.NUMBER}


def _texts(place: Place, label: str, seen: Sketch, kind: FieldKind) -> tuple[Field, ...]:
    return tuple(
        Field((*place, locale), label, kind, language=locale) for locale in seen.locales
    )


def _yes_no(name: str, label: str, *, usual: str) -> Field:
    choices = (("", f"{usual}, as usual"), ("true", "yes"), ("false", "no"))
    return Field((name,), label, FieldKind.YES_NO, choices=choices)


def _same(values: Iterable[str] | Sequence[str]) -> Pairs:
    return tuple((value, spoken(value)) for value in values)
