"""Workflows on their way: a version in force and one before it, a draft that is edited and was
measured, one that waits for approval, and a test that both have to pass."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from inthread.commands.change_draft import change_draft
from inthread.commands.measure_impact import measure_impact
from inthread.commands.publish_workflows import publish_workflows
from inthread.commands.save_policy_test import save_policy_test
from inthread.commands.start_draft import start_draft
from inthread.commands.test_binding import test_binding as look_at_binding
from inthread.domain.actor import OPERATOR, Actor
from inthread.domain.canonical import digest
from inthread.domain.draft import Draft, DraftState
from inthread.runtime import Runtime
from inthread.store import drafts, workflows
from tests.build import carry_all, fakes_of
from tests.runtimes import ROOT

KEY = "overdue_invoice"
Document = dict[str, Any]


def publish(rt: Runtime) -> None:
    documents: dict[str, Document] = {
        file.stem: tomllib.loads(file.read_text(encoding="utf-8"))
        for file in (ROOT / "workflows").glob("*.toml")
    }
    publish_workflows(rt, actor=OPERATOR, documents=documents)


def publish_second(rt: Runtime) -> int:
    """Another version of the one workflow, in force from now on. Its number."""
    with rt.db.begin() as tx:
        newest = workflows.newest(tx, KEY)
        document = _changed(newest.document, _smaller_promises)
        document["version"] = newest.next
        workflows.add_version(
            tx, KEY, newest.next, digest(document), document, rt.now(), by=str(OPERATOR),
            note="Promises need ten dollars more.",
        )
    return newest.next


def draft(rt: Runtime, author: Actor) -> tuple[str, str]:
    """The ids of the draft that is edited, and of the one that waits."""
    _connected(rt, author)
    save_policy_test(
        rt, actor=author, key=KEY, name="An ordinary invoice gets a plan",
        inputs={"remaining": "184.20", "disputed": False},
        expects={"plan": {"offered": True, "identity": "code"}},
    )
    editing = _begin(rt, author, "Plans for smaller invoices", _smaller_plans)
    waiting = _begin(rt, author, "Longer plans in winter", _longer_plans)
    with rt.db.begin() as tx:
        drafts.save(tx, replace(
            waiting, state=DraftState.SUBMITTED, submitted_at=rt.now(), submitted_by=str(author),
            note="Agreed with Risk on Monday.",
        ))
    return editing.id, waiting.id


def _connected(rt: Runtime, author: Actor) -> None:
    """Each operation that the workflow writes was looked at: a draft of it may be submitted."""
    office = fakes_of(rt).billing
    before, office.read_mode = office.read_mode, "ok"
    for operation in ("payments", "plans", "promises"):
        look_at_binding(rt, actor=author, connector="billing", operation=operation)
    office.read_mode = before


def _begin(rt: Runtime, author: Actor, title: str, change: Callable[[Document], None]) -> Draft:
    started = start_draft(rt, actor=author, key=KEY, title=title)
    made = change_draft(
        rt, actor=author, draft_id=started.id, revision=started.revision,
        document=_changed(started.document, change),
    )
    measure_impact(rt, actor=author, draft_id=made.id)
    carry_all(rt)
    return made


def _changed(
    document: Mapping[str, object], change: Callable[[Document], None]
) -> Document:
    made: Document = copy.deepcopy(dict(document))
    change(made)
    return made


def _smaller_promises(document: Document) -> None:
    for row in document["policy"]["promise"]["rows"]:
        if "offer" in row:
            row["offer"]["least"] = "20.00"


def _smaller_plans(document: Document) -> None:
    rows = document["policy"]["plan"]["rows"]
    rows[1]["when"][0], rows[3]["when"][0] = "< 40.00", "[40.00..1000.00]"


def _longer_plans(document: Document) -> None:
    document["policy"]["plan"]["rows"][3]["offer"]["most_instalments"] = 9
