"""A pack's document is read whole, or refused with every problem, its place and what to do."""

from __future__ import annotations

import tomllib
from copy import deepcopy
from datetime import date, time

import pytest

from inthread.domain.document import DocumentProblem
from inthread.domain.jurisdiction import Hours, Window
from inthread.domain.jurisdiction_reader import PackErrors, read_pack, read_packs

FULL = tomllib.loads("""
key = "ie"
version = "2026-11"
sources = ["a rule"]
countries = ["IE", "GB"]
zones = ["Europe/Dublin"]
per_day = 2
calls_per_week = 3
opt_out_in = ["service"]
[hours]
every_day = ["10:00", "18:30"]
weekdays = ["08:00", "21:00"]
saturday = ["09:00", "19:00"]
sunday = "closed"
[fresh_days]
service = 90
[holidays]
"2026-03-17" = "Saint Patrick's Day"
[number_zones]
1 = ["Europe/Dublin"]
[regions.D]
zones = ["Europe/Dublin"]
area_codes = ["1"]
hours = { every_day = ["09:00", "20:00"] }
[regions.GB]
zones = ["Europe/London"]
""")
MISSING = object()


def changed(changes: dict[str, object]) -> dict[str, object]:
    document = deepcopy(FULL)
    for path, value in changes.items():
        *parents, last = path.split("/")
        table = document
        for parent in parents:
            table = table[parent]
        if value is MISSING:
            del table[last]
        else:
            table[last] = value
    return document


def problems(changes: dict[str, object]) -> list[str]:
    with pytest.raises(PackErrors) as raised:
        read_pack(changed(changes), "ie.toml")
    return [f"{problem.place}: {problem.message}" for problem in raised.value.problems]


def test_a_pack_is_read_whole() -> None:
    pack = read_pack(FULL, "ie.toml")
    weekday = Window(time(8), time(21))
    assert pack.hours == Hours((*[weekday] * 5, Window(time(9), time(19)), None))
    assert (pack.key, pack.version, pack.sources) == ("ie", "2026-11", ("a rule",))
    assert (pack.countries, pack.zones) == (("IE", "GB"), ("Europe/Dublin",))
    assert (pack.per_day, pack.calls_per_week) == (2, 3)
    assert (pack.fresh_days, pack.opt_out_in) == ({"service": 90}, {"service"})
    assert pack.holidays == {date(2026, 3, 17): "Saint Patrick's Day"}
    assert pack.number_zones == {"1": ("Europe/Dublin",)}
    assert pack.regions["D"].hours == Hours((Window(time(9), time(20)),) * 7)
    assert pack.regions["D"].area_codes == ("1",)
    assert (pack.regions["GB"].hours, pack.regions["GB"].zones) == (None, ("Europe/London",))


def test_what_may_be_left_out() -> None:
    left_out = ("calls_per_week", "fresh_days", "holidays", "number_zones", "regions")
    pack = read_pack(
        changed({"countries": ["IE"], **dict.fromkeys(left_out, MISSING)}), "ie.toml"
    )
    assert (pack.calls_per_week, pack.fresh_days, pack.holidays) == (None, {}, {})
    assert (pack.number_zones, pack.regions) == ({}, {})


WINDOW = 'has to be two times, or closed: ["08:00", "21:00"], or "closed"'


@pytest.mark.parametrize(("changes", "expected"), [
    ({"version": MISSING}, ["version: is missing: change it with each change, e.g. 2026-11"]),
    ({"sources": MISSING}, ["sources: is missing: cite the rules it follows"]),
    ({"sources": []}, ["sources: needs 1 or more: cite the rules it follows"]),
    ({"key": "IE"}, ["key: is not a name: small letters, digits and _, at most 40"]),
    ({"countries": ["IE", "GB", "UK"]},
     ["countries[2]: 'UK' is no country: write US, GB, ...",
      "countries[2]: has no [regions.UK]: give it its zones"]),
    ({"regions/GB": MISSING}, ["countries[1]: has no [regions.GB]: give it its zones"]),
    ({"zones": []}, ["zones: needs 1 or more: the zones of the whole country"]),
    ({"zones": ["Europe/Dublin", "Europe/Cork"]},
     ["zones[1]: 'Europe/Cork' is no time zone: write America/New_York"]),
    ({"countries": []}, ["zones: is not known here: remove it, or correct its name"]),
    ({"hours": MISSING},
     ['hours: is missing: say for each day when it is open: ["08:00", "21:00"], or "closed"']),
    ({"hours": {}}, ['hours: is empty: ["08:00", "21:00"], or "closed" for each day']),
    ({"hours": {"weekdays": ["08:00", "21:00"], "sunday": "closed"}},
     ['hours.saturday: is missing: ["08:00", "21:00"], or "closed"']),
    ({"hours/every_day": ["21:00", "08:00"]},
     ['hours.every_day: never opens: write the earlier time first, or "closed"']),
    ({"hours/every_day": ["08:00", "08:00"]},
     ['hours.every_day: never opens: write the earlier time first, or "closed"']),
    ({"hours/every_day": ["8:00", "21:00"]}, [f"hours.every_day: {WINDOW}"]),
    ({"hours/every_day": ["08:00", "24:00"]}, [f"hours.every_day: {WINDOW}"]),
    ({"hours/every_day": ["08:00"]}, [f"hours.every_day: {WINDOW}"]),
    ({"hours/every_day": [time(8), time(21)]}, [f"hours.every_day: {WINDOW}"]),
    ({"hours/every_day": "open"}, [f"hours.every_day: {WINDOW}"]),
    ({"hours": {"every_day": "closed"}},
     ["hours: is closed every day: nobody could ever be written to"]),
    ({"hours/mon": ["08:00", "21:00"]},
     ["hours.mon: is not known here: remove it, or correct its name"]),
    ({"regions/dublin": {"zones": ["Europe/Dublin"]}},
     ["regions.dublin: is no region: write what follows the country in ISO 3166-2, e.g. FL"]),
    ({"regions/C": "Europe/Dublin"}, ["regions.C: has to be a table"]),
    ({"regions/C": {"zones": ["Europe/Cork"]}},
     ["regions.C.zones[0]: 'Europe/Cork' is no time zone: write America/New_York"]),
    ({"regions/C": {}}, ["regions.C.zones: is missing: every zone of the region"]),
    ({"regions/D/hour": "closed"},
     ["regions.D.hour: is not known here: remove it, or correct its name"]),
    ({"regions/D/hours": {"every_day": ["20:00", "09:00"]}},
     ['regions.D.hours.every_day: never opens: write the earlier time first, or "closed"']),
    ({"regions/D/area_codes": ["01x"]},
     ["regions.D.area_codes[0]: '01x' is no area code: one to five digits"]),
    ({"regions/GB/area_codes": ["20", "1"]},
     ["regions.GB.area_codes[1]: '1' is one of D already: name it once"]),
    ({"holidays/17 March": "Saint Patrick's Day"},
     ["holidays.17 March: is no date: write 2026-12-25"]),
    ({"holidays/2026-12-25": ""}, ["holidays.2026-12-25: has to be text: say what day it is"]),
    ({"per_day": 0},
     ["per_day: has to be a whole number from 1 to 10: the most messages a day to one person"]),
    ({"calls_per_week": "7"},
     ["calls_per_week: has to be a whole number from 1 to 100: the most calls in seven days"]),
    ({"fresh_days/marketing": 3},
     ["fresh_days.marketing: is not known here: remove it, or correct its name"]),
    ({"opt_out_in": MISSING},
     ["opt_out_in: is missing: purposes whose messages say how to stop; [] for none"]),
    ({"opt_out_in": ["collections", "marketing"]},
     ["opt_out_in[1]: 'marketing' is no purpose: write collections or service"]),
    ({"number_zones/x": ["Europe/Dublin"]},
     ["number_zones.x: is no area code: one to five digits"]),
    ({"number_zones/1": ["Europe/Cork"]},
     ["number_zones.1[0]: 'Europe/Cork' is no time zone: write America/New_York"]),
    ({"hollidays": {}}, ["hollidays: is not known here: remove it, or correct its name"]),
])
def test_what_is_refused(changes, expected) -> None:
    assert problems(changes) == expected


def test_all_problems_come_at_once_with_the_file() -> None:
    with pytest.raises(PackErrors) as raised:
        read_pack(changed({"version": MISSING, "zones": ["Nowhere"], "per_day": 99}), "ie.toml")
    assert str(raised.value).splitlines() == [
        "ie.toml: zones[0]: 'Nowhere' is no time zone: write America/New_York",
        "ie.toml: version: is missing: change it with each change, e.g. 2026-11",
        "ie.toml: per_day: has to be a whole number from 1 to 10: "
        "the most messages a day to one person",
    ]


REST = changed({"key": "rest", "countries": [], "zones": MISSING, "regions": {}})
OTHER = changed({"key": "other", "countries": ["FR"], "zones": ["Europe/Paris"], "regions": {}})


def test_packs_are_read_together() -> None:
    assert list(read_packs([(FULL, "ie.toml"), (REST, "rest.toml")])) == ["ie", "rest"]


@pytest.mark.parametrize(("documents", "expected"), [
    ([(FULL, "a.toml"), (OTHER, "b.toml")],
     [("packs", "countries",
       "are named by every pack: write one with countries = [] for all the others")]),
    ([(REST, "a.toml"), (OTHER | {"key": "rest"}, "b.toml")],
     [("b.toml", "key", "another file has 'rest' already")]),
    ([(REST, "a.toml"), (REST | {"key": "more"}, "b.toml")],
     [("b.toml", "countries", "a.toml has every other country already: name it in one pack")]),
    ([(REST, "a.toml"), (FULL, "b.toml"), (OTHER | {"countries": ["FR", "GB"],
       "regions": {"GB": {"zones": ["Europe/London"]}}}, "c.toml")],
     [("c.toml", "countries", "b.toml has GB already: name it in one pack")]),
    ([(REST | {"version": ""}, "a.toml"), (OTHER | {"per_day": 0}, "b.toml")],
     [("a.toml", "version", "has to be text: change it with each change, e.g. 2026-11"),
      ("b.toml", "per_day",
       "has to be a whole number from 1 to 10: the most messages a day to one person")]),
])
def test_packs_that_do_not_go_together(documents, expected) -> None:
    with pytest.raises(PackErrors) as raised:
        read_packs(documents)
    assert raised.value.problems == tuple(DocumentProblem(*one) for one in expected)
