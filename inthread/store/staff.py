"""Staff, what they sign in with, and what lets them join."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from inthread.domain.staff import Role, Staff, Standing
from inthread.store import tables as t

s, r = t.staff.c, t.recovery_codes.c


@dataclass(frozen=True)
class Kept:
    """A person with what they sign in by. `password`: a PHC string; `totp`: sealed; `subject`: who
    they are at the identity provider; `invited_until`: when their invitation ends, if one is out.
    """

    staff: Staff
    password: str | None = field(repr=False)
    totp: str | None = field(repr=False)
    totp_last: int | None
    subject: str | None
    invited_until: datetime | None


def add(
    tx: Connection, staff_id: str, email: str, name: str, roles: Collection[Role], *,
    zone: str = "UTC", by: str, now: datetime, active: bool = False,
) -> None:
    """*email*: as it is compared, in lower case. Raises IntegrityError when it is taken."""
    tx.execute(insert(t.staff).values(
        id=staff_id, email=email, name=name, roles=sorted(roles), zone=zone,
        invited_by=by, created_at=now, active_at=now if active else None,
    ))


def add_new(
    tx: Connection, staff_id: str, email: str, name: str, roles: Collection[Role], *, by: str,
    now: datetime,
) -> bool:
    """Not active yet. False, and nobody added, when somebody has the address."""
    make = sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert
    row = tx.execute(
        make(t.staff).values(
            id=staff_id, email=email, name=name, roles=sorted(set(roles)), zone="UTC",
            invited_by=by, created_at=now,
        ).on_conflict_do_nothing(index_elements=["email"]).returning(s.id)
    ).one_or_none()
    return row is not None


def get(tx: Connection, staff_id: str) -> Staff | None:
    row = tx.execute(select(t.staff).where(s.id == staff_id)).one_or_none()
    return one(row) if row else None


def known(tx: Connection, staff_id: str) -> Staff:
    """Raises NoResultFound for one that is not there."""
    return one(tx.execute(select(t.staff).where(s.id == staff_id)).one())


def held(tx: Connection, staff_id: str) -> Kept | None:
    """Nobody else changes this person until the transaction ends."""
    return _kept(tx.execute(
        select(t.staff).where(s.id == staff_id).with_for_update()
    ).one_or_none())


def by_email(tx: Connection, email: str) -> Kept | None:
    return _kept(tx.execute(select(t.staff).where(s.email == email)).one_or_none())


def by_subject(tx: Connection, subject: str) -> Kept | None:
    return _kept(tx.execute(select(t.staff).where(s.subject == subject)).one_or_none())


def by_invitation(tx: Connection, digest: str) -> Kept | None:
    return _kept(tx.execute(select(t.staff).where(s.invitation == digest)).one_or_none())


def page(tx: Connection, after: str, most: int) -> list[Staff]:
    """The newest first; *after*: the id that the page before ended with, or nothing."""
    query = select(t.staff).order_by(s.id.desc()).limit(most)
    if after:
        query = query.where(s.id < after)
    return [one(row) for row in tx.execute(query)]


def names(tx: Connection, staff_ids: Collection[str]) -> dict[str, str]:
    rows = tx.execute(select(s.id, s.name).where(s.id.in_(list(staff_ids))))
    return {row.id: row.name for row in rows}


def hold_admins(tx: Connection) -> list[str]:
    """The ids of the active admins; nobody changes one of them until the transaction ends. Staff
    are some hundreds at most, and this is asked when roles change alone."""
    rows = tx.execute(
        select(s.id, s.roles).where(s.active_at.is_not(None), s.disabled_at.is_(None))
        .order_by(s.id).with_for_update()
    )
    return [row.id for row in rows if Role.ADMIN in row.roles]


def change(tx: Connection, staff_id: str, **values: object) -> None:
    tx.execute(update(t.staff).where(s.id == staff_id).values(**values))


def spend_step(tx: Connection, staff_id: str, step: int) -> bool:
    """Whether no code of this time step or a later one has passed; now it has (ASVS 6.5.1)."""
    got = tx.execute(
        update(t.staff)
        .where(s.id == staff_id, s.totp_last.is_(None) | (s.totp_last < step))
        .values(totp_last=step)
    )
    return got.rowcount == 1


def keep_recovery(tx: Connection, staff_id: str, digests: Iterable[str], now: datetime) -> None:
    """These and no others."""
    tx.execute(t.recovery_codes.delete().where(r.staff_id == staff_id))
    tx.execute(insert(t.recovery_codes), [
        {"digest": each, "staff_id": staff_id, "made_at": now} for each in digests
    ])


def drop_recovery(tx: Connection, staff_id: str) -> None:
    tx.execute(t.recovery_codes.delete().where(r.staff_id == staff_id))


def spend_recovery(tx: Connection, staff_id: str, digest: str, now: datetime) -> bool:
    """Whether this is a code of theirs that was not used; now it is."""
    got = tx.execute(
        update(t.recovery_codes)
        .where(r.digest == digest, r.staff_id == staff_id, r.used_at.is_(None))
        .values(used_at=now)
    )
    return got.rowcount == 1


def recovery_left(tx: Connection, staff_id: str) -> int:
    """Ten at most were made."""
    rows = tx.execute(select(r.digest).where(r.staff_id == staff_id, r.used_at.is_(None)))
    return len(rows.all())


def one(row: Row[tuple[object, ...]]) -> Staff:
    standing = _standing(row)
    return Staff(
        row.id, row.email, row.name, frozenset(Role(role) for role in row.roles), row.zone,
        active=standing is Standing.ACTIVE, created_at=row.created_at, standing=standing,
    )


def _standing(row: Row[tuple[object, ...]]) -> Standing:
    if row.disabled_at is not None:
        return Standing.DISABLED
    return Standing.ACTIVE if row.active_at is not None else Standing.INVITED


def _kept(row: Row[tuple[object, ...]] | None) -> Kept | None:
    if row is None:
        return None
    return Kept(
        one(row), row.password, row.totp, row.totp_last, row.subject,
        row.invitation_expires if row.invitation else None,
    )
