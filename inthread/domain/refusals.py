"""
Every way the system says no. A refusal is a rule speaking, never a bug.

* Refused
  + NotFound               no such thing, or not yours (the same answer for both)
  + Forbidden              this actor may not do this
  + BadInput               problems, each with its path and a plain sentence
  x LinkGone               authentic, but expired, revoked, superseded or its case is over
    + LinkExpired          the same, and a new link can be sent
  x VisitEnded             idle too long, or ended: check again who it is
  x StepUpNeeded           the action asks for more than was shown
  x NotEligible            policy refuses; carries the reason code
  x Claimed                somebody else works on it; carries who and until when
  x AlreadySettled         there is an outcome, or a payment on its way
  x OutOfOrder             a step was skipped
  x ChoiceChanged          what was agreed to is not what would happen now
  x NonceReused            the once-key came back with another body
  x CodeRefused            wrong, used, expired, locked: one answer (RTS (EU) 2018/389 4(3)(a))
  x FactRefused            the known fact did not match
  x SignInRefused          e-mail, password or provider: one answer, whichever it was
  x LastAdmin              without this person nobody could let others in
  x Locked                 too many tries; carries until when and who has it now
  x TooMany                too often; carries how long to wait
  x CannotReach            no contact point that may be used for this
  x Stale                  somebody else changed it first
  x Withheld               a document that was not found clean; carries its state
  x ProviderDown           the payment provider gave no page; nothing was taken
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


class Refused(Exception):
    """A rule said no. `code` is stable: it is audited, counted and mapped to one page."""

    code = "refused"


class NotFound(Refused):
    code = "not_found"


class Forbidden(Refused):
    code = "forbidden"


@dataclass(frozen=True)
class Problem:
    """One thing wrong with an input: a JSON pointer and a plain sentence that says what to do."""

    path: str
    message: str


class BadInput(Refused):
    code = "bad_input"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{p.path}: {p.message}" for p in problems))
        self.problems = tuple(problems)


class LinkGone(Refused):
    code = "link_gone"

    def __init__(self, why: str = "") -> None:
        super().__init__(why)
        self.why = why


class LinkExpired(LinkGone):
    code = "link_expired"


class VisitEnded(Refused):
    code = "visit_ended"


class StepUpNeeded(Refused):
    code = "step_up_required"

    def __init__(self, needs: str) -> None:
        super().__init__(needs)
        self.needs = needs


class NotEligible(Refused):
    code = "not_eligible"

    def __init__(self, action: str, reason: str) -> None:
        super().__init__(f"{action}: {reason}")
        self.action = action
        self.reason = reason


class Claimed(Refused):
    code = "claimed"

    def __init__(self, by: str, until: datetime) -> None:
        super().__init__(f"by {by} until {until.isoformat()}")
        self.by = by
        self.until = until


class AlreadySettled(Refused):
    code = "already_settled"

    def __init__(self, ref: str = "") -> None:
        super().__init__(ref)
        self.ref = ref


class OutOfOrder(Refused):
    code = "out_of_order"


class ChoiceChanged(Refused):
    code = "choice_changed"


class NonceReused(Refused):
    code = "nonce_reused"


class CodeRefused(Refused):
    code = "code_refused"

    def __init__(self, tries_left: int | None = None) -> None:
        super().__init__("code refused")
        self.tries_left = tries_left


class FactRefused(Refused):
    code = "fact_refused"

    def __init__(self, tries_left: int) -> None:
        super().__init__("fact refused")
        self.tries_left = tries_left


class SignInRefused(Refused):
    code = "sign_in_refused"


class LastAdmin(Refused):
    code = "last_admin"


class Locked(Refused):
    code = "locked"

    def __init__(self, until: datetime | None, with_a_person: bool = False) -> None:
        super().__init__(f"until {until}")
        self.until = until
        self.with_a_person = with_a_person


class TooMany(Refused):
    code = "too_many"

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"retry after {retry_after} s")
        self.retry_after = retry_after


class CannotReach(Refused):
    code = "cannot_reach"


class Stale(Refused):
    code = "stale"


class Withheld(Refused):
    code = "withheld"


class ProviderDown(Refused):
    code = "provider_down"
