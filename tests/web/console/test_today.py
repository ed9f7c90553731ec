"""The overview: what needs whoever looks, counted to a hundred and led to where it is."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import insert, select, update

from inthread.domain.actor import CUSTOMER
from inthread.domain.staff import Role
from inthread.queries.console_counts import Counts, console_counts
from inthread.queries.today import today
from inthread.runtime import Runtime
from inthread.store import tables as t
from inthread.store.console_counts import Waiting
from inthread.web.console.badges import badges
from inthread.web.console.shell import COOKIE
from tests.clock import Clock
from tests.statements import said_to
from tests.web.console.world import World, furnish
from tests.web.visitor import ORIGIN


@pytest.fixture
def world(rt: Runtime, clock: Clock) -> World:
    return furnish(rt, clock)


def counts(world: World, role: Role) -> Counts:
    return console_counts(world.rt, actor=world.staff[role].actor)


def test_each_sees_what_waits_for_them(world: World) -> None:
    for_all = {"late": 1, "free": 4, "open": 5, "replies": 1, "failed": 1, "unknown": 1,
               "paused": 1}
    assert counts(world, Role.AGENT) == Counts(Waiting(mine=1, mine_late=1, **for_all))
    assert counts(world, Role.ADMIN) == Counts(Waiting(**for_all))
    approver = counts(world, Role.APPROVER)
    assert approver.waiting == Waiting(**for_all)
    assert [draft.title for draft in approver.approvals] == ["Longer plans in winter"]


def test_who_may_see_nothing_is_told_nothing(world: World) -> None:
    assert console_counts(world.rt, actor=CUSTOMER) == Counts()


def test_a_claim_is_theirs_until_its_time(world: World, clock: Clock) -> None:
    agent = str(world.staff[Role.AGENT].actor)
    with world.rt.db.begin() as tx:
        tx.execute(update(t.work_items).where(t.work_items.c.reason == "question").values(
            claimed_by=agent, claimed_until=clock.at + timedelta(minutes=30)))
    assert counts(world, Role.AGENT).waiting.mine == 2
    assert counts(world, Role.ADMIN).waiting.free == 3
    clock.tick(minutes=30)
    assert counts(world, Role.AGENT).waiting.mine == 1
    assert counts(world, Role.ADMIN).waiting.free == 4


def test_what_is_due_first_comes_first_and_links_lead_there(world: World) -> None:
    found = today(world.rt, actor=world.staff[Role.AGENT].actor)
    assert [item.reference for item in found.mine] == ["INV-20397"]
    assert [item.due_at for item in found.free] == sorted(item.due_at for item in found.free)
    assert [(one.state, one.reference) for one in found.troubles] == [
        ("failed", "INV-20418"), ("unknown", "INV-20409")
    ]
    assert [(one.connector, one.why) for one in found.quiet] == [
        ("compliance", "Their maintenance until 18:00")
    ]
    assert len(found.replies) == 1


def test_a_count_stops_at_a_hundred(world: World) -> None:
    with world.rt.db.begin() as tx:
        reply = dict(tx.execute(select(t.replies)).one()._mapping)
        tx.execute(insert(t.replies), [
            {**reply, "id": f"rep_more{n}", "event_id": f"more-{n}"} for n in range(120)
        ])
    found = counts(world, Role.AGENT)
    assert found.waiting.replies == 100
    assert badges(found)["/console/replies"].shown == "99+"


@pytest.mark.parametrize(("role", "statements"), [(Role.AGENT, 1), (Role.APPROVER, 3)])
def test_the_counts_of_every_page_are_cheap(world: World, role: Role, statements: int) -> None:
    with said_to(world.rt.db) as said:
        counts(world, role)
    assert len([one for one in said.statements if "SELECT" in one]) == statements, said


def test_every_link_of_the_overview_leads_somewhere(app: Flask, world: World) -> None:
    client = app.test_client()
    client.set_cookie(COOKIE, world.staff[Role.ADMIN].token, domain="localhost")
    page = client.get("/console/", base_url=ORIGIN).text
    links = set(re.findall(r'href="(/console/[^"#]+)', page.split("<main")[1]))
    assert len(links) > 8
    dead = {link: status for link in links
            if (status := client.get(link.replace("&amp;", "&"), base_url=ORIGIN).status_code)
            != 200}
    assert dead == {}
