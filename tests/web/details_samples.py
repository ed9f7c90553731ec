"""The pages on which a customer checks how they are reached, in every state."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from inthread.spi import Offer
from miniapps.details import Details

COUNTRIES = ("US", "CA", "MX", "GB", "IE", "ES", "FR", "DE", "JP")
ON_FILE = {
    "address": "14 Mill Lane, Flat 2, Easton, PA 18042", "phone": "+15550100482",
    "email": "maya@example.com", "country": "US",
}
KEPT = {"address_is": "same", "phone_is": "same", "email_is": "same"}
Pages = Iterator[tuple[str, tuple[str, dict[str, object]]]]


def details_pages(acting: Callable[..., dict[str, object]]) -> Pages:
    asked, bare = page(ON_FILE), page({})
    yield "details", ("miniapps/details.html", acting("details", asked, True))
    yield "details-kept", ("miniapps/details.html", acting("details", asked, True, values=KEPT))
    yield "details-wrong", ("miniapps/details.html", acting(
        "details", asked, True,
        values={**KEPT, "address_is": "new", "country": "US", "street": "1 Elm St",
                "postal": "ABC", "phone_is": "new", "phone": "12", "email_is": ""},
        problems={
            "city": "Enter the town or city",
            "area": "Enter a state, province or area of this country",
            "postal": "Enter a postcode that this country has, like 95014",
            "phone": "Enter a phone number like +1 201-555-0123",
            "email_is": "Say whether this is still your e-mail address",
        }))
    yield "details-germany", ("miniapps/details.html", acting(
        "details", asked, True, values={**KEPT, "address_is": "new", "country": "DE"}))
    yield "details-none", ("miniapps/details.html", acting("details", bare, True))


def page(on_file: dict[str, str]) -> dict[str, Any]:
    return dict(Details().page(Offer(
        reference="REV-2041", facts=on_file, owed=None, name="Maya Okafor",
        terms={"fields": ("address", "phone", "email"), "countries": COUNTRIES},
        today=date(2026, 11, 21), locale="en",
    )))
