"""A new link goes to the contact point on file, three times a day, and the keys behind links."""

from __future__ import annotations

import base64
import hashlib
import inspect
from dataclasses import replace
from datetime import timedelta

import pytest

from inthread.commands.answer_fact import answer_fact
from inthread.commands.ask_for_help import ask_for_help
from inthread.commands.cancel_case import cancel_case
from inthread.commands.open_link import Opened, open_link
from inthread.commands.renew_link import renew_link
from inthread.commands.sweep import sweep
from inthread.domain.actor import CUSTOMER, OPERATOR, WORKER
from inthread.domain.case import Case, CaseState
from inthread.domain.person import Contact
from inthread.domain.refusals import (
    CannotReach,
    Forbidden,
    LinkGone,
    NotFound,
    Refused,
    StepUpNeeded,
    TooMany,
)
from inthread.keyring import Keyring, WeakKey
from inthread.queries.receipt import receipt
from inthread.queries.visit import bare_visit
from inthread.runtime import Runtime
from inthread.store import people
from tests.build import (
    EMAIL,
    PHONE,
    Fakes,
    a_coded_visit,
    a_keyring,
    a_person,
    a_submission,
    an_asked_case,
    an_open_visit,
    carry_all,
    link_token,
    the_case,
)
from tests.clock import Clock
from tests.look import said_of
from tests.races import at_once
from tests.rows import every_row, nothing_written

LIFE = timedelta(hours=72)
WRITTEN = ("links", "messages", "outbox", "audit")


def renew(rt: Runtime, token: str) -> Contact:
    return renew_link(rt, actor=CUSTOMER, token=token)


def refused(rt: Runtime, token: str, kind: type[Refused], code: str) -> Refused:
    with nothing_written(rt.db), pytest.raises(kind) as refusal:
        renew(rt, token)
    assert (type(refusal.value), refusal.value.code) == (kind, code)
    return refusal.value


def run_out(rt: Runtime, clock: Clock, case: Case | None = None) -> tuple[Case, str]:
    """A case whose link has just run out."""
    case = case or an_asked_case(rt=rt)
    token = link_token(rt, case)
    clock.at += LIFE
    return case, token


def new_links(fakes: Fakes) -> list[tuple[str, str]]:
    """(address, token) of each new link that was sent."""
    sent = [*fakes.sms.sent, *fakes.email.sent]
    return [(m.to, m.body.split("/l/")[1].split()[0]) for m in sent if "new link" in m.body]


def test_it_goes_to_the_contact_point_on_file(rt: Runtime, clock: Clock, fakes: Fakes) -> None:
    case, token = run_out(rt, clock)
    with nothing_written(rt.db, but=WRITTEN):
        contact = renew(rt, token)
    old, fresh = every_row(rt.db)["links"]
    assert (contact.address, old["state"], fresh["state"]) == (PHONE, "superseded", "live")
    assert fresh["expires_at"] == clock.at + LIFE
    assert [event for event, _ in said_of(rt, case)][-2:] == ["link.renewed", "message.queued"]
    assert said_of(rt, case)[-2][1] == {"old": old["id"], "link": fresh["id"]}
    carry_all(rt, kinds=("message",))
    assert new_links(fakes) == [(PHONE, link_token(rt, case))]
    assert open_link(rt, actor=CUSTOMER, token=link_token(rt, case)).visit.case_id == case.id


def test_r5_6_there_is_no_place_for_another_address() -> None:
    assert list(inspect.signature(renew_link).parameters) == ["rt", "actor", "token"]


def test_it_goes_the_way_the_old_one_went(rt: Runtime, clock: Clock, fakes: Fakes) -> None:
    """By e-mail, though there is a phone that the source prefers by now."""
    person = a_person(rt=rt, contacts=(("email", EMAIL),))
    case = an_asked_case(rt=rt, person=person)
    with rt.db.begin() as tx:
        people.add_contacts(tx, [Contact("con_new", person.id, "sms", PHONE, 0)], clock.at,
                            rt.keyring.tail)
    _, token = run_out(rt, clock, case)
    assert renew(rt, token).address == EMAIL
    carry_all(rt, kinds=("message",))
    assert [address for address, _ in new_links(fakes)] == [EMAIL]


def test_one_that_is_good_is_sent_again(rt: Runtime, fakes: Fakes) -> None:
    """Nobody at work on another device is thrown out by it."""
    visit = an_open_visit(rt=rt)
    token = link_token(rt, visit.case)
    with nothing_written(rt.db, but=("messages", "outbox", "audit")):
        renew(rt, token)
    carry_all(rt, kinds=("message",))
    assert new_links(fakes) == [(PHONE, token)]
    assert bare_visit(rt, visit.token).case.id == visit.case.id


def test_three_a_day(rt: Runtime, clock: Clock) -> None:
    case, token = run_out(rt, clock)
    for _ in range(3):
        renew(rt, token)
        clock.tick(hours=1)
    limit = refused(rt, token, TooMany, "too_many")
    assert isinstance(limit, TooMany)
    assert limit.retry_after > 0
    refused(rt, link_token(rt, case), TooMany, "too_many")
    clock.tick(hours=21, seconds=-1)
    refused(rt, token, TooMany, "too_many")
    clock.tick(seconds=1)
    assert renew(rt, token).address == PHONE


def test_three_a_day_of_ten_at_once(rt: Runtime, clock: Clock, fakes: Fakes) -> None:
    _, token = run_out(rt, clock)
    came = at_once([lambda: renew(rt, token)] * 10)
    assert sum(isinstance(r, Contact) for r in came) == 3
    assert sum(isinstance(r, TooMany) for r in came) == 7
    carry_all(rt, kinds=("message",))
    assert len(new_links(fakes)) == 3


def test_the_limit_of_one_case_is_not_anothers(rt: Runtime, clock: Clock) -> None:
    other = an_asked_case(rt=rt, person=a_person(rt=rt, reference="CUST-2"), number="INV-2")
    _, token = run_out(rt, clock)
    for _ in range(3):
        renew(rt, token)
    assert renew(rt, link_token(rt, other)).address == PHONE


def test_nothing_for_a_case_that_was_withdrawn(rt: Runtime, clock: Clock) -> None:
    case, token = run_out(rt, clock)
    cancel_case(rt, actor=OPERATOR, case_id=case.id, reason="paid elsewhere")
    refused(rt, token, LinkGone, "link_gone")


def test_a06_a_finished_link_opens_to_its_receipt_and_is_not_renewed(rt: Runtime) -> None:
    visit = a_coded_visit(rt=rt)
    made = a_submission(rt=rt, visit=visit)
    carry_all(rt)
    token = link_token(rt, visit.case)
    assert every_row(rt.db)["links"][0]["state"] == "spent"
    refused(rt, token, LinkGone, "link_gone")
    cookie = open_link(rt, actor=CUSTOMER, token=token).token
    with nothing_written(rt.db), pytest.raises(StepUpNeeded):
        receipt(rt, cookie, made.ref)
    cookie = answer_fact(rt, actor=CUSTOMER, token=cookie, answer="10001").token
    assert receipt(rt, cookie, made.ref).outcome.id == made.ref


def test_r5_2_the_row_holds_whose_it_is(rt: Runtime, clock: Clock) -> None:
    case = an_asked_case(rt=rt)
    raw = base64.urlsafe_b64decode(link_token(rt, case)[2:24] + "==")
    [row], [message] = every_row(rt.db)["links"], every_row(rt.db)["messages"]
    assert (row["case_id"], row["person_id"], row["contact_id"], row["state"]) == (
        case.id, case.person_id, message["contact_id"], "live"
    )
    assert (row["digest"], row["expires_at"]) == (hashlib.sha256(raw).hexdigest(), clock.at + LIFE)
    assert message["link_id"] == row["id"]


def test_nothing_for_a_case_whose_time_is_over(rt: Runtime, clock: Clock) -> None:
    """Before the sweep has come by, and after: a link could not live for a second."""
    case, token = run_out(rt, clock)
    clock.at = case.expires_at
    refused(rt, token, LinkGone, "link_gone")
    assert sweep(rt, actor=WORKER) == 1
    assert the_case(rt, case.id).state is CaseState.EXPIRED
    refused(rt, token, LinkGone, "link_gone")


def test_no_link_that_would_be_dead_is_promised_while_a_person_has_the_case(
    rt: Runtime, clock: Clock
) -> None:
    visit = an_open_visit(rt=rt)
    token = link_token(rt, visit.case)
    ask_for_help(rt, actor=CUSTOMER, token=visit.token, reason="question")
    clock.at = visit.case.expires_at
    assert the_case(rt, visit.case.id).state is CaseState.EXCEPTION
    refused(rt, token, LinkGone, "link_gone")


def test_r5_7_nothing_after_not_me(rt: Runtime, clock: Clock) -> None:
    visit = an_open_visit(rt=rt)
    token = link_token(rt, visit.case)
    ask_for_help(rt, actor=CUSTOMER, token=visit.token, reason="wrong_person")
    refused(rt, token, LinkGone, "link_gone")


def test_nothing_to_a_contact_point_that_was_stopped(rt: Runtime, clock: Clock) -> None:
    person = a_person(rt=rt)
    _, token = run_out(rt, clock, an_asked_case(rt=rt, person=person))
    with rt.db.begin() as tx:
        people.stop_contact(tx, person.contacts[0].id, "reply", clock.at)
    refused(rt, token, CannotReach, "cannot_reach")


def test_a01_nothing_for_what_we_did_not_sign(rt: Runtime, clock: Clock) -> None:
    _, token = run_out(rt, clock)
    flipped = token[:-1] + ("A" if token[-1] != "A" else "B")
    for other in ("", flipped, rt.keyring.link_token("k1", "no such row")):
        refused(rt, other, NotFound, "not_found")


def test_only_a_customer_renews(rt: Runtime, clock: Clock) -> None:
    _, token = run_out(rt, clock)
    with nothing_written(rt.db), pytest.raises(Forbidden) as refusal:
        renew_link(rt, actor=WORKER, token=token)
    assert refusal.value.code == "forbidden"


# --- keys ------------------------------------------------------------------------------------


def opens(rt: Runtime, token: str) -> bool:
    try:
        return isinstance(open_link(rt, actor=CUSTOMER, token=token), Opened)
    except NotFound:
        return False


def test_a15_r5_10_keys_are_rotated(rt: Runtime, clock: Clock) -> None:
    """The old link works while its key is there, the new key signs at once, and a key that was
    taken away is one we never had: nothing opens, and nothing is noted."""
    case = an_asked_case(rt=rt)
    old = link_token(rt, case)
    both, newer = (replace(rt, keyring=a_keyring(names=n)) for n in (("k1", "k2"), ("k2",)))
    assert opens(both, old)
    clock.at += LIFE
    renew(both, old)
    new = link_token(both, case)
    assert (old[:2], new[:2]) == ("k1", "k2")
    assert (opens(both, new), opens(newer, new)) == (True, True)
    with nothing_written(rt.db):
        assert (opens(newer, old), opens(rt, new)) == (False, False)
    refused(newer, old, NotFound, "not_found")


def key(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


GOOD = hashlib.sha256(b"a good key").digest()


@pytest.mark.parametrize(("text", "why"), [
    ("", "key id ''"), ("k1", "too weak"), ("k1:", "too weak"), (f"k1:{key(GOOD[:31])}", "weak"),
    (f"k1:{key(bytes(32))}", "too weak"), (f"k1:{key(b'change-me' * 4)}", "too weak"),
    (f"k1:{key(b'abcdefgh' * 8)}", "too weak"), ("k1:%%%%", "not base64"),
    (f"k1:{key(GOOD)},k2:{key(GOOD)}", "there twice"), (f"k1:{key(GOOD)},", "key id ''"),
    (f"k1:{key(GOOD)},k1:{key(GOOD[::-1])}", "there twice"), (f"K1:{key(GOOD)}", "key id 'K1'"),
    (f"key:{key(GOOD)}", "key id 'key'"),
])
def test_a16_r5_10_a_keyring_refuses_weak_keys(text: str, why: str) -> None:
    with pytest.raises(WeakKey, match=why) as refusal:
        Keyring.read(text)
    assert key(GOOD) not in str(refusal.value)
