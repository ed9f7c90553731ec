"""How far back a list looks that no index narrows, and the page that comes of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy import ColumnElement, Connection, Select

K = TypeVar("K")
L = TypeVar("L")


@dataclass(frozen=True)
class Found(Generic[L, K]):
    """`after`: where the next page begins; None when all was seen. `short`: the look ended before
    the page was full, and there may be more further back."""

    lines: Sequence[L]
    after: K | None
    short: bool


def furthest(
    tx: Connection, reach: Select[K], key: ColumnElement[K], window: int
) -> K | None:
    """The *window*-th key from the newest on; None where there are fewer, and all may be seen.
    *reach*: of an index alone, so that what is passed over costs a step in it each."""
    rows = tx.execute(reach.order_by(key.desc()).offset(window - 1).limit(1))
    return rows.scalars().one_or_none()


def cut(lines: Sequence[L], most: int, last: K | None, key: Callable[[L], K]) -> Found[L, K]:
    """A page of *most*. *lines*: one more than that, where there are more. *last*: how far back the
    look went, None for all the way."""
    if len(lines) > most:
        return Found(lines[:most], key(lines[most - 1]), False)
    return Found(lines, last, last is not None)
