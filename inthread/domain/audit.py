"""The names of what is recorded, and the chain that shows whether it was altered.

Each subject (a case, an API key) has its own chain: event n carries the hash of event n-1, so the
write path needs no lock that it does not hold anyway.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256

from inthread.domain.canonical import canonical_json, quoted

GENESIS = "0" * 64


class AuditEvent(StrEnum):
    DOCUMENT_KEPT = "document.kept"
    DOCUMENT_REFUSED = "document.refused"
    DOCUMENT_CHECKED = "document.checked"
    DOCUMENT_FOUND = "document.found"
    DOCUMENT_READ = "document.read"
    DOCUMENT_FORGOTTEN = "document.forgotten"
    DOCUMENTS_ROTATED = "documents.rotated"
    CASE_OPENED = "case.opened"
    CASE_REFRESHED = "case.refreshed"
    CASE_CLOSED = "case.closed"
    CASE_REOPENED = "case.reopened"
    CASE_WITHDRAWN = "case.withdrawn"
    CASE_EXPIRED = "case.expired"
    CASE_HANDED_OVER = "case.handed_over"
    CASE_RESUMED = "case.resumed"
    CASE_PAUSED = "case.paused"
    CASE_UNPAUSED = "case.unpaused"
    MESSAGE_QUEUED = "message.queued"
    MESSAGE_HELD = "message.held"
    MESSAGE_SENT = "message.sent"
    MESSAGE_FAILED = "message.failed"
    MESSAGE_CANCELLED = "message.cancelled"
    MESSAGE_SKIPPED = "message.skipped"
    MESSAGE_DELIVERED = "message.delivered"
    REPLY_HEARD = "reply.heard"
    REPLY_RESOLVED = "reply.resolved"
    CONTACT_STOPPED = "contact.stopped"
    CONTACT_STARTED = "contact.started"
    CONTACT_CHANGED = "contact.changed"
    LINK_OPENED = "link.opened"
    LINK_RENEWED = "link.renewed"
    LINK_RESENT = "link.resent"
    LINK_REVOKED = "link.revoked"
    LINK_UNKNOWN_ROW = "link.authentic_but_unknown"
    CODE_SENT = "code.sent"
    CODE_PASSED = "code.passed"
    CODE_WRONG = "code.wrong"
    CODE_REPLAYED = "code.replayed"
    CODE_LOCKED = "code.locked"
    FACT_PASSED = "fact.passed"
    FACT_WRONG = "fact.wrong"
    VISIT_LEFT = "visit.left"
    OFFERED = "decision.offered"
    DENIED = "decision.denied"
    CHOSEN = "action.chosen"
    OUTCOME = "outcome.recorded"
    EVIDENCE_MADE = "evidence.made"
    EVIDENCE_REFUSED = "evidence.refused"
    PAYMENT_STARTED = "payment.started"
    PAYMENT_SUCCEEDED = "payment.succeeded"
    PAYMENT_FAILED = "payment.failed"
    PAYMENT_UNCLEAR = "payment.unclear"
    PAYMENT_REFUNDED = "payment.refunded"
    PAYMENT_DISPUTED = "payment.disputed"
    PAYMENT_LOST = "payment.dispute_lost"
    PAYMENT_SET = "payment.day_set"
    PAYMENT_CALLED_OFF = "payment.called_off"
    PAYMENT_CHARGING = "payment.charging"
    CARD_KEPT = "card.kept"
    PAYER_LINK_MADE = "payer_link.made"
    PAYER_LINK_OPENED = "payer_link.opened"
    PAYER_LINK_OFF = "payer_link.switched_off"
    WRITEBACK_SENDING = "writeback.sending"
    WRITEBACK_APPLIED = "writeback.applied"
    WRITEBACK_UNHEARD = "writeback.unheard"
    WRITEBACK_PROVED = "writeback.proved"
    WRITEBACK_FAILED = "writeback.failed"
    WRITEBACK_REPLAYED = "writeback.replayed"
    CONNECTOR_SILENT = "connector.silent"
    CONNECTOR_ANSWERING = "connector.answering"
    CONNECTOR_PAUSED = "connector.paused"
    CONNECTOR_RESUMED = "connector.resumed"
    AUDIT_EXPORTED = "audit.exported"
    WORK_RESOLVED = "work.resolved"
    WORK_CLAIMED = "work.claimed"
    WORK_RELEASED = "work.released"
    WORK_ASSIGNED = "work.assigned"
    WORK_COMMENTED = "work.commented"
    KEY_MADE = "api_key.made"
    KEY_REVOKED = "api_key.revoked"
    STAFF_INVITED = "staff.invited"
    STAFF_RESET = "staff.reset"
    STAFF_JOINED = "staff.joined"
    STAFF_SIGNED_IN = "staff.signed_in"
    STAFF_REFUSED = "staff.sign_in_refused"
    STAFF_REPLAYED = "staff.code_replayed"
    STAFF_SIGNED_OUT = "staff.signed_out"
    STAFF_SESSIONS_ENDED = "staff.sessions_ended"
    STAFF_ROLES = "staff.roles_changed"
    STAFF_DISABLED = "staff.disabled"
    STAFF_ENABLED = "staff.enabled"
    STAFF_PASSWORD = "staff.password_changed"  # noqa: S105 - an event's name
    STAFF_RECOVERY = "staff.recovery_codes_made"
    STAFF_ZONE = "staff.zone_changed"
    STAFF_DENIED = "staff.denied"
    WORKFLOW_PUBLISHED = "workflow.published"
    PERSON_REVEALED = "person.revealed"
    PERSON_HELD = "person.held"
    PERSON_RELEASED = "person.released"
    PERSON_ERASED = "person.erased"
    PERSON_FORGOTTEN = "person.forgotten"
    CASE_FORGOTTEN = "case.forgotten"
    RETENTION = "retention.carried_out"
    CONSOLE_SETTING_SET = "console_setting.set"
    DRAFT_STARTED = "draft.started"
    DRAFT_CHANGED = "draft.changed"
    DRAFT_BROUGHT_UP = "draft.brought_up_to_date"
    DRAFT_SUBMITTED = "draft.submitted"
    IMPACT_ASKED = "impact.asked"
    DRAFT_APPROVED = "draft.approved"
    DRAFT_APPROVAL_REFUSED = "draft.approval_refused"
    DRAFT_SENT_BACK = "draft.sent_back"
    DRAFT_WITHDRAWN = "draft.withdrawn"
    DRAFT_PUBLISHED = "draft.published"
    WORKFLOW_UNSCHEDULED = "workflow.unscheduled"
    POLICY_TEST_SAVED = "policy_test.saved"
    POLICY_TEST_REMOVED = "policy_test.removed"
    BINDING_TESTED = "binding.tested"


def sealed(words: str | None) -> str | None:
    """What somebody wrote, as the audit keeps it: the SHA-256 in hex of the text in UTF-8, None for
    no words. The words stand elsewhere, where they can be erased while the chain stays whole
    (security R9.4, GDPR Art. 17)."""
    return sha256(words.encode()).hexdigest() if words else None


@dataclass(frozen=True)
class Recorded:
    """One event as kept. `hash` covers everything else, the previous hash included."""

    subject: str
    n: int
    at: datetime
    actor: str
    event: str
    detail: Mapping[str, object]
    prev: str
    hash: str


def link_hash(
    subject: str, n: int, at: datetime, actor: str, event: str, detail: Mapping[str, object],
    prev: str,
) -> str:
    text = canonical_json(dict(detail))
    return link_hash_of_text(subject, n, stamp(at), actor, event, text, prev)


def link_hash_of_text(
    subject: str, n: int, stamp: str, actor: str, event: str, detail: str, prev: str
) -> str:
    """The same, of a time from `stamp` and a detail from `canonical_json`: what is hashed is the
    canonical JSON of the list of all seven."""
    whole = ",".join((
        quoted(subject), str(n), quoted(stamp), quoted(actor), quoted(event), detail,
        quoted(prev),
    ))
    return sha256(f"[{whole}]".encode()).hexdigest()


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def broken_at(chain: list[Recorded]) -> int | None:
    """The number of the first event that does not fit its chain; None when all do."""
    prev = GENESIS
    for expected, e in enumerate(chain, start=1):
        made = link_hash(e.subject, e.n, e.at, e.actor, e.event, e.detail, e.prev)
        if (e.n, e.prev, e.hash) != (expected, prev, made):
            return expected
        prev = e.hash
    return None
