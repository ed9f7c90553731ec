"""Record what a provider says became of a message: forward only, and each word of it once."""

from __future__ import annotations

from dataclasses import replace

from inthread.commands.opt_out import opt_out
from inthread.commands.steps.try_elsewhere import try_elsewhere
from inthread.domain.actor import Actor
from inthread.domain.audit import AuditEvent
from inthread.domain.card_numbers import mask_cards
from inthread.domain.message import Message, MessageState, moves_on
from inthread.runtime import Runtime
from inthread.spi import DeliveryReceipt
from inthread.store import audit, cases, deliveries, messages, people
from inthread.store.db import Tx


def record_delivery(
    rt: Runtime, *, actor: Actor, provider: str, receipt: DeliveryReceipt
) -> MessageState | None:
    """The message's state afterwards; None when it is no message of this provider.

    What did not arrive goes to the person's next contact point at once; an address that cannot be
    reached is left alone until its source states it again; a stop that the network took down holds
    with us as well."""
    actor.require("channels:hear")
    receipt = replace(receipt, code=mask_cards(receipt.code))
    if receipt.stopped:
        _heed(rt, actor, provider, receipt)
    with rt.db.begin() as tx:
        found = _message(tx, provider, receipt)
        if found is None:
            return None
        case = cases.lock(tx, found.case_id)
        message = messages.get(tx, found.id)
        now, after = rt.now(), MessageState(receipt.status.value)
        if not deliveries.add(tx, provider, receipt, message.id, now):
            return message.state
        if not moves_on(message.state, after):
            return message.state
        failed = after is MessageState.FAILED
        moved = replace(
            message, state=after, reference=message.reference or receipt.reference or None,
            provider=message.provider or provider,
            reasons=(receipt.code or "not delivered",) if failed else (),
        )
        messages.save(tx, moved)
        audit.append(
            tx, now, actor, case.id,
            AuditEvent.MESSAGE_FAILED if failed else AuditEvent.MESSAGE_DELIVERED,
            message=message.id, channel=message.channel, state=after.value,
        )
        if failed and not receipt.stopped:
            try_elsewhere(rt, tx, actor=actor, case=case, message=moved)
        if failed and receipt.for_good:  # people are held before their contact points
            people.cannot_be_reached(tx, message.contact_id, now)
    return after


def _heed(rt: Runtime, actor: Actor, provider: str, receipt: DeliveryReceipt) -> None:
    """The network took down a stop: before the receipt is recorded, for then it is not heard again.
    """
    with rt.db.read() as tx:
        message = _message(tx, provider, receipt)
        if message is None or deliveries.known(tx, provider, receipt.event_id):
            return
    if moves_on(message.state, MessageState(receipt.status.value)):
        opt_out(rt, actor=actor, contact_id=message.contact_id, source="network")


def _message(tx: Tx, provider: str, receipt: DeliveryReceipt) -> Message | None:
    """By our own id, which a callback carries even when the answer to the send was never heard;
    else by the provider's reference."""
    found = messages.find(tx, receipt.message_id) if receipt.message_id else None
    if found is None and receipt.reference:
        found = messages.by_reference(tx, provider, receipt.reference)
    return found if found is not None and found.provider in (None, provider) else None
