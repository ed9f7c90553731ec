"""The yearly attestation that ships: what it offers, to whom, and why not."""

from datetime import date

import pytest

from tests.domain.samples import shipped

TODAY = date(2026, 11, 21)
FLOW = shipped("annual_attestation")


def decided(program="reduced_rate", due="2026-12-01", changed=False, done=()):
    reading = FLOW.read_facts({
        "attestation_reference": "ATT-1", "program": program, "due_on": due,
        "reported_change": changed,
    })
    assert reading.problems == ()
    decision = FLOW.decide(reading.facts, today=TODAY, settled=None, done=done)
    return reading.facts, decision.verdict("attest")


@pytest.mark.parametrize(("program", "identity"), [
    ("reduced_rate", "code"), ("medical_equipment", "code"), ("ownership", "strong"),
])
def test_a36_each_has_its_own_words_and_its_own_identity(program, identity):
    _, verdict = decided(program)
    assert verdict.offered
    assert str(verdict.identity) == identity
    assert verdict.terms == {"statement": program, "consent": "sign_here"}


@pytest.mark.parametrize(("how", "reason", "refers"), [
    ({"changed": True}, "something_changed", "dispute"),
    ({"due": "2026-09-22"}, None, None),
    ({"due": "2026-09-21"}, "too_late", "question"),
    ({"done": ("attest",)}, "already_signed", None),
])
def test_a36_who_is_not_offered_it_is_told_why_and_goes_to_a_person(how, reason, refers):
    facts, verdict = decided(**how)
    assert (verdict.offered, verdict.reason or None) == (reason is None, reason)
    assert FLOW.refer(facts, today=TODAY) == refers


@pytest.mark.parametrize("locale", ["en", "es"])
def test_the_consent_says_what_the_law_asks_for(locale):
    """15 USC 7001(c)(1): scope, paper, taking it back and how, what is needed."""
    text = FLOW.statements["sign_here"].text[locale].lower()
    asked = {
        "en": ("for this statement only", "sign on paper instead", "paper copy", "free",
               "taking it back", "no fee", "number or address changes", "a browser",
               "opens pdf files", "you have shown that yours can"),
        "es": ("solo para esta declaración", "firmar en papel", "copia en papel", "gratuitas",
               "retirarlo", "no tiene coste", "cambia su número", "un navegador",
               "abra archivos pdf", "ha mostrado que el suyo puede"),
    }
    assert [words for words in asked[locale] if words not in text] == []
