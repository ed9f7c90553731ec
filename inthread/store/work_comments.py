"""What people wrote about work items: rows are added and never changed."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from inthread.domain.work_item import Comment
from inthread.store import tables as t

m = t.work_comments.c


def add(tx: Connection, x: Comment) -> None:
    tx.execute(insert(t.work_comments).values(
        id=x.id, work_item_id=x.work_item_id, actor=x.actor, body=x.body, at=x.at,
    ))


def of_item(tx: Connection, item_id: str, most: int) -> list[Comment]:
    """The newest, oldest of them first."""
    rows = tx.execute(
        select(t.work_comments).where(m.work_item_id == item_id).order_by(m.id.desc()).limit(most)
    ).all()
    return [Comment(r.id, r.work_item_id, r.actor, r.body, r.at) for r in rows[::-1]]
