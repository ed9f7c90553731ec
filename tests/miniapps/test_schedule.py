"""What holds for every plan, whatever is owed and whenever it is made."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from inthread.spi import Form, Money
from miniapps.plan import Plan
from miniapps.plan.schedule import FREQUENCIES, MONTH_ENDS, Option, Rules, options
from tests.miniapps.build import again, an_offer

DAYS = st.dates(date(2019, 12, 1), date(2041, 3, 31))
Drawn = tuple[Money, Rules, list[Option]]
CURRENCIES = st.sampled_from(["JPY", "USD", "KWD"])


@st.composite
def plans(draw: st.DrawFn) -> tuple[Money, Rules, list[Option]]:
    currency = draw(CURRENCIES)
    owed = Money(draw(st.integers(1, 10**12)), currency)
    least = Money(draw(st.integers(0, owed.minor)), currency)
    most, days, today = draw(st.integers(0, 70)), draw(st.integers(0, 400)), draw(DAYS)
    rules = Rules(
        least=least, fewest=draw(st.integers(0, 5)), most=most, most_days_to_first=days,
        frequencies=FREQUENCIES, today=today,
        latest_end=draw(st.none() | st.integers(0, 900).map(lambda n: today + timedelta(days=n))),
        business_days=draw(st.booleans()),
    )
    return owed, rules, list(options(owed, rules))


@given(plans())
def test_amounts_add_up_to_what_is_owed(drawn: Drawn) -> None:
    owed, rules, made = drawn
    for option in made:
        minors = [part.amount.minor for part in option.schedule]
        assert sum(minors) == owed.minor
        assert max(minors) - min(minors) <= 1
        assert minors == sorted(minors, reverse=True)
        assert min(minors) >= max(rules.least.minor, 1)
        assert max(rules.fewest, 2) <= len(minors) <= min(rules.most, 60)
        left = [owed.minor - sum(minors[: n + 1]) for n in range(len(minors))]
        assert [part.left for part in option.schedule] == [Money(m, owed.currency) for m in left]
        assert left[-1] == 0


@given(plans())
def test_dates_rise_and_keep_to_working_days_where_they_have_to(drawn: Drawn) -> None:
    _, rules, made = drawn
    for option in made:
        dates = [part.due for part in option.schedule]
        assert all(earlier < later for earlier, later in pairwise(dates))
        moves = {5: -1, 6: -2} if option.frequency == MONTH_ENDS else {5: 2, 6: 1}
        meant = [part.moved_from or part.due for part in option.schedule]
        assert [(due - day).days for due, day in zip(dates, meant, strict=True)] == [
            moves.get(day.weekday(), 0) if rules.business_days else 0 for day in meant
        ]
        latest = rules.today + timedelta(days=rules.most_days_to_first)
        if option.frequency == MONTH_ENDS:
            assert rules.today < dates[0] <= latest
        else:
            assert rules.today <= meant[0] <= latest
        assert rules.latest_end is None or dates[-1] <= rules.latest_end


@given(plans())
def test_periods_are_counted_from_one_day_and_never_drift(drawn: Drawn) -> None:
    *_, made = drawn
    for option in made:
        meant = [part.moved_from or part.due for part in option.schedule]
        if option.frequency in ("monthly", MONTH_ENDS):
            months = [day.year * 12 + day.month for day in meant]
            assert months == list(range(months[0], months[0] + len(months)))
            wanted = 31 if option.frequency == MONTH_ENDS else max(day.day for day in meant)
            last = [(day.replace(day=28) + timedelta(days=4)).replace(day=1) for day in meant]
            assert [day.day for day in meant] == [
                min(wanted, (first - timedelta(days=1)).day) for first in last
            ]
        else:
            step = timedelta(weeks={"weekly": 1, "fortnightly": 2}[option.frequency])
            assert all(b - a == step for a, b in pairwise(meant))


@given(st.data())
def test_the_choice_read_again_is_the_same(data: st.DataObject) -> None:
    currency = data.draw(CURRENCIES)
    terms = {
        "least_instalment": Money(1, currency), "most_instalments": data.draw(st.integers(2, 12)),
        "most_days_to_first": data.draw(st.integers(0, 60)),
        "frequencies": ("weekly", "monthly"), "agreement": "{{ total }}: {{ schedule }}",
    }
    owed = Money(data.draw(st.integers(12, 10**9)), currency)
    offer = an_offer(terms, owed=owed, today=data.draw(DAYS))
    plan = Plan()
    for option in plan.page(offer)["options"]:
        choice = plan.read(offer, Form({"option": option["key"]}))
        assert again(plan, offer, choice) == choice
        settled = plan.settle(offer, choice).values
        assert sum(part["minor"] for part in settled["schedule"]) == owed.minor
        assert (settled["count"], settled["total"]) == (len(settled["schedule"]), owed.minor)


@given(st.integers(-(10**15), 10**15), st.integers(1, 60), CURRENCIES)
def test_a_split_gives_back_the_whole(minor: int, parts: int, currency: str) -> None:
    split = Money(minor, currency).split(parts)
    assert len(split) == parts
    assert sum(part.minor for part in split) == minor
