"""`providers.toml`: read whole, with everything wrong in it, each with its remedy."""

from __future__ import annotations

import tomllib
from datetime import timedelta

import pytest

from inthread.domain.routing import Guards, ProviderTerms
from inthread.domain.routing_reader import RoutingErrors, read_routing
from tests.architecture.tree import ROOT

KEYS = ("twilio_sms", "sim_sms")
WHOLE = """
[providers.twilio_sms]
weight = 70
per_second = 100
burst = 50
price = "0.0083"
daily_spend = "250.00"
slow_answer = 3
[providers.sim_sms]
per_second = 20
[guards]
countries = ["US", "CA"]
per_prefix_hour = 50
currency = "EUR"
"""


def test_every_line_counts() -> None:
    routing = read_routing(tomllib.loads(WHOLE), "p.toml", providers=KEYS)
    assert routing.terms("twilio_sms") == ProviderTerms(
        70, 100, 50, 8_300, 250_000_000, timedelta(seconds=3)
    )
    assert routing.terms("sim_sms") == ProviderTerms(per_second=20, burst=20)
    assert routing.terms("another") == ProviderTerms()
    assert routing.guards == Guards(frozenset({"US", "CA"}), 50, "EUR")


def test_nothing_said_is_nothing_limited() -> None:
    routing = read_routing({}, "p.toml", providers=KEYS)
    assert (routing.named, routing.guards) == ({}, Guards())


def test_what_ships_can_be_read_and_limits_no_provider() -> None:
    file = ROOT / "providers.toml"
    routing = read_routing(tomllib.loads(file.read_text()), file.name, providers=())
    assert (routing.named, routing.guards.per_prefix_hour) == ({}, 50)


@pytest.mark.parametrize(("text", "said"), [
    ("[providers.twilo_sms]", "providers.twilo_sms: is no provider of this installation (sim_sms, "
     "twilio_sms): correct its name, install it, or take its table away"),
    ("[providers.sim_sms]\nweight = -1",
     "providers.sim_sms.weight: has to be a whole number from 0 to 1000: its share; 0: it is not "
     "used"),
    ("[providers.sim_sms]\nburst = 5",
     "providers.sim_sms.burst: says nothing without per_second: add that"),
    ("[providers.sim_sms]\nprice = 0.0083",
     "providers.sim_sms.price: is no amount: write it as text, the price of one part, such as "
     '"0.0083"'),
    ("[providers.sim_sms]\ndaily_spend = \"1\"",
     "providers.sim_sms.daily_spend: cannot be counted without a price: add that"),
    ("[guards]\ncountries = [\"us\"]",
     "guards.countries: 'us' is no country with telephone numbers: write two capital letters such "
     "as US"),
    ("[guards]\ncurrency = \"Dollar\"", "guards.currency: is three capital letters such as USD"),
    ("[guard]", "guard: is not known here: remove it, or correct its name"),
])
def test_what_is_wrong_is_said_with_file_place_and_remedy(text: str, said: str) -> None:
    with pytest.raises(RoutingErrors) as wrong:
        read_routing(tomllib.loads(text), "p.toml", providers=KEYS)
    assert str(wrong.value) == f"p.toml: {said}"
