"""Policy tables, reasons and the referral, read from a document."""

import pytest

from inthread.domain.assurance import Identity
from inthread.domain.money import Money
from inthread.domain.policy import Ref, Row
from inthread.domain.unary_parser import parse_test
from tests.domain.samples import MISSING, problems, small


@pytest.mark.parametrize(("place", "value", "expected"), [
    ("policy", MISSING, [
        "policy: is missing: write a decision table [policy.ACTION] for each action",
    ]),
    ("reasons", MISSING, [
        "reasons: is missing: put each reason code into words as [reasons.CODE]",
        "policy.pay.rows[0].refuse: 'too_much' is none of those (there are none): put the reason "
        "into words in [reasons]",
    ]),
    ("policy.pay", MISSING, [
        "policy.pay: is missing: say who may do it, and why not",
        "reasons.too_much: is used by no row: remove it, or correct its name",
    ]),
    ("policy.help", {}, ["policy.help: is the table of no action: remove it, or correct its name"]),
    ("policy.pay.inputs", MISSING, ["policy.pay.inputs: is missing: name the columns"]),
    ("policy.pay.inputs", [], ["policy.pay.inputs: needs 1 or more: name the columns"]),
    ("policy.pay.inputs[1]", "seg", [
        "policy.pay.inputs[1]: there is no input 'seg'; there are number, amount, due, segment, "
        "postcode, days_late, remaining, attempts, pay_done, sign_done",
    ]),
    ("policy.pay.inputs[1]", "postcode", [
        "policy.pay.inputs[1]: 'postcode' is sensitive: policy neither reads nor explains it",
    ]),
    ("policy.pay.inputs", ["remaining", "remaining"], [
        "policy.pay.inputs: names something twice: name it once",
        "policy.pay.rows[0].when: has to be a list of 1: one test for each input",
        "policy.pay.rows[1].when: has to be a list of 1: one test for each input",
    ]),
    ("policy.pay.rows", MISSING, [
        "policy.pay.rows: is missing: write at least one [[policy.ACTION.rows]]",
        "reasons.too_much: is used by no row: remove it, or correct its name",
    ]),
    ("policy.pay.rows", [], [
        "policy.pay.rows: is empty: nobody could do this",
        "reasons.too_much: is used by no row: remove it, or correct its name",
    ]),
    ("policy.pay.rows", "x", [
        "policy.pay.rows: has to be a list of tables: write at least one [[policy.ACTION.rows]]",
        "reasons.too_much: is used by no row: remove it, or correct its name",
    ]),
    ("policy.pay.hit", "first", [
        "policy.pay.hit: is not known here: remove it, or correct its name",
    ]),
    ("policy.pay.rows[0].when", MISSING, [
        "policy.pay.rows[0].when: is missing: write one test for each input",
    ]),
    ("policy.pay.rows[0].when", ["-"], [
        "policy.pay.rows[0].when: has to be a list of 2: one test for each input",
    ]),
    ("policy.pay.rows[0].when", "-", [
        "policy.pay.rows[0].when: has to be a list of 2: one test for each input",
    ]),
    ("policy.pay.rows[0].when[0]", 5, [
        'policy.pay.rows[0].when[0]: has to be text, such as "-" or "< 60.00"',
    ]),
    ("policy.pay.rows[0].when[0]", "> 500,00", [
        "policy.pay.rows[0].when[0]: > 500,00 for remaining (money) is a comma between digits: "
        "write 1000.50 for a number, or 1, 5 for a list, at character 6",
    ]),
    ("policy.pay.rows[0].when[0]", '"much"', [
        "policy.pay.rows[0].when[0]: \"much\" for remaining (money) has '\"much\"' where it "
        "needs an amount such as 60.00, at character 1",
    ]),
    ("policy.pay.rows[1].when[1]", '"hme"', [
        "policy.pay.rows[1].when[1]: \"hme\" for segment (choice) 'hme' is none of home, "
        "business, at character 1",
    ]),
    ("policy.pay.rows[0].refuse", MISSING, [
        'policy.pay.rows[0]: needs either offer = { terms } or refuse = "reason", not both',
        "reasons.too_much: is used by no row: remove it, or correct its name",
    ]),
    ("policy.pay.rows[0].offer", {}, [
        'policy.pay.rows[0]: needs either offer = { terms } or refuse = "reason", not both',
        "reasons.too_much: is used by no row: remove it, or correct its name",
    ]),
    ("policy.pay.rows[0].refuse", "to_much", [
        "policy.pay.rows[0].refuse: 'to_much' is none of no_rule, too_much: put the reason into "
        "words in [reasons]",
        "reasons.too_much: is used by no row: remove it, or correct its name",
    ]),
    ("policy.pay.rows[0].identity", "code", [
        "policy.pay.rows[0].identity: is not known here: remove it, or correct its name",
    ]),
    ("policy.pay.rows[1].identity", MISSING, [
        "policy.pay.rows[1].identity: is missing: say who may take it: link+fact, code, "
        "code+fact or strong",
    ]),
    ("policy.pay.rows[1].identity", "pin", [
        "policy.pay.rows[1].identity: 'pin' is not one of link, link+fact, code, code+fact, strong",
    ]),
    ("policy.pay.rows[1].identity", "link", [
        "policy.pay.rows[1].identity: is less than seeing the case asks for (link+fact)",
    ]),
    ("policy.pay.rows[1].identity", "code+fact", [
        "policy.pay.rows[1].identity: asks for a known fact that may be missing: make it required",
    ]),
    ("policy.pay.rows[1].offer.least", MISSING, [
        "policy.pay.rows[1].offer.least: is missing: the mini-app needs this term (money)",
    ]),
    ("policy.pay.rows[1].offer.leest", "1.00", [
        "policy.pay.rows[1].offer.leest: is no term of this mini-app; it has least, most, other, "
        "latest_days, methods, others",
    ]),
    ("policy.pay.rows[1].offer.least", 5, [
        "policy.pay.rows[1].offer.least: has to be an amount in quotation marks, such as "
        '"60.00", or an input',
    ]),
    ("policy.pay.rows[1].offer.least", "1.001", [
        "policy.pay.rows[1].offer.least: USD has 2 decimal places: '1.001'",
    ]),
    ("policy.pay.rows[1].offer.least", "-1.00", ["policy.pay.rows[1].offer.least: is below zero"]),
    ("policy.pay.rows[1].offer.most", "segment", [
        "policy.pay.rows[1].offer.most: has to be money, but 'segment' is choice",
    ]),
    ("policy.pay.rows[1].offer.most", "rest", [
        "policy.pay.rows[1].offer.most: names the input 'rest'; there are number, amount, due, "
        "segment, postcode, days_late, remaining, attempts, pay_done, sign_done",
    ]),
    ("policy.pay.rows[1].offer.other", "yes", [
        "policy.pay.rows[1].offer.other: names the input 'yes'; there are number, amount, due, "
        "segment, postcode, days_late, remaining, attempts, pay_done, sign_done",
    ]),
    ("policy.pay.rows[1].offer", "all", [
        'policy.pay.rows[1].offer: has to be a table: give the terms, e.g. { least = "10.00" }',
    ]),
    ("policy.pay.rows[0].when", ["-", "-"], [
        "policy.pay.rows[1]: is never reached: rows[0] takes everything",
    ]),
    ("policy.sign.rows[0].offer.statement", "other_words", [
        "policy.sign.rows[0].offer.statement: there is no 'other_words' in [wording.statements]",
        "wording.statements.true_words: is used by no row: remove it, or correct its name",
    ]),
    ("policy.sign.rows[0].offer.statement", 5, [
        "policy.sign.rows[0].offer.statement: has to be text",
        "wording.statements.true_words: is used by no row: remove it, or correct its name",
    ]),
    ("policy.sign.rows[0].offer.agreement", "x", [
        "policy.sign.rows[0].offer.agreement: is no term of this mini-app; it has statement, "
        "consent",
    ]),
    ("reasons.no_rule", MISSING, [
        "reasons.no_rule: is missing: say what is told when no row matches",
    ]),
    ("reasons.too_much.staff", MISSING, ["reasons.too_much.staff: is missing: say it to staff"]),
    ("reasons.too_much.customer.en", MISSING, [
        "reasons.too_much.customer.en: is missing: say it to the customer",
    ]),
    ("reasons.spare", {"customer": {"en": "x"}, "staff": "x"}, [
        "reasons.spare: is used by no row: remove it, or correct its name",
    ]),
    ("reasons.too_much.customer.en", "{{ due }}", [
        "reasons.too_much.customer.en: has the field 'due'; allowed here: amount, attempts, "
        "number, pay_done, remaining, sign_done",
    ]),
    ("reasons.too_much.customer.en", "{{ postcode }}", [
        "reasons.too_much.customer.en: has the field 'postcode'; allowed here: amount, attempts, "
        "number, pay_done, remaining, sign_done",
    ]),
    ("reasons.too_much.customer.en", "{{ remaining", [
        "reasons.too_much.customer.en: has {{ or }} that is not a {{ field }}: write {{ name }}",
    ]),
    ("refer.inputs", ["x"], [
        "refer.inputs[0]: there is no input 'x'; there are number, amount, due, segment, "
        "postcode, days_late, remaining, attempts, pay_done, sign_done",
    ]),
    ("refer.rows[0].reason", "weather", [
        "refer.rows[0].reason: 'weather' is none of dispute, hardship, locked, no_response, "
        "opted_out, payment_unclear, question, writeback_failed, wrong_person: name one of "
        "[exceptions]",
    ]),
    ("refer.rows", MISSING, ["refer.rows: is missing: write at least one [[refer.rows]]"]),
])
def test_what_is_half_filled_is_refused_with_its_place_and_advice(place, value, expected):
    assert problems({place: value}) == expected


def contract(offer, **changes):
    return problems({
        "resolution.actions[1].miniapp": "contract", "wording.statements": MISSING,
        "policy.sign.rows[0].offer": offer, **changes,
    })


def test_a_term_is_of_the_kind_its_mini_app_declares():
    agreed = {"wording.agreements.sign": {"en": "I agree."}}
    assert contract({"until": "due"}, **agreed) == [
        "policy.sign.rows[0].offer.until: takes 'due', which may be missing: "
        "make that fact required",
    ]
    assert contract({"until": "2026-02-30", "odd": "red"}, **agreed) == [
        "policy.sign.rows[0].offer.until: is a day that does not exist: 2026-02-30",
        "policy.sign.rows[0].offer.odd: is of the kind 'colour', which policy does not know",
    ]
    assert contract({"until": 20260228}, **agreed) == [
        "policy.sign.rows[0].offer.until: has to be a date in quotation marks, "
        'such as "2026-11-24", or an input',
    ]
    assert contract({"until": "2026-02-28"}, **agreed) == []


def test_a_reason_tells_nothing_sensitive():
    (found,) = problems({
        "reasons.too_much.customer.en": "{{ fee }}",
        "trigger.facts.fee": {"kind": "money", "sensitive": True, "label": {"en": "Fee"}},
    })
    assert found.startswith("reasons.too_much.customer.en: has the field 'fee'; allowed here: ")


def test_a_term_takes_no_sensitive_fact():
    found = problems({
        "policy.pay.rows[1].offer.least": "fee",
        "trigger.facts.fee": {"kind": "money", "sensitive": True, "label": {"en": "Fee"}},
    })
    assert found == ["policy.pay.rows[1].offer.least: takes 'fee', which is sensitive"]


def test_an_agreement_is_wording_and_has_to_be_there():
    assert contract({}) == ["wording.agreements.sign: is missing: write the text agreed to"]


def test_lists_and_numbers_in_terms_are_checked():
    assert problems({
        "resolution.actions[1].miniapp": "upload", "wording.statements": MISSING,
        "policy.sign.rows[0].offer": {"kinds": ["a", "a"], "most_files": 2, "most_pages": 2},
    }) == ["policy.sign.rows[0].offer.kinds: names something twice"]
    assert problems({
        "resolution.actions[1].miniapp": "upload", "wording.statements": MISSING,
        "policy.sign.rows[0].offer": {"kinds": [], "most_files": -1, "most_pages": True},
        "policy.pay.rows[1].offer.other": 1,
    }) == [
        "policy.pay.rows[1].offer.other: has to be true or false, or an input",
        "policy.sign.rows[0].offer.kinds: has to be a list of texts, one or more",
        "policy.sign.rows[0].offer.most_files: has to be a whole number, zero or more, or an input",
        "policy.sign.rows[0].offer.most_pages: has to be a whole number, zero or more, or an input",
    ]


def test_a_referral_row_behind_one_that_takes_everything_is_never_reached():
    assert problems({
        "refer.rows[0].when": ["-"], "refer.rows[1]": {"when": ["-"], "reason": "question"},
    }) == ["refer.rows[1]: is never reached: rows[0] takes everything"]


def test_a_row_is_read_exactly():
    usd = Money.parse
    assert small().tables["pay"].rows[1] == Row(
        when=(
            parse_test("-", "money"),
            parse_test('"home"', "choice", choices=("home", "business")),
        ),
        offered=True,
        terms={"least": usd("1.00", "USD"), "most": Ref("remaining"), "other": True},
        identity=Identity.parse("link+fact"),
    )


def test_a_limit_in_a_table_is_exact_in_the_workflows_currency():
    yen = small({"currency": "JPY", "policy.pay.rows[0].when[0]": "> 500",
                 "policy.pay.rows[1].offer.least": "1"})
    assert yen.tables["pay"].rows[1].terms["least"] == Money(1, "JPY")
    assert problems({"currency": "JPY", "policy.pay.rows[1].offer.least": "1"}) == []
    assert problems({"currency": "JPY", "policy.pay.rows[0].when[0]": "> 500.50",
                     "policy.pay.rows[1].offer.least": "1"}) == [
        "policy.pay.rows[0].when[0]: > 500.50 for remaining (money) is not an amount "
        "(JPY has 0 decimal places: '500.50'), at character 3",
    ]
