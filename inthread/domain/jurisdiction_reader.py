"""Reads packs (docs/jurisdictions.md): everything wrong with one is found at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time

from inthread.domain.contact_point import known_region
from inthread.domain.contract import CONSENT_PURPOSES
from inthread.domain.document import DocumentProblem, Section
from inthread.domain.jurisdiction import Hours, Pack, Region, Window
from inthread.domain.zones import zone_named

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_GROUPS = {"every_day": DAYS, "weekdays": DAYS[:5], "weekend": DAYS[5:]}
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_REGION = re.compile(r"[A-Z0-9]{1,3}")
_AREA = re.compile(r"[0-9]{1,5}")
_WINDOW = '["08:00", "21:00"], or "closed"'
_MOST_A_DAY, _MOST_CALLS, _MOST_FRESH = 10, 100, 3650


class PackErrors(ValueError):
    """Every problem of the packs read; the text has one a line, with file, place and advice."""

    def __init__(self, problems: Sequence[DocumentProblem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


def read_packs(documents: Iterable[tuple[Mapping[str, object], str]]) -> dict[str, Pack]:
    """The packs of a folder, by key, each given as document and file name. Raises PackErrors: also
    when two packs have a key or a country, or when not exactly one stands in for the rest."""
    packs: dict[str, Pack] = {}
    problems: list[DocumentProblem] = []
    taken: dict[str, str] = {}
    for document, file in documents:
        try:
            pack = read_pack(document, file)
        except PackErrors as errors:
            problems += errors.problems
            continue
        if pack.key in packs:
            problems.append(DocumentProblem(file, "key", f"another file has {pack.key!r} already"))
        for country in pack.countries or ("every other country",):
            if country in taken:
                text = f"{taken[country]} has {country} already: name it in one pack"
                problems.append(DocumentProblem(file, "countries", text))
            taken[country] = file
        packs[pack.key] = pack
    if not problems and "every other country" not in taken:
        text = "are named by every pack: write one with countries = [] for all the others"
        problems.append(DocumentProblem("packs", "countries", text))
    if problems:
        raise PackErrors(problems)
    return packs


def read_pack(document: Mapping[str, object], file: str) -> Pack:
    """The pack this document says. *file* is named in the problems only. Raises PackErrors with
    all that is wrong."""
    root = Section(document, "", file, [])
    countries = _countries(root)
    zones = _zones(root, "the zones of the whole country") if countries else ()
    hours = _hours(root)
    regions = _regions(root)
    for number, country in enumerate(countries[1:], 1):
        if country not in regions:
            root.note(f"countries[{number}]", f"has no [regions.{country}]: give it its zones")
    pack = Pack(
        key=root.name("key", "name the pack, e.g. us"),
        version=root.text("version", "change it with each change, e.g. 2026-11"),
        sources=root.texts("sources", "cite the rules it follows", least=1),
        countries=countries,
        zones=zones,
        hours=hours,
        regions=regions,
        holidays=_holidays(root),
        per_day=root.integer("per_day", "the most messages a day to one person", 1, _MOST_A_DAY),
        calls_per_week=_calls(root),
        fresh_days=_fresh_days(root),
        opt_out_in=_opt_out_in(root),
        number_zones=_number_zones(root),
    )
    root.close()
    if root.problems:
        raise PackErrors(root.problems)
    return pack


def _countries(root: Section) -> tuple[str, ...]:
    countries = root.texts("countries", 'ISO 3166-1: ["US"]; [] stands in for all the others')
    for number, country in enumerate(countries):
        if not known_region(country):
            root.note(f"countries[{number}]", f"{country!r} is no country: write US, GB, ...")
    return countries


def _zones(section: Section, advice: str, key: str = "zones") -> tuple[str, ...]:
    zones = section.texts(key, advice, least=1)
    for number, zone in enumerate(zones):
        if zone_named(zone) is None:
            section.note(f"{key}[{number}]", f"{zone!r} is no time zone: write America/New_York")
    return zones


def _hours(section: Section) -> Hours:
    """A day's own line wins over that of its group, weekdays and weekend over every day."""
    inner = section.section("hours", f"say for each day when it is open: {_WINDOW}")
    said: dict[str, Window | None] = {}
    for key in (*_GROUPS, *DAYS):
        if inner.has(key):
            window = _window(inner, key)
            said.update(dict.fromkeys(_GROUPS.get(key, (key,)), window))
    for day in DAYS:
        if inner.values and day not in said:
            inner.note(day, f"is missing: {_WINDOW}")
    inner.close()
    if section.has("hours") and not inner.values:
        section.note("hours", f"is empty: {_WINDOW} for each day")
    elif inner.values and not any(said.values()):
        section.note("hours", "is closed every day: nobody could ever be written to")
    return Hours(tuple(said.get(day) for day in DAYS))


def _window(section: Section, key: str) -> Window | None:
    value = section.raw(key)
    if value == "closed":
        return None
    texts = value if isinstance(value, list) and len(value) == 2 else ()
    found = [_TIME.fullmatch(text) for text in texts if isinstance(text, str)]
    times = [time(int(at[1]), int(at[2])) for at in found if at]
    if len(times) != 2:
        section.note(key, f"has to be two times, or closed: {_WINDOW}")
        return None
    window = Window(*times)
    if window.empty:
        section.note(key, 'never opens: write the earlier time first, or "closed"')
    return window


def _regions(root: Section) -> dict[str, Region]:
    if not root.has("regions"):
        return {}
    outer = root.section("regions", "a table for each part of the country")
    found: dict[str, Region] = {}
    owner: dict[str, str] = {}
    for code, values in outer.values.items():
        if not _REGION.fullmatch(code):
            outer.note(code, "is no region: write what follows the country in ISO 3166-2, e.g. FL")
        elif not isinstance(values, Mapping):
            outer.note(code, "has to be a table")
        else:
            found[code] = _region(outer.inside(code, values), code, owner)
    return found


def _region(section: Section, code: str, owner: dict[str, str]) -> Region:
    codes: tuple[str, ...] = ()
    if section.has("area_codes"):
        codes = section.texts("area_codes", "the digits after the country's calling code", least=1)
    for number, area in enumerate(codes):
        place = f"area_codes[{number}]"
        if not _AREA.fullmatch(area):
            section.note(place, f"{area!r} is no area code: one to five digits")
        elif owner.setdefault(area, code) != code:
            section.note(place, f"{area!r} is one of {owner[area]} already: name it once")
    region = Region(
        code=code,
        hours=_hours(section) if section.has("hours") else None,
        zones=_zones(section, "every zone of the region"),
        area_codes=codes,
    )
    section.close()
    return region


def _holidays(root: Section) -> dict[date, str]:
    if not root.has("holidays"):
        return {}
    inner = root.section("holidays", 'one line a day: "2026-12-25" = "Christmas Day"')
    found = {}
    for key in inner.values:
        name = inner.text(key, "say what day it is")
        try:
            found[date.fromisoformat(key)] = name
        except ValueError:
            inner.note(key, "is no date: write 2026-12-25")
    return found


def _calls(root: Section) -> int | None:
    if not root.has("calls_per_week"):
        return None
    return root.integer("calls_per_week", "the most calls in seven days", 1, _MOST_CALLS)


def _fresh_days(root: Section) -> dict[str, int]:
    if not root.has("fresh_days"):
        return {}
    inner = root.section("fresh_days", "purpose = days")
    found = {
        purpose: inner.integer(purpose, "days a number counts as theirs", 1, _MOST_FRESH)
        for purpose in CONSENT_PURPOSES
        if inner.has(purpose)
    }
    inner.close()
    return found


def _opt_out_in(root: Section) -> frozenset[str]:
    purposes = root.texts("opt_out_in", "purposes whose messages say how to stop; [] for none")
    for number, purpose in enumerate(purposes):
        if purpose not in CONSENT_PURPOSES:
            known = " or ".join(CONSENT_PURPOSES)
            root.note(f"opt_out_in[{number}]", f"{purpose!r} is no purpose: write {known}")
    return frozenset(purposes)


def _number_zones(root: Section) -> dict[str, tuple[str, ...]]:
    if not root.has("number_zones"):
        return {}
    inner = root.section("number_zones", 'area code = zones: 689 = ["America/New_York"]')
    found = {}
    for area in inner.values:
        if not _AREA.fullmatch(area):
            inner.note(area, "is no area code: one to five digits")
        found[area] = _zones(inner, "the zones of the area code", key=area)
    return found
