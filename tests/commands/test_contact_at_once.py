"""A step whose job knows its way is said by the hand that does it: decided once, kept as `unknown`
before the call, and never said twice."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from inthread.commands.contact_customer import contact_customer
from inthread.commands.drain_outbox import ClaimedJob, claim_jobs
from inthread.domain.actor import WORKER
from inthread.domain.case import Case
from inthread.domain.routing import Guards, ProviderTerms, Routing
from inthread.runtime import Runtime
from inthread.spi import Outgoing, Sent
from inthread.store import cases, people, suppressions
from inthread.testing import FakeChannel
from tests.build import EMAIL, PHONE, Fakes, a_case, a_person, carry_all, the_case
from tests.clock import Clock
from tests.look import events_of, waiting_for
from tests.races import at_once
from tests.rows import every_row, nothing_written

STEP = timedelta(days=3)


def claimed(rt: Runtime, most: int = 8) -> list[ClaimedJob]:
    return claim_jobs(rt, actor=WORKER, kinds=("contact",), most=most, ways=True)


def step(rt: Runtime) -> None:
    [job] = claimed(rt)
    contact_customer(rt, actor=WORKER, job=job)


def kept(rt: Runtime) -> list[tuple[str, str, list[str]]]:
    return [(m["channel"], m["state"], m["reasons"]) for m in every_row(rt.db)["messages"]]


def slowly(rt: Runtime, **guards: object) -> Runtime:
    """One message a second and none in reserve."""
    terms = {"sms": ProviderTerms(per_second=1, burst=1)}
    return replace(rt, routing=Routing(terms, Guards(**guards)))  # type: ignore[arg-type]


def with_sms(rt: Runtime, channel: FakeChannel) -> Runtime:
    providers = {**rt.registry.providers, "sms": channel}
    return replace(rt, registry=replace(rt.registry, providers=providers))


def by_phone(rt: Runtime, number: int) -> Case:
    person = a_person(rt=rt, reference=f"C-{number}", contacts=(("sms", f"+1555010{number:04d}"),))
    return a_case(rt=rt, person=person, number=f"INV-{number}")


def test_it_goes_by_the_same_hand(rt: Runtime, clock: Clock, fakes: Fakes) -> None:
    case = a_case(rt=rt)
    step(rt)
    [message], [m] = fakes.sms.sent, every_row(rt.db)["messages"]
    assert (message.to, message.id) == (PHONE, m["id"])
    assert (m["state"], m["tries"], m["provider"], m["reference"], m["sent_at"]) == (
        "sent", 1, "sms", f"sms-{m['id']}", clock.at
    )
    assert (m["decision"]["reasons"], m["decision"]["at"]) == ([], clock.at.isoformat())
    assert events_of(rt, case) == ["message.queued", "message.sent"]
    assert (the_case(rt, case.id).step, waiting_for(rt, case)) == (
        1, [("contact", clock.at + STEP)]
    )


def test_it_is_unknown_before_the_call(rt: Runtime) -> None:
    seen = []

    class Looking(FakeChannel):
        def send(self, message: Outgoing) -> Sent:
            rt.db.assert_closed()
            seen.extend(kept(rt))
            return super().send(message)

    a_case(rt=rt)
    step(with_sms(rt, Looking()))
    assert seen == [("sms", "unknown", [])]


@pytest.mark.parametrize(("mode", "arrived"), [("timeout_before", 0), ("timeout_after", 1)])
def test_what_may_have_left_is_not_said_again(
    rt: Runtime, clock: Clock, fakes: Fakes, mode: str, arrived: int
) -> None:
    case = a_case(rt=rt)
    fakes.sms.script.append(mode)
    step(rt)
    for _ in range(3):
        carry_all(rt)
        clock.tick(hours=6)
    assert (len(fakes.sms.calls), len(fakes.sms.sent)) == (1, arrived)
    assert kept(rt) == [("sms", "unknown", ["unheard: TimeoutError"])]
    assert events_of(rt, case) == ["message.queued"]


def test_a_hand_that_died_while_sending_is_followed_by_the_next_step(
    rt: Runtime, clock: Clock, fakes: Fakes
) -> None:
    class Death(BaseException):
        pass

    class Deadly(FakeChannel):
        def send(self, message: Outgoing) -> Sent:
            fakes.sms.send(message)
            raise Death

    case = a_case(rt=rt)
    with pytest.raises(Death):
        step(with_sms(rt, Deadly()))
    clock.tick(minutes=2)
    assert carry_all(rt) == 0
    assert (len(fakes.sms.sent), kept(rt)) == (1, [("sms", "unknown", [])])
    clock.at = waiting_for(rt, case)[0][1]
    carry_all(rt)
    assert [state for _, state, _ in kept(rt)] == ["unknown", "sent"]


def test_busy_makes_it_wait_as_a_job_of_its_own(rt: Runtime, clock: Clock, fakes: Fakes) -> None:
    case = a_case(rt=rt)
    fakes.sms.script.append("busy")
    step(rt)
    assert kept(rt) == [("sms", "queued", ["busy"])]
    minute = clock.at + timedelta(minutes=1)
    assert waiting_for(rt, case) == [("message", minute), ("contact", clock.at + STEP)]
    clock.at = minute
    carry_all(rt)
    assert (len(fakes.sms.sent), kept(rt)) == (1, [("sms", "sent", [])])
    assert events_of(rt, case) == ["message.queued", "message.sent"]


def test_refused_it_is_said_elsewhere(rt: Runtime, fakes: Fakes) -> None:
    case = a_case(rt=rt)
    fakes.sms.script.append("unreachable")
    step(rt)
    carry_all(rt)
    assert [(c, s) for c, s, _ in kept(rt)] == [("sms", "failed"), ("email", "sent")]
    assert [m.to for m in fakes.email.sent] == [EMAIL]
    assert events_of(rt, case)[:3] == ["message.queued", "message.failed", "message.queued"]


def test_a_stop_that_was_quicker_to_the_case_counts(rt: Runtime, fakes: Fakes) -> None:
    case = by_phone(rt, 1)
    [job] = claimed(rt)
    hand = threading.Thread(target=lambda: contact_customer(rt, actor=WORKER, job=job))
    with rt.db.begin() as tx:
        cases.lock(tx, case.id)
        hand.start()
        hand.join(0.3)
        suppressions.add(tx, "sup_1", "phone", "+15550100001", "reply", rt.now())
    hand.join()
    assert (fakes.sms.calls, kept(rt)) == ([], [])
    assert events_of(rt, case) == ["case.handed_over"]


def test_a_rate_makes_the_others_wait_for_their_turn(
    rt: Runtime, clock: Clock, fakes: Fakes
) -> None:
    slow = slowly(rt)
    asked = [by_phone(rt, n) for n in range(3)]
    for job in claimed(slow):
        contact_customer(slow, actor=WORKER, job=job)
    assert len(fakes.sms.sent) == 1
    turns = sorted(due for case in asked for kind, due in waiting_for(rt, case)
                   if kind == "message")
    assert turns[1] - turns[0] == timedelta(seconds=1)
    for sent, clock.at in enumerate(turns, 2):
        assert carry_all(slow) == 1
        assert len(fakes.sms.sent) == sent
    assert len(set(fakes.sms.calls)) == len(fakes.sms.calls) == 3


def test_what_is_not_said_gives_its_permit_back(rt: Runtime, fakes: Fakes) -> None:
    """The only token of this second goes to whom it is lawful to write to."""
    slow, held = slowly(rt), by_phone(rt, 1)
    with rt.db.begin() as tx:
        suppressions.add(tx, "sup_1", "phone", "+15550100001", "reply", rt.now())
    by_phone(rt, 2)
    for job in sorted(claimed(slow), key=lambda j: j.case_id != held.id):
        contact_customer(slow, actor=WORKER, job=job)
    assert [m.to for m in fakes.sms.sent] == ["+15550100002"]


def test_no_provider_for_it_is_told_when_it_is_sent(rt: Runtime, fakes: Fakes) -> None:
    abroad = replace(rt, routing=Routing(guards=Guards(frozenset({"GB"}))))
    case = a_case(rt=rt)
    step(abroad)
    assert (kept(rt), fakes.sms.calls) == ([("sms", "queued", [])], [])
    carry_all(abroad)
    assert kept(rt)[0] == ("sms", "cancelled", ["country_not_allowed"])
    assert events_of(rt, case)[:2] == ["message.queued", "message.cancelled"]


def test_another_contact_point_than_was_asked_about_waits_for_its_own_permit(
    rt: Runtime, fakes: Fakes
) -> None:
    person = a_person(rt=rt)
    case = a_case(rt=rt, person=person)
    [job] = claimed(rt)
    with rt.db.begin() as tx:
        people.stop_contact(tx, person.contacts[0].id, "reply", rt.now())
    contact_customer(rt, actor=WORKER, job=job)
    assert (kept(rt), waiting_for(rt, case)[0][0]) == ([("email", "queued", [])], "message")
    carry_all(rt)
    assert ([m.to for m in fakes.email.sent], fakes.sms.sent) == ([EMAIL], [])


def test_eight_hands_do_not_pass_the_cap_together(rt: Runtime, fakes: Fakes) -> None:
    person = a_person(rt=rt)
    for n in range(8):
        a_case(rt=rt, person=person, number=f"INV-{n}")
    jobs = claimed(rt)
    at_once([
        lambda job=job: contact_customer(rt, actor=WORKER, job=job)  # type: ignore[misc]
        for job in jobs
    ])
    assert (len(jobs), len(fakes.sms.calls), len(kept(rt))) == (8, 1, 1)


def test_one_job_in_eight_hands_is_said_once(rt: Runtime, fakes: Fakes) -> None:
    a_case(rt=rt)
    [job] = claimed(rt)
    at_once([lambda: contact_customer(rt, actor=WORKER, job=job)] * 8)
    assert (len(fakes.sms.calls), kept(rt)) == (1, [("sms", "sent", [])])
    with nothing_written(rt.db):
        contact_customer(rt, actor=WORKER, job=job)
