"""How alembic runs here: inside the transaction of `inthread migrate`, never by itself."""

from __future__ import annotations

from alembic import context

from inthread.store.tables import metadata

connection = context.config.attributes.get("connection")
if connection is None:
    raise SystemExit("Run `inthread migrate`: it takes the lock and sets the time limits.")
context.configure(connection=connection, target_metadata=metadata, compare_type=True)
with context.begin_transaction():
    context.run_migrations()
