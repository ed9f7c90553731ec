"""What the linter refuses in a message (A65, R4.8, R4.9), and the room a text takes (A66)."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inthread.domain.gsm7 import Encoding, Room, room, septets
from inthread.domain.message_lint import longest
from inthread.domain.shorteners import is_shortener
from inthread.domain.wording import Template
from inthread.settings import BadSetting, read_settings
from tests.domain.samples import problems, shipped
from tests.domain.test_workflow_contact import SMALL_WITH_VOICE

GOOD_KEY = "k1:" + base64.b64encode(bytes(range(32))).decode()
TEXT = "wording.messages.ask.en.text"
GOOD = "{{ brand }}: look {{ link }} Reply STOP to opt out."


def found(text: str, place: str = TEXT) -> list[str]:
    return [line.removeprefix(f"{place}: ") for line in problems({place: text})]


@pytest.mark.parametrize("purpose", ["collections", "service"])
def test_a65_r4_8_no_message_without_the_way_out(purpose: str) -> None:
    assert problems({"contact.purpose": purpose, TEXT: "{{ brand }}: look {{ link }}"}) == [
        f"{TEXT}: has to say how to opt out, with the word STOP (12 CFR 1006.6(e))",
    ]


def test_a65_r4_8_in_spanish_the_word_is_stop_too() -> None:
    for words, good in (("Responda STOP para salir.", True), ("Responda ALTO para salir.", False)):
        text = f"{{{{ brand }}}}: mire {{{{ link }}}} {words}"
        assert (found(text) == []) is good


@pytest.mark.parametrize(("words", "host"), [
    ("bit.ly/3xYz", "bit.ly"), ("https://tinyurl.com/abc", "tinyurl.com"), ("goo.gl/x", "goo.gl"),
    ("T.CO/abc", "T.CO"), ("see ow.ly", "ow.ly"), ("is.gd", "is.gd"), ("x.rebrand.ly/a",
    "x.rebrand.ly"), ("bit\u3002ly/a", "bit.ly"), ("b\u200bit.ly", "bit.ly"),
    ("\uff42\uff49\uff54.\uff4c\uff59", "bit.ly"),
])
@pytest.mark.parametrize("place", [TEXT, "wording.messages.ask.en.subject"])
def test_a65_r4_9_no_shared_shortener(words: str, host: str, place: str) -> None:
    text = GOOD.replace("look", words) if place == TEXT else words
    assert found(text, place) == [
        f"has {host!r}, a shortener that everybody shares: networks block it; only {{{{ link }}}} "
        "may take people anywhere",
    ]


@pytest.mark.parametrize("words", ["http://x", "https:evil", "www.larkfield", "HTTP://A.EXAMPLE"])
def test_a65_r4_9_no_address(words: str) -> None:
    assert found(GOOD.replace("look", words)) == [
        "has an address of its own: only {{ link }} may take people anywhere",
    ]


@pytest.mark.parametrize("words", ["larkfield.example", "10.0.0.1", "p\xe1go.example", "look.Now"])
def test_a65_r4_9_no_host_but_ours(words: str) -> None:
    assert found(GOOD.replace("look", words)) == [
        f"has {words!r}, which phones turn into a link: only {{{{ link }}}} may take people "
        "anywhere",
    ]


@pytest.mark.parametrize("words", ["e.g. this", "at 9 a.m. or 5 p.m.", "look... now", "No.1 $5.50"])
def test_a_full_stop_is_no_host(words: str) -> None:
    assert found(GOOD.replace("look", words)) == []


@pytest.mark.parametrize("link", ["({{ link }})", "{{ link }}.", "{{ link }}Reply"])
def test_nothing_sticks_to_the_link(link: str) -> None:
    assert found(GOOD.replace("{{ link }}", link)) == [
        "has to have a space on both sides of {{ link }}, or nothing after it",
    ]


def test_r4_9_more_than_three_segments_are_refused() -> None:
    base = longest(Template(GOOD)).units
    assert found(GOOD.replace("look", "look" + "x" * (459 - base))) == []
    assert found(GOOD.replace("look", "look" + "x" * (460 - base))) == [
        "can take 4 segments (460 units in GSM-7); the most is 3",
    ]
    assert found(GOOD.replace("look", "l\xf3ok" + "x" * (202 - base))) == [
        "can take 4 segments (202 units in UCS-2); the most is 3",
    ]


def test_an_initial_may_be_of_any_alphabet() -> None:
    assert longest(Template("{{ name_initial }}")) == Room(Encoding.UCS2, 1, 1)


@pytest.mark.parametrize(("host", "shared"), [
    ("bit.ly", True), ("BIT.LY.", True), ("x.page.link", True), ("bit.ly.example", False),
    ("notbit.ly", False), ("pay.larkfield.example", False), ("ly", False),
])
def test_r4_9_whose_host_it_is(host: str, shared: bool) -> None:
    assert is_shortener(host) is shared


GSM, UCS = Encoding.GSM7, Encoding.UCS2


@pytest.mark.parametrize(("text", "taken"), [
    ("", Room(GSM, 0, 1)),
    ("a" * 160, Room(GSM, 160, 1)), ("a" * 161, Room(GSM, 161, 2)),
    ("a" * 306, Room(GSM, 306, 2)), ("a" * 307, Room(GSM, 307, 3)),
    ("a" * 459, Room(GSM, 459, 3)), ("a" * 460, Room(GSM, 460, 4)),
    ("\u20ac" * 80, Room(GSM, 160, 1)), ("\u20ac" * 81, Room(GSM, 162, 2)),
    # 76 pairs fill 152 of 153: the odd one stays empty in every part.
    ("\u20ac" * 153, Room(GSM, 306, 3)), ("\u20ac" * 152, Room(GSM, 304, 2)),
    ("a" * 152 + "\u20ac" + "a" * 151, Room(GSM, 305, 2)),
    ("a" * 152 + "\u20ac" + "a" * 152, Room(GSM, 306, 3)),
    ("|^\u20ac{}[]~\\", Room(GSM, 18, 1)), ("\xe7", Room(UCS, 1, 1)), ("\xc7", Room(GSM, 1, 1)),
    # One curly quote turns all of it over.
    ("a" * 69 + "\u2019", Room(UCS, 70, 1)), ("a" * 70 + "\u2019", Room(UCS, 71, 2)),
    ("\xf3" * 134, Room(UCS, 134, 2)), ("\xf3" * 135, Room(UCS, 135, 3)),
    ("\U0001f642" * 35, Room(UCS, 70, 1)), ("\U0001f642" * 36, Room(UCS, 72, 2)),
    # 33 emoji fill 66 of 67, and none is torn apart.
    ("\U0001f642" * 66, Room(UCS, 132, 2)), ("\U0001f642" * 67, Room(UCS, 134, 3)),
])
def test_a66_segments_are_counted_as_carriers_do(text: str, taken: Room) -> None:
    assert room(text) == taken


@given(st.text(st.sampled_from("a\u20ac[\xe9\xf3\U0001f642 "), max_size=400))
def test_a66_parts_hold_the_whole_text(text: str) -> None:
    """Packed greedily, and never more than one unit is left empty in a part that is full."""
    taken = room(text)
    size, alone = (67, 70) if septets(text) is None else (153, 160)
    if taken.units <= alone:
        assert taken.parts == 1
    else:
        assert -(-taken.units // size) <= taken.parts <= -(-taken.units // (size - 1))


@pytest.mark.parametrize("name", ["overdue_invoice", "document_refresh"])
def test_r4_9_no_message_that_ships_can_take_more_than_three(name: str) -> None:
    parts = {
        (message, locale): longest(wording.text).parts
        for message, by_locale in shipped(name).messages.items()
        for locale, wording in by_locale.items()
    }
    assert {key: count for key, count in parts.items() if count > 3} == {}
    assert parts["code", "en"] == parts["code", "es"] == 1


@pytest.mark.parametrize(("words", "said"), [
    ("your debt", "says 'debt' before it is known who reads it: leave it out"),
    ("see bit.ly", "has 'bit.ly', a shortener that everybody shares: networks block it; only "
     "{{ link }} may take people anywhere"),
    ("a\nb", "has a line break or control character"),
    ("{{ link }}", "has the field 'link'; allowed here: brand, name_initial, phone"),
])
def test_r4_8_what_is_read_aloud_is_held_to_the_same(words: str, said: str) -> None:
    place = "wording.messages.ask.en.voice"
    text = f"This is {{{{ brand }}}}: {words}. Press 9 to stop."
    assert problems({**SMALL_WITH_VOICE, place: text}) == [f"{place}: {said}"]


def test_r4_9_links_of_ours_are_on_no_shortener() -> None:
    with pytest.raises(
        BadSetting, match=r"^INTHREAD_ORIGIN is a shared shortener, which networks block: use your"
    ):
        read_settings({"INTHREAD_ORIGIN": "https://bit.ly", "INTHREAD_KEYS": GOOD_KEY})
    good = {"INTHREAD_ORIGIN": "https://pay.larkfield.example", "INTHREAD_KEYS": GOOD_KEY}
    assert read_settings(good).host == "pay.larkfield.example"
