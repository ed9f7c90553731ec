"""Look at changes of workflows, submit and approve them, as the person whose own API key is in
INTHREAD_STAFF_KEY (made in the console under Account). The machine's operator cannot do this: what
is in force is decided by people, in their own name."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from inthread.cli.parts import Parts, Stop
from inthread.cli.policy_said import changes, whole
from inthread.cli.start import ready
from inthread.commands.approve_draft import approve_draft
from inthread.commands.roll_back import roll_back
from inthread.commands.send_back_draft import send_back_draft
from inthread.commands.submit_draft import submit_draft
from inthread.domain.actor import Actor
from inthread.domain.draft import Draft, DraftState
from inthread.domain.refusals import BadInput, Forbidden, NotFound, Refused
from inthread.domain.stated import instant
from inthread.queries.caller import caller
from inthread.queries.draft_checks import draft_checks
from inthread.queries.draft_view import draft_view
from inthread.queries.drafts import drafts
from inthread.runtime import Runtime

if TYPE_CHECKING:
    from inthread.cli.parts import Verbs

KEY = "INTHREAD_STAFF_KEY"
T = TypeVar("T")
Act = Callable[[Runtime, Actor], T]


def add(verbs: Verbs) -> None:
    policy = verbs.add_parser(
        "policy", help="see, submit, approve and roll back changes of workflows",
        description=__doc__,
    )
    actions = policy.add_subparsers(title="actions", metavar="ACTION", required=True)
    every = actions.add_parser("list", help="drafts, the newest first")
    every.add_argument("--workflow")
    every.add_argument("--all", action="store_true", help="also those that are over")
    every.set_defaults(run=show_all)
    for name, says, run in (
        ("show", "one draft: its checks, and what was said of it", show),
        ("diff", "what it changes", diff),
        ("submit", "ask for it to be approved", submit),
        ("approve", "approve the content with this hash", approve),
        ("send-back", "give it back to its authors", send_back),
    ):
        verb = actions.add_parser(name, help=says)
        verb.add_argument("draft", help="its id, such as draft_06e9yrkc9xh3c7cd3m9k2t5q8w")
        verb.set_defaults(run=run)
        _arguments(name, verb)
    back = actions.add_parser("roll-back", help="ask for the content of an older version")
    back.add_argument("workflow")
    back.add_argument("version", type=int)
    back.add_argument("--note", default="", help="why")
    back.set_defaults(run=go_back)


def _arguments(name: str, verb: argparse.ArgumentParser) -> None:
    if name == "approve":
        verb.add_argument("hash", help="as `show` prints it, whole")
    if name in ("submit", "approve"):
        verb.add_argument("--note", default="", help="for whoever looks at it")
    if name == "send-back":
        verb.add_argument("--note", required=True, help="what is to be changed")
    if name == "submit":
        verb.add_argument("--at", type=_hour, help="from when on, e.g. 2026-11-24T08:00:00Z")


def show_all(parts: Parts, options: argparse.Namespace) -> int:
    page = _as_person(parts, lambda rt, me: drafts(
        rt, actor=me, key=options.workflow, live=not options.all, most=100
    ))
    for draft in page.drafts:
        given = f" {page.given[draft.id]} of {draft.needed}"
        given = given if draft.state is DraftState.SUBMITTED else ""
        print(f"{draft.id}  {draft.key}  {draft.state}{given}  {draft.title}".rstrip())
    if not page.drafts:
        print("There is no draft.")
    if page.after:
        print("There are more; the console shows them all.")
    return 0


def show(parts: Parts, options: argparse.Namespace) -> int:
    view, checks = _as_person(parts, lambda rt, me: (
        draft_view(rt, actor=me, draft_id=options.draft),
        draft_checks(rt, actor=me, draft_id=options.draft),
    ))
    print("\n".join(whole(view, checks)))
    return 0


def diff(parts: Parts, options: argparse.Namespace) -> int:
    view = _as_person(parts, lambda rt, me: draft_view(rt, actor=me, draft_id=options.draft))
    print("\n".join(changes(view.base, view.draft.document)) or "Nothing is changed.")
    return 0


def submit(parts: Parts, options: argparse.Namespace) -> int:
    def act(rt: Runtime, me: Actor) -> Draft:
        seen = draft_view(rt, actor=me, draft_id=options.draft).draft
        return submit_draft(
            rt, actor=me, draft_id=seen.id, revision=seen.revision, effective_at=options.at,
            note=options.note,
        )

    return _said(_as_person(parts, act))


def approve(parts: Parts, options: argparse.Namespace) -> int:
    return _said(_as_person(parts, lambda rt, me: approve_draft(
        rt, actor=me, draft_id=options.draft, hash=options.hash, note=options.note
    )))


def send_back(parts: Parts, options: argparse.Namespace) -> int:
    return _said(_as_person(parts, lambda rt, me: send_back_draft(
        rt, actor=me, draft_id=options.draft, note=options.note
    )))


def go_back(parts: Parts, options: argparse.Namespace) -> int:
    return _said(_as_person(parts, lambda rt, me: roll_back(
        rt, actor=me, key=options.workflow, version=options.version, note=options.note
    )))


def _as_person(parts: Parts, act: Act[T]) -> T:
    """What came of it. Raises Stop with a sentence for every refusal."""
    token = os.environ.get(KEY, "")
    if not token:
        raise Stop(f"{KEY} is not set: make a key of your own in the console, under Account.")
    _, rt = ready(parts)
    try:
        me = caller(rt, token)
        if me is None or me.kind != "staff":
            raise Stop(f"{KEY} is not the key of a person who may sign in.")
        return act(rt, me)
    except Refused as refusal:
        raise Stop(*_sentences(refusal)) from refusal
    finally:
        rt.db.dispose()


def _sentences(refusal: Refused) -> list[str]:
    if isinstance(refusal, BadInput):
        return [f"{one.path.lstrip('/')} {one.message}".strip() for one in refusal.problems]
    if isinstance(refusal, NotFound):
        return ["There is no such thing."]
    if isinstance(refusal, Forbidden):
        return [f"Refused, and nothing was done: {refusal}."]
    return [f"Nothing was done: {refusal}."]


def _said(draft: Draft) -> int:
    print(f"{draft.id} is {draft.state}, at {draft.hash}.")
    if draft.state is DraftState.PUBLISHED:
        at = f"{draft.effective_at:%Y-%m-%d %H:%M:%S}"
        print(f"{draft.key} version {draft.published_version} is in force from {at} UTC.")
    elif draft.state is DraftState.SUBMITTED:
        print(f"It takes {draft.needed} approval{'s' if draft.needed > 1 else ''} by others.")
    return 0


def _hour(text: str) -> datetime:
    try:
        return instant(text)
    except ValueError as wrong:
        raise argparse.ArgumentTypeError(str(wrong)) from None
