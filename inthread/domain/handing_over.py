"""Why a person may give a case to people, and why only the product itself may."""

from __future__ import annotations

from inthread.domain.workflow import Workflow

# What only the product can find: each says something of money, writes or messages.
FOUND = frozenset({
    "locked", "no_response", "opted_out", "payment_unclear", "writeback_failed",
})


def reasons_of(workflow: Workflow) -> dict[str, str]:
    """Reason -> the queue it goes to, for whoever hands over a case of this workflow."""
    return {
        reason: queue.queue for reason, queue in sorted(workflow.queues.items())
        if reason not in FOUND
    }
