"""What the organisation answers to replies, and who reads those that are nobody's."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta

from inthread.domain.document import DocumentProblem, Section
from inthread.domain.message_lint import no_debt_words
from inthread.domain.policy_reader import template
from inthread.domain.wording import MessageText

# A stop is confirmed and a start is; whoever asks for help is told where it is.
NAMES = ("stopped", "started", "helped")
FIELDS = ("brand", "phone", "hours")


@dataclass(frozen=True)
class Answers:
    """`texts`: by name and locale. `queue` and `due`: who reads a reply that belongs to no one
    case, and within what time."""

    version: int
    queue: str
    due: timedelta
    texts: Mapping[str, Mapping[str, MessageText]]

    def text(self, name: str, locale: str) -> MessageText:
        """In that locale, its language, or the first there is. Raises KeyError."""
        by_locale = self.texts[name]
        for wanted in (locale, locale.replace("_", "-").partition("-")[0]):
            if wanted in by_locale:
                return by_locale[wanted]
        return next(iter(by_locale.values()))


class AnswersErrors(ValueError):
    """All that is wrong with the document, one problem a line."""

    def __init__(self, problems: list[DocumentProblem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


def read_answers(
    document: Mapping[str, object], file: str, known: Collection[str] = ()
) -> Answers:
    """*known*: the queues that somebody works; without any, every name will do. Raises
    AnswersErrors, each naming file, place and remedy."""
    problems: list[DocumentProblem] = []
    root = Section(document, "", file, problems)
    locales = root.texts("locales", 'the languages they are written in, such as ["en", "es"]')
    queue = root.section("unmatched", 'who reads replies of nobody: queue = "name", due = "1d"')
    who = queue.name("queue", "name who owns them")
    if who and known and who not in known:
        queue.note("queue", f"{who!r} is none of {', '.join(sorted(known))}: name one of those, or "
                   "add it to the file of the queues")
    outer = root.section("messages", "write each as [messages.NAME.LOCALE]")
    answers = Answers(
        version=root.integer("version", "other words are another version", 1, 10**6),
        queue=who, due=queue.duration("due", "by when"),
        texts={
            name: _texts(outer.section(name, f"write it in {', '.join(locales)}"), locales)
            for name in NAMES
        },
    )
    for section in (queue, outer, root):
        section.close()
    if problems:
        raise AnswersErrors(problems)
    return answers


def _texts(section: Section, locales: tuple[str, ...]) -> Mapping[str, MessageText]:
    found = {}
    for locale in locales:
        part = section.section(locale, "write text and subject")
        raw = part.text("text", "the whole answer, without a link (R4.6)")
        subject = part.text("subject", "for channels that have one, such as e-mail")
        no_debt_words(part, "text", raw)
        found[locale] = MessageText(
            template(part, "text", raw, FIELDS), template(part, "subject", subject, ("brand",))
        )
        part.close()
    section.close()
    return found
