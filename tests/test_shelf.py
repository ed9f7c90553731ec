"""The shelf: what was published holds in every process, from its hour on."""

from __future__ import annotations

import threading
import tomllib
from collections.abc import Mapping
from datetime import timedelta

import pytest

from inthread.acting.read_document import read_document
from inthread.acting.shelf import EVERY, Shelf
from inthread.runtime import Runtime
from inthread.store import workflows
from inthread.store.db import Database
from tests.build import a_runtime
from tests.clock import Clock
from tests.runtimes import ROOT

KEY = "overdue_invoice"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rt(db: Database, clock: Clock) -> Runtime:
    return a_runtime(db=db, clock=clock)


def document(version: int, title: str) -> dict[str, object]:
    found = tomllib.loads((ROOT / "workflows" / f"{KEY}.toml").read_text(encoding="utf-8"))
    return {**found, "version": version, "title": {"en": title, "es": title}}


def publish(rt: Runtime, given: Mapping[str, object], after: timedelta = timedelta(0)) -> None:
    made = read_document(rt.registry, given, "test")
    with rt.db.begin() as tx:
        assert workflows.add_version(
            tx, made.key, made.version, made.hash, given, rt.now(), by="test",
            effective_at=rt.now() + after,
        )


def title(shelf: Shelf) -> str:
    return shelf.current().workflows[KEY].title["en"]


def test_what_nobody_published_stays_as_the_files_say(rt: Runtime) -> None:
    assert Shelf(rt).current() is rt


def test_a_version_is_taken_up_within_two_seconds(rt: Runtime, clock: Clock) -> None:
    shelf, other = Shelf(rt), Shelf(rt)
    assert {title(shelf), title(other)} == {"Overdue invoice"}
    publish(rt, document(2, "Two"))
    clock.tick(seconds=EVERY.total_seconds())
    assert (title(shelf), title(other)) == ("Two", "Two")
    assert shelf.current().traffic is rt.traffic


def test_a_scheduled_one_waits_for_its_hour(rt: Runtime, clock: Clock) -> None:
    shelf = Shelf(rt)
    publish(rt, document(2, "Two"), after=timedelta(hours=1))
    clock.tick(minutes=59)
    assert title(shelf) == "Overdue invoice"
    clock.tick(minutes=1)
    assert title(shelf) == "Two"


def test_the_newest_whose_hour_has_come_is_in_force(rt: Runtime, clock: Clock) -> None:
    publish(rt, document(2, "Two"), after=timedelta(hours=2))
    publish(rt, document(3, "Three"), after=timedelta(hours=1))
    clock.tick(hours=1)
    assert title(Shelf(rt)) == "Three"
    clock.tick(hours=1)
    assert title(Shelf(rt)) == "Three"


def test_a_request_keeps_what_it_took(rt: Runtime, clock: Clock) -> None:
    shelf = Shelf(rt)
    taken = shelf.current()
    publish(rt, document(2, "Two"))
    clock.tick(seconds=3)
    assert title(shelf) == "Two"
    assert taken.workflows[KEY].title["en"] == "Overdue invoice"


def test_a_document_that_cannot_be_carried_here_changes_nothing(
    rt: Runtime, clock: Clock
) -> None:
    bad = document(2, "Two")
    del bad["cadence"]
    with rt.db.begin() as tx:
        workflows.add_version(tx, KEY, 2, "0" * 64, bad, rt.now(), by="test")
    assert title(Shelf(rt)) == "Overdue invoice"


def test_many_threads_look_once(rt: Runtime, clock: Clock) -> None:
    shelf = Shelf(rt)
    publish(rt, document(2, "Two"))
    seen: list[str] = []
    threads = [threading.Thread(target=lambda: seen.append(title(shelf))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == ["Two"] * 8
