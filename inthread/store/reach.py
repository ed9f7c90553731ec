"""How far back a list looks that no index narrows."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy import ColumnElement, Connection, Select

K = TypeVar("K")


def furthest(
    tx: Connection, reach: Select[K], key: ColumnElement[K], window: int
) -> K | None:
    """The *window*-th key from the newest on; None where there are fewer, and all may be seen.
    *reach*: of an index alone, so that what is passed over costs a step in it each."""
    rows = tx.execute(reach.order_by(key.desc()).offset(window - 1).limit(1))
    return rows.scalars().one_or_none()
