"""The list of cases: what is looked for is sealed in the address, and no name is in a page."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from inthread.runtime import Runtime
from tests.build import PHONE, a_case, a_person
from tests.rows import nothing_written
from tests.web.console.colleague import Colleague

Colleagues = Callable[..., Colleague]


@pytest.fixture
def ada(colleague: Colleagues) -> Colleague:
    return colleague("viewer")


@pytest.mark.parametrize("typed", ["okafor", PHONE, "0482", "maya@example.com", "INV-1"])
def test_what_is_looked_for_is_not_in_the_address(
    rt: Runtime, ada: Colleague, typed: str
) -> None:
    a_case(rt=rt)
    other = a_person(rt=rt, reference="CUST-2", name="Jo Lind", contacts=())
    a_case(rt=rt, person=other, number="INV-2")
    with nothing_written(rt.db):
        answer = ada.post("/console/cases", {"q": typed}, on="/console/cases")
    where = answer.headers["Location"]
    assert answer.status_code == 303
    assert typed.lower() not in where.lower()
    page = ada.get(where).text
    assert "INV-1<" in page
    assert "INV-2<" not in page


def test_filters_stand_in_the_address(rt: Runtime, ada: Colleague) -> None:
    a_case(rt=rt)
    answer = ada.post(
        "/console/cases", {"q": "", "state": "open", "due": "late", "workflow": ""},
        on="/console/cases",
    )
    assert answer.headers["Location"] == "/console/cases?state=open&due=late"
    assert "INV-1<" in ada.get("/console/cases?state=open").text
    assert "No case fits" in ada.get("/console/cases?state=closed").text


@pytest.mark.parametrize("address", [
    "find=nonsense", "find=%C3%A9", "find=k1AAAA", "state=nothing", "due=by&by=2026-13-40",
    "after=due_x", "after='", "owner=%01", "due=by&by=2026-01-01",
])
def test_an_address_that_somebody_made_up(rt: Runtime, ada: Colleague, address: str) -> None:
    a_case(rt=rt)
    assert ada.get(f"/console/cases?{address}").status_code == 200


def test_what_no_database_takes(rt: Runtime, ada: Colleague) -> None:
    case = a_case(rt=rt)
    for address in ("/console/cases?owner=%00", "/console/cases/%00",
                    f"/console/cases/{case.id}?before=%00", "/console/people/%00"):
        assert ada.get(address).status_code == 400
    answer = ada.post("/console/cases", {"q": "oka\0for"}, on="/console/cases")
    assert "INV-1<" in ada.get(answer.headers["Location"]).text


def test_pages_of_the_list(rt: Runtime, ada: Colleague) -> None:
    person = a_person(rt=rt)
    for n in range(52):
        a_case(rt=rt, person=person, number=f"INV-{n:03d}")
    page = ada.get("/console/cases").text
    assert page.count('scope="row"') == 50
    onward = re.search(r'rel="next" href="([^"]+)"', page)
    assert onward is not None
    last = ada.get(onward[1].replace("&amp;", "&")).text
    assert last.count('scope="row"') == 2
    assert "That is all of it" in last
