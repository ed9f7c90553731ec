"""What is asked of payment providers besides money now, and files on their way."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

UtcDateTime = sa.DateTime(timezone=True)
Json = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
PARTLY = "amount_minor > 0 OR mode = 'card' AND amount_minor = 0"


def upgrade() -> None:
    _payments()
    _documents()
    _new_payment_tables()
    _new_file_tables()


def _payments() -> None:
    with op.batch_alter_table("payments") as table:
        table.add_column(_text("mode", 12, default="pay"))
        table.add_column(_text("customer", 120, null=True))
        table.add_column(_text("method", 120, null=True))
        table.add_column(
            sa.Column("methods", Json, nullable=False, server_default=sa.text("'[\"card\"]'"))
        )
        table.add_column(sa.Column("evidence", Json))
        table.add_column(_text("payer_link_id", 40, null=True))
        table.drop_constraint(op.f("ck_payments_positive"), type_="check")
        table.create_check_constraint(op.f("ck_payments_positive"), PARTLY)
    with op.batch_alter_table("payments") as table:
        table.alter_column("mode", server_default=None)
        table.alter_column("methods", server_default=None)
    with op.batch_alter_table("payment_events") as table:
        table.add_column(_text("card_token", 120, null=True))
        table.add_column(_text("card_brand", 20, null=True))
        table.add_column(_text("card_last_four", 4, null=True))
        table.add_column(_text("card_expires", 7, null=True))
        table.create_check_constraint(
            op.f("ck_payment_events_four_digits"), "length(card_last_four) <= 4"
        )


def _documents() -> None:
    with op.batch_alter_table("documents") as table:
        table.add_column(_text("kind", 60, null=True))
        table.add_column(_text("state", 12, null=True))
        table.add_column(sa.Column("checked_at", UtcDateTime))
        table.add_column(_text("found", 200, null=True))
    pending = sa.text("state = 'pending'")
    op.create_index(
        "ix_documents_state", "documents", ["state", "id"],
        sqlite_where=pending, postgresql_where=pending,
    )


def _new_payment_tables() -> None:
    op.create_table(
        "payers", sa.Column("person_id", sa.String(40)), sa.Column("provider", sa.String(40)),
        _text("customer", 120), _at("since"),
        sa.PrimaryKeyConstraint("person_id", "provider"),
    )
    op.create_table(
        "scheduled_payments", _id("scheduled_payments"),
        _to("scheduled_payments", "case_id", "cases"),
        _to("scheduled_payments", "card_payment_id", "payments"),
        sa.Column("amount_minor", sa.BigInteger, nullable=False), _text("currency", 3),
        _text("due_on", 10), _at("due_at"), _text("state", 12),
        _text("payment_id", 40, null=True), _at("made_at"), _at("ended_at", null=True),
        sa.CheckConstraint("amount_minor > 0", name="positive"),
    )
    for column in ("case_id", "card_payment_id"):
        op.create_index(f"ix_scheduled_payments_{column}", "scheduled_payments", [column])
    waiting = sa.text("state IN ('waiting', 'charging')")
    op.create_index(
        "uq_scheduled_payments_waiting", "scheduled_payments", ["case_id"], unique=True,
        sqlite_where=waiting, postgresql_where=waiting,
    )
    op.create_table(
        "payer_links", _id("payer_links"), _text("digest", 64),
        _to("payer_links", "case_id", "cases"), _text("key_id", 2), _text("action", 60),
        sa.Column("amount_minor", sa.BigInteger, nullable=False), _text("currency", 3),
        _text("state", 12), sa.Column("opens", sa.Integer, nullable=False),
        sa.Column("most_opens", sa.Integer, nullable=False), _at("created_at"), _at("expires_at"),
        _text("payment_id", 40, null=True), sa.Column("choice", Json, nullable=False),
        sa.UniqueConstraint("digest"),
        sa.CheckConstraint("amount_minor > 0", name="positive"),
        sa.CheckConstraint("opens <= most_opens", name="not_too_often"),
    )
    op.create_index("ix_payer_links_case_id", "payer_links", ["case_id"])


def _new_file_tables() -> None:
    op.create_table(
        "incoming_files", _id("incoming_files"), _to("incoming_files", "case_id", "cases"),
        _text("visit_id", 40), _text("action", 60), _text("name", 200), _text("media_type", 60),
        sa.Column("length", sa.BigInteger, nullable=False),
        sa.Column("received", sa.BigInteger, nullable=False),
        sa.Column("looks", sa.Integer, nullable=False),
        _text("state", 12), _at("created_at"), _at("expires_at"),
    )
    op.create_index("ix_incoming_files_case_id", "incoming_files", ["case_id"])
    op.create_index("ix_incoming_files_expires", "incoming_files", ["expires_at"])
    op.create_table(
        "incoming_parts", sa.Column("file_id", sa.String(40)),
        sa.Column("digest", sa.String(64)), sa.Column("start", sa.BigInteger, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("kept", sa.Boolean, nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["incoming_files.id"]),
        sa.PrimaryKeyConstraint("file_id", "digest"),
    )


def _id(table: str) -> sa.Column[str]:
    return sa.Column("id", sa.String(40), primary_key=True)


def _to(table: str, column: str, to: str) -> sa.Column[str]:
    return sa.Column(
        column, sa.String(40), sa.ForeignKey(f"{to}.id"),
        nullable=False,
    )


def _text(
    name: str, size: int, null: bool = False, default: str | None = None
) -> sa.Column[str]:
    return sa.Column(name, sa.String(size), nullable=null, server_default=default)


def _at(name: str, null: bool = False) -> sa.Column[object]:
    return sa.Column(name, UtcDateTime, nullable=null)
