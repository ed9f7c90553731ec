"""What a reply asks of us (R4.4, A63), and that no trick of writing changes it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from re import _constants as constants  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inthread.domain import intent, intent_words, stop_words
from inthread.domain.intent import Intent, classify

OURS = "Larkfield: look https://pay.larkfield.example/l/x Reply STOP to opt out."

STOPS = [
    # A63: the words of the FCC, the CTIA and Twilio, as people write them.
    "STOP", "stop.", "\u201cStop\u201d", "STOPALL", "stop all", "OPTOUT", "opt out", "Opt-out",
    "REVOKE", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REMOVE ME",
    # English
    "please stop", "STOP PLEASE", "stop!!!", "Stop?", "stop stop stop", "pls stop", "ok stop",
    "stop texting me", "Please stop texting me!", "can you please stop texting me", "stop it",
    "no more texts", "no more messages please", "do not contact me", "Don\u2019t text me anymore",
    "don\xb4t contact me again", "dont call me", "stop sending me these texts", "end texts",
    "I don't want these messages", "I do not want to receive any more texts", "leave me alone",
    "I revoke my consent", "take me off your list", "remove my number from your list",
    "unsubscribe me from this list", "I want to opt out of these messages", "lose my number",
    "stop txting me", "cancel all reminders", "REMOVE", "wrong number stop texting me",
    "i already paid do not text me again", "I told you to stop calling me",
    # Spanish
    "alto", "basta", "\xa1Basta ya!", "baja", "BAJA POR FAVOR", "cancelar", "parar",
    "no me escriban", "No me escriban m\xe1s", "dejen de escribirme", "por favor no me llamen",
    "no m\xe1s mensajes", "ya no quiero mensajes", "no quiero recibir m\xe1s mensajes",
    "quiero darme de baja", "dejen de enviarme mensajes",
    "ya pague no me escriban mas",
    # French
    "arret", "ARR\xcaT SVP", "stop svp", "arr\xeatez", "d\xe9sabonner", "me d\xe9sabonner",
    "ne m'\xe9crivez plus", "Ne m\u2019appelez plus", "arr\xeatez de m'\xe9crire",
    "ne m'envoyez plus de messages", "plus de messages", "ne me contactez plus svp",
    # Mistyped
    "stopp", "sotp", "tsop", "stpo", "st0p",
    # In company
    "I already paid. Stop texting me", "Wrong number. STOP", "I paid yesterday, stop", "No. Stop.",
    "STOP\n\nSent from my iPhone",
    f"STOP\n\nOn Mon, 23 Nov 2026 at 10:00, Larkfield wrote:\n> {OURS}",
    f"stop\nOn Mon, 23 Nov 2026 at 10:00, Larkfield <pay@larkfield.example>\nwrote:\n> {OURS}",
    # Unicode
    "\uff33\uff34\uff2f\uff30", "S\u200bT\u200cO\u2060P", "\u0405\u0422\u041e\u0420",
    "\u0421\u0422\u041e\u041f", "s.t.o.p", "S T O P", "S\u0336T\u0336O\u0336P\u0336",
    "\U0001f182\U0001f183\U0001f17e\U0001f17f", "\U0001d54a\U0001d54b\U0001d546\u2119",
    "\U0001f6d1 STOP \U0001f6d1", "st\xadop", "\u24c8\u24e3\u24de\u24df",
]
UNSURE = [
    "don't stop my plan", "STOP by tomorrow?", "stop sign", "can you stop the late fee",
    "please do not stop", "Stop, wait", "stop texting me until Friday", "stop it if I pay",
    "I want to cancel my plan", "I quit my job", "what happens if I stop paying?", "don't, stop",
    "STOP. I pay on Friday", "start stop", "stops", "stip", "shop", "not interested",
    "why would you stop texting me", "I don't want you to stop texting me", "no me llamaron",
    "por que no me escriben", "this is harassment", "quiero cancelar mi deuda",
    "no quiero cancelar", "arr\xeat maladie",
    "\U0001f6d1", "\u270b", "my lawyer wrote:\nstop the plan",
]
REST = {
    Intent.START: ["START", "start", "UNSTOP", "un-stop please", "iniciar", "REPRENDRE"],
    Intent.HELP: ["HELP", "help!", "INFO", "AYUDA", "Aide", "informaci\xf3n", "I need help"],
    Intent.WRONG_NUMBER: [
        "wrong number", "Sorry, wrong number", "Who is this?", "who's this", "not me",
        "This isn't me", "I am not Maya", "I\u2019m not Maya", "this is not Maya", "no soy Maya",
        "n\xfamero equivocado", "Numero equivocado, no soy Maya", "\xbfQui\xe9n es?",
        "mauvais num\xe9ro", "ce n'est pas moi", "je ne suis pas Maya",
        "wrong number, I already paid mine",
    ],
    Intent.ALREADY_PAID: [
        "I already paid", "already paid", "paid yesterday", "Paid", "I paid it last week",
        "payment sent", "I've paid", "I paid, thanks", "ya pagu\xe9", "Ya lo pagu\xe9 ayer",
        "ya est\xe1 pagado", "d\xe9j\xe0 pay\xe9", "J'ai d\xe9j\xe0 pay\xe9",
    ],
    Intent.CALL_ME: [
        "call me", "Call me back please", "can you call me tomorrow", "Call me at 5pm",
        "can I speak to someone", "ll\xe1menme", "ll\xe1mame", "me pueden llamar", "appelez-moi",
        "rappelez moi svp",
    ],
    Intent.LINK: [
        "PAY", "pay", "LINK", "new link", "send me the link", "the link doesn't work", "PAGAR",
        "ENLACE", "lien", "nouveau lien", "env\xedeme el enlace", "How do I pay?", "PAY 50",
    ],
    Intent.OTHER: [
        "YES", "yes", "s\xed", "oui", "ok", "thanks", "when does it end", "end of the month",
        "quite a lot", "I'm not sure", "I am not able to pay", "I get paid on Friday",
        "I have not paid yet", "no he pagado", "pas encore pay\xe9", "when I get paid I will pay",
        "el importe es muy alto", "la cuota es baja", "I can't pay this month", "?", "\U0001f44d",
        "", "  ", f"Liked \u201c{OURS}\u201d", f"\U0001f44d to \u201c{OURS}\u201d",
    ],
}


@pytest.mark.parametrize("text", STOPS)
def test_r4_4_a63_a_stop_in_any_wording(text: str) -> None:
    assert classify(text) is Intent.STOP


@pytest.mark.parametrize("text", UNSURE)
def test_r4_4_what_may_be_a_stop_is_for_a_person(text: str) -> None:
    assert classify(text) is Intent.UNSURE_STOP


@pytest.mark.parametrize(
    ("text", "meant"), [(text, meant) for meant, texts in REST.items() for text in texts]
)
def test_r4_4_the_other_intents(text: str, meant: Intent) -> None:
    assert classify(text) is meant


PLAIN = [text for text in STOPS if re.fullmatch("[A-Za-z ]+", text)]
HIDDEN = ["", "\u200b", "\u200d", "\u2060", "\xad", "\u034f", "\ufe0f", "\u0336", "\u0301"]
AROUND = st.text(st.sampled_from(" \t\n.!?*_\"'()[]-\u201c\u201d\xab\xbb\u2026\U0001f6d1\u3000"))


@given(st.sampled_from(PLAIN), st.randoms(use_true_random=False), AROUND, AROUND)
def test_r4_4_ornament_changes_no_stop(text: str, random: Any, before: str, after: str) -> None:
    looks = (str.upper, str.lower, lambda c: chr(ord(c) + 0xFEE0) if c != " " else "\u3000")
    written = "".join(random.choice(looks)(c) + random.choice(HIDDEN) for c in text)
    assert classify(before + written + after) is Intent.STOP


@given(st.text(st.characters(), max_size=60))
def test_any_text_has_an_intent(text: str) -> None:
    assert classify(text) in Intent


@pytest.mark.parametrize(("part", "meant"), [
    ("stop ", Intent.STOP), ("ok ", Intent.OTHER), ("a.", Intent.OTHER), ("no more ", Intent.OTHER),
    ("please stop sending me all any more of the ", Intent.UNSURE_STOP), ("\u0301", Intent.OTHER),
    ("ne m", Intent.OTHER), ("\u201c", Intent.OTHER), ("liked \u201c", Intent.OTHER),
    (">\n", Intent.OTHER), ("on 1 ", Intent.OTHER), ("\ufdfa", Intent.OTHER),
])
def test_a_reply_as_long_as_it_may_be(part: str, meant: Intent) -> None:
    long = (part * 10_000)[:10_000]
    assert classify(long) is meant


def patterns() -> Iterator[re.Pattern[str]]:
    for module in (intent, intent_words, stop_words):
        for value in vars(module).values():
            yield from [p for p in (value if isinstance(value, tuple) else (value,))
                        if isinstance(p, re.Pattern)]


def nested(tree: Any, within: bool = False) -> bool:
    """Whether something repeated without end stands in something else that is repeated."""
    for kind, value in tree:
        if kind in (constants.MAX_REPEAT, constants.MIN_REPEAT):
            _, most, inner = value
            if within and most is constants.MAXREPEAT:
                return True
            if nested(inner, within or most > 1):
                return True
        parts = value[1] if kind is constants.BRANCH else ()
        if kind is constants.SUBPATTERN:
            parts = (value[-1],)
        if any(nested(part, within) for part in parts):
            return True
    return False


def test_no_quantifier_stands_within_another() -> None:
    """ASVS 1.3.12: the work of a match is bounded by the length of a text."""
    assert nested(parser.parse("(?:a+b){2}"))
    found = list(patterns())
    assert len(found) > 20
    assert [p.pattern for p in found if nested(parser.parse(p.pattern))] == []
