"""The conformance kit for connectors, channels and blob stores.

Each check calls the plugin against a real other side that the caller provides, and returns what it
saw. It writes: point it at a test account.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from inthread.spi import (
    Applied,
    Blobs,
    ChannelProvider,
    Connector,
    Hook,
    Outgoing,
    Rejected,
    Retry,
    Sent,
    Vault,
    Writeback,
)
from inthread.testing.findings import Finding as Finding
from inthread.testing.findings import Notebook

MakeWriteback = Callable[[int], Writeback]

_AT = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Levers:
    """What the caller can do to the other side. A promise whose lever is missing is not checked.

    `busy`, `refuse`, `hang`: make the next write be turned away for now, be refused for good, or
    never be answered in time. `effects`: how many changes the other side made for a writeback.
    """

    busy: Callable[[], None] | None = None
    refuse: Callable[[], None] | None = None
    hang: Callable[[], None] | None = None
    effects: Callable[[Writeback], int] | None = None


def check_connector(
    connector: Connector, make_writeback: MakeWriteback, *, levers: Levers | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> list[Finding]:
    """`make_writeback(n)` gives a different, acceptable writeback for each n, never sent before."""
    book, pull = Notebook(), levers or Levers()
    _names(book, connector.key)
    for name in ("remembers", "visible_after"):
        span = getattr(connector, name)
        book.note(name, isinstance(span, timedelta) and span >= timedelta(0), span)
    _writes_and_shows(book, connector, make_writeback(1), sleep)
    _same_id_again(book, connector, make_writeback(1), pull, sleep)
    neighbour = book.attempt(
        "shows nothing for another writeback", lambda: (connector.read_back(make_writeback(2)),)
    )
    if neighbour is not None:
        book.equal("shows nothing for another writeback", None, neighbour[0])
    _turned_away(book, connector, make_writeback, pull)
    return book.findings


def _writes_and_shows(
    book: Notebook, connector: Connector, writeback: Writeback, sleep: Callable[[float], None]
) -> None:
    before = book.attempt("shows nothing before", lambda: (connector.read_back(writeback),))
    if before is not None:
        book.equal("shows nothing before", None, before[0])
    applied = book.attempt("applies", lambda: connector.apply(writeback))
    if applied is None:
        return
    book.note("applies", isinstance(applied, Applied) and bool(applied.reference), applied)
    shown = book.attempt("shows what it wrote", lambda: _look(connector, writeback, sleep))
    wanted = {name: writeback.fields[name] for name in writeback.must_equal}
    seen = None if shown is None else {name: shown.get(name) for name in wanted}
    book.equal("shows what it wrote within visible_after", wanted, seen)


def _look(
    connector: Connector, writeback: Writeback, sleep: Callable[[float], None]
) -> Mapping[str, object] | None:
    """Look until it shows, or `visible_after` has passed."""
    left = connector.visible_after.total_seconds()
    while (shown := connector.read_back(writeback)) is None and left > 0:
        step = min(1.0, left)
        sleep(step)
        left -= step
    return shown


def _same_id_again(
    book: Notebook, connector: Connector, writeback: Writeback, pull: Levers,
    sleep: Callable[[float], None],
) -> None:
    if connector.remembers <= timedelta(0):
        return
    again = book.attempt("takes the same id again", lambda: connector.apply(writeback))
    if again is None:
        return
    book.note("takes the same id again", bool(again.reference), again)
    if pull.effects:
        book.equal("the same id is one effect", 1, pull.effects(writeback))
    shown = book.attempt("still shows it", lambda: _look(connector, writeback, sleep))
    book.note("still shows it", shown is not None, shown)


def _turned_away(
    book: Notebook, connector: Connector, make_writeback: MakeWriteback, pull: Levers
) -> None:
    if pull.busy:
        busy = make_writeback(3)
        pull.busy()
        book.raises("busy is Retry", Retry, lambda: connector.apply(busy))
        _left_no_trace(book, "Retry means not done", connector, busy, pull)
    if pull.refuse:
        refused = make_writeback(4)
        pull.refuse()
        book.raises("a refusal is Rejected", Rejected, lambda: connector.apply(refused))
        _left_no_trace(book, "Rejected means not done", connector, refused, pull)
    if pull.hang:
        pull.hang()
        _unanswered(book, connector, make_writeback(5))


def _left_no_trace(
    book: Notebook, name: str, connector: Connector, writeback: Writeback, pull: Levers
) -> None:
    shown = book.attempt(name, lambda: (connector.read_back(writeback),))
    if shown is not None:
        book.equal(name, None, shown[0])
    if pull.effects:
        book.equal(f"{name}: effects", 0, pull.effects(writeback))


def _unanswered(book: Notebook, connector: Connector, writeback: Writeback) -> None:
    """No answer may be taken for yes, for no, or for not done."""
    name, started = "no answer is unknown", time.monotonic()
    try:
        given = connector.apply(writeback)
    except (Retry, Rejected) as claim:
        book.note(name, False, f"claimed {type(claim).__name__}: {claim}")
    except Exception as trouble:  # noqa: BLE001 - any other exception is how unknown is said
        book.note(name, True, f"raised {type(trouble).__name__}")
    else:
        book.note(name, False, f"gave {given!r}")
    took = time.monotonic() - started
    book.note("gives up within 60 s", took < 60, f"{took:.1f} s")


def check_channel(
    channel: ChannelProvider, make_message: Callable[[int], Outgoing], *, remembers: bool = True
) -> list[Finding]:
    """`make_message(n)` gives a different message for each n, to an address that may be written.

    `remembers`: False for a supplier that has no idempotency key (carriers, SMTP). The product
    never sends a second time what may have left, so that this promise may be missing.
    """
    book = Notebook()
    _names(book, channel.key)
    first = book.attempt("sends", lambda: channel.send(make_message(1)))
    if first is not None:
        book.note("sends", isinstance(first, Sent) and bool(first.reference), first)
    if first is not None and remembers:
        again = book.attempt("the same id again", lambda: channel.send(make_message(1)))
        book.equal("the same id is one message", first, again)
    other = book.attempt("sends another", lambda: channel.send(make_message(2)))
    if other is not None and first is not None:
        book.note("another id is another message", other.reference != first.reference, other)
    unsigned = Hook(f"https://pay.example/hooks/channels/{channel.key}", {}, b"")
    book.raises("an unsigned hook is Rejected", Rejected, lambda: channel.hear(unsigned, _AT))
    return book.findings


def check_blobs(blobs: Blobs) -> list[Finding]:
    """Keeps, replaces, gives back and deletes one small blob."""
    book, name = Notebook(), hashlib.sha256(b"conformance").hexdigest()
    _names(book, blobs.key)
    book.raises("nothing is KeyError", KeyError, lambda: blobs.get(name))
    first = b"conformance \x00\xff blob"
    for what, content in (
        ("keeps", first), ("keeps the same again", first),
        ("another takes its place, whole", b"short"), ("keeps nothing at all", b""),
    ):
        book.attempt(what, partial(blobs.put, name, content))
        book.equal(what, content, book.attempt(what, lambda: blobs.get(name)))
    _deletes(book, blobs, name)
    return book.findings


def check_vault(vault: Vault) -> list[Finding]:
    """Keeps, gives back and deletes one small document."""
    book, content = Notebook(), b"conformance \x00\xff document"
    _names(book, vault.key)
    name = hashlib.sha256(content).hexdigest()
    book.raises("nothing is KeyError", KeyError, lambda: vault.get(name))
    book.raises("nothing has no key to renew", KeyError, lambda: vault.rewrap(name))
    for what in ("keeps", "keeps the same again"):
        book.attempt(what, lambda: vault.put(name, content))
        book.equal(what, content, book.attempt(what, lambda: vault.get(name)))
    book.raises(
        "another content under a digest is refused", ValueError,
        lambda: vault.put(hashlib.sha256(b"other").hexdigest(), content),
    )
    book.equal("the newest key sealed it", (False,),
               book.attempt("the newest key sealed it", lambda: (vault.rewrap(name),)))
    _deletes(book, vault, name)
    return book.findings


def _deletes(book: Notebook, blobs: Blobs, name: str) -> None:
    book.attempt("deletes", lambda: blobs.delete(name))
    book.raises("deleted is KeyError", KeyError, lambda: blobs.get(name))
    book.attempt("deletes what is not there", lambda: blobs.delete(name))


def _names(book: Notebook, key: str) -> None:
    book.note("key", key.isidentifier() and key == key.lower(), repr(key))
