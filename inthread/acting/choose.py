"""Put the customer's choice to the mini-app, and keep all that follows from it together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from inthread.commands.steps.make_ready import Ready, check_identity, make_ready
from inthread.commands.steps.take_visit import take_visit
from inthread.domain.choice import choice_digest, kept
from inthread.domain.refusals import ChoiceChanged, OutOfOrder
from inthread.runtime import Runtime
from inthread.spi import Attachment, Form, Invalid, NeedsPayment, Offer, Settled


@dataclass(frozen=True)
class Chosen:
    """`digest` covers all that the customer is shown; `files`: (SHA-256, attachment)."""

    offer: Offer
    values: Mapping[str, object]
    lines: tuple[tuple[str, object], ...]
    agreement: str | None
    result: Settled | NeedsPayment
    digest: str
    files: tuple[tuple[str, Attachment], ...]


def choose(ready: Ready, draft: Mapping[str, object] | None) -> Chosen:
    """The choice of a draft on today's terms. Raises OutOfOrder without one (A37), and
    ChoiceChanged when the terms no longer allow it (A41)."""
    if draft is None:
        raise OutOfOrder(ready.verdict.action)
    try:
        return chosen_from(ready, Form({k: str(v) for k, v in draft.items()}))
    except Invalid as refusal:
        raise ChoiceChanged(str(refusal)) from refusal


def read_files(rt: Runtime, token: str, action: str, form: Form) -> Chosen:
    """Read a form that may carry files, with nothing open: decoding takes its time. The blobs are
    kept before the transaction that speaks of them. Raises Invalid and every refusal."""
    with rt.db.read() as tx:
        ready = make_ready(rt, take_visit(rt, tx, token), action)
    if ready.miniapp.checked:
        raise OutOfOrder(action)
    unsure = check_identity(rt, ready, None)
    if unsure is None:
        rt.db.assert_closed()
        chosen = chosen_from(ready, form)
        for name, file in chosen.files:
            rt.registry.blobs.put(name, file.content)
        return chosen
    raise unsure


def chosen_from(ready: Ready, form: Form) -> Chosen:
    choice = ready.miniapp.read(ready.offer, form)
    result = ready.miniapp.settle(ready.offer, choice)
    files = tuple((sha256(a.content).hexdigest(), a) for a in choice.attachments)
    lines = tuple((line.label, kept(line.value)) for line in choice.lines)
    return Chosen(
        offer=ready.offer, values=result.values, lines=lines, agreement=choice.agreement,
        result=result, files=files,
        digest=choice_digest(
            ready.verdict.action, choice.values, lines, choice.agreement, [d for d, _ in files]
        ),
    )
