"""Reads a document section by section: each value with its type and place, all problems at once."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_DURATION = re.compile(r"(0|[1-9][0-9]{0,5})([smhdw])")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
LONGEST_DURATION = timedelta(days=3650)


@dataclass(frozen=True)
class DocumentProblem:
    """What is wrong at one place of one file, and what to do: `policy.plan.rows[2].when[1]`."""

    file: str
    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}: {self.place}: {self.message}"


@dataclass
class Section:
    """A table of the document. Getters note a problem and give back a harmless value, so that
    reading goes on and everything wrong is found in one go. `close` notes the keys nobody read."""

    values: Mapping[str, object]
    place: str
    file: str
    problems: list[DocumentProblem]
    read: set[str] = field(default_factory=set)
    absent: bool = False

    def note(self, key: str, message: str) -> None:
        """An absent section was noted where it is missing; its own parts are not."""
        if not self.absent:
            self.problems.append(DocumentProblem(self.file, self.at(key), message))

    def at(self, key: str) -> str:
        if not key:
            return self.place or "document"
        return f"{self.place}.{key}" if self.place else key

    def has(self, key: str) -> bool:
        return key in self.values

    def raw(self, key: str) -> object:
        self.read.add(key)
        return self.values.get(key)

    def need(self, key: str, advice: str) -> object:
        value = self.raw(key)
        if value is None:
            self.note(key, f"is missing: {advice}")
        return value

    def section(self, key: str, advice: str) -> Section:
        """A table inside this one. A missing one is noted, and comes back absent."""
        value = self.need(key, advice)
        if isinstance(value, Mapping):
            return self.inside(key, value)
        if value is not None:
            self.note(key, f"has to be a table: {advice}")
        return Section({}, self.at(key), self.file, self.problems, absent=True)

    def inside(self, key: str, values: Mapping[str, object]) -> Section:
        return Section(values, self.at(key), self.file, self.problems)

    def sections(self, key: str, advice: str) -> list[Section]:
        """A list of tables (`[[key]]`)."""
        value = self.need(key, advice)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(v, Mapping) for v in value):
            self.note(key, f"has to be a list of tables: {advice}")
            return []
        return [self.inside(f"{key}[{n}]", v) for n, v in enumerate(value)]

    def tables(self, key: str, advice: str) -> dict[str, Section]:
        """A table of named tables (`[key.name]`), in the document's order."""
        outer = self.section(key, advice)
        found = {}
        for name, value in outer.values.items():
            if not isinstance(value, Mapping):
                outer.note(name, "has to be a table")
            elif not _NAME.fullmatch(name):
                outer.note(name, "is not a name: small letters, digits and _")
            else:
                found[name] = outer.inside(name, value)
        return found

    def text(self, key: str, advice: str) -> str:
        value = self.need(key, advice)
        if value is None:
            return ""
        if not isinstance(value, str) or not value.strip():
            self.note(key, f"has to be text: {advice}")
            return ""
        return value

    def name(self, key: str, advice: str) -> str:
        value = self.text(key, advice)
        if value and not _NAME.fullmatch(value):
            self.note(key, "is not a name: small letters, digits and _, at most 40")
            return ""
        return value

    def one_of(self, key: str, choices: Collection[str], advice: str) -> str:
        value = self.text(key, advice)
        if value and value not in choices:
            known = ", ".join(sorted(choices))
            self.note(key, f"{value!r} is none of {known or 'those (there are none)'}: {advice}")
            return ""
        return value

    def texts(self, key: str, advice: str, *, least: int = 0) -> tuple[str, ...]:
        value = self.need(key, advice)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(v, str) and v for v in value):
            self.note(key, f"has to be a list of texts: {advice}")
            return ()
        if len(value) < least:
            self.note(key, f"needs {least} or more: {advice}")
        if len(set(value)) < len(value):
            self.note(key, "names something twice: name it once")
        return tuple(value)

    def integer(self, key: str, advice: str, least: int, most: int) -> int:
        value = self.need(key, advice)
        if value is None:
            return least
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.note(key, f"has to be a whole number from {least} to {most}: {advice}")
            return least
        return value

    def boolean(self, key: str, default: bool) -> bool:
        value = self.raw(key)
        if value is None or isinstance(value, bool):
            return default if value is None else value
        self.note(key, "has to be true or false")
        return default

    def duration(self, key: str, advice: str, *, zero: bool = False) -> timedelta:
        """`90s`, `15m`, `4h`, `30d` or `2w`; `0m` only where *zero* may be. What cannot be read
        counts as LONGEST_DURATION."""
        value = self.need(key, advice)
        if value is None:
            return LONGEST_DURATION
        found = _DURATION.fullmatch(value) if isinstance(value, str) else None
        if found is None:
            self.note(key, f"is not a duration: write 90s, 15m, 4h, 30d or 2w ({advice})")
            return LONGEST_DURATION
        length = timedelta(seconds=int(found.group(1)) * _UNITS[found.group(2)])
        if length > LONGEST_DURATION or (not length and not zero):
            self.note(key, "has to be more than nothing and at most ten years")
        return min(length, LONGEST_DURATION)

    def locales(self, key: str, wanted: Collection[str], advice: str) -> dict[str, str]:
        """A text for each of the workflow's locales and no other."""
        inner = self.section(key, f"{advice}, in {', '.join(wanted)}")
        found = {locale: inner.text(locale, advice) for locale in wanted}
        inner.close()
        return found

    def close(self) -> None:
        for key in self.values:
            if key not in self.read:
                self.note(key, "is not known here: remove it, or correct its name")
