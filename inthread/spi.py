"""
The only module a plugin imports.

A plugin is a mini-app, a connector, a payment provider, a channel or a blob store. Each is an
object with a `key` and the members below; nothing here is a base class, so mypy in the plugin's own
project refuses a wrong signature. No plugin sees the database, and none but a mini-app, which is
pure, is called while a transaction is open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar

from inthread.domain.money import Money as Money
from inthread.domain.payment import KeptCard as KeptCard
from inthread.domain.payment import Payment as Payment
from inthread.domain.payment import PaymentEvent as PaymentEvent
from inthread.domain.payment import PaymentKind as PaymentKind
from inthread.domain.payment import PaymentMode as PaymentMode
from inthread.domain.writeback import Writeback as Writeback

__all__ = [
    "Applied", "ApprovedContent", "Attachment", "Blobs", "ChannelProvider", "Checkout", "Choice",
    "Connector", "DeliveryReceipt", "DeliveryStatus", "Form", "Heard", "Hook", "Identified",
    "IdentityProvider", "Incoming", "Invalid", "KeptCard", "Line", "MiniApp", "Money",
    "NeedsCard", "NeedsPayment", "NewContact", "Offer", "Outgoing", "Payment", "PaymentEvent",
    "PaymentKind", "PaymentMode", "PaymentProvider", "Rejected", "Retry", "Scanner", "Sent",
    "Settled", "SignIn", "Signer", "Term", "Undeliverable", "Upload", "Vault", "Writeback",
]

T = TypeVar("T")


class Retry(Exception):
    """Certainly not done: the other side did not take it, or said it is busy.

    `after` is how long it asked us to wait (seconds), if it said so.
    """

    def __init__(self, message: str = "", after: int | None = None) -> None:
        super().__init__(message)
        self.after = after


class Rejected(Exception):
    """Never try again: the other side understood and said no. The text is for staff."""


# --- mini-apps -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Term:
    """One term a mini-app needs from policy. `kind`: money, integer, text, date, boolean, texts.

    A workflow whose rows do not give every required term, in its kind, is refused at load.
    """

    kind: str
    required: bool = True


@dataclass(frozen=True)
class Offer:
    """What a mini-app knows when it is asked: one case, on the terms policy gave it just now.

    `owed` is what is left to pay now, above zero; None in a workflow without money. `today` is the
    customer's own date.
    """

    reference: str
    facts: Mapping[str, object]
    owed: Money | None
    terms: Mapping[str, object]
    name: str
    today: date
    locale: str

    def term(self, name: str, kind: type[T]) -> T:
        """The term in the kind that was declared for it: `offer.term("least", Money)`. A workflow
        without it is refused at load, so KeyError and TypeError are faults, not answers."""
        value = self.terms[name]
        if not isinstance(value, kind):
            raise TypeError(f"the term {name!r} is {type(value).__name__}, not {kind.__name__}")
        return value


@dataclass(frozen=True)
class Upload:
    """A file as the browser sent it. The name and type are claims, not facts."""

    filename: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Form:
    """What the customer sent: one value per field (a doubled field never reaches a plugin)."""

    values: Mapping[str, str]
    uploads: Mapping[str, Sequence[Upload]] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """The field's text without surrounding space; empty when it was not sent."""
        return self.values.get(name, "").strip()


class Invalid(Exception):
    """The form cannot be taken. `problems`: field name -> a sentence key of the mini-app's own
    wording with its values, e.g. `{"amount": ("at_least", {"least": Money(...)})}`."""

    def __init__(self, problems: Mapping[str, tuple[str, Mapping[str, object]]]) -> None:
        super().__init__(", ".join(f"{k}: {v[0]}" for k, v in problems.items()))
        self.problems = problems


@dataclass(frozen=True)
class Attachment:
    """A file a mini-app accepted, as it is to be kept: re-encoded, its real type, page count.
    `kind`: what it is, as `passport`; `retention.toml` may say how long one is kept."""

    name: str
    media_type: str
    content: bytes
    pages: int = 1
    kind: str = ""


@dataclass(frozen=True)
class Line:
    """One row of the check page and the receipt. `label` is a wording key; `value` is Money, a
    date, an int or text, formatted for the locale by the page."""

    label: str
    value: object


@dataclass(frozen=True)
class Choice:
    """What the customer chose, checked against the terms.

    `values` is JSON and alone decides what happens: read(offer, form of values) gives it again.
    `agreement` is the exact text agreed to, if any; `consent` the exact text by which the customer
    agreed, with an act of its own, to do this electronically. The SHA-256 of each goes into the
    evidence.
    """

    values: Mapping[str, object]
    lines: Sequence[Line] = ()
    agreement: str | None = None
    attachments: Sequence[Attachment] = ()
    consent: str | None = None


@dataclass(frozen=True)
class NewContact:
    """A contact point the customer gave: `channel` as contacts name it, `address` normalised (a
    phone number in E.164). `instead_of`: the address that it takes the place of, if one."""

    channel: str
    address: str
    instead_of: str = ""


@dataclass(frozen=True)
class Settled:
    """The action is done. `values` is what the workflow's proof may map into writebacks.

    `amount`: money by which what is owed goes down now. Whether the case is done with it is the
    workflow's to say. `rest_until`: a case that is not done with it asks for nothing before that
    day of the customer's own, and then goes on. `contacts`: how the customer is reached from now
    on; the core tells the old contact point and the new one, and sends no code to a new one for
    seven days. `guarded`: it changes what protects the customer, so a strong code for this very
    choice is asked for, whatever policy says (PSD2 RTS Art. 5; ASVS 7.5.1); `contacts` always are.
    """

    kind: str
    values: Mapping[str, object]
    amount: Money | None = None
    contacts: Sequence[NewContact] = ()
    rest_until: date | None = None
    guarded: bool = False


@dataclass(frozen=True)
class NeedsPayment:
    """The action is done when this much has been paid. The core asks the payment provider, and
    records `Settled(kind, values + provider reference, amount)` when the money is proved.

    `keep`: the card is kept at the provider too, and the values get `method` (its token), `brand`,
    `last_four` and `expires`. `methods`: by what means it may be paid (`card`, `bank`).
    """

    kind: str
    amount: Money
    values: Mapping[str, object]
    keep: bool = False
    methods: Sequence[str] = ("card",)


@dataclass(frozen=True)
class NeedsCard:
    """The action is done when the provider keeps a card (or account) for us; no money moves now.
    The outcome's values get `method`, `brand`, `last_four`, `expires`, `provider` and
    `provider_reference`.

    With `charge` and `on`, the action is done only when that much was taken on that day: until
    then it is a scheduled payment, which the customer may cancel.
    """

    kind: str
    values: Mapping[str, object]
    methods: Sequence[str] = ("card",)
    charge: Money | None = None
    on: date | None = None


class MiniApp(Protocol):
    """One action a customer can take. Pure: no clock, no network, no database.

    Its templates lie in `templates/` of its own package (third parties) and get `offer`, `page`
    (what `page` returned), `values` and `problems`.
    """

    @property
    def key(self) -> str: ...

    @property
    def template(self) -> str:
        """The form page, e.g. `miniapps/pay.html`. The check page is the product's own."""

    @property
    def checked(self) -> bool:
        """Whether the customer sees a check page before it counts (money, agreements)."""

    @property
    def wording(self) -> Mapping[str, str]:
        """The sentence of every key that `Invalid` and `Line` name, in English, with its values
        as `%(least)s`. It is also the message id of its translations."""

    @property
    def terms(self) -> Mapping[str, Term]: ...

    def page(self, offer: Offer) -> Mapping[str, object]:
        """What the template shows: choices, schedules, limits."""

    def read(self, offer: Offer, form: Form) -> Choice:
        """Check what was sent against the terms. Raises Invalid."""

    def settle(self, offer: Offer, choice: Choice) -> Settled | NeedsPayment | NeedsCard: ...


# --- systems of record -----------------------------------------------------------------------


@dataclass(frozen=True)
class Applied:
    """The other side said that it took the write. Not yet a proof."""

    reference: str


class Connector(Protocol):
    """One system of record. Raises Retry (certainly not done) or Rejected (never);
    any other exception means that nobody knows, and it is read back before it is sent again."""

    @property
    def key(self) -> str: ...

    @property
    def remembers(self) -> timedelta:
        """How long the other side honours our idempotency key (the writeback's id)."""

    @property
    def visible_after(self) -> timedelta:
        """How long an accepted write may take to show in `read_back`."""

    def apply(self, writeback: Writeback) -> Applied: ...

    def read_back(self, writeback: Writeback) -> Mapping[str, object] | None:
        """The fields the other side now shows for this write, or None when it shows none."""


# --- payments --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Checkout:
    """Where to send the customer (the provider's own page) and the provider's reference.
    `customer`: whom the provider knows them as from now on, if it does."""

    url: str
    reference: str
    customer: str = ""


class PaymentProvider(Protocol):
    @property
    def key(self) -> str: ...

    @property
    def origin(self) -> str:
        """Origin of the hosted page, for the `form-action` of our policy: `https://pay.example`."""

    def start(self, payment: Payment, return_url: str) -> Checkout:
        """Ask for the money, the card or both, as `payment.mode` says. The same payment id twice
        gives the same checkout."""

    def charge(self, payment: Payment) -> Sequence[PaymentEvent]:
        """Take the money of a payment in mode `charge` from the card that was kept. The same
        payment id twice takes it once. A refusal of the bank is an event (DECLINED), no exception.
        Raises like a Connector: Retry, Rejected, anything else unknown."""

    def parse(
        self, body: bytes, headers: Mapping[str, str], now: datetime
    ) -> Sequence[PaymentEvent]:
        """What a signed request says of our payments; empty when it is about something else.
        Raises Rejected when the signature or the time is wrong. After Retry or anything else the
        request is answered with 503, so that it comes again."""

    def fetch(self, payment: Payment) -> Sequence[PaymentEvent]:
        """All the provider knows of this payment, oldest first. Empty when it knows nothing."""

    def close(self, payment: Payment) -> Sequence[PaymentEvent]:
        """Let nobody pay at this checkout any more, and tell what became of it: the events as
        `fetch` gives them, ending in CLOSED unless the money had moved. Closing twice is one. A
        charge that is closed is not taken any more, whenever it is asked for."""


# --- channels --------------------------------------------------------------------------------


class Undeliverable(Rejected):
    """This address will not get it, whoever sends it. `stopped`: because its owner asked the
    network for no more, so that nothing else is sent there; else another channel is tried."""

    def __init__(self, message: str = "", *, stopped: bool = False) -> None:
        super().__init__(message)
        self.stopped = stopped


@dataclass(frozen=True)
class ApprovedContent:
    """A text that the network approved beforehand, by its id, with the values of its places in
    their order."""

    sid: str
    values: Sequence[str] = ()


@dataclass(frozen=True)
class Outgoing:
    """One message about to leave. `id` is the idempotency key; `body` is complete text (what is
    said, on a voice channel). `content`: sent in its place where the network asks for that.
    `stop_url`: where one POST ends all messages to this address (RFC 8058)."""

    id: str
    to: str
    body: str
    subject: str = ""
    locale: str = "en"
    content: ApprovedContent | None = None
    stop_url: str = ""


@dataclass(frozen=True)
class Sent:
    reference: str


class DeliveryStatus(StrEnum):
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


@dataclass(frozen=True)
class DeliveryReceipt:
    """What the provider says became of a message. `message_id`: ours, if it carries it back;
    `reference`: what `send` returned. `code`: the provider's own reason. `for_good`: the address
    cannot be reached; `stopped`: its owner asked the network for no more."""

    event_id: str
    status: DeliveryStatus
    message_id: str = ""
    reference: str = ""
    code: str = ""
    for_good: bool = False
    stopped: bool = False


@dataclass(frozen=True)
class Incoming:
    """What somebody sent us, on the provider's channel. `address`: whose; `to`: which of ours.
    `choice`: the id of a quick reply that was tapped, or the digits that were pressed.
    `in_reply_to`: the message of ours that it answers, if it says so."""

    event_id: str
    address: str
    body: str
    to: str = ""
    choice: str = ""
    in_reply_to: str = ""


@dataclass(frozen=True)
class Hook:
    """A request to our address for a provider. `url` is the configured public one with the path
    and query as they came: what signatures are made over."""

    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Heard:
    """What a hook said, in its order, and what the provider wants as the answer's body."""

    events: Sequence[DeliveryReceipt | Incoming]
    answer: str = ""
    media_type: str = "text/plain"


class ChannelProvider(Protocol):
    """One supplier of one channel (`sms`, `whatsapp`, `voice`, `email` or another)."""

    @property
    def key(self) -> str: ...

    @property
    def channel(self) -> str: ...

    def send(self, message: Outgoing) -> Sent:
        """Raises like a Connector: Retry, Rejected, anything else unknown; and Undeliverable."""

    def hear(self, hook: Hook, now: datetime) -> Heard:
        """A signed receipt or reply. Raises Rejected when the signature or the time is wrong, or
        when it is none of ours."""


# --- blobs -----------------------------------------------------------------------------------


class Blobs(Protocol):
    """Where bytes lie, each blob under a name of 64 hex digits. What is put is sealed already: a
    store neither opens nor checks it."""

    @property
    def key(self) -> str: ...

    def put(self, name: str, content: bytes) -> None:
        """Keep it, in the place of what was there: whole, or not at all."""

    def get(self, name: str) -> bytes:
        """The bytes. Raises KeyError when there are none."""

    def delete(self, name: str) -> None:
        """Nothing is there any more, whether there was or not."""


class Vault(Blobs, Protocol):
    """Where documents lie. The name is the SHA-256 of the plain bytes. What is put under another
    name, was altered, or was sealed with a key that is gone, is refused: ValueError."""

    def rewrap(self, name: str) -> bool:
        """Seal it by the newest key. False when it was. Raises KeyError when there is none."""


# --- what is done to documents ---------------------------------------------------------------


class Scanner(Protocol):
    """Looks for malware."""

    @property
    def key(self) -> str: ...

    def scan(self, content: bytes) -> str:
        """The name of what was found, empty when nothing was. Raises when it could not be looked
        at: a file is not clean because nobody looked."""


class Signer(Protocol):
    """Signs PDF files in the organisation's name, so that any later change shows."""

    @property
    def key(self) -> str: ...

    @property
    def trouble(self) -> str:
        """Why it cannot sign now, as far as it knows without asking anybody; empty when it can."""

    def sign(self, pdf: bytes, *, reason: str) -> bytes:
        """The signed file. Raises Retry when the key or the time stamp cannot be had now."""


# --- who signs in to the console -------------------------------------------------------------


@dataclass(frozen=True)
class SignIn:
    """One attempt to sign in at the organisation's identity provider. `state`, `nonce` and
    `verifier` (PKCE, 43 characters or more) are new for each and secret until they come back."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    return_to: str


@dataclass(frozen=True)
class Identified:
    """Whom the provider vouches for. `subject` never changes; `email` only if it was verified, else
    empty; `methods`: how they were authenticated (RFC 8176), `mfa` for more than one factor."""

    issuer: str
    subject: str
    email: str
    methods: frozenset[str] = frozenset()


class IdentityProvider(Protocol):
    """Where staff sign in with their organisation's account. `name` is shown on the button."""

    @property
    def name(self) -> str: ...

    def start(self, sign_in: SignIn) -> str:
        """The address to send the browser to. Raises Retry, Rejected."""

    def finish(self, sign_in: SignIn, code: str) -> Identified:
        """Exchange the code that came back and check every promise of the token. Raises Rejected
        for one that does not hold, Retry when the provider does not answer."""
