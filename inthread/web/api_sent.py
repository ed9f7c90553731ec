"""What the API takes, as its documentation shows it. Examples are made up."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, RootModel, Tag

from inthread.domain.case import CaseState

CASE = "case_06e9yrkc9xh3c7cd3m9k2t5q8w"
ITEM = "wi_06e9yrkc9xh3c7cd3m9k2t5q8w"
REPLY = "rep_06e9yrkc9xh3c7cd3m9k2t5q8w"
AT = "2026-01-05T10:00:00Z"
ID = r"^[a-z]{2,8}_[0-9a-z]{1,30}$"
LINE = r"^[^\x00-\x1f\x7f]*$"
LINES = r"^[^\x00-\x08\x0b-\x1f\x7f]*$"
STATES = f"^({'|'.join(CaseState)})$"


def _absent(schema: dict[str, Any]) -> None:
    """A parameter that may be left out has no default that could be sent."""
    schema.pop("default", None)


def parameter(says: str, example: object, **more: Any) -> Any:
    def extra(schema: dict[str, Any]) -> None:
        _absent(schema)
        schema["example"] = example

    return Field(description=says, json_schema_extra=extra, **more)


def described(says: str, example: object, **more: Any) -> Any:
    return Field(description=says, examples=[example], **more)


class Sent(BaseModel):
    """What is sent is taken as it is: no text for a number, no member we do not know."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Asked(BaseModel):
    """Parameters of an address; they come as text."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Anything(RootModel[Any]):
    """A body that its view reads itself; the document describes it elsewhere."""


class OnceKey(Asked):
    key: str = parameter(
        "Any text of your own, new for each request. Sent again with the same body within a day, "
        "it gets the same answer, and nothing is done twice.",
        "invoice-611365-2026-11-21", default="", alias="Idempotency-Key", min_length=1,
        max_length=255, pattern=r"^[!-~]+$",
    )


class CasePath(Asked):
    case_id: str = parameter("The case's id.", CASE, pattern=ID)


class PersonPath(Asked):
    reference: str = parameter(
        "Your own name for the person.", "CUST-1", min_length=1, max_length=120, pattern=LINE
    )


class ReplyPath(Asked):
    reply_id: str = parameter("The reply's id.", REPLY, pattern=ID)


class ItemPath(Asked):
    item_id: str = parameter("The work item's id.", ITEM, pattern=ID)


Limit = Annotated[int, Field(ge=1, le=100)]


class CaseQuery(Asked):
    reference: str = parameter(
        "Cases of this reference, e.g. an invoice number.", "611365", default="", min_length=1,
        max_length=120, pattern=LINE,
    )
    person: str = parameter(
        "Cases of the person with this reference.", "CUST-1", default="", min_length=1,
        max_length=120, pattern=LINE,
    )
    state: str = parameter("Cases in this state.", "open", default="", pattern=STATES)
    after: str = parameter(
        "The `after` of the page before this one.", CASE, default="", pattern=ID
    )
    limit: Limit = parameter("How many a page has at most; 50 if not said.", 50, default=50)


class TimelineQuery(Asked):
    after: str = parameter(
        "The `after` of the page before this one, or the id of any entry.",
        "msg_06e9yrkc9xh3c7cd3m9k2t5q8w", default="", pattern=ID,
    )
    limit: Limit = parameter("How many a page has at most; 50 if not said.", 50, default=50)


class ReplyQuery(Asked):
    state: str = parameter(
        "Only those that wait are listed; the others are on the timeline of their person.",
        "waiting", default="waiting", pattern="^waiting$",
    )
    after: str = parameter(
        "The `after` of the page before this one.", f"due_1767607200000000_{REPLY}", default="",
        pattern=r"^due_[0-9]{1,16}_[a-z]{2,8}_[0-9a-z]{1,30}$",
    )
    limit: Limit = parameter("How many a page has at most; 50 if not said.", 50, default=50)


_Reason = Annotated[str, described(
    "Why, in your words, for the record.", "paid elsewhere", min_length=1, max_length=200,
    pattern=LINE,
)]


class CancelById(Sent):
    case_id: str = described("The case's id.", CASE, pattern=ID)
    reason: _Reason


class CancelByFacts(Sent):
    workflow: str = described("The workflow's key.", "overdue_invoice", min_length=1, max_length=60)
    facts: dict[str, Any] = described(
        "The facts that tell the obligation apart; others of its trigger may be there too.",
        {"invoice_number": "611365"},
    )
    reason: _Reason


def _how(sent: object) -> str:
    return "id" if isinstance(sent, dict) and "case_id" in sent else "facts"


class Cancellation(RootModel[Annotated[
    Annotated[CancelById, Tag("id")] | Annotated[CancelByFacts, Tag("facts")],
    Discriminator(_how),
]]):
    """Which case is taken back: by its id, or by its workflow and facts."""


class Found(Sent):
    """What a person found a reply to be."""

    result: Literal["read", "stop", "wrong_person", "assign"] = described(
        "`read`: nothing more is needed. `stop`: it was a stop, and counts as one. "
        "`wrong_person`: whoever has the address is not the person of `case`. `assign`: it belongs "
        "to `case`, and goes to the queue for its questions.", "assign",
    )
    case: str | None = described(
        "The case's id; with `wrong_person` and `assign`.", CASE, default=None, pattern=ID
    )


class StopAddress(Sent):
    channel: str = described(
        "One that reaches the address; it is off for all of them.", "sms", min_length=1,
        max_length=20, pattern=LINE,
    )
    address: str = described(
        "A phone number with its country code, or an e-mail address, that is on file for the "
        "person.", "+15550100482", min_length=3, max_length=254, pattern=LINE,
    )
