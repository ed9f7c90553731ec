"""Why a person may give a case to people, and why only the product itself may."""

from __future__ import annotations

from inthread.domain.workflow import Workflow

# What only the product can find: each says something of money, writes or messages.
# A workflow may have a queue for it; else it is work like any unexpected fault.
DOCUMENT_FOUND = "document_found"
FOUND = frozenset({
    DOCUMENT_FOUND, "locked", "no_response", "opted_out", "payment_unclear", "writeback_failed",
})


def at_work(workflow: Workflow, reason: str) -> str:
    """The reason under which this workflow gives it to people."""
    return reason if reason in workflow.queues else "writeback_failed"


def reasons_of(workflow: Workflow) -> dict[str, str]:
    """Reason -> the queue it goes to, for whoever hands over a case of this workflow."""
    return {
        reason: queue.queue for reason, queue in sorted(workflow.queues.items())
        if reason not in FOUND
    }
