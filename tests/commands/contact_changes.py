"""A customer who puts another number or address in the place of one, and what that leaves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from inthread.commands.save_choice import save_choice
from inthread.commands.submit_action import Submitted, submit_action
from inthread.domain.actor import CUSTOMER
from inthread.domain.case import Case
from inthread.domain.person import Contact, Person
from inthread.queries.action import check
from inthread.runtime import Runtime
from inthread.spi import Form
from inthread.store import people
from inthread.store.tables import messages
from tests.build import EMAIL, PHONE, AVisit, Fakes, a_coded_visit, an_asked_case, an_open_visit
from tests.clock import Clock

NEW_PHONE, OTHER_PHONE, NEW_EMAIL = "+15550100777", "+15550100888", "maya.o@example.org"
KEPT = {"address_is": "same", "phone_is": "same", "email_is": "same"}
MOVED = {**KEPT, "phone_is": "new", "phone": NEW_PHONE}
MAILED = {**KEPT, "email_is": "new", "email": NEW_EMAIL}
ALL_CHANNELS = (("sms", PHONE), ("whatsapp", PHONE), ("email", EMAIL))


def asked(rt: Runtime, person: Person | None = None, number: str = "REV-1", **how: Any) -> Case:
    return an_asked_case(rt=rt, workflow="contact_change", number=number, person=person, **how)


def entered(rt: Runtime, case: Case) -> AVisit:
    """By a code, as far as the form."""
    return a_coded_visit(rt=rt, visit=an_open_visit(rt=rt, case=case))


def chosen(rt: Runtime, visit: AVisit, form: Mapping[str, str]) -> str:
    """Keep this choice; the digest that its check page shows."""
    save_choice(rt, actor=CUSTOMER, token=visit.token, action="details", form=Form(form))
    return check(rt, visit.token, "details").chosen.digest


def proved(rt: Runtime, clock: Clock, case: Case, form: Mapping[str, str]) -> tuple[AVisit, str]:
    """A visit at STRONG for this choice, and the digest of what it was shown."""
    visit = entered(rt, case)
    shown = chosen(rt, visit, form)
    clock.tick(minutes=1)
    return a_coded_visit(rt=rt, visit=visit, purpose=f"details:{shown}"), shown


def submit(rt: Runtime, visit: AVisit, shown: str, nonce: str = "nonce-1") -> Submitted:
    return submit_action(
        rt, actor=CUSTOMER, token=visit.token, action="details", nonce=nonce, shown=shown
    )


def changed(rt: Runtime, clock: Clock, case: Case, form: Mapping[str, str]) -> None:
    submit(rt, *proved(rt, clock, case, form))


def contacts(rt: Runtime, case: Case) -> dict[tuple[str, str], Contact]:
    with rt.db.read() as tx:
        found = people.get(tx, case.person_id).contacts
    return {(c.channel, c.address): c for c in found}


def rows(rt: Runtime, table: Any) -> list[Any]:
    with rt.db.read() as tx:
        return list(tx.execute(select(table)))


def notices(rt: Runtime) -> list[tuple[str, str]]:
    """(template, state) of each."""
    found = [(m.template, m.state) for m in rows(rt, messages) if m.purpose == "notice"]
    return sorted(found)


def heard(fakes: Fakes, address: str) -> list[str]:
    sent = [*fakes.sms.sent, *fakes.email.sent, *fakes.whatsapp.sent]
    return [m.body for m in sent if m.to == address]
