"""Put the customer's choice to the mini-app, and keep all that follows from it together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from inthread.acting.make_ready import Ready
from inthread.acting.read_form import read_form
from inthread.domain.choice import choice_digest, kept
from inthread.domain.refusals import ChoiceChanged, OutOfOrder
from inthread.spi import (
    Attachment,
    Form,
    Invalid,
    NeedsCard,
    NeedsPayment,
    NewContact,
    Offer,
    Settled,
)


@dataclass(frozen=True)
class Chosen:
    """`said`: the form as it was read; `digest` covers all that the customer is shown; `files`:
    (SHA-256, attachment); `documents`: the ids under which they are kept."""

    offer: Offer
    said: Mapping[str, object]
    values: Mapping[str, object]
    lines: tuple[tuple[str, object], ...]
    agreement: str | None
    result: Settled | NeedsPayment | NeedsCard
    digest: str
    files: tuple[tuple[str, Attachment], ...]
    consent: str | None = None
    documents: tuple[str, ...] = ()

    @property
    def contacts(self) -> Sequence[NewContact]:
        return self.result.contacts if isinstance(self.result, Settled) else ()

    @property
    def guarded(self) -> bool:
        """It changes what protects the customer."""
        return bool(self.contacts) or (isinstance(self.result, Settled) and self.result.guarded)


def choose(ready: Ready, draft: Mapping[str, object] | None) -> Chosen:
    """The choice of a draft on today's terms. Raises OutOfOrder without one (A37), and
    ChoiceChanged when the terms no longer allow it (A41)."""
    if draft is None:
        raise OutOfOrder(ready.verdict.action)
    try:
        return chosen_from(ready, Form({k: str(v) for k, v in draft.items()}))
    except Invalid as refusal:
        raise ChoiceChanged(str(refusal)) from refusal


def chosen_from(ready: Ready, form: Form) -> Chosen:
    choice = read_form(ready, form)
    result = ready.miniapp.settle(ready.offer, choice)
    files = tuple((sha256(a.content).hexdigest(), a) for a in choice.attachments)
    lines = tuple((line.label, kept(line.value)) for line in choice.lines)
    return Chosen(
        offer=ready.offer, said=choice.values, values=result.values, lines=lines,
        agreement=choice.agreement, consent=choice.consent, result=result, files=files,
        digest=choice_digest(
            ready.verdict.action, choice.values, lines, choice.agreement, [d for d, _ in files]
        ),
    )
