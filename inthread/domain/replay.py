"""Decide kept decisions again: by their own version, to see that it says the same still; by the
version in force and by a draft, to see what would change."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from inthread.domain.decider import ActionTable, Decider, Looked, Spell
from inthread.domain.facts import Facts
from inthread.domain.impact import Change, Groups, Kind, Seen, Tally, compare, seen
from inthread.domain.kept_inputs import KeptInputs, KeptRow
from inthread.domain.money import Money
from inthread.domain.segments import REMAINING, as_lines, groups_of, segments_of
from inthread.domain.workflow import Workflow

Version = tuple[int, str]
One = tuple[Seen, tuple[Change, ...]]


class Found(NamedTuple):
    """A change and whose it is. `minor`: what remained to be paid."""

    case_id: str
    decision_id: str
    change: Change
    groups: str
    minor: int | None


class _Differs(Exception):
    """Its own version does not reproduce it; the text says how."""


class _Again(NamedTuple):
    """One decision, taken again by its own version."""

    decider: Decider
    snapshot: Mapping[str, object]
    inputs: Facts
    looked: list[Looked]


@dataclass
class _Pair:
    """One action on both sides. `same`: both have the very same table. `before` and `after`: where
    its table stands on either side."""

    action: str
    was: ActionTable | None
    now: ActionTable | None
    before: int
    after: int
    same: bool
    known: dict[tuple[int | None, int | None], One] = field(default_factory=dict)
    unchanged: dict[tuple[bool, int | None], One] = field(default_factory=dict)

    def blind(self, unknown_live: frozenset[str], unknown_draft: frozenset[str]) -> bool:
        """Whether a side looks at something unknown."""
        return bool(
            (self.was and unknown_live.intersection(self.was.table.reads))
            or (self.now and unknown_draft.intersection(self.now.table.reads))
        )


class Replay:
    """*spell*: how the documents are kept. `versions`: every version whose decisions come, by
    number and hash; `know` adds one. `take` gives what was found, and brings `tally` up to it."""

    def __init__(self, live: Workflow, draft: Workflow, tally: Tally, spell: Spell) -> None:
        self.live, self.draft, self.tally = Decider(live, spell), Decider(draft, spell), tally
        self.versions: dict[Version, Decider | None] = {(live.version, live.hash): self.live}
        self.spell, self.changes = spell, list[Found]()
        self._alike: Counter[tuple[Groups, tuple[Seen, ...]]] = Counter()
        self._segments = segments_of(live)
        self._pairs = _pairs(self.live, self.draft)
        self._fills: dict[tuple[int, int], KeptInputs] = {}
        self._seen: dict[object, Seen] = {}

    def know(self, version: Version, workflow: Workflow | None) -> None:
        """*workflow*: None when the version's document is not to be had any more."""
        self.versions[version] = Decider(workflow, self.spell) if workflow is not None else None

    def row(self, row: KeptRow) -> None:
        """Decide one again, and count it. One that its own version does not reproduce counts as
        that and as nothing else."""
        try:
            again = self._again(row)
        except _Differs as how:
            self.tally.add_mismatch(row.id, row.case_id, row.version, str(how))
            return
        remaining = again.inputs.get(REMAINING)
        remaining = remaining if isinstance(remaining, Money) else None
        facts = json.loads(row.facts) if self._segments else {}
        groups = groups_of(self._segments, again.snapshot, facts, remaining)
        row_seen = []
        for one, changes in self._compared(row, again):
            row_seen.append(one)
            for change in changes:
                self._found(row, change, groups, remaining)
        self._alike[groups, tuple(row_seen)] += 1

    def take(self) -> list[Found]:
        """The changes found since the last time; the tally has counted all of them."""
        for (groups, row), times in self._alike.items():
            self.tally.add(groups, row, times)
        self._alike.clear()
        taken, self.changes = self.changes, []
        return taken

    def _again(self, row: KeptRow) -> _Again:
        decider = self.versions[row.version, row.hash]
        if decider is None:
            raise _Differs(f"version {row.version} with this hash is not kept")
        try:
            snapshot, end = decider.snapshot_of(row.document)
            if end:
                inputs = decider.inputs(snapshot)
                looked = decider.look(inputs)
                if decider.same(row.document, end, looked, inputs):
                    return _Again(decider, snapshot, inputs, looked)
            return _slowly(decider, json.loads(row.document))
        except (ValueError, KeyError, TypeError) as wrong:
            raise _Differs(f"it cannot be decided again: {wrong}") from wrong

    def _compared(self, row: KeptRow, again: _Again) -> list[One]:
        live_inputs, live_unknown = self._fill(again, self.live, row)
        inputs, draft_unknown = self._fill(again, self.draft, row)
        looked = again.looked if again.decider is self.live else None
        found = []
        for pair in self._pairs:
            if (live_unknown or draft_unknown) and pair.blind(live_unknown, draft_unknown):
                found.append(self._blind(pair))
                continue
            try:
                was = looked[pair.before] if looked and pair.was else _look(pair.was, live_inputs)
                if pair.same and inputs is live_inputs:
                    found.append(self._unchanged(pair, was, inputs))
                else:
                    found.append(self._one(pair, was, _look(pair.now, inputs), live_inputs, inputs))
            except ValueError:  # an amount in another currency than the draft's
                found.append(self._blind(pair))
        return found

    def _unchanged(self, pair: _Pair, was: Looked | None, inputs: Facts) -> One:
        row = was[0] if was is not None else None
        offered = pair.was is not None and pair.was.offers(row, inputs)
        found = pair.unchanged.get((offered, row))
        if found is None:
            found = Seen(pair.action, offered, offered, row), ()
            pair.unchanged[offered, row] = found
        return found

    def _one(
        self, pair: _Pair, was: Looked | None, now: Looked | None, live: Facts, draft: Facts
    ) -> One:
        key = was[0] if was else None, now[0] if now else None
        known = pair.known.get(key)
        if known is not None:
            return known
        before = pair.was.verdict(was, live) if pair.was and was else None
        after = pair.now.verdict(now, draft) if pair.now and now else None
        changes = compare(before, after)
        one = self._interned(seen(pair.action, before, after, changes)), changes
        if _fixed(pair.was, was) and _fixed(pair.now, now):
            pair.known[key] = one
        return one

    def _interned(self, one: Seen) -> Seen:
        key = one.action, one.was, one.now, one.row, one.kinds, one.names
        return self._seen.setdefault(key, one)

    def _blind(self, pair: _Pair) -> One:
        change = Change(pair.action, Kind.UNKNOWN, {}, {})
        return self._interned(Seen(pair.action, None, None, kinds=(Kind.UNKNOWN,))), (change,)

    def _fill(
        self, again: _Again, target: Decider, row: KeptRow
    ) -> tuple[Facts, frozenset[str]]:
        if again.decider is target:
            return again.inputs, frozenset()
        key = id(again.decider), id(target)
        if key not in self._fills:
            self._fills[key] = KeptInputs(again.decider.workflow, target.workflow)
        return self._fills[key].fill(row, again.inputs)

    def _found(
        self, row: KeptRow, change: Change, groups: Groups, remaining: Money | None
    ) -> None:
        minor = remaining.minor if remaining is not None else None
        if minor is not None and change.kind in (Kind.GAINED, Kind.LOST):
            self.tally.add_money(groups, change.action, change.kind, minor)
        self.changes.append(Found(row.case_id, row.id, change, as_lines(groups), minor))


def _slowly(decider: Decider, document: Mapping[str, object]) -> _Again:
    snapshot = document["inputs"]
    if not isinstance(snapshot, dict):
        raise ValueError("a snapshot is an object")
    inputs = decider.inputs(snapshot)
    if not decider.same_slowly(document, inputs):
        raise _Differs("decided again, it comes out otherwise")
    return _Again(decider, dict(snapshot), inputs, decider.look(inputs))


def _look(table: ActionTable | None, inputs: Facts) -> Looked | None:
    return table.look(inputs) if table is not None else None


def _fixed(table: ActionTable | None, looked: Looked | None) -> bool:
    return table is None or looked is None or table.fixed(looked[0])


def _pairs(live: Decider, draft: Decider) -> list[_Pair]:
    """Every action of either side, in the draft's order."""
    was = {each.action: (n, each) for n, each in enumerate(live.tables)}
    now = {each.action: (n, each) for n, each in enumerate(draft.tables)}
    pairs = []
    for action in dict.fromkeys((*now, *was)):
        before, old = was.get(action, (-1, None))
        after, new = now.get(action, (-1, None))
        same = old is not None and new is not None and old.table == new.table
        pairs.append(_Pair(action, old, new, before, after, same))
    return pairs
