"""Reads the document of a map (docs/import.md): everything wrong with it is found at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from inthread.domain.column import Column, plain_column, read_column
from inthread.domain.contact_point import known_region
from inthread.domain.document import DocumentProblem, Section
from inthread.domain.file_map import Field, FileMap, Skip
from inthread.domain.refusals import BadInput, Problem
from inthread.domain.unary import Match, compile_test
from inthread.domain.unary_parser import UnaryError, parse_test
from inthread.domain.workflow import Workflow

ENCODINGS = ("utf-8", "latin-1", "windows-1252")
PERSON = ("reference", "name", "locale", "zone", "country", "region")


def read_map(
    document: Mapping[str, object], file: str, *, workflows: Mapping[str, Workflow],
    channels: Collection[str],
) -> FileMap:
    """The map this document says. *file* is named in the problems only. Raises BadInput with all
    that is wrong; the path of each is its place in the document."""
    problems: list[DocumentProblem] = []
    root = Section(document, "", file, problems)
    key = root.one_of("workflow", sorted(workflows), "name the workflow its rows are for")
    made = None
    if key:
        made = _Reader(root, workflows[key], channels).read()
        root.close()
    if made is None or problems:
        raise BadInput([Problem(p.place, f"{p.message} ({p.file})") for p in problems])
    return made


class _Reader:
    def __init__(self, root: Section, workflow: Workflow, channels: Collection[str]) -> None:
        self.root = root
        self.workflow = workflow
        self.channels = channels
        described = self._optional(root, "columns")
        self.columns = {
            name: self._column(described, name) for name in list(described.values)
        }

    def read(self) -> FileMap:
        file = self._optional(self.root, "file")
        person = self.root.section("person", "say which column names the person")
        made = FileMap(
            workflow=self.workflow.key,
            delimiter=self._delimiter(file),
            encoding=self._encoding(file),
            region=self._region(file),
            as_of=self._as_of(file),
            facts=self._facts(),
            person=self._person(person),
            contacts=self._contacts(person),
            skips=self._skips(),
        )
        file.close()
        person.close()
        return made

    def _optional(self, section: Section, key: str) -> Section:
        if section.has(key):
            return section.section(key, "has its own lines")
        return section.inside(key, {})

    # --- the file and its columns -------------------------------------------------------------

    def _column(self, described: Section, name: str) -> Column:
        section = described.section(name, 'say how its cells are written: kind = "date"')
        if section.absent:
            return plain_column(name)
        return read_column(section, name, self.workflow.currency)

    def _named(self, section: Section, key: str) -> Column | None:
        name = section.text(key, "name a column of the file")
        if not name:
            return None
        return self.columns.setdefault(name, plain_column(name))

    def _delimiter(self, file: Section) -> str:
        mark = file.raw("delimiter") if file.has("delimiter") else ","
        if not isinstance(mark, str) or len(mark) != 1 or mark in "\"\r\n" or mark.isalnum():
            file.note("delimiter", "is one sign that stands between cells: , ; | or a tab")
            return ","
        return mark

    def _encoding(self, file: Section) -> str:
        if not file.has("encoding"):
            return "utf-8"
        return file.one_of("encoding", ENCODINGS, "say how the file's text is kept") or "utf-8"

    def _region(self, file: Section) -> str | None:
        if not file.has("region"):
            return None
        region = file.text("region", "two letters such as US")
        if region and not known_region(region):
            file.note("region", f"{region!r} is no region phone numbers are dialled in: use US")
            return None
        return region

    def _as_of(self, file: Section) -> Column | None:
        if not file.has("as_of"):
            return None
        column = self._named(file, "as_of")
        if column is not None and column.kind not in ("date", "instant"):
            file.note("as_of", "names a column that is neither a date nor an instant: describe it")
        return column

    # --- what a row says ----------------------------------------------------------------------

    def _facts(self) -> Mapping[str, Field]:
        section = self.root.section("facts", "say which column is which fact")
        known = {fact.name: fact for fact in self.workflow.trigger.facts}
        found = {}
        for name in section.values:
            if name in known:
                found[name] = self._field(section, name)
            else:
                section.note(name, f"is no fact of {self.workflow.key}: use {', '.join(known)}")
                section.raw(name)
        missing = [f.name for f in known.values() if f.required and f.name not in section.values]
        for name in missing:
            section.note(name, "is missing, and the workflow requires it: name its column")
        return found

    def _person(self, person: Section) -> Mapping[str, Field]:
        if not person.has("reference"):
            person.note("reference", "is missing: name the column that tells people apart")
        return {name: self._field(person, name) for name in PERSON if person.has(name)}

    def _contacts(self, person: Section) -> tuple[tuple[str, Field], ...]:
        if not person.has("contacts"):
            return ()
        found = []
        for section in person.sections("contacts", "give each a channel and an address"):
            channel = section.one_of("channel", self.channels, "say how it reaches the person")
            found.append((channel, self._field(section, "address")))
            section.close()
        return tuple(found)

    def _field(self, section: Section, key: str) -> Field:
        """`"column"`, or `{ constant = "the same for every row" }`."""
        if isinstance(section.values.get(key), Mapping):
            inner = section.section(key, "name a column, or a constant")
            constant = inner.text("constant", "the same for every row")
            inner.close()
            return Field(None, constant)
        return Field(self._named(section, key))

    def _skips(self) -> tuple[Skip, ...]:
        if not self.root.has("skip_when"):
            return ()
        found = []
        for section in self.root.sections("skip_when", "say why, and give each column its test"):
            why = section.text("why", "say why such rows are skipped")
            tests = section.section("when", 'give columns their tests: { DaysLate = "<= 0" }')
            parts = [self._test(tests, name) for name in tests.values]
            if not parts and not tests.absent:
                tests.note("", "has no test: every row would be skipped")
            found.append(Skip(why, tuple(part for part in parts if part is not None)))
            section.close()
        return tuple(found)

    def _test(self, tests: Section, name: str) -> tuple[Column, Match] | None:
        text = tests.text(name, 'a test such as "<= 0" or "not(\\"new\\")"')
        column = self.columns.setdefault(name, plain_column(name))
        if column.kind == "instant":
            tests.note(name, "is an instant, and those have no tests: use a column of dates")
            return None
        try:
            test = parse_test(text, column.fact_kind, currency=self.workflow.currency)
        except UnaryError as problem:
            tests.note(name, str(problem))
            return None
        return column, compile_test(test)
