"""Every table. Unique and check constraints here are the last line of what is promised."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import VARCHAR

from inthread.store.columns import Json, Serial, UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# What somebody did, not the machine or a customer: these few events have an index of their own.
BY_PEOPLE = "actor >= 'operator:' AND actor < 'operator;' OR actor >= 'staff:' AND actor < 'staff;'"
LIVE = "state IN ('open', 'pending', 'resolved', 'exception')"
# The decisions that the measuring of an impact takes again.
REPLAYED = "stage IN ('offered', 'executed')"
# The impacts that somebody still works on.
MEASURED = "state IN ('waiting', 'running')"


def _id() -> Column[Any]:
    return Column("id", String(40), primary_key=True)


def _ref(name: str, to: str, null: bool = False, index: bool = False) -> Column[Any]:
    return Column(name, String(40), ForeignKey(f"{to}.id"), nullable=null, index=index)


def _of(name: str, null: bool = False) -> Column[Any]:
    """The id of a row that goes with the same case, or after it. No foreign key: each would need
    an index, or every removal of what it names would read this table through."""
    return Column(name, String(40), nullable=null)


def _at(name: str, null: bool = False) -> Column[Any]:
    return Column(name, UtcDateTime, nullable=null)


def _str(name: str, size: int = 40, null: bool = False) -> Column[Any]:
    return Column(name, String(size), nullable=null)


def _document() -> Column[Any]:
    """A workflow's document. As text: JSONB would put its facts into another order."""
    return Column("document", JSON(none_as_null=True), nullable=False)


def _sorted(name: str) -> Column[Any]:
    """Text that is looked for by how it begins: compared byte by byte on both databases, so that
    an index finds it whatever language PostgreSQL was set up for."""
    return Column(name, String(200).with_variant(VARCHAR(200, collation="C"), "postgresql"))


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


workflow_versions = Table(
    "workflow_versions", metadata,
    Column("key", String(60), primary_key=True),
    Column("version", Integer, primary_key=True),
    _str("hash", 64), _document(), _at("published_at"),
    _at("effective_at"), _of("draft_id", null=True), _str("published_by", 100),
    _str("note", 500, null=True), _at("unscheduled_at", null=True),
    _str("unscheduled_by", 100, null=True), _str("unscheduled_why", 500, null=True),
    Index("ix_workflow_versions_effective", "effective_at"),
    CheckConstraint("unscheduled_at < effective_at", name="never_in_force"),
)

people = Table(
    "people", metadata, _id(),
    Column("reference", String(120), nullable=False, unique=True),
    _str("name", 200), _str("locale", 12, null=True), _str("zone", 60, null=True),
    _str("country", 2, null=True), _str("region", 10, null=True), Column("prefers", Json),
    _at("stopped_at", null=True), _str("stopped_by", 40, null=True),
    _at("held_at", null=True), _str("held_why", 200, null=True), _at("created_at"),
    _sorted("name_key"), _sorted("name_last"),
    Index("ix_people_name_key", "name_key", "id"), Index("ix_people_name_last", "name_last", "id"),
)

contacts = Table(
    "contacts", metadata, _id(), _ref("person_id", "people"),
    _str("channel", 20), _str("address", 254), Column("rank", Integer, nullable=False),
    _at("known_since", null=True), _at("stopped_at", null=True), _str("stopped_why", 40, null=True),
    _at("unreachable_at", null=True), _at("checked_at", null=True), _at("heard_at", null=True),
    _at("created_at"), _str("tail", 32, null=True),
    UniqueConstraint("person_id", "channel", "address"),
    Index("ix_contacts_address", "address"),
    Index("ix_contacts_tail", "tail", **_where("tail IS NOT NULL")),
)

consents = Table(
    "consents", metadata, Column("seq", Serial, primary_key=True, autoincrement=True),
    _of("person_id"), _ref("contact_id", "contacts"), _str("purpose", 20),
    Column("given", Boolean, nullable=False), _str("source", 40),
    Column("wording", Text, nullable=False), _str("version", 40), _at("at"),
    Column("evidence", Json),
    Index("ix_consents_contact_purpose", "contact_id", "purpose", "seq"),
)

suppressions = Table(
    "suppressions", metadata, _id(), _str("kind", 10), _str("address", 254), _str("source", 60),
    Column("evidence", Json), _at("at"), _at("lifted_at", null=True),
    Index(
        "uq_suppressions_standing", "address", "kind", unique=True, **_where("lifted_at IS NULL")
    ),
)

cases = Table(
    "cases", metadata, _id(),
    _str("reference", 120), _str("workflow", 60), Column("workflow_version", Integer,
    nullable=False),
    _str("workflow_hash", 64), _str("natural_key", 300), _ref("person_id", "people", index=True),
    Column("facts", Json, nullable=False), _at("as_of"),
    Column("owed_minor", BigInteger), Column("settled_minor", BigInteger), _str("currency", 3,
    True),
    _str("state", 12),
    _str("next_what", 40, null=True), _str("next_owner", 80, null=True), _at("next_due", null=True),
    Column("attempt", Integer, nullable=False), Column("done", Json, nullable=False),
    Column("step", Integer, nullable=False),
    _at("opened_at"), _at("expires_at"), _at("ended_at", null=True),
    _str("ended_why", 200, null=True), Column("version", Integer, nullable=False),
    _at("paused_until", null=True), _str("paused_why", 200, null=True),
    CheckConstraint(
        f"({LIVE} AND next_what IS NOT NULL AND next_owner IS NOT NULL AND next_due IS NOT NULL"
        " AND ended_at IS NULL)"
        " OR (state IN ('closed', 'expired', 'withdrawn') AND next_what IS NULL"
        " AND next_owner IS NULL AND next_due IS NULL AND ended_at IS NOT NULL)",
        name="next_step",
    ),
    CheckConstraint("settled_minor IS NULL OR settled_minor <= owed_minor", name="not_overpaid"),
    Index("uq_cases_live", "workflow", "natural_key", unique=True, **_where(LIVE)),
    Index("ix_cases_due", "next_due", "id", **_where(LIVE)),
    Index("ix_cases_expires", "expires_at", "id", **_where(LIVE)),
    Index("ix_cases_ended", "ended_at", "id", **_where("ended_at IS NOT NULL")),
    Index("ix_cases_reference", "reference"),
    Index("ix_cases_shelf", "workflow", "state", "id"),
    Index("ix_cases_owner", "next_owner", "next_due", "id", **_where(
        f"{LIVE} AND next_owner <> 'cadence'")),
)

links = Table(
    "links", metadata, _id(), Column("digest", String(64), nullable=False, unique=True),
    _ref("case_id", "cases", index=True), _of("person_id"), _of("contact_id"),
    _str("key_id", 2), _str("state", 12), _at("created_at"), _at("expires_at"),
)

visits = Table(
    "visits", metadata, _id(), Column("token_digest", String(64), nullable=False, unique=True),
    _ref("link_id", "links", index=True), _ref("case_id", "cases", index=True),
    _of("person_id"), _of("contact_id"),
    Column("level", Integer, nullable=False), Column("fact", Boolean, nullable=False),
    _at("opened_at"), _at("seen_at"), _at("level_at"), _at("ended_at", null=True),
    _str("strong_for", 160, null=True), _at("strong_at", null=True), _str("locale", 12, null=True),
)

challenges = Table(
    "challenges", metadata, _id(), _ref("case_id", "cases"), _of("person_id"),
    _of("contact_id"), _of("visit_id"), _str("purpose", 160),
    _str("key_id", 2), Column("counter", Integer, nullable=False),
    Column("tries", Integer, nullable=False), _at("created_at"), _at("expires_at"),
    _at("used_at", null=True), _at("superseded_at", null=True),
    Index("ix_challenges_case_contact", "case_id", "contact_id", "created_at"),
)

fact_tries = Table(
    "fact_tries", metadata, _id(), _ref("case_id", "cases"), _at("at"),
    Index("ix_fact_tries_case", "case_id", "at"),
)

decisions = Table(
    "decisions", metadata, _id(), _ref("case_id", "cases", index=True), _at("at"),
    _str("stage", 12), _str("chosen", 60, null=True), _str("workflow", 60),
    Column("version", Integer, nullable=False), _str("hash", 64),
    Column("document", Json, nullable=False),
    Index("ix_decisions_replayed", "workflow", "id", **_where(REPLAYED)),
)

outcomes = Table(
    "outcomes", metadata, _id(), _ref("case_id", "cases"), Column("attempt", Integer,
    nullable=False),
    _str("action", 60), _str("kind", 40), Column("values", Json, nullable=False),
    Column("amount_minor", BigInteger), _str("currency", 3, null=True),
    Column("completes", Boolean, nullable=False), _at("at"),
    Column("lines", Json, nullable=False), Column("evidence", Json),
    UniqueConstraint("case_id", "attempt"),
)

submissions = Table(
    "submissions", metadata,
    Column("case_id", String(40), ForeignKey("cases.id"), primary_key=True),
    Column("nonce", String(80), primary_key=True),
    _str("body_digest", 64), _str("result_kind", 12), _str("result_id", 40), _at("at"),
)

drafts = Table(
    "drafts", metadata,
    Column("case_id", String(40), ForeignKey("cases.id"), primary_key=True),
    Column("action", String(60), primary_key=True),
    Column("values", Json, nullable=False), _at("saved_at"),
)

documents = Table(
    "documents", metadata, _id(), _ref("case_id", "cases", null=True, index=True),
    _of("outcome_id"), Column("digest", String(64), nullable=False, index=True),
    _str("name", 200), _str("media_type", 60),
    Column("size", Integer, nullable=False), Column("pages", Integer, nullable=False), _at("at"),
    _str("kind", 60, null=True), _str("state", 12, null=True), _at("checked_at", null=True),
    _str("found", 200, null=True),
    Index("ix_documents_state", "state", "id", **_where("state = 'pending'")),
)

# Files on their way, in pieces (tus 1.0). `received` grows by one conditional UPDATE a piece;
# `looks`: how often it was opened to see what it is.
incoming_files = Table(
    "incoming_files", metadata, _id(), _ref("case_id", "cases", index=True), _of("visit_id"),
    _str("action", 60), _str("name", 200), _str("media_type", 60),
    Column("length", BigInteger, nullable=False), Column("received", BigInteger, nullable=False),
    Column("looks", Integer, nullable=False), _str("state", 12), _at("created_at"),
    _at("expires_at"), Index("ix_incoming_files_expires", "expires_at"),
)

# Written before the blob is, so that none is without a row; `kept`: it is a part of its file.
incoming_parts = Table(
    "incoming_parts", metadata,
    Column("file_id", String(40), ForeignKey("incoming_files.id"), primary_key=True),
    Column("digest", String(64), primary_key=True),
    Column("start", BigInteger, nullable=False), Column("size", Integer, nullable=False),
    Column("kept", Boolean, nullable=False),
)

payments = Table(
    "payments", metadata, _id(), _ref("case_id", "cases", index=True), _str("provider", 40),
    Column("amount_minor", BigInteger, nullable=False), _str("currency", 3),
    _str("action", 60), _str("outcome_kind", 40), Column("values", Json, nullable=False),
    Column("lines", Json, nullable=False), _str("state", 12),
    _str("reference", 120, null=True), Column("checkout_url", Text),
    Column("return_ref", String(64), nullable=False, unique=True), _at("started_at"),
    _str("mode", 12), _str("customer", 120, null=True), _str("method", 120, null=True),
    Column("methods", Json, nullable=False), Column("evidence", Json),
    _of("payer_link_id", null=True),
    CheckConstraint("amount_minor > 0 OR mode = 'card' AND amount_minor = 0", name="positive"),
    Index("uq_payments_started", "case_id", unique=True, **_where("state = 'started'")),
)

# Whom a payment provider knows a person as.
payers = Table(
    "payers", metadata, Column("person_id", String(40), primary_key=True),
    Column("provider", String(40), primary_key=True), _str("customer", 120), _at("since"),
)

# Money that is to be taken on a day the customer chose, from the card they left at the provider.
scheduled_payments = Table(
    "scheduled_payments", metadata, _id(), _ref("case_id", "cases", index=True),
    _ref("card_payment_id", "payments", index=True),
    Column("amount_minor", BigInteger, nullable=False), _str("currency", 3),
    _str("due_on", 10), _at("due_at"), _str("state", 12),
    _of("payment_id", null=True), _at("made_at"), _at("ended_at", null=True),
    CheckConstraint("amount_minor > 0", name="positive"),
    Index("uq_scheduled_payments_waiting", "case_id", unique=True,
          **_where("state IN ('waiting', 'charging')")),
)

# A limited link with which somebody else may pay: it opens nothing but the amount.
payer_links = Table(
    "payer_links", metadata, _id(), Column("digest", String(64), nullable=False, unique=True),
    _ref("case_id", "cases", index=True), _str("key_id", 2),
    _str("action", 60), Column("amount_minor", BigInteger, nullable=False), _str("currency", 3),
    _str("state", 12), Column("opens", Integer, nullable=False),
    Column("most_opens", Integer, nullable=False), _at("created_at"), _at("expires_at"),
    _of("payment_id", null=True), Column("choice", Json, nullable=False),
    CheckConstraint("amount_minor > 0", name="positive"),
    CheckConstraint("opens <= most_opens", name="not_too_often"),
)

payment_events = Table(
    "payment_events", metadata,
    Column("provider", String(40), primary_key=True), Column("event_id", String(120),
    primary_key=True),
    _ref("payment_id", "payments", index=True), _str("kind", 20),
    Column("amount_minor", BigInteger, nullable=False), _str("currency", 3), _at("at"),
    _str("reference", 120), _at("received_at"),
    _str("card_token", 120, null=True), _str("card_brand", 20, null=True),
    _str("card_last_four", 4, null=True), _str("card_expires", 7, null=True),
    CheckConstraint("length(card_last_four) <= 4", name="four_digits"),
)

writebacks = Table(
    "writebacks", metadata, _id(), _ref("case_id", "cases", index=True),
    _ref("outcome_id", "outcomes", index=True), _str("connector", 60), _str("operation", 60),
    Column("fields", Json, nullable=False), Column("must_equal", Json, nullable=False),
    _str("state", 12), Column("attempts", Integer, nullable=False),
    Column("looks", Integer, nullable=False), _str("reference", 200, null=True),
    _at("first_called_at", null=True), _at("called_at", null=True), Column("observed", Json),
    _str("trouble", 300, null=True), _at("prove_by"),
    Index("ix_writebacks_unproved", "state", "id", **_where("state <> 'proved'")),
)

writeback_attempts = Table(
    "writeback_attempts", metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True), _ref("writeback_id", "writebacks",
    index=True),
    _at("at"), _str("did", 8), _str("state", 12), _str("trouble", 300, null=True),
    Column("took_ms", Integer, nullable=False), Column("heard", Text),
)

# What we know of each system of record as a whole. `paused_at`: by a person, until a person.
connector_states = Table(
    "connector_states", metadata, Column("connector", String(60), primary_key=True),
    _at("paused_at", null=True), _str("paused_by", 100, null=True),
    _str("paused_why", 200, null=True), Column("failures", Integer, nullable=False),
    _at("silent_since", null=True), _at("tried_at", null=True),
)

outbox = Table(
    "outbox", metadata, _id(), _str("kind", 20), _str("ref", 40),
    Column("case_id", String(40), ForeignKey("cases.id"), index=False), _at("due_at"),
    _str("lease", 40, null=True), _at("leased_until", null=True), _at("done_at", null=True),
    Index("ix_outbox_due", "due_at", "id", **_where("done_at IS NULL")),
    Index("ix_outbox_case", "case_id", "done_at"),
)

messages = Table(
    "messages", metadata, _id(), _ref("case_id", "cases", index=True), _of("person_id"),
    _of("contact_id"), _str("channel", 20), _str("purpose", 20), _str("template", 60),
    _str("locale", 12), _str("state", 12), Column("reasons", Json, nullable=False),
    _of("link_id", null=True), _of("challenge_id", null=True),
    Column("values", Json, nullable=False), Column("tries", Integer, nullable=False),
    _str("provider", 40, null=True), _str("reference", 200, null=True),
    Column("version", Integer, nullable=False), Column("decision", Json),
    _at("created_at"), _at("sent_at", null=True),
    Index("ix_messages_asked", "person_id", **_where("purpose = 'ask'")),
    Index("ix_messages_reference", "provider", "reference", **_where("reference IS NOT NULL")),
)

deliveries = Table(
    "deliveries", metadata,
    Column("provider", String(40), primary_key=True), Column("event_id", String(200),
    primary_key=True),
    _ref("message_id", "messages", index=True), _str("status", 12), _str("code", 40),
    _at("received_at"),
)

replies = Table(
    "replies", metadata, _id(), _str("provider", 40), _str("event_id", 200), _str("channel", 20),
    _str("address", 254), _str("to", 254), Column("body", Text, nullable=False), _str("choice", 60),
    _str("intent", 20), _ref("person_id", "people", null=True), _ref("case_id", "cases", null=True),
    _str("state", 12), _str("queue", 80, null=True), _at("due_at", null=True), _at("received_at"),
    _at("resolved_at", null=True), _str("resolution", 20, null=True),
    _str("resolved_by", 100, null=True),
    UniqueConstraint("provider", "event_id"),
    CheckConstraint(
        "(state = 'waiting') = (queue IS NOT NULL AND due_at IS NOT NULL AND resolved_at IS NULL)",
        name="owned",
    ),
    Index("ix_replies_person", "person_id", "received_at"),
    Index("ix_replies_case", "case_id"),
    Index("ix_replies_waiting", "due_at", "id", **_where("state = 'waiting'")),
    Index("ix_replies_in_doubt", "address", **_where("state = 'waiting'")),
)

work_items = Table(
    "work_items", metadata, _id(), _ref("case_id", "cases"), _str("reason", 40), _str("queue", 80),
    _at("due_at"), Column("packet", Json, nullable=False), _at("opened_at"),
    _at("resolved_at", null=True), _str("resolution", 40, null=True), _str("resolved_by", 80,
    null=True), _str("note", 500, null=True),
    _str("cause", 200), _of("assigned_to", null=True), _of("claimed_by", null=True),
    _at("claimed_until", null=True),
    Index("uq_work_items_open", "case_id", unique=True, **_where("resolved_at IS NULL")),
    Index("ix_work_items_due", "due_at", "id", **_where("resolved_at IS NULL")),
    Index("ix_work_items_case", "case_id", "reason"),
    Index("ix_work_items_assigned", "assigned_to", "due_at", "id", **_where(
        "resolved_at IS NULL AND assigned_to IS NOT NULL")),
    Index("ix_work_items_claimed", "claimed_by", "due_at", "id", **_where(
        "resolved_at IS NULL AND claimed_by IS NOT NULL")),
    Index("ix_work_items_queue", "queue", "due_at", "id", **_where("resolved_at IS NULL")),
    Index("ix_work_items_free", "due_at", "id", **_where(
        "resolved_at IS NULL AND assigned_to IS NULL")),
    Index("ix_work_items_reason", "reason", "due_at", "id", **_where("resolved_at IS NULL")),
    Index("ix_work_items_cause", "cause", "due_at", "id", **_where("resolved_at IS NULL")),
    Index("ix_work_items_queue_cause", "queue", "cause", "due_at", "id", **_where(
        "resolved_at IS NULL")),
)

work_comments = Table(
    "work_comments", metadata, _id(), _ref("work_item_id", "work_items", index=True),
    _str("actor", 100), Column("body", Text, nullable=False), _at("at"),
)

audit = Table(
    "audit", metadata, Column("seq", Serial, primary_key=True, autoincrement=True),
    _str("subject", 60), Column("n", Integer, nullable=False), _at("at"), _str("actor", 100),
    _str("event", 40), Column("detail", Json, nullable=False), _str("prev", 64), _str("hash", 64),
    UniqueConstraint("subject", "n"),
    Index("ix_audit_people", "actor", "seq", **_where(BY_PEOPLE)),
)

api_keys = Table(
    "api_keys", metadata, _id(), _str("name", 80), Column("digest", String(64), nullable=False,
    unique=True),
    Column("scopes", Json, nullable=False), _at("created_at"), _at("revoked_at", null=True),
    _of("staff_id", null=True),
)

idempotency = Table(
    "idempotency", metadata,
    Column("key_id", String(40), primary_key=True), Column("key", String(255), primary_key=True),
    _str("body_digest", 64), Column("status", Integer), Column("answer", Json), _at("at"),
    Index("ix_idempotency_at", "at"),
)

imports = Table(
    "imports", metadata, _id(), _str("file_name", 200), _at("as_of"),
    Column("position", BigInteger, nullable=False), Column("lines", BigInteger, nullable=False),
    Column("counts", Json, nullable=False), _at("started_at"), _at("ended_at", null=True),
)

counters = Table(
    "counters", metadata,
    Column("bucket", String(120), primary_key=True), Column("window", BigInteger, primary_key=True),
    Column("n", Integer, nullable=False),
)

provider_minutes = Table(
    "provider_minutes", metadata,
    Column("provider", String(40), primary_key=True), Column("minute", BigInteger,
    primary_key=True),
    Column("accepted", Integer, nullable=False), Column("failed", Integer, nullable=False),
    Column("slow", Integer, nullable=False),
)

provider_tokens = Table(
    "provider_tokens", metadata, Column("provider", String(40), primary_key=True),
    Column("spent_until_us", BigInteger, nullable=False),
)

provider_days = Table(
    "provider_days", metadata,
    Column("provider", String(40), primary_key=True), Column("day", String(10), primary_key=True),
    Column("spent_micro", BigInteger, nullable=False), _at("alarmed_at", null=True),
)

staff = Table(
    "staff", metadata, _id(), Column("email", String(254), nullable=False, unique=True),
    _str("name", 120), Column("roles", Json, nullable=False), _str("zone", 60),
    Column("password", Text), Column("totp", Text), Column("totp_last", BigInteger),
    Column("subject", String(255), unique=True), _str("invitation", 64, null=True),
    _at("invitation_expires", null=True), _str("invited_by", 100), _at("created_at"),
    _at("active_at", null=True), _at("disabled_at", null=True),
    Index("ix_staff_invitation", "invitation"),
)

staff_sessions = Table(
    "staff_sessions", metadata, _id(),
    Column("token_digest", String(64), nullable=False, unique=True),
    _ref("staff_id", "staff", index=True), Column("whole", Boolean, nullable=False),
    _at("started_at"), _at("seen_at"), _at("ended_at", null=True), _str("by", 20),
    _str("network", 60), _str("agent", 120),
)

# What lets somebody in whose phone is lost: each once.
recovery_codes = Table(
    "recovery_codes", metadata, Column("digest", String(64), primary_key=True),
    _ref("staff_id", "staff", index=True), _at("made_at"), _at("used_at", null=True),
)

# Tries that may fail: how many did since one succeeded, and when the next is looked at.
throttles = Table(
    "throttles", metadata, Column("key", String(120), primary_key=True),
    Column("n", Integer, nullable=False), _at("at"), _at("free_at"),
    Index("ix_throttles_at", "at"),
)

# A change of a workflow on its way to being published. `hash` is of `document`: what is approved
# is exactly that.
workflow_drafts = Table(
    "workflow_drafts", metadata, _id(), _str("key", 60), Column("base_version", Integer,
    nullable=False), _str("title", 200), _document(),
    _str("hash", 64), Column("revision", Integer, nullable=False), _str("state", 12),
    Column("authors", Json, nullable=False), _at("created_at"), _at("changed_at"),
    _at("submitted_at", null=True), _str("submitted_by", 100, null=True),
    _at("effective_at", null=True), Column("published_version", Integer),
    _str("note", 500, null=True), Column("needed", Integer, nullable=False),
    Index("ix_workflow_drafts_key", "key", "id"),
    Index("ix_workflow_drafts_state", "state", "id"),
)

# What approvers said of a draft as it stood at one revision; a later revision has to ask again.
workflow_approvals = Table(
    "workflow_approvals", metadata, _id(), _ref("draft_id", "workflow_drafts", index=True),
    Column("revision", Integer, nullable=False), _str("hash", 64), _str("approver", 100),
    _str("verdict", 12), _str("note", 500, null=True), _at("at"),
    UniqueConstraint("draft_id", "revision", "approver"),
)

# A case made up to hold a policy to what it is meant to do; run on every draft of the workflow.
policy_tests = Table(
    "policy_tests", metadata, _id(), _str("key", 60), _str("name", 120),
    Column("inputs", Json, nullable=False), Column("expects", Json, nullable=False),
    _str("made_by", 100), _at("changed_at"), UniqueConstraint("key", "name"),
)

# Whether a connector's operation can be looked at, by the last look for an id nobody ever wrote.
binding_tests = Table(
    "binding_tests", metadata,
    Column("connector", String(60), primary_key=True),
    Column("operation", String(60), primary_key=True),
    _at("tested_at"), _str("tested_by", 100), _str("trouble", 300, null=True),
)

impacts = Table(
    "impacts", metadata, _id(), _ref("draft_id", "workflow_drafts", index=True), _str("hash", 64),
    _str("state", 12), Column("asked", Integer, nullable=False),
    Column("done", Integer, nullable=False), Column("result", Json, nullable=False),
    Column("changed", Integer, nullable=False), Column("mismatches", Integer, nullable=False),
    _str("cursor", 40), _at("started_at"), _at("ended_at", null=True), _str("asked_by", 100),
    _str("trouble", 300, null=True),
    Index("uq_impacts_measured", "draft_id", unique=True, **_where(MEASURED)),
)

# Whom a draft would have treated otherwise: one row for each decision, action and kind of change.
# `segments`: the groups it counts in, one `name=value` a line, with a line break at both ends.
impact_changes = Table(
    "impact_changes", metadata, Column("seq", Serial, primary_key=True, autoincrement=True),
    _ref("impact_id", "impacts"), _of("case_id"), _of("decision_id"), _str("action", 60),
    _str("kind", 10), Column("segments", Text, nullable=False), Column("minor", BigInteger),
    Column("was", Json, nullable=False), Column("now", Json, nullable=False),
    Index("ix_impact_changes_kind", "impact_id", "action", "kind", "seq"),
    Index("ix_impact_changes_case", "case_id"),
)

# What admins set in the console: one row a name.
console_settings = Table(
    "console_settings", metadata, Column("name", String(60), primary_key=True),
    Column("value", Json, nullable=False), _str("set_by", 100), _at("set_at"),
)
