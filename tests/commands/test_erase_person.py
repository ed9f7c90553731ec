"""A person asks to be erased (GDPR Art. 17): what may go goes, and the history stays whole."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from inthread.commands.cancel_case import cancel_case
from inthread.commands.erase_person import Erased, erase_person
from inthread.commands.hold_person import hold_person
from inthread.commands.open_link import open_link
from inthread.domain.actor import CUSTOMER, OPERATOR, WORKER
from inthread.domain.audit import sealed
from inthread.domain.person import ERASED
from inthread.domain.refusals import BadInput, Forbidden, LinkGone, NotFound
from inthread.queries.timeline import timeline
from inthread.runtime import Runtime
from inthread.store import consents, people
from tests.build import Fakes, a_case, a_person, carry_all, link_token, the_case
from tests.clock import Clock
from tests.commands.later import a_left_card
from tests.commands.signed import (
    MAIL,
    NAME,
    NOTE,
    NUMBER,
    POSTCODE,
    SAID,
    WORDS,
    a_read_reply,
    a_signed_case,
    say,
    somebody,
)
from tests.commands.test_forget_old import DAYS, filled, whole_chains
from tests.commands.test_record_payment_event import tell
from tests.rows import every_row, nothing_written

CANARIES = (NAME, "Quilla", NUMBER, MAIL, WORDS, NOTE, SAID, POSTCODE, "me.jpg", "New_York")


def erase(rt: Runtime, **how: bool) -> Erased:
    return erase_person(rt, actor=OPERATOR, reference="CUST-1", **how)


def where(rt: Runtime, *canaries: str) -> set[str]:
    """The tables in which one of these words stands."""
    return {
        name for name, rows in every_row(rt.db).items() if any(c in str(rows) for c in canaries)
    }


@pytest.fixture
def signed(rt: Runtime) -> str:
    """Of somebody who signed, and said stop."""
    case = a_signed_case(rt, somebody(rt))
    a_read_reply(rt)
    say(rt, "please stop texting me")
    carry_all(rt)
    return case.id


def test_r4_14_what_may_go_goes_and_the_history_stays_whole(
    rt: Runtime, fakes: Fakes, signed: str
) -> None:
    assert all(where(rt, canary) for canary in CANARIES)
    done = erase(rt, only_what_may=True)
    assert done == Erased(removed=0, kept=1, addresses=2, replies=2, documents=1, whole=False)
    assert where(rt, *CANARIES) == {"outcomes", "writebacks", "messages", "audit", "suppressions"}
    assert where(rt, NUMBER) == {"suppressions"}, "a stop has to be obeyed"
    assert where(rt, NAME) == {"outcomes", "writebacks"}, "who signed what"
    assert where(rt, MAIL, WORDS, NOTE, SAID, POSTCODE) == set()
    assert where(rt, "New_York") == {"messages", "audit"}, "the hours that were kept"
    assert where(rt, "me.jpg") <= {"outcomes", "writebacks"}
    assert fakes.blobs.kept == {}
    assert whole_chains(rt)
    with rt.db.read() as tx:
        person = people.named(tx, "CUST-1")
        taken_back = [x for x in consents.of_person(tx, person.id) if not x.given]
    assert [(c.address, c.masked, c.stopped_at is not None) for c in person.contacts] == [
        (f"{ERASED}{c.id}", "", True) for c in person.contacts
    ]
    assert {x.wording for x in taken_back} == {f"sha256:{sealed('please stop texting me')}"}
    assert len(timeline(rt, actor=OPERATOR, case_id=signed).events) > 10
    with pytest.raises(LinkGone):
        open_link(rt, actor=CUSTOMER, token=link_token(rt, the_case(rt, signed)))


def test_r4_14_once_more_changes_nothing_but_that_it_was_asked(rt: Runtime, signed: str) -> None:
    erase(rt, only_what_may=True)
    with nothing_written(rt.db, but=("audit",)):
        again = erase(rt, only_what_may=True)
    assert (again.addresses, again.replies, again.documents) == (0, 0, 0)


def test_a_dry_run_says_the_same_and_does_nothing(
    rt: Runtime, fakes: Fakes, signed: str
) -> None:
    with nothing_written(rt.db):
        would = erase(rt, only_what_may=True, dry=True)
    assert len(fakes.blobs.kept) == 1
    assert erase(rt, only_what_may=True) == would


def test_r4_14_after_its_time_nothing_is_left_but_the_stop(
    rt: Runtime, clock: Clock, signed: str
) -> None:
    clock.tick(days=DAYS + 1)
    assert erase(rt).whole
    assert filled(rt) == {"audit", "people", "suppressions"}
    assert where(rt, *CANARIES) == {"audit", "suppressions"}
    assert whole_chains(rt)


def test_what_somebody_else_has_as_well_stays(rt: Runtime) -> None:
    """One number of two people: what came from it may be the other's."""
    a_person(rt=rt, reference="CUST-2", name="Ben", contacts=(("sms", NUMBER),))
    say(rt, "hello")
    [reply] = every_row(rt.db)["replies"]
    somebody(rt)
    erase(rt, only_what_may=True)
    assert every_row(rt.db)["replies"] == [reply]


def _live(rt: Runtime) -> None:
    a_case(rt=rt, person=somebody(rt))


def _unread(rt: Runtime) -> None:
    somebody(rt)
    say(rt, "hello")


def _held(rt: Runtime) -> None:
    somebody(rt)
    hold_person(rt, actor=OPERATOR, reference="CUST-1", reason="claim 12")


@pytest.mark.parametrize(("given", "why"), [
    (_live, "has live cases: INV-1"), (_unread, "nobody has read yet"), (_held, "under a hold"),
])
def test_r4_14_refused_whatever_is_asked_for(
    rt: Runtime, given: Callable[[Runtime], None], why: str
) -> None:
    given(rt)
    for only in (False, True):
        with nothing_written(rt.db), pytest.raises(BadInput, match=why):
            erase(rt, only_what_may=only)


def test_r4_14_refused_while_evidence_is_kept(rt: Runtime, clock: Clock, signed: str) -> None:
    clock.tick(days=DAYS - 1)
    with nothing_written(rt.db), pytest.raises(BadInput, match="evidence about them"):
        erase(rt)


def test_who_may_not_and_who_is_not_there(rt: Runtime) -> None:
    with nothing_written(rt.db), pytest.raises(NotFound):
        erase(rt)
    somebody(rt)
    with nothing_written(rt.db), pytest.raises(Forbidden):
        erase_person(rt, actor=WORKER, reference="CUST-1")


def test_whom_payment_providers_know_them_as_goes(rt: Runtime) -> None:
    visit, _, event = a_left_card(rt=rt, money=True)
    tell(rt, event)
    carry_all(rt)
    cancel_case(rt, actor=OPERATOR, case_id=visit.case.id, reason="paid elsewhere")
    assert len(every_row(rt.db)["payers"]) == 1
    erase(rt, only_what_may=True)
    assert every_row(rt.db)["payers"] == []
