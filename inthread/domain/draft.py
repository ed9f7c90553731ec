"""A draft: a change of a workflow on its way to being in force.

    editing -> submitted -> published
       ^           |
       +-----------+      and from both: withdrawn
      (changed, sent back)

What is approved is exactly the document whose hash the approver saw. The document carries the
number it will have, so the hash is of what runs; whatever changes it raises the revision, and an
approval counts for one revision only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from inthread.domain.actor import Actor
from inthread.domain.canonical import canonical_json, digest
from inthread.domain.card_numbers import mask_cards
from inthread.domain.facts import clean_text
from inthread.domain.refusals import BadInput, Problem, Stale

LARGEST = 256 * 1024
DEEPEST = 30
LONGEST_TITLE = 200
LONGEST_NOTE = 500


class DraftState(StrEnum):
    EDITING = "editing"
    SUBMITTED = "submitted"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


LIVE = (DraftState.EDITING, DraftState.SUBMITTED)


@dataclass(frozen=True, kw_only=True)
class DraftLine:
    """A draft without its document, for lists. `authors`: every actor who had a hand in it, whoever
    submitted it too.
    `effective_at`: when it is asked to take effect (None: as soon as it is approved); once it is
    published, when it does. `needed`: approvals, at the least."""

    id: str
    key: str
    base_version: int
    title: str
    hash: str
    revision: int
    state: DraftState
    authors: tuple[str, ...]
    created_at: datetime
    changed_at: datetime
    submitted_at: datetime | None = None
    submitted_by: str | None = None
    effective_at: datetime | None = None
    published_version: int | None = None
    note: str | None = None
    needed: int = 1

    @property
    def live(self) -> bool:
        return self.state in LIVE

    def is_own(self, actor: Actor) -> bool:
        """Whether this actor had a hand in it, and so may not approve it (A69)."""
        return str(actor) in self.authors


@dataclass(frozen=True, kw_only=True)
class Draft(DraftLine):
    document: Mapping[str, object]

    @property
    def version(self) -> int:
        """The number it will be published under."""
        number = self.document.get("version")
        if not isinstance(number, int):
            raise TypeError("a draft's document is numbered when it is kept")
        return number

    def changed(
        self, document: Mapping[str, object], actor: Actor, now: datetime, *,
        title: str | None = None,
    ) -> Draft:
        """With another document, in the hands of its authors again: nothing that was said of the
        one before counts. Raises Stale when it is not live."""
        self.demand(*LIVE)
        return replace(
            self, document=document, hash=digest(document),
            title=self.title if title is None else title,
            authors=with_author(self.authors, actor), changed_at=now, **_BACK,
            revision=self.revision + 1,
        )

    def submitted(
        self, actor: Actor, now: datetime, *, effective_at: datetime | None, note: str | None,
        needed: int,
    ) -> Draft:
        self.demand(DraftState.EDITING)
        return replace(
            self, state=DraftState.SUBMITTED, submitted_at=now, submitted_by=str(actor),
            authors=with_author(self.authors, actor), effective_at=effective_at, note=note,
            needed=needed, revision=self.revision + 1,
        )

    def sent_back(self, note: str | None) -> Draft:
        self.demand(DraftState.SUBMITTED)
        return replace(self, revision=self.revision + 1, **{**_BACK, "note": note})

    def withdrawn(self, note: str | None) -> Draft:
        self.demand(*LIVE)
        return replace(
            self, state=DraftState.WITHDRAWN, note=note, revision=self.revision + 1
        )

    def published(self, effective_at: datetime) -> Draft:
        self.demand(DraftState.SUBMITTED)
        return replace(
            self, state=DraftState.PUBLISHED, published_version=self.version,
            effective_at=effective_at,
        )

    def demand(self, *states: DraftState) -> None:
        """Raises Stale with what it is, unless it is one of these."""
        if self.state not in states:
            raise Stale(f"the draft is {self.state}")

    def demand_revision(self, revision: int) -> None:
        if revision != self.revision:
            raise Stale(f"the draft is at revision {self.revision}, not {revision}")

    def demand_newest(self, newest: Newest) -> None:
        """Raises Stale when another version was published, or taken off, since it was begun or
        brought up to date: it would undo what it never saw."""
        if (self.base_version, self.version) != (newest.version, newest.next):
            raise Stale(
                f"the draft was made from version {self.base_version}, and the newest is "
                f"{newest.version}: bring it up to date"
            )


_BACK: Mapping[str, Any] = {
    "state": DraftState.EDITING, "submitted_at": None, "submitted_by": None, "effective_at": None,
    "note": None, "needed": 1,
}


@dataclass(frozen=True)
class Newest:
    """The newest version of a workflow that was not taken off: its number, document and hour; and
    the number of the next, which no version ever had."""

    version: int
    document: Mapping[str, object]
    effective_at: datetime
    next: int


class Verdict(StrEnum):
    APPROVED = "approved"
    SENT_BACK = "sent_back"


@dataclass(frozen=True)
class Approval:
    """What one person said of a draft at one revision."""

    revision: int
    hash: str
    approver: str
    verdict: Verdict
    note: str | None
    at: datetime


def counting(said: Iterable[Approval], draft: DraftLine) -> tuple[Approval, ...]:
    """The approvals that count for the draft as it stands: of this revision and this very content,
    by nobody who had a hand in it."""
    return tuple(
        each for each in said
        if each.verdict is Verdict.APPROVED and each.approver not in draft.authors
        and (each.revision, each.hash) == (draft.revision, draft.hash)
    )


def approvers(said: Iterable[Approval], draft: DraftLine) -> tuple[str, ...]:
    """Whose approvals count."""
    return tuple(each.approver for each in counting(said, draft))


def with_author(authors: tuple[str, ...], actor: Actor) -> tuple[str, ...]:
    return authors if str(actor) in authors else (*authors, str(actor))


def numbered(document: Mapping[str, object], key: str, version: int) -> dict[str, object]:
    """The document as a draft keeps it, under the number it will be published with. Raises BadInput
    for what is not JSON that both databases keep as it is, for more than LARGEST bytes of it, and
    for the document of another workflow."""
    made = {**document, "version": version}
    try:
        _check(made, DEEPEST)
        size = len(canonical_json(made).encode())
    except (TypeError, ValueError) as wrong:
        raise BadInput([Problem("/document", str(wrong))]) from None
    if size > LARGEST:
        raise BadInput([Problem("/document", f"has {size:,} bytes; the most is {LARGEST:,}")])
    if made.get("key") != key:
        raise BadInput([Problem("/document/key", f"has to stay {key}")])
    return made


_STEP = re.compile(r"\.|\[|\]\.?")


def pointer(place: str) -> str:
    """A place of a document as a JSON pointer: `policy.pay.rows[2]` is `/policy/pay/rows/2`."""
    return "".join(f"/{step}" for step in _STEP.split(place) if step and step != "document")


def said(words: str, path: str = "/note", most: int = LONGEST_NOTE) -> str | None:
    """What somebody wrote, without space around it and without card numbers; None for nothing.
    Raises BadInput."""
    try:
        clean = "\n".join(clean_text(line) for line in words.splitlines()).strip()
    except ValueError as wrong:
        raise BadInput([Problem(path, str(wrong))]) from None
    if len(clean) > most:
        raise BadInput([Problem(path, f"has {len(clean)} characters; the most is {most}")])
    return mask_cards(clean) or None


def _check(value: object, deep: int) -> None:
    """Raises ValueError. NUL is text that PostgreSQL cannot keep; a number past 15 digits is one
    that other programs round."""
    if deep < 0:
        raise ValueError(f"is nested deeper than {DEEPEST}")
    if isinstance(value, str):
        if "\0" in value or not _is_text(value):
            raise ValueError("has a character that is no text")
        if mask_cards(value) != value:
            raise ValueError("has a card number: take it out")
    elif isinstance(value, int) and abs(value) > 10**15:
        raise ValueError("has a number that is too large")
    for part in _parts(value):
        _check(part, deep - 1)


def _parts(value: object) -> Iterable[object]:
    if isinstance(value, Mapping):
        return (*value.keys(), *value.values())
    return value if isinstance(value, list) else ()


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
