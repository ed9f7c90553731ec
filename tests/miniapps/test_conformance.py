"""The shipped mini-apps pass the kit that every third party's has to pass."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256

import pytest

from inthread.spi import Form, MiniApp, Offer
from inthread.spi import Upload as Sent
from inthread.testing import check_miniapp
from miniapps.attest import Attest
from miniapps.details import Details
from miniapps.pay import Pay
from miniapps.plan import Plan
from miniapps.promise import Promise
from miniapps.update_card import UpdateCard
from miniapps.upload import Upload
from tests.miniapps import files
from tests.miniapps.build import an_offer, usd

OWED = usd("184.20")
TEXT = "I declare that it is so."


DOWN = {
    "least_instalment": usd("20"), "least_instalments": 3, "most_instalments": 6,
    "most_days_to_first": 30, "frequencies": ("month_ends",), "latest_end_days": 200,
    "business_days": True, "least_down": usd("10"), "most_down": OWED, "methods": ("card", "bank"),
    "agreement": "{{ schedule }}",
    "authorisation": "{{ count }} {{ total }} {{ first_date }} {{ last_date }}",
}


def sample(
    app: MiniApp, terms: Mapping[str, object], form: Form, how: str = ""
) -> object:
    return pytest.param(
        app, an_offer(terms, owed=OWED), form, id=f"{app.key}-{how}" if how else app.key
    )


SAMPLES = [
    sample(
        Pay(), {"least": usd("10"), "most": OWED, "other": True},
        Form({"how": "other", "amount": "61.40"}),
    ),
    sample(
        Plan(),
        {"least_instalment": usd("20"), "most_instalments": 6, "most_days_to_first": 30,
         "frequencies": ("weekly", "monthly"), "agreement": "{{ schedule }}"},
        Form({"option": "monthly-3"}),
    ),
    sample(
        Pay(),
        {"least": usd("10"), "most": OWED, "other": True, "latest_days": 14, "others": True,
         "methods": ("card", "bank"), "agreement": "{{ amount }} on {{ date }}"},
        Form({"how": "all", "when": "later", "on": "2026-11-27"}), "later",
    ),
    sample(
        Plan(), DOWN | {"debits": "may"},
        Form({"option": "month_ends-3", "down": "other", "down_amount": "50", "debits": "yes"}),
        "down-and-debits",
    ),
    sample(
        Plan(), DOWN | {"debits": "must", "least_down": usd("0")},
        Form({"option": "month_ends-3", "down": "none"}), "debits",
    ),
    sample(
        UpdateCard(), {"brands": ("visa",), "agreement": TEXT},
        Form({"agree": "yes", "agreement_digest": sha256(TEXT.encode()).hexdigest()}),
    ),
    sample(
        Promise(), {"latest_days": 14, "least": usd("10")},
        Form({"on": "2026-11-27", "how": "other", "amount": "50"}),
    ),
    sample(
        Upload(), {"kinds": ("passport",), "most_files": 2, "most_pages": 3},
        Form({"kind": "passport"}, {"file": [Sent("a.pdf", "application/pdf", files.pdf())]}),
    ),
    sample(
        Details(), {"fields": ("address", "phone", "email"), "countries": ("US", "DE"),
                    "notices": ""},
        Form({"country": "US", "fields_for": "US", "street": "1 Elm St", "city": "Easton",
              "area": "PA", "postal": "18042", "phone": "+15550100777",
              "email": "maya@example.org"}),
    ),
    sample(
        Attest(),
        {"statement": "so", "statement_text": TEXT, "statement_version": 1},
        Form({"agree": "yes", "name": "Maya Okafor",
              "statement_digest": sha256(TEXT.encode()).hexdigest()}),
    ),
]


@pytest.mark.parametrize(("app", "offer", "form"), SAMPLES)
def test_a_shipped_miniapp_keeps_every_promise_of_the_spi(
    app: MiniApp, offer: Offer, form: Form
) -> None:
    findings = check_miniapp(app, offer, form)
    assert [f for f in findings if not f.passed] == []
    assert len(findings) >= 12


@pytest.mark.parametrize(("app", "offer", "form"), SAMPLES)
def test_every_line_and_value_is_one_the_core_can_keep(
    app: MiniApp, offer: Offer, form: Form
) -> None:
    choice = app.read(offer, form)
    assert [line.label for line in choice.lines if line.label not in app.wording] == []
    settled = app.settle(offer, choice)
    assert json.loads(json.dumps(settled.values)) == settled.values
