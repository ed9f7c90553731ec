"""How long each kind of thing is kept, and why so long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from inthread.domain.document import DocumentProblem, Section

# kind -> what it is, and from when its time counts
KINDS: Mapping[str, str] = {
    "cases": "a case that ended, with its evidence and messages, from the last that was audited",
    "people": "a person without a case, and their consents, from the last that was heard of them",
    "replies": "what nobody known sent us, from its day",
    "stops": "a stop that was taken back, from that day; one that stands is kept",
    "visits": "a visit to a case that ended, from when it began",
    "codes": "what is known of a code for a case that ended, from when it was sent",
    "links": "a link to a case that ended, from its last day",
    "drafts": "what a customer chose and did not finish, in a case that ended",
    "jobs": "a job that is done, from then",
    "imports": "how far the import of a file came, from its end",
}
_DOCUMENTS = "name a kind of document, as in [documents.passport]"
LEAST = timedelta(days=1)


@dataclass(frozen=True)
class Kept:
    """`because`: the rule that asks for it, or the reason."""

    period: timedelta
    because: str


@dataclass(frozen=True)
class Retention:
    """`kept`: one for each of KINDS. `documents`: of these kinds of documents one goes before its
    case does, from when the case ended; any other goes with its case."""

    version: int
    kept: Mapping[str, Kept]
    documents: Mapping[str, Kept] = field(default_factory=dict)

    def before(self, kind: str, now: datetime) -> datetime:
        """What happened last before then is kept no longer."""
        return now - self.kept[kind].period

    def documents_before(self, kind: str, now: datetime) -> datetime:
        """The same, of a kind of `documents`."""
        return now - self.documents[kind].period


class RetentionErrors(ValueError):
    """All that is wrong with the document, one problem a line."""

    def __init__(self, problems: list[DocumentProblem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


def read_retention(document: Mapping[str, object], file: str) -> Retention:
    """Raises RetentionErrors, each naming file, place and remedy."""
    problems: list[DocumentProblem] = []
    root = Section(document, "", file, problems)
    version = root.integer("version", "other periods are another version", 1, 10**6)
    kept = {kind: _kept(root.section(kind, what), what) for kind, what in KINDS.items()}
    named = root.tables("documents", _DOCUMENTS) if root.has("documents") else {}
    files = {kind: _kept(section, f"a document of the kind {kind}")
             for kind, section in named.items()}
    root.close()
    if problems:
        raise RetentionErrors(problems)
    return Retention(version, kept, files)


def _kept(section: Section, what: str) -> Kept:
    period = section.duration("keep", f"how long to keep {what}")
    if period < LEAST:
        section.note("keep", "has to be a day or more: limits look back that far")
    because = section.text("because", "name the rule that asks for it, or the reason")
    section.close()
    return Kept(period, because)
