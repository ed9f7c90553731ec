"""What a message may say before it is known who reads it, and how texts are filled."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inthread.domain.contract import Statement
from inthread.domain.gsm7 import septets, sms_parts
from inthread.domain.wording import MessageText, Template, render
from tests.domain.samples import MISSING, problems, shipped, small


@pytest.mark.parametrize(("place", "value", "expected"), [
    ("wording", MISSING, [
        "wording: is missing: write [wording.messages], [wording.page] and the rest",
        "policy.sign.rows[0].offer.statement: there is no 'true_words' in [wording.statements]",
    ]),
    ("wording.messages", MISSING, [
        "wording.messages: is missing: write the messages as [wording.messages.NAME.LOCALE]",
    ]),
    ("wording.messages.code", MISSING, ["wording.messages.code: is missing: write it in en"]),
    ("wording.messages.receipt.en", MISSING, [
        "wording.messages.receipt.en: is missing: write text and subject",
    ]),
    ("wording.messages.receipt.en.text", MISSING, [
        "wording.messages.receipt.en.text: is missing: the whole message",
    ]),
    ("wording.messages.receipt.en.subject", MISSING, [
        "wording.messages.receipt.en.subject: is missing: for channels that have one, such as "
        "e-mail",
    ]),
    ("wording.messages.extra", {"en": {}}, [
        "wording.messages.extra: is never sent: remove it, or correct its name",
    ]),
    ("wording.messages.ask.es", {}, [
        "wording.messages.ask.es: is not known here: remove it, or correct its name",
    ]),
    ("wording.messages.ask.en.text", "{{ brand }}: look. Reply STOP.", [
        "wording.messages.ask.en.text: has to have {{ link }}: there is no other way in",
    ]),
    ("wording.messages.ask.en.text", "{{ brand }}: look {{ link }}", [
        "wording.messages.ask.en.text: has to say how to opt out, with the word STOP (12 CFR "
        "1006.6(e))",
    ]),
    ("wording.messages.ask.en.text", "Look {{ link }} Reply STOP", [
        "wording.messages.ask.en.text: has to begin with {{ brand }}: people look who writes first",
    ]),
    ("wording.messages.ask.en.text", "{{ brand }}: {{ name }} look {{ link }} Reply STOP", [
        "wording.messages.ask.en.text: has the field 'name'; allowed here: brand, link, "
        "name_initial, phone",
    ]),
    ("wording.messages.ask.en.text", "{{ brand }}: {{ amount }} look {{ link }} Reply STOP", [
        "wording.messages.ask.en.text: has the field 'amount'; allowed here: brand, link, "
        "name_initial, phone",
    ]),
    ("wording.messages.ask.en.text", "{{ brand }}: your overdue bill {{ link }} Reply STOP", [
        "wording.messages.ask.en.text: says 'overdue' before it is known who reads it: leave it "
        "out",
    ]),
    ("wording.messages.ask.en.text", "{{ brand }}: tu DEUDA {{ link }} Reply STOP", [
        "wording.messages.ask.en.text: says 'deuda' before it is known who reads it: leave it out",
    ]),
    ("wording.messages.ask.en.text", "{{ brand }}: https://x.example {{ link }} Reply STOP", [
        "wording.messages.ask.en.text: has an address of its own: only {{ link }} may take "
        "people anywhere",
    ]),
    ("wording.messages.ask.en.subject", "You owe us", [
        "wording.messages.ask.en.subject: says 'owe' before it is known who reads it: leave it out",
    ]),
    ("wording.messages.ask.en.subject", "a\nb", [
        "wording.messages.ask.en.subject: has a line break or control character",
    ]),
    ("wording.messages.ask.en.text", "{{ brand }} {{ link }} {{ 0.__class__ }} STOP", [
        "wording.messages.ask.en.text: has {{ or }} that is not a {{ field }}: write {{ name }}",
    ]),
    ("wording.messages.code.en.text",
     "{{ brand }}: {{ code }} for {{ minutes }} minutes.\n@{{ host }} #{{ code }}\n", [
        "wording.messages.code.en.text: has to end with the line @{{ host }} #{{ code }} and "
        "nothing after it",
    ]),
    ("wording.messages.code.en.text", "{{ brand }}: {{ code }} for {{ minutes }} minutes.", [
        "wording.messages.code.en.text: has to end with the line @{{ host }} #{{ code }} and "
        "nothing after it",
        "wording.messages.code.en.text: has to say {{ code }} above its last line",
        "wording.messages.code.en.text: has to say {{ minutes }} above its last line",
    ]),
    ("wording.messages.code.en.text", "{{ brand }}: code\n@{{ host }} #{{ code }}", [
        "wording.messages.code.en.text: has to say {{ code }} above its last line",
        "wording.messages.code.en.text: has to say {{ minutes }} above its last line",
    ]),
    ("wording.messages.code.en.text",
     "{{ brand }}: {{ code }} es tu código, {{ minutes }} minutos.\n@{{ host }} #{{ code }}", [
        "wording.messages.code.en.text: has a letter that SMS sends in twice the room: write "
        "without it",
    ]),
    ("wording.messages.code.en.text",
     "{{ brand }}: {{ code }} {{ minutes }}" + "x" * 100 + "\n@{{ host }} #{{ code }}", [
        "wording.messages.code.en.text: can take 185 characters; one SMS has 160",
    ]),
    ("wording.messages.code.en.text",
     "{{ brand }}: {{ code }} {{ minutes }} {{ link }}\n@{{ host }} #{{ code }}", [
        "wording.messages.code.en.text: has the field 'link'; allowed here: brand, code, host, "
        "minutes",
        "wording.messages.code.en.text: can take 183 characters; one SMS has 160",
    ]),
    ("wording.page", MISSING, [
        "wording.page: is missing: say what the customer's pages call the case",
    ]),
    ("wording.page.before", MISSING, [
        "wording.page.before: is missing: what is shown before it is known who reads, in en",
    ]),
    ("wording.page.before.en", "Your debt", [
        "wording.page.before.en: says 'debt' before it is known who reads it: leave it out",
    ]),
    ("wording.page.before.en", "Pay {{ amount }}", [
        "wording.page.before.en: has the field 'amount'; allowed here: none",
    ]),
    ("wording.page.menu", MISSING, [
        "wording.page.menu: is missing: name the facts shown above the actions",
    ]),
    ("wording.page.menu", ["nr"], ["wording.page.menu[0]: there is no fact 'nr' in this trigger"]),
    ("wording.page.menu", ["postcode"], [
        "wording.page.menu[0]: 'postcode' is sensitive and is not shown",
    ]),
    ("wording.page.name.en", MISSING, [
        'wording.page.name.en: is missing: what the case is called, such as "Your bill"',
    ]),
    ("wording.statements", MISSING, [
        "policy.sign.rows[0].offer.statement: there is no 'true_words' in [wording.statements]",
    ]),
    ("wording.statements.spare", {"version": 1, "text": {"en": "x"}}, [
        "wording.statements.spare: is used by no row: remove it, or correct its name",
    ]),
    ("wording.statements.true_words.version", MISSING, [
        "wording.statements.true_words.version: is missing: another text is another version",
    ]),
    ("wording.statements.true_words.text", MISSING, [
        "wording.statements.true_words.text: is missing: the exact text that is signed, in en",
    ]),
    ("wording.agreements.other", {"en": "x"}, [
        "wording.agreements.other: is the agreement of no action: remove it, or correct its name",
    ]),
    ("wording.agreements.pay.en", MISSING, [
        "wording.agreements.pay.en: is missing: the exact text agreed to",
    ]),
    ("wording.agreements.pay.en", "{{ total", [
        "wording.agreements.pay.en: has {{ or }} that is not a {{ field }}: write {{ name }}",
    ]),
    ("wording.colour", "red", [
        "wording.colour: is not known here: remove it, or correct its name",
    ]),
])
def test_what_is_half_filled_is_refused_with_its_place_and_advice(place, value, expected):
    assert problems({place: value}) == expected


@pytest.mark.parametrize("words", [
    "your debt", "it is OVERDUE", "in arrears", "you owe us", "owed", "Collections", "collect",
    "delinquent", "past  due", "unpaid", "tu deuda", "adeudas", "debes", "factura VENCIDA",
    "morosidad", "atrasado", "impago", "cobro", "\u00daltimo aviso",
])
def test_no_word_of_debt_before_identity(words):
    text = f"{{{{ brand }}}}: {words} {{{{ link }}}} Reply STOP"
    (found,) = problems({"wording.messages.ask.en.text": text})
    assert found.startswith("wording.messages.ask.en.text: says ")


@pytest.mark.parametrize("words", ["the owner", "it is due", "a new cobalt card", "tu debate"])
def test_other_words_are_free(words):
    text = f"{{{{ brand }}}}: {words} {{{{ link }}}} Reply STOP"
    assert problems({"wording.messages.ask.en.text": text}) == []


def test_a_receipt_may_speak_of_the_matter():
    text = "{{ brand }}: your debt is gone. Reply STOP to opt out."
    assert problems({"wording.messages.receipt.en.text": text}) == []


def test_messages_are_read_exactly():
    assert small().messages["renewed"] == {
        "en": MessageText(
            Template("{{ brand }}: your new link {{ link }} Reply STOP to opt out."),
            Template("{{ brand }}: new link"),
        ),
    }
    assert small().statements == {"true_words": Statement("true_words", 2, {"en": "It is true."})}
    assert small().agreements == {"pay": {"en": Template("I pay {{ total }}.")}}


def test_a_text_is_filled_once_and_extra_values_are_left():
    template = Template("{{ brand }}: {{ code }}, {{ brand }}")
    assert template.fields == ("brand", "code")
    values = {"brand": "{{ code }}", "code": "123456", "amount": "9"}
    assert render(template, values) == "{{ code }}: 123456, {{ code }}"


@pytest.mark.parametrize("value", [
    "{0.__class__}", "%(code)s", "{{ config }}", "{% raw %}", "$code", "\\1", "\\g<0>",
])
def test_a_value_is_never_read_as_a_template(value):
    assert render(Template("a {{ name }} b"), {"name": value}) == f"a {value} b"


def test_a_field_without_value_is_refused():
    with pytest.raises(ValueError, match=r"^no value for the field 'link'$"):
        render(Template("{{ brand }} {{ link }}"), {"brand": "Larkfield"})


@pytest.mark.parametrize("value", ["a\nb", "a\rb", "a\x00b", "a\u2028b", "a\x85b"])
def test_a_value_cannot_begin_a_line_of_its_own(value):
    with pytest.raises(ValueError, match="line break or control character"):
        render(Template("{{ brand }}"), {"brand": value})
    assert render(Template("{{ schedule }}"), {"schedule": value}, ["schedule"]) == value


@pytest.mark.parametrize("text", [
    "{{ brand", "brand }}", "{{brand}}", "{{ Brand }}", "{{ a.b }}", "{{ a b }}", "{{}}",
    "{{ brand | upper }}",
])
def test_what_is_no_field_is_refused(text):
    with pytest.raises(ValueError, match="that is not a"):
        Template(text)


@given(st.text(max_size=30), st.text(st.characters(categories=("L", "N", "P")), max_size=10))
def test_text_without_fields_stays_and_a_value_lands_whole(text, value):
    bare = text.replace("{", "").replace("}", "")
    assert render(Template(bare), {}) == bare
    assert render(Template(bare + "{{ a }}"), {"a": value}) == bare + value


@pytest.mark.parametrize(("text", "size"), [
    ("", 0), ("abc", 3), ("\u20ac", 2), ("[x]", 5), ("\u00f1\u00e9", 2), ("\u00f3", None),
    ("\u2019", None), ("\u00a1\u00bf", 2),
])
def test_room_in_the_seven_bit_alphabet(text, size):
    assert septets(text) == size


@pytest.mark.parametrize(("text", "parts"), [
    ("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2), ("a" * 307, 3),
    ("\u00f3" * 70, 1), ("\u00f3" * 71, 2), ("\u00f3" * 135, 3),
    ("a" * 152 + "\u20ac" + "a" * 152, 3), ("\u20ac" * 80, 1), ("\u20ac" * 81, 2),
])
def test_how_many_messages_a_text_is_sent_as(text, parts):
    assert sms_parts(text) == parts


@pytest.mark.parametrize("name", ["overdue_invoice", "document_refresh"])
def test_no_message_that_ships_takes_more_than_two_parts(name):
    values = {
        "brand": "Larkfield", "link": "https://pay.larkfield.example/l/" + "x" * 46,
        "name_initial": "M", "phone": "0800 555 0147", "code": "274913", "minutes": "5",
        "host": "pay.larkfield.example", "reference": "IN-4F7K-22",
    }
    workflow = shipped(name)
    parts = {
        (message, locale): sms_parts(render(wording.text, values))
        for message, by_locale in workflow.messages.items()
        for locale, wording in by_locale.items()
    }
    assert {key for key, count in parts.items() if count > 2} == set()
    assert {count for (message, _), count in parts.items() if message == "code"} == {1}
