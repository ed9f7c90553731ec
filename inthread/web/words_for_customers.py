"""What a verdict says to the customer, in each of the workflow's languages."""

from __future__ import annotations

from babel import Locale

from inthread.domain.facts import Facts
from inthread.domain.policy import Verdict
from inthread.domain.workflow import Workflow
from inthread.web.reader import Reader
from inthread.web.responding import pages
from inthread.web.rows import reason_shown


def words_for_customers(workflow: Workflow, verdict: Verdict, inputs: Facts) -> dict[str, str]:
    """By locale: of what is offered its button and the line under it, of what is refused the
    reason."""
    if verdict.offered:
        action = workflow.action(verdict.action)
        return {at: f"{action.label[at]}: {action.hint[at]}" for at in workflow.locales}
    return {
        at: reason_shown(workflow, verdict.reason or "no_rule", dict(inputs), _reads(at))
        for at in workflow.locales
    }


def _reads(locale: str) -> Reader:
    """Whoever reads this locale, as far as its language is shipped."""
    language, formats = pages().languages.choose(locale)
    return Reader(language, formats if language.code == locale[:2] else Locale.parse("en"))
