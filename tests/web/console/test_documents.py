"""Documents on the page of a case, and as files for those who may have them (R8.6, R8.8)."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

import pytest

from inthread.domain.case import Case
from inthread.runtime import Runtime
from inthread.store import audit
from inthread.store import tables as t
from tests.commands.signed import a_signed_case, somebody
from tests.rows import every_row, nothing_written
from tests.web.console.colleague import Colleague

Colleagues = Callable[..., Colleague]


@pytest.fixture
def case(rt: Runtime) -> Case:
    return a_signed_case(rt, somebody(rt))


def named(rt: Runtime, **values: object) -> str:
    """The document's id, its row changed so."""
    if values:
        with rt.db.begin() as tx:
            tx.execute(t.documents.update().values(**values))
    [row] = every_row(rt.db)["documents"]
    return str(row["id"])


def path_of(case: Case, document: str) -> str:
    return f"/console/cases/{case.id}/documents/{document}"


def test_r8_6_a_document_is_a_file_that_no_browser_runs(
    rt: Runtime, case: Case, colleague: Colleagues
) -> None:
    ada, document = colleague("agent"), named(rt, name='r\u00e9sum\u00e9 "a";\r\n.jpg')
    answer = ada.get(path_of(case, document))
    assert answer.status_code == 200
    assert sha256(answer.data).hexdigest() == every_row(rt.db)["documents"][0]["digest"]
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename*=UTF-8''r%C3%A9sum%C3%A9%20%22a%22%3B%0D%0A.jpg"
    )
    assert {name: answer.headers.get_all(name) for name in (
        "Content-Type", "X-Content-Type-Options", "Content-Security-Policy",
        "Cross-Origin-Resource-Policy", "Cache-Control",
    )} == {
        "Content-Type": ["image/jpeg"], "X-Content-Type-Options": ["nosniff"],
        "Content-Security-Policy": ["sandbox; default-src 'none'"],
        "Cross-Origin-Resource-Policy": ["same-origin"],
        "Cache-Control": ["private, no-store"],
    }
    with rt.db.read() as tx:
        last = audit.of_subject(tx, case.id)[-1]
    assert (last.actor, last.event) == (str(ada.actor), "document.read")


def test_the_page_of_the_case_leads_there(
    rt: Runtime, case: Case, colleague: Colleagues
) -> None:
    document = named(rt)
    page = colleague("agent").get(f"/console/cases/{case.id}").text
    assert f'<a href="{path_of(case, document)}" download>me.jpg</a>' in page
    assert "Passport, " in page
    page = colleague("viewer").get(f"/console/cases/{case.id}").text
    assert "me.jpg" in page
    assert document not in page


@pytest.mark.parametrize(("state", "said"), [
    ("pending", "Not scanned yet"), ("found", "Malware, deleted"),
])
def test_r8_8_what_was_not_found_clean_is_withheld_and_says_why(
    rt: Runtime, case: Case, colleague: Colleagues, state: str, said: str
) -> None:
    ada, document = colleague("agent"), named(rt, state=state)
    page = ada.get(f"/console/cases/{case.id}").text
    assert said in page
    assert path_of(case, document) not in page
    with nothing_written(rt.db):
        answer = ada.get(path_of(case, document))
    assert answer.status_code == 409
    assert "not found clean" in answer.text


@pytest.mark.parametrize("role", ["viewer", "author", "approver"])
def test_r8_6_who_may_not_open_it_is_turned_away(
    rt: Runtime, case: Case, colleague: Colleagues, role: str
) -> None:
    answer = colleague(role).get(path_of(case, named(rt)))
    assert answer.status_code == 403
    with rt.db.read() as tx:
        events = [e.event for e in audit.of_subject(tx, case.id)]
    assert "document.read" not in events


def test_bytes_that_were_altered_are_not_given_out(
    rt: Runtime, case: Case, colleague: Colleagues
) -> None:
    document = named(rt)
    vault = rt.registry.blobs
    digest = str(every_row(rt.db)["documents"][0]["digest"])
    vault.inner.put(digest, b"altered")  # type: ignore[attr-defined]
    answer = colleague("agent").get(path_of(case, document))
    assert answer.status_code == 500
    assert "nothing was done" in answer.text
