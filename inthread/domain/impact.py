"""What a draft would have changed: one decision compared, and many counted.

Both sides are decided from the same kept snapshot: by the version in force, and by the draft. A
change is counted by its kind:

    gained     offered by the draft only        terms      offered by both, on other terms
    lost       offered in force only            identity   offered by both, another identity asked
    unknown    the draft looks at something     reason     refused by both, for another reason
               that was not kept: not guessed
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from inthread.domain.canonical import exact_json
from inthread.domain.policy import Verdict

MOST_LISTED = 50
# A fact is shown by its values while it has no more than these.
MOST_VALUES = 24


class Kind(StrEnum):
    GAINED = "gained"
    LOST = "lost"
    TERMS = "terms"
    IDENTITY = "identity"
    REASON = "reason"
    UNKNOWN = "unknown"


KINDS = tuple(kind.value for kind in Kind)


@dataclass(frozen=True)
class Change:
    """One action of one decision that the draft decides otherwise. `was` and `now`: offered,
    terms, identity, reason and row, as `Verdict.as_json` has them; empty for an action that one
    side does not have, or cannot decide. `names`: the terms that differ."""

    action: str
    kind: Kind
    was: Mapping[str, object]
    now: Mapping[str, object]
    names: tuple[str, ...] = ()

    @cached_property
    def texts(self) -> tuple[str, str]:
        """`was` and `now` as canonical JSON."""
        return exact_json(self.was), exact_json(self.now)


@dataclass(frozen=True, eq=False)
class Seen:
    """What became of one action of one decision. `was` and `now`: whether it was offered; None
    where that is not known. `row`: the draft's row that decides. One object stands for all that
    are alike, so it is told by itself."""

    action: str
    was: bool | None
    now: bool | None
    row: int | None = None
    kinds: tuple[Kind, ...] = ()
    names: tuple[str, ...] = ()


def compare(was: Verdict | None, now: Verdict | None) -> tuple[Change, ...]:
    """How the verdict on one action changes; None for an action that a side does not have. Nothing
    for an action that came or went and was refused anyway."""
    known = was or now
    if known is None:
        return ()
    if (was is not None and was.offered) != (now is not None and now.offered):
        kind = Kind.GAINED if now is not None and now.offered else Kind.LOST
        return (Change(known.action, kind, shown(was), shown(now)),)
    if was is None or now is None:
        return ()
    if not was.offered:
        differs = was.reason != now.reason
        return (Change(known.action, Kind.REASON, shown(was), shown(now)),) if differs else ()
    return _other_terms(was, now)


def seen(
    action: str, was: Verdict | None, now: Verdict | None, changes: tuple[Change, ...]
) -> Seen:
    return Seen(
        action, was is not None and was.offered, now is not None and now.offered,
        now.row if now is not None else None,
        tuple(change.kind for change in changes),
        tuple(name for change in changes for name in change.names),
    )


def shown(verdict: Verdict | None) -> Mapping[str, object]:
    """A verdict without its cells."""
    if verdict is None:
        return {}
    kept = verdict.as_json()
    return {name: kept[name] for name in ("offered", "terms", "identity", "reason", "row")}


def _other_terms(was: Verdict, now: Verdict) -> tuple[Change, ...]:
    every = dict.fromkeys((*was.terms, *now.terms))
    names = tuple(name for name in every if was.terms.get(name) != now.terms.get(name))
    changes = [Change(was.action, Kind.TERMS, shown(was), shown(now), names)] if names else []
    if was.identity != now.identity:
        changes.append(Change(was.action, Kind.IDENTITY, shown(was), shown(now)))
    return tuple(changes)


@dataclass
class Counted:
    """One action, over some decisions. `was` and `now`: how often it was offered; the minor units
    are what remained to be paid in the cases that gained and lost it. `names`: term -> how often
    it differs. `rows`: row of the draft -> how many decisions it decides."""

    decisions: int = 0
    was: int = 0
    now: int = 0
    kinds: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    gained_minor: int = 0
    lost_minor: int = 0
    names: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)

    def add(self, one: Seen, times: int) -> None:
        self.decisions += times
        self.was += times if one.was else 0
        self.now += times if one.now else 0
        for kind in one.kinds:
            self.kinds[kind] += times
        for name in one.names:
            self.names[name] = self.names.get(name, 0) + times
        if one.row is not None:
            self.rows[str(one.row)] = self.rows.get(str(one.row), 0) + times

    def add_money(self, kind: Kind, minor: int) -> None:
        self.gained_minor += minor if kind is Kind.GAINED else 0
        self.lost_minor += minor if kind is Kind.LOST else 0

    @property
    def known(self) -> int:
        """The decisions that both sides could take."""
        return self.decisions - self.kinds[Kind.UNKNOWN]

    def as_json(self) -> dict[str, object]:
        return dict(vars(self))


class ImpactState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    # Decisions came out otherwise than they were recorded: what it says cannot be built on.
    UNSOUND = "unsound"
    # Another measurement of the same draft took its place.
    REPLACED = "replaced"
    FAILED = "failed"


@dataclass(frozen=True)
class Impact:
    """One measurement of a draft as it was at `hash`: `done` of `asked` decisions so far, taken
    again from the newest on down to `cursor`. `live`: the version in force it is held against.
    `changed`: decisions that differ in any known way. `trouble`: why it failed."""

    id: str
    draft_id: str
    hash: str
    state: ImpactState
    asked: int
    done: int
    changed: int
    mismatches: int
    cursor: str
    live_version: int
    live_hash: str
    tally: Tally
    started_at: datetime
    ended_at: datetime | None
    asked_by: str
    trouble: str | None

    @property
    def finished(self) -> bool:
        return self.state in (ImpactState.DONE, ImpactState.UNSOUND)

    @property
    def going_on(self) -> bool:
        return self.state in (ImpactState.WAITING, ImpactState.RUNNING)

    @property
    def sound(self) -> bool:
        """Whether it is whole, and every decision came out as it was recorded."""
        return self.state is ImpactState.DONE

    def went_on(self, cursor: str, done: int, tally: Tally) -> Impact:
        return replace(
            self, state=ImpactState.RUNNING, cursor=cursor, done=self.done + done, tally=tally,
            changed=tally.changed, mismatches=tally.mismatches,
        )

    def ended(self, now: datetime) -> Impact:
        state = ImpactState.UNSOUND if self.mismatches else ImpactState.DONE
        return replace(self, state=state, asked=self.done, ended_at=now)

    def failed(self, why: str, now: datetime) -> Impact:
        return replace(self, state=ImpactState.FAILED, trouble=why, ended_at=now)


Groups = tuple[tuple[str, str], ...]


@dataclass
class Tally:
    """All that is counted so far. `groups`: fact -> value -> action -> Counted; `wide`: facts with
    too many values to be shown apart. `mismatches`: the decisions that their own version did not
    reproduce, the first of them listed."""

    decisions: int = 0
    changed: int = 0
    mismatches: int = 0
    listed: list[dict[str, object]] = field(default_factory=list)
    actions: dict[str, Counted] = field(default_factory=dict)
    groups: dict[str, dict[str, dict[str, Counted]]] = field(default_factory=dict)
    wide: list[str] = field(default_factory=list)

    def add(self, groups: Groups, row: Iterable[Seen], times: int) -> None:
        """*times* decisions that are alike: in the same groups, with the same changes."""
        self.decisions += times
        changed = False
        for one in row:
            changed = changed or any(kind is not Kind.UNKNOWN for kind in one.kinds)
            for counted in self._counted(groups, one.action):
                counted.add(one, times)
        self.changed += times if changed else 0

    def add_money(self, groups: Groups, action: str, kind: Kind, minor: int) -> None:
        for counted in self._counted(groups, action):
            counted.add_money(kind, minor)

    def add_mismatch(self, decision: str, case: str, version: int, why: str) -> None:
        self.mismatches += 1
        if len(self.listed) < MOST_LISTED:
            self.listed.append(
                {"decision": decision, "case": case, "version": version, "why": why}
            )

    def _counted(self, groups: Groups, action: str) -> list[Counted]:
        found = [self.actions.setdefault(action, Counted())]
        for fact, value in groups:
            if fact in self.wide:
                continue
            values = self.groups.setdefault(fact, {})
            if value not in values and len(values) >= MOST_VALUES:
                self.wide.append(fact)
                del self.groups[fact]
                continue
            found.append(values.setdefault(value, {}).setdefault(action, Counted()))
        return found

    def as_json(self) -> dict[str, object]:
        return {
            "decisions": self.decisions, "changed": self.changed, "mismatches": self.mismatches,
            "listed": self.listed, "wide": self.wide,
            "actions": {key: one.as_json() for key, one in self.actions.items()},
            "groups": {
                fact: {
                    value: {key: one.as_json() for key, one in actions.items()}
                    for value, actions in values.items()
                }
                for fact, values in self.groups.items()
            },
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, object]) -> Tally:
        """What `as_json` wrote; an empty one from nothing."""
        if not kept:
            return cls()
        parts = dict(kept)
        return cls(**{  # type: ignore[arg-type]
            **parts, "actions": _read(parts["actions"]),
            "groups": {
                fact: {value: _read(actions) for value, actions in values.items()}
                for fact, values in parts["groups"].items()  # type: ignore[attr-defined]
            },
        })


def _read(actions: object) -> dict[str, Counted]:
    if not isinstance(actions, Mapping):
        raise ValueError("not counted actions")
    return {key: Counted(**one) for key, one in actions.items()}
