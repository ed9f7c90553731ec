"""Floor of the trigger API: the idiomatic way, Flask with pydantic and the ORM's own upsert.

Served as `bench.floor_batch:app`; POST /batch {"rows": [...]} answers with an id a row.
"""

from __future__ import annotations

import os
from typing import Any

from flask import Flask, request
from pydantic import BaseModel
from sqlalchemy import BigInteger, Float, String
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from bench.floor_intake import Invoice
from bench.floor_schema import begin, connect


class Base(DeclarativeBase):
    pass


class Case(Base):
    __tablename__ = "cases"

    id: Mapped[str] = mapped_column(String, primary_key=True)
    reference: Mapped[str] = mapped_column(String)
    natural_key: Mapped[str] = mapped_column(String, unique=True)
    owed: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String)
    facts: Mapped[str] = mapped_column(String)
    next_at: Mapped[float] = mapped_column(Float)


class Batch(BaseModel):
    rows: list[Invoice]


app = Flask(__name__)
_db = connect(os.environ.get("FLOOR_URL", "sqlite://"))
_insert: Any = postgresql.insert if _db.engine.dialect.name == "postgresql" else sqlite.insert


@app.post("/batch")
def batch() -> dict[str, list[str]]:
    rows = [
        {
            "id": f"case_{row.invoice}", "reference": row.invoice, "natural_key": row.invoice,
            "owed": round(row.amount * 100), "state": "open", "facts": row.model_dump_json(),
            "next_at": 0.0,
        }
        for row in Batch.model_validate(request.get_json()).rows
    ]
    upsert = _insert(Case)
    upsert = upsert.on_conflict_do_update(
        index_elements=[Case.natural_key],
        set_={"facts": upsert.excluded.facts, "owed": upsert.excluded.owed},
    ).returning(Case.id)
    with begin(_db) as tx, Session(tx) as session:
        return {"ids": list(session.scalars(upsert, rows))}
