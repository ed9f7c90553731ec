"""What the API takes and gives about staff and keys, as its documentation shows it. Examples are
made up."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from inthread.domain.actor import PERSONAL_SCOPES
from inthread.domain.staff import Role, Standing
from inthread.web.api_given import Given
from inthread.web.api_sent import AT, ID, LINE, Asked, Sent, described, parameter

STAFF_ID = "stf_06e9yrkc9xh3c7cd3m9k2t5q8w"
KEY_ID = "key_06e9yrkc9xh3c7cd3m9k2t5q8w"
SESSION_ID = "ses_06e9yrkc9xh3c7cd3m9k2t5q8w"
_ROLE = f"^({'|'.join(Role)})$"
_Role = Annotated[str, Field(pattern=_ROLE)]
_Scope = Annotated[str, Field(pattern=f"^({'|'.join(PERSONAL_SCOPES)})$")]
Limit = Annotated[int, Field(ge=1, le=100)]


class StaffPath(Asked):
    staff_id: str = parameter("The person's id.", STAFF_ID, pattern=ID)


class SessionPath(StaffPath):
    session_id: str = parameter("The session's id.", SESSION_ID, pattern=ID)


class KeyPath(Asked):
    key_id: str = parameter("The key's id.", KEY_ID, pattern=ID)


class StaffQuery(Asked):
    after: str = parameter(
        "The `after` of the page before this one.", STAFF_ID, default="", pattern=ID
    )
    limit: Limit = parameter("How many a page has at most; 50 if not said.", 50, default=50)


class KeyQuery(Asked):
    after: str = parameter(
        "The `after` of the page before this one.", KEY_ID, default="", pattern=ID
    )
    limit: Limit = parameter("How many a page has at most; 50 if not said.", 50, default=50)


class Invite(Sent):
    email: str = described(
        "What they sign in with.", "ada@alderway.example", min_length=3, max_length=254,
        pattern=LINE,
    )
    name: str = described("Their name.", "Ada Lin", min_length=1, max_length=120, pattern=LINE)
    roles: list[_Role] = described(
        "What they may do; all of these together.", ["agent"], min_length=1, max_length=len(Role)
    )


class Roles(Sent):
    roles: list[_Role] = described(
        "All of their roles from now on.", ["agent", "author"], min_length=1, max_length=len(Role)
    )


class MakeKey(Sent):
    name: str = described(
        "Who calls with it, for the record.", "billing", min_length=1, max_length=80, pattern=LINE
    )
    scopes: list[_Scope] = described(
        "What it may do.", ["triggers:write", "cases:read"], min_length=1,
        max_length=len(PERSONAL_SCOPES),
    )


class StaffMember(Given):
    id: str = described("Their id; the audit has them as `staff:` and this.", STAFF_ID)
    email: str = described("What they sign in with.", "ada@alderway.example")
    name: str = described("Their name.", "Ada Lin")
    roles: list[Role] = described("What they may do.", ["agent"])
    standing: Standing = described("`invited`: they have not joined yet.", "active")
    zone: str = described("Where they read times.", "Europe/London")
    since: datetime | None = described("When they were invited first.", AT)


class StaffPage(Given):
    people: list[StaffMember] = described("The newest first.", [])
    after: str | None = described("Where the next page begins; null on the last.", None)


class StaffInvitation(Given):
    id: str = described("The person's id.", STAFF_ID)
    url: str = described(
        "Where they choose a password; it works once. It is in this answer alone.",
        "https://pay.example/console/invitation/example",
    )
    expires_at: datetime = described("When it stops working.", AT)


class Ended(Given):
    ended: int = described("How many sessions ended.", 1)


class Key(Given):
    id: str = described("The key's id.", KEY_ID)
    name: str = described("Who calls with it.", "billing")
    scopes: list[str] = described("What it may do.", ["triggers:write", "cases:read"])
    staff_id: str | None = described("Whose own it is; null for a machine's.", None)
    made_at: datetime = described("When it was made.", AT)
    revoked_at: datetime | None = described("When it was ended.", None)


class KeyPage(Given):
    keys: list[Key] = described("The newest first.", [])
    after: str | None = described("Where the next page begins; null on the last.", None)


class NewKey(Given):
    id: str = described("The key's id.", KEY_ID)
    token: str = described("The key. It is in this answer alone.", "ik_example")


class Revoked(Given):
    id: str = described("The key that counts no more.", KEY_ID)


GIVEN = (StaffMember, StaffPage, StaffInvitation, Ended, Key, KeyPage, NewKey, Revoked)
SENT = (Invite, Roles, MakeKey)
