"""Links and visits end exactly at their limits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from inthread.domain.assurance import Assurance, Identity
from inthread.domain.link import Link, LinkState, Visit, check_visit
from inthread.domain.refusals import LinkExpired, LinkGone, VisitEnded

NOW = datetime(2026, 1, 5, 15, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


def a_link(state: LinkState = LinkState.LIVE) -> Link:
    return Link("link_1", "case_1", "per_1", "con_1", "k1", state, NOW, NOW + HOUR)


def a_visit(**changes: object) -> Visit:
    visit = Visit(
        "visit_1", "link_1", "case_1", "per_1", "con_1", Assurance.LINK, False, NOW, NOW, NOW
    )
    return replace(visit, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(("state", "at", "refusal"), [
    (LinkState.LIVE, HOUR - SECOND, None),
    (LinkState.LIVE, HOUR, LinkExpired),
    (LinkState.SPENT, HOUR - SECOND, None),  # it shows the receipt
    (LinkState.SPENT, HOUR, LinkExpired),
    (LinkState.REVOKED, SECOND, LinkGone),
    (LinkState.SUPERSEDED, SECOND, LinkGone),
    (LinkState.REVOKED, HOUR, LinkGone),
])
def test_what_can_be_opened(
    state: LinkState, at: timedelta, refusal: type[LinkGone] | None
) -> None:
    link = a_link(state)
    assert link.alive(NOW + at) == (state is LinkState.LIVE and at < HOUR)
    if refusal is None:
        link.check(NOW + at)
        return
    with pytest.raises(LinkGone) as raised:
        link.check(NOW + at)
    assert type(raised.value) is refusal


@pytest.mark.parametrize(("level", "quiet", "alive"), [
    (Assurance.LINK, timedelta(minutes=15) - SECOND, True),
    (Assurance.LINK, timedelta(minutes=15), False),
    (Assurance.CODE, timedelta(minutes=5) - SECOND, True),
    (Assurance.CODE, timedelta(minutes=5), False),
])
def test_a_quiet_visit_ends(level: Assurance, quiet: timedelta, alive: bool) -> None:
    assert a_visit(level=level).alive(NOW + quiet) == alive


@pytest.mark.parametrize(("age", "alive"), [
    (timedelta(minutes=30) - SECOND, True), (timedelta(minutes=30), False),
])
def test_a_busy_visit_ends_too(age: timedelta, alive: bool) -> None:
    assert a_visit(seen_at=NOW + age).alive(NOW + age) == alive


def test_a_visit_that_was_ended_is_over() -> None:
    assert not a_visit(ended_at=NOW).alive(NOW)


def test_a_link_that_runs_out_throws_nobody_out() -> None:
    at = NOW + HOUR
    check_visit(a_visit(opened_at=at, seen_at=at), a_link(), at)


@pytest.mark.parametrize("state", [LinkState.REVOKED, LinkState.SUPERSEDED])
def test_a_link_that_was_switched_off_does(state: LinkState) -> None:
    with pytest.raises(LinkGone):
        check_visit(a_visit(), a_link(state), NOW)


def test_a_visit_that_is_over_is_refused() -> None:
    with pytest.raises(VisitEnded):
        check_visit(a_visit(ended_at=NOW), a_link(), NOW)


def test_what_was_shown_counts_for_what_it_was_shown_for() -> None:
    visit = a_visit().proved_strong("plan:abc", NOW)
    assert visit.identity(NOW, "plan:abc") == Identity(Assurance.STRONG)
    for purpose in (None, "plan:abd", "plan:", "pay:abc", "view"):
        assert visit.identity(NOW, purpose) == Identity(Assurance.CODE)
    assert visit.identity(NOW + timedelta(minutes=5), "plan:abc") == Identity(Assurance.CODE)


def test_a_fact_lifts_nobody_over_a_level() -> None:
    assert a_visit().proved_fact(NOW).identity(NOW) == Identity(Assurance.LINK, fact=True)
    assert a_visit(fact=True).proved_code(NOW).identity(NOW) == Identity(Assurance.CODE, fact=True)


def test_a_view_code_after_a_strong_one_takes_nothing_away() -> None:
    visit = a_visit().proved_strong("plan:abc", NOW).proved_code(NOW + SECOND)
    assert visit.identity(NOW + SECOND, "plan:abc") == Identity(Assurance.STRONG)
    assert visit.level_at == NOW + SECOND
