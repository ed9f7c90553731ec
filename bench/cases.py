"""Cases of the product, made by its own commands and copied where many are wanted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update

from bench.samples import invoice
from bench.seed import bulk_engine, copy_case, read_case
from inthread.commands.open_link import open_link
from inthread.commands.receive_triggers import receive_triggers
from inthread.commands.save_choice import save_choice
from inthread.commands.send_code import send_code
from inthread.commands.submit_action import submit_action
from inthread.commands.verify_code import verify_code
from inthread.domain.actor import CUSTOMER, OPERATOR
from inthread.queries.action import check
from inthread.runtime import Runtime
from inthread.spi import Form
from inthread.store import tables as t


def trigger(number: int) -> dict[str, object]:
    """The n-th sample invoice as a back office would send it."""
    row = invoice(number)
    return {
        "workflow": "overdue_invoice",
        "facts": {
            "invoice_number": row["invoice"], "amount_due": row["amount"], "due_date": row["due"],
        },
        "person": {
            "reference": row["customer"], "name": row["name"], "locale": "en",
            "zone": "America/New_York",
            "contacts": [{"channel": "sms", "address": row["phone"]}],
        },
        "as_of": "2026-11-21T00:00:00Z",
    }


def open_cases(rt: Runtime, many: int, apart: int = 1) -> list[tuple[str, str]]:
    """So many cases with a link each: (case id, path of its landing page). *apart*: of each so many
    samples one; with 4 each is of somebody else."""
    asked = [trigger(n * apart) for n in range(many)]
    answers = receive_triggers(rt, actor=OPERATOR, triggers=asked)
    ids = [a.case_id for a in answers if a.case_id]
    if len(ids) != many:
        raise RuntimeError(f"not every sample became a case: {answers[0]}")
    return _link(rt, ids)


def _link(rt: Runtime, ids: Sequence[str]) -> list[tuple[str, str]]:
    """A link to each case's own contact, written set by set."""
    c, k, now = t.cases.c, t.contacts.c, rt.now()
    whose = select(c.id, c.person_id, k.id.label("contact_id")).join_from(
        t.cases, t.contacts, k.person_id == c.person_id
    )
    with rt.db.begin() as tx:
        owners = {row.id: row for row in tx.execute(whose)}
        links = [(rt.new_id("link"), owners[case_id]) for case_id in ids]
        key = rt.keyring.newest
        tx.execute(insert(t.links), [
            {
                "id": link, "digest": rt.keyring.link_digest(key, link), "case_id": owner.id,
                "person_id": owner.person_id, "contact_id": owner.contact_id, "key_id": key,
                "state": "live", "created_at": now, "expires_at": now + rt.limits.link_life,
            }
            for link, owner in links
        ])
    return [(owner.id, f"/l/{rt.keyring.link_token(key, link)}") for link, owner in links]


def code_of(rt: Runtime, case_id: str) -> str:
    """The code that was sent last for the case."""
    c = t.challenges.c
    newest = (
        select(c.key_id, c.id, c.counter).where(c.case_id == case_id)
        .order_by(c.created_at.desc()).limit(1)
    )
    with rt.db.read() as tx:
        return rt.keyring.code(*tx.execute(newest).one())


def promised(rt: Runtime, case_id: str, path: str) -> None:
    """The customer promises to pay all in three days: an outcome, and its writeback is due."""
    token = open_link(rt, actor=CUSTOMER, token=path.removeprefix("/l/")).token
    send_code(rt, actor=CUSTOMER, token=token)
    token = verify_code(rt, actor=CUSTOMER, token=token, code=code_of(rt, case_id)).token
    form = Form({"on": promise_day(rt.now()), "how": "all", "amount": ""})
    save_choice(rt, actor=CUSTOMER, token=token, action="promise", form=form)
    shown = check(rt, token, "promise").chosen.digest
    submit_action(
        rt, actor=CUSTOMER, token=token, action="promise", nonce="n" * 22, shown=shown
    )


def promise_day(now: datetime) -> str:
    return (now + timedelta(days=3)).date().isoformat()


def copies(rt: Runtime, case_id: str, first: int, many: int, leave: Collection[str] = ()) -> None:
    """Copy the case so many times, without its rows in the tables named by *leave*."""
    with rt.db.read() as tx:
        rows = {name: r for name, r in read_case(tx, case_id).items() if name not in leave}
    engine = bulk_engine(rt.db.url.render_as_string(hide_password=False))
    copy_case(engine, rows, first, many)
    engine.dispose()


def due_writebacks(rt: Runtime, many: int, wait: float) -> datetime:
    """So many resolved cases, each with a writeback that is due in *wait* seconds and nothing else
    to carry. When that is."""
    [(case_id, path)] = open_cases(rt, 1)
    promised(rt, case_id, path)
    copies(rt, case_id, 1, many - 1)
    now = rt.now()
    due = now + timedelta(seconds=wait)
    jobs = t.outbox
    with rt.db.begin() as tx:
        tx.execute(update(jobs).where(jobs.c.kind != "writeback").values(done_at=now))
        tx.execute(update(jobs).where(jobs.c.kind == "writeback").values(due_at=due))
    return due
