"""A person pressed the button behind a link: a visit, or why not."""

from __future__ import annotations

import string
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from inthread.commands.ask_for_help import ask_for_help
from inthread.commands.cancel_case import cancel_case
from inthread.commands.leave_visit import leave_visit
from inthread.commands.open_link import Opened, open_link
from inthread.commands.send_code import send_code
from inthread.commands.submit_action import submit_action
from inthread.domain.actor import CUSTOMER, OPERATOR, WORKER
from inthread.domain.assurance import Assurance
from inthread.domain.refusals import (
    AlreadySettled,
    Forbidden,
    LinkExpired,
    LinkGone,
    NotFound,
    VisitEnded,
)
from inthread.keyring import Keyring
from inthread.queries.landing import landing
from inthread.queries.visit import bare_visit
from inthread.runtime import Limits, Runtime
from inthread.store import audit, cases, links
from inthread.store.db import Database
from tests.build import (
    PHONE,
    a_coded_visit,
    a_keyring,
    a_person,
    a_runtime,
    a_submission,
    an_asked_case,
    an_open_visit,
    carry_all,
    link_token,
)
from tests.clock import Clock
from tests.look import events_of
from tests.races import at_once
from tests.rows import every_row, nothing_written

URL_SAFE = string.ascii_letters + string.digits + "-_"


def open_(rt: Runtime, token: str) -> Opened:
    return open_link(rt, actor=CUSTOMER, token=token)


def refused(rt: Runtime, token: str, refusal: type[Exception]) -> None:
    with nothing_written(rt.db), pytest.raises(refusal) as raised:
        open_(rt, token)
    assert type(raised.value) is refusal


def with_keys(rt: Runtime, *names: str) -> Runtime:
    return replace(rt, keyring=a_keyring(names=names))


def test_a_press_makes_a_visit_at_link(rt: Runtime, clock: Clock) -> None:
    case = an_asked_case(rt=rt)
    clock.tick(hours=1)
    opened = open_(rt, link_token(rt, case))
    visit = opened.visit
    assert (visit.level, visit.fact, visit.opened_at, visit.seen_at) == (
        Assurance.LINK, False, clock.at, clock.at
    )
    assert (visit.case_id, visit.person_id) == (case.id, case.person_id)
    assert events_of(rt, case)[-1] == "link.opened"
    assert opened.token not in repr(every_row(rt.db))


def test_no_token_is_at_rest(rt: Runtime) -> None:
    token = link_token(rt, an_asked_case(rt=rt))
    kept = repr(every_row(rt.db))
    assert [part for part in (token, token[2:24], token[24:]) if part in kept] == []


def test_a01_any_other_character_anywhere_is_no_link(rt: Runtime) -> None:
    """Every place of the token, each with another character; the same answer as for any text."""
    token = link_token(rt, an_asked_case(rt=rt))
    before = every_row(rt.db)
    for at, old in enumerate(token):
        for new in {URL_SAFE[(URL_SAFE.index(old) + step) % 64] for step in (1, 2, 16, 32)}:
            with pytest.raises(NotFound, match=r"^link$"):
                open_(rt, token[:at] + new + token[at + 1 :])
    assert every_row(rt.db) == before


@pytest.mark.parametrize("other", [
    "", "k1", "=", "é" * 46, "k1" + "A" * 44, "zz" + "A" * 44, "k1" + "A" * 45, "\x00" * 46,
])
def test_a01_what_is_no_token(rt: Runtime, other: str) -> None:
    an_asked_case(rt=rt)
    refused(rt, other, NotFound)


@pytest.mark.parametrize("spelling", ["{}=", "{} ", " {}", "{}\n", "{}A", "%{}"])
def test_a01_another_spelling_of_the_same_token(rt: Runtime, spelling: str) -> None:
    refused(rt, spelling.format(link_token(rt, an_asked_case(rt=rt))), NotFound)


def test_a01_the_last_characters_that_decode_alike(rt: Runtime) -> None:
    """16 bytes leave four spare bits: three more characters spell the same bytes."""
    token = link_token(rt, an_asked_case(rt=rt))
    others = [c for c in URL_SAFE if c != token[-1]]
    for char in others:
        refused_token = token[:-1] + char
        with pytest.raises(NotFound):
            open_(rt, refused_token)


@pytest.mark.parametrize(("seconds", "alive"), [(-1, True), (0, False), (1, False)])
def test_a02_a_link_ends_at_its_time(
    rt: Runtime, clock: Clock, seconds: int, alive: bool
) -> None:
    token = link_token(rt, an_asked_case(rt=rt))
    clock.tick(hours=72, seconds=seconds)
    if alive:
        open_(rt, token)
        return
    refused(rt, token, LinkExpired)
    with pytest.raises(LinkExpired):
        landing(rt, token)


def test_its_life_is_of_the_row_not_of_the_setting(db: Database, clock: Clock) -> None:
    rt = a_runtime(db, clock=clock, limits=Limits(link_life=timedelta(hours=1)))
    token = link_token(rt, an_asked_case(rt=rt))
    clock.tick(hours=1)
    refused(replace(rt, limits=Limits(link_life=timedelta(days=14))), token, LinkExpired)


@pytest.mark.parametrize("skew", [-120, 120])
def test_a17_hosts_whose_clocks_differ(rt: Runtime, clock: Clock, skew: int) -> None:
    """A fresh link works and an expired one stays so, two minutes before or after."""
    token = link_token(rt, an_asked_case(rt=rt))
    other = replace(rt, now=lambda: clock.at + timedelta(seconds=skew))
    open_(other, token)
    clock.tick(hours=72, seconds=121)
    refused(other, token, LinkExpired)


def test_a03_switched_off_while_the_page_is_open(rt: Runtime) -> None:
    visit = a_coded_visit(rt=rt)
    token = link_token(rt, visit.case)
    cancel_case(rt, actor=OPERATOR, case_id=visit.case.id, reason="paid elsewhere")
    with nothing_written(rt.db), pytest.raises(LinkGone):
        send_code(rt, actor=CUSTOMER, token=visit.token)
    refused(rt, token, LinkGone)


def test_a06_after_completion_it_shows_the_receipt_and_does_nothing_more(
    rt: Runtime, clock: Clock
) -> None:
    visit = a_coded_visit(rt=rt)
    token = link_token(rt, visit.case)
    a_submission(rt=rt, visit=visit)
    carry_all(rt)
    clock.tick(minutes=1)
    assert landing(rt, token).finished
    again = a_coded_visit(rt=rt, visit=replace(visit, token=open_(rt, token).token))
    with nothing_written(rt.db), pytest.raises(AlreadySettled):
        submit_action(
            rt, actor=CUSTOMER, token=again.token, action="promise", nonce="n2", shown="x"
        )


def test_a07_a_link_that_was_replaced(rt: Runtime, clock: Clock) -> None:
    """Its last day had begun, so the next reminder brought a new one."""
    case = an_asked_case(rt=rt, person=a_person(rt=rt, contacts=(("sms", PHONE),)))
    old = link_token(rt, case)
    visit = an_open_visit(rt=rt, case=case)
    clock.tick(days=3)
    carry_all(rt)
    assert link_token(rt, case) != old
    refused(rt, old, LinkGone)
    with pytest.raises(LinkGone):
        send_code(rt, actor=CUSTOMER, token=visit.token)


def test_a11_authentic_and_unknown_is_recorded(rt: Runtime, clock: Clock) -> None:
    """A restored backup, or a key in the wrong hands: the same answer as for any text."""
    an_asked_case(rt=rt)
    token = rt.keyring.link_token("k1", "link_of_another_database")
    with nothing_written(rt.db, but=("audit",)), pytest.raises(NotFound, match=r"^link$"):
        open_(rt, token)
    digest = rt.keyring.link_digest("k1", "link_of_another_database")
    with rt.db.read() as tx:
        [event] = audit.of_subject(tx, f"link:{digest[:16]}")
    assert (event.event, event.n) == ("link.authentic_but_unknown", 1)


def test_a11_eight_at_once_get_the_same_answer(rt: Runtime) -> None:
    token = rt.keyring.link_token("k1", "link_of_another_database")
    came = at_once([lambda: open_(rt, token)] * 8)
    assert [type(r) for r in came] == [NotFound] * 8


def test_a15_r5_10_rotation(rt: Runtime) -> None:
    """The old link works while its key is there; the new key signs at once; retired is gone."""
    case = an_asked_case(rt=rt)
    old = link_token(rt, case)
    both = with_keys(rt, "k1", "k2")
    open_(both, old)
    fresh = link_token(both, an_asked_case(
        rt=both, person=a_person(rt=both, reference="CUST-2"), number="INV-2"
    ))
    assert (old[:2], fresh[:2]) == ("k1", "k2")
    open_(both, fresh)
    retired = with_keys(rt, "k2")
    refused(retired, old, NotFound)
    open_(retired, fresh)


def test_another_installations_key_opens_nothing(rt: Runtime) -> None:
    token = link_token(rt, an_asked_case(rt=rt))
    other = Keyring({"k1": bytes(range(32))}, "k1")
    refused(replace(rt, keyring=other), token, NotFound)


def test_a34_a_fourth_visit_ends_the_oldest(rt: Runtime, clock: Clock) -> None:
    case = an_asked_case(rt=rt)
    visits = []
    for _ in range(4):
        visits.append(an_open_visit(rt=rt, case=case))
        clock.tick(seconds=1)
    ended = [v["ended_at"] is not None for v in every_row(rt.db)["visits"]]
    assert sorted(ended) == [False, False, False, True]
    with pytest.raises(VisitEnded):
        send_code(rt, actor=CUSTOMER, token=visits[0].token)
    send_code(rt, actor=CUSTOMER, token=visits[1].token)


def test_a34_eight_at_once_leave_three(rt: Runtime) -> None:
    token = link_token(rt, an_asked_case(rt=rt))
    at_once([lambda: open_(rt, token)] * 8)
    alive = [v for v in every_row(rt.db)["visits"] if v["ended_at"] is None]
    assert len(alive) == 3


def test_a34_a_visit_that_was_left_takes_no_room(rt: Runtime) -> None:
    token = link_token(rt, an_asked_case(rt=rt))
    first = open_(rt, token)
    for _ in range(3):
        leave_visit(rt, actor=CUSTOMER, token=open_(rt, token).token)
    open_(rt, token)
    assert bare_visit(rt, first.token).visit.ended_at is None


def test_a03_a_press_that_waited_while_the_link_was_switched_off(
    rt: Runtime, clock: Clock
) -> None:
    case = an_asked_case(rt=rt)
    with ThreadPoolExecutor() as pool:
        with rt.db.begin() as tx:
            cases.lock(tx, case.id)
            pressed = pool.submit(open_, rt, link_token(rt, case))
            time.sleep(0.3)  # it has read what it could, and waits for the case
            links.kill(tx, case.id, clock.at)
        with pytest.raises(LinkGone):
            pressed.result()
    assert every_row(rt.db)["visits"] == []


def test_two_visits_have_two_cookies(rt: Runtime) -> None:
    token = link_token(rt, an_asked_case(rt=rt))
    assert open_(rt, token).token != open_(rt, token).token


def test_not_me_kills_the_links_of_other_cases_too(rt: Runtime, clock: Clock) -> None:
    """R5.7: whoever holds that phone is somebody else."""
    person = a_person(rt=rt)
    first = an_asked_case(rt=rt, person=person, number="INV-1")
    clock.tick(days=1)
    second = an_asked_case(rt=rt, person=person, number="INV-2")
    other = an_open_visit(rt=rt, case=second)
    token = link_token(rt, second)
    mine = an_open_visit(rt=rt, case=first)
    ask_for_help(rt, actor=CUSTOMER, token=mine.token, reason="wrong_person")
    refused(rt, token, LinkGone)
    with pytest.raises((LinkGone, VisitEnded)):
        send_code(rt, actor=CUSTOMER, token=other.token)


def test_only_a_customer_opens(rt: Runtime) -> None:
    token = link_token(rt, an_asked_case(rt=rt))
    with nothing_written(rt.db), pytest.raises(Forbidden):
        open_link(rt, actor=WORKER, token=token)
