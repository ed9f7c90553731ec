"""What the API takes about work. Examples are made up."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from inthread.domain.resolution import Result
from inthread.web.api_sent import (
    AT,
    ID,
    ITEM,
    LINE,
    LINES,
    Asked,
    Limit,
    Sent,
    described,
    parameter,
)

STAFF = "stf_06e9yrkc9xh3c7cd3m9k2t5q8w"
RESULTS = f"^({'|'.join(Result)})$"
_SAYS = (
    "`resume`: the case goes on by itself where it stood. `retry`: what failed is written again, "
    "with the same id. `resume_at`: it goes on, and nothing is asked before `until`. `relink`: it "
    "goes on, and the customer gets their link again. `stop_contact`: those we wrote to are "
    "somebody else; the case goes on with other contact points or, without one, ends. `withdraw`: "
    "the case ends."
)


class WorkQuery(Asked):
    queue: str = parameter(
        "Work of this queue.", "billing_disputes", default="", min_length=1, max_length=80,
        pattern=LINE,
    )
    reason: str = parameter(
        "Work of this reason.", "dispute", default="", min_length=1, max_length=40, pattern=LINE
    )
    owner: str = parameter(
        "`mine`: assigned to or claimed by you. `nobody`: assigned to and claimed by no one.",
        "mine", default="", pattern="^(mine|nobody)$",
    )
    after: str = parameter(
        "The `after` of the page before this one.", ITEM, default="", pattern=ID
    )
    limit: Limit = parameter("How many a page has at most; 50 if not said.", 50, default=50)


class Assignment(Sent):
    to: str | None = described(
        "The id of somebody of the staff who may work; null gives it back to its queue.", STAFF,
        pattern=ID,
    )


class Comment(Sent):
    body: str = described(
        "What the next person has to know. Card numbers are taken out.",
        "Called: they send the letter by Friday.", min_length=1, max_length=2000, pattern=LINES,
    )


class Resolution(Sent):
    result: str = described(_SAYS, "resume", pattern=RESULTS)
    note: str = described(
        "What was found out, for the record.", "The customer's bank confirmed it.", default="",
        max_length=500, pattern=LINES,
    )
    until: str | None = described(
        "With `resume_at`: when asking begins again, at most thirty days ahead.", AT, default=None,
        max_length=40, pattern=LINE,
    )


class Resolutions(Resolution):
    items: list[Annotated[str, Field(pattern=ID)]] = described(
        "Ids of work items, each once.", [ITEM], min_length=1, max_length=50
    )


SENT = (Assignment, Comment, Resolution, Resolutions)
