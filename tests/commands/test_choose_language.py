"""Choosing the language of a visit: what is agreed to follows it."""

from __future__ import annotations

import pytest

from inthread.commands.choose_language import choose_language
from inthread.domain.actor import CUSTOMER, WORKER
from inthread.domain.refusals import Forbidden, VisitEnded
from inthread.queries.action import check
from inthread.queries.visit import bare_visit
from inthread.runtime import Runtime
from tests.build import a_choice, a_coded_visit
from tests.clock import Clock
from tests.rows import nothing_written

PLAN = {"option": "monthly-3"}


def test_it_is_kept_with_the_visit_and_counts_as_a_sign_of_life(
    rt: Runtime, clock: Clock
) -> None:
    visit = a_coded_visit(rt=rt)
    clock.tick(minutes=4)
    choose_language(rt, actor=CUSTOMER, token=visit.token, locale="es")
    kept = bare_visit(rt, visit.token).visit
    assert (kept.locale, kept.seen_at) == ("es", clock())


def test_an_agreement_in_another_language_is_another_agreement(rt: Runtime) -> None:
    visit = a_coded_visit(rt=rt)
    english = a_choice(rt=rt, visit=visit, action="plan", form=PLAN)
    choose_language(rt, actor=CUSTOMER, token=visit.token, locale="es")
    spanish = check(rt, visit.token, "plan").chosen
    assert spanish.digest != english
    assert (spanish.agreement or "").startswith("Acepto pagar")


def test_an_ended_visit_has_no_language(rt: Runtime, clock: Clock) -> None:
    visit = a_coded_visit(rt=rt)
    clock.tick(minutes=5)
    with nothing_written(rt.db), pytest.raises(VisitEnded):
        choose_language(rt, actor=CUSTOMER, token=visit.token, locale="es")


def test_only_a_visitor_chooses(rt: Runtime) -> None:
    visit = a_coded_visit(rt=rt)
    with nothing_written(rt.db), pytest.raises(Forbidden):
        choose_language(rt, actor=WORKER, token=visit.token, locale="es")
