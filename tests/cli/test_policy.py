"""`inthread policy`: as a person, by a key of their own; never as whoever runs the machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from app import PARTS
from inthread.cli.start import ready
from inthread.commands.change_draft import change_draft
from inthread.commands.make_api_key import make_api_key, make_own_key
from inthread.commands.start_draft import start_draft
from inthread.domain.actor import OPERATOR, PERSONAL_SCOPES, Actor
from inthread.domain.binding import BindingTest
from inthread.domain.draft import Draft
from inthread.domain.staff import Role
from inthread.runtime import Runtime
from inthread.store import audit, drafts, staff
from inthread.store import bindings as kept
from inthread.store.db import Database
from tests.cli.conftest import Inthread, Said
from tests.drafts import KEY, bound, changed, measure
from tests.rows import nothing_written

Acts = Callable[..., Said]


@pytest.fixture
def rt(inthread: Inthread, migrated: Database, settings: dict[str, str]) -> Iterator[Runtime]:
    """The database of the command line, with its workflows published and its bindings tested."""
    assert inthread("migrate").status == 0
    _, made = ready(PARTS, env=settings)
    with made.db.begin() as tx:
        for connector, operation in bound(made):
            kept.put(tx, BindingTest(connector, operation, made.now(), "staff:stf_ada", None))
    yield made
    made.db.dispose()


@pytest.fixture
def people(rt: Runtime) -> dict[str, tuple[Actor, str]]:
    """By name: who they are, and a key of their own."""
    found = {}
    for name, roles in {
        "ada": [Role.AUTHOR], "ben": [Role.AUTHOR, Role.APPROVER], "cyd": [Role.APPROVER],
    }.items():
        with rt.db.begin() as tx:
            staff.add(tx, f"stf_{name}", f"{name}@staff.test", name, roles, by="operator:cli",
                      now=rt.now(), active=True)
            person = staff.get(tx, f"stf_{name}")
        assert person is not None
        may = [scope for scope in PERSONAL_SCOPES if scope in person.actor.scopes]
        made = make_own_key(rt, actor=person.actor, name="cli", scopes=may)
        found[name] = (person.actor, made.token)
    return found


@pytest.fixture
def acts(
    inthread: Inthread, settings: dict[str, str], people: dict[str, tuple[Actor, str]]
) -> Acts:
    """`acts("ada", "list")`: `inthread policy list` with her key."""

    def run(name: str, *argv: object) -> Said:
        settings["INTHREAD_STAFF_KEY"] = people[name][1]
        return inthread("policy", *argv)

    return run


def begun(rt: Runtime, actor: Actor) -> Draft:
    draft = start_draft(rt, actor=actor, key=KEY, title="Small amounts")
    draft = change_draft(
        rt, actor=actor, draft_id=draft.id, revision=1, document=changed(draft.document)
    )
    measure(rt, draft)
    return draft


def test_from_submitting_to_being_in_force(
    rt: Runtime, people: dict[str, tuple[Actor, str]], acts: Acts, inthread: Inthread
) -> None:
    draft = begun(rt, people["ada"][0])
    assert acts("ada", "list").out == f"{draft.id}  {KEY}  editing  Small amounts\n"
    assert acts("cyd", "diff", draft.id).out == (
        "policy.pay row 2, remaining: < 10.00 -> < 12.00\n"
    )
    said = acts("ada", "submit", draft.id, "--note", "As agreed.")
    assert (said.status, said.out) == (0, (
        f"{draft.id} is submitted, at {draft.hash}.\nIt takes 1 approval by others.\n"
    ))
    assert acts("ada", "list").out == f"{draft.id}  {KEY}  submitted 0 of 1  Small amounts\n"
    lines = acts("cyd", "show", draft.id).out.splitlines()
    assert lines[:7] == [
        f"{draft.id}  Small amounts", f"workflow     {KEY}, from version 1",
        "state        submitted, revision 3", f"hash         {draft.hash}",
        "authors      staff:stf_ada", "note         As agreed.", "approvals    0 of 1",
    ]
    done = acts("cyd", "approve", draft.id, draft.hash)
    assert (done.status, done.out.splitlines()[0]) == (
        0, f"{draft.id} is published, at {draft.hash}."
    )
    assert done.out.splitlines()[1].startswith(f"{KEY} version 2 is in force from ")
    assert f"{KEY} version 2 ({draft.hash[:12]}) in force since" in inthread(
        "workflows", "list"
    ).out
    assert acts("cyd", "list").out == "There is no draft.\n"
    assert acts("cyd", "list", "--all").out == f"{draft.id}  {KEY}  published  Small amounts\n"
    back = acts("ada", "roll-back", KEY, 1, "--note", "It hurt.")
    assert (back.status, " is submitted, at " in back.out) == (0, True)


def test_a69_nobody_approves_their_own_by_the_command_line(
    rt: Runtime, people: dict[str, tuple[Actor, str]], acts: Acts
) -> None:
    draft = begun(rt, people["ben"][0])
    acts("ben", "submit", draft.id)
    with nothing_written(rt.db, but=("audit",)):
        said = acts("ben", "approve", draft.id, draft.hash)
    assert (said.status, said.out, said.err) == (1, "", (
        "Refused, and nothing was done: nobody approves a change they had a hand in.\n"
    ))
    with nothing_written(rt.db):
        lacking = acts("ada", "approve", draft.id, draft.hash)
    assert lacking.err == (
        "Refused, and nothing was done: staff:stf_ada lacks policy:approve.\n"
    )
    with rt.db.read() as tx:
        last = audit.of_subject(tx, draft.id)[-1]
        assert drafts.get(tx, draft.id).published_version is None
    assert (last.event, last.actor) == ("draft.approval_refused", "staff:stf_ben")


def test_a69_other_content_than_was_seen_is_not_approved(
    rt: Runtime, people: dict[str, tuple[Actor, str]], acts: Acts
) -> None:
    draft = begun(rt, people["ada"][0])
    acts("ada", "submit", draft.id)
    with nothing_written(rt.db):
        said = acts("cyd", "approve", draft.id, "f" * 64)
    assert (said.status, said.err) == (1, (
        "Nothing was done: the draft has other content than was approved: look at it again.\n"
    ))


def test_sent_back_and_what_stands_in_the_way(
    rt: Runtime, people: dict[str, tuple[Actor, str]], acts: Acts
) -> None:
    draft = begun(rt, people["ada"][0])
    hour = datetime(2020, 1, 1, tzinfo=UTC).isoformat()
    with nothing_written(rt.db):
        early = acts("ada", "submit", draft.id, "--at", hour)
    assert (early.status, early.err) == (
        1, "effective_at has passed: leave it out to have it at once\n"
    )
    acts("ada", "submit", draft.id)
    said = acts("cyd", "send-back", draft.id, "--note", "Say why.")
    assert (said.status, said.out) == (0, f"{draft.id} is editing, at {draft.hash}.\n")
    shown = acts("ada", "show", draft.id).out
    assert "staff:stf_cyd sent_back revision 3: Say why." in shown


def test_without_a_key_of_a_person_nothing_is_done(
    rt: Runtime, people: dict[str, tuple[Actor, str]], inthread: Inthread, settings: dict[str, str]
) -> None:
    draft = begun(rt, people["ada"][0])
    machine = make_api_key(rt, actor=OPERATOR, name="m", scopes=["policy:write", "policy:read"])
    nobody = "INTHREAD_STAFF_KEY is not the key of a person who may sign in.\n"
    for key, says in (
        ("", "INTHREAD_STAFF_KEY is not set: make a key of your own in the console, under "
             "Account.\n"),
        ("ik_unknown", nobody), (machine.token, nobody),
    ):
        settings["INTHREAD_STAFF_KEY"] = key
        with nothing_written(rt.db):
            said = inthread("policy", "submit", draft.id)
        assert (said.status, said.out, said.err) == (1, "", says)


def test_a_draft_that_is_not_there(rt: Runtime, acts: Acts) -> None:
    with nothing_written(rt.db):
        said = acts("cyd", "approve", "draft_none", "f" * 64)
    assert (said.status, said.err) == (1, "There is no such thing.\n")
