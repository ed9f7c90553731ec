"""Everything derived from secrets: link tokens, codes, cookies, form tokens. Keys live here alone.

Nothing secret is at rest: the link's id and the code are derived by HMAC from the key and the
row's id, so a stolen database opens nothing, and a reminder can carry the same link again
(docs/adr/0008). Keys are listed oldest first; the newest signs, all verify.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import pyotp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

TOKEN_LENGTH = 46
_TOKEN = re.compile(r"[a-z0-9]{2}[A-Za-z0-9_-]{44}")
_STOP = re.compile(r"[a-z0-9]{2}[0-9a-z]{26}[A-Za-z0-9_-]{22}")
_CODE = re.compile(r"[0-9]{6}")
_NONCE = 12
# RFC 6238: steps of 30 s. One before and one after, for a clock that is a little off (5.2, 6).
STEP = 30
_DRIFT = 1
# 24 of 32 characters, 120 bits: enough to be kept as a plain digest (ASVS 6.5.2).
_RECOVERY = 24
_CLEAR = "0123456789abcdefghjkmnpqrstvwxyz"


class Unsealed(ValueError):
    """What was sealed cannot be opened: its key is gone, or it was altered."""


class WeakKey(ValueError):
    """A key that production would be unsafe with; the message says which and what to do."""


@dataclass(frozen=True)
class Keyring:
    keys: Mapping[str, bytes] = field(repr=False)
    newest: str

    @classmethod
    def read(cls, text: str) -> Keyring:
        """Read `k1:<base64>,k2:<base64>`, oldest first. Raises WeakKey for an empty, short,
        doubled or malformed one (security R5.10)."""
        keys: dict[str, bytes] = {}
        for part in (p.strip() for p in text.split(",")):
            name, _, secret = part.partition(":")
            if not re.fullmatch("[a-z0-9]{2}", name):
                raise WeakKey(f"key id {name!r}: use two characters a-z or 0-9, as in k1:<base64>")
            try:
                raw = base64.b64decode(secret, validate=True)
            except ValueError:
                raise WeakKey(f"key {name} is not base64") from None
            if len(raw) < 32 or len(set(raw)) < 12:
                raise WeakKey(f"key {name} is too weak: 32 random bytes or more")
            if name in keys or raw in keys.values():
                raise WeakKey(f"key {name} is there twice")
            keys[name] = raw
        return cls(keys, name)

    def _mac(self, key_id: str, purpose: str, *parts: str | bytes) -> bytes:
        derived = hmac.digest(self.keys[key_id], b"inthread/" + purpose.encode(), "sha256")
        message = b"\0".join(p.encode() if isinstance(p, str) else p for p in parts)
        return hmac.digest(derived, message, "sha256")

    # --- links -------------------------------------------------------------------------------

    def link_token(self, key_id: str, link_id: str) -> str:
        """The 46 characters of a link: key id, 16 bytes of id, 16 bytes of MAC."""
        return self._token("link", key_id, link_id)

    def link_digest(self, key_id: str, link_id: str) -> str:
        """What the row is found by: SHA-256 of the token's id part."""
        return self._digest("link", key_id, link_id)

    def read_link(self, token: str) -> str | None:
        """The digest of an authentic token, else None. The whole string is compared with a fresh
        signature, so no other spelling of the same bytes passes (security R5.1, A01)."""
        return self._read("link", token)

    def payer_token(self, key_id: str, payer_link_id: str) -> str:
        """The same of a link with which somebody else may pay: no link opens what another kind
        does, whatever its id."""
        return self._token("payer", key_id, payer_link_id)

    def payer_digest(self, key_id: str, payer_link_id: str) -> str:
        return self._digest("payer", key_id, payer_link_id)

    def read_payer(self, token: str) -> str | None:
        return self._read("payer", token)

    def _token(self, kind: str, key_id: str, row_id: str) -> str:
        return self._sign(kind, key_id, self._mac(key_id, f"{kind} id", row_id)[:16])

    def _digest(self, kind: str, key_id: str, row_id: str) -> str:
        return hashlib.sha256(self._mac(key_id, f"{kind} id", row_id)[:16]).hexdigest()

    def _read(self, kind: str, token: str) -> str | None:
        if not _TOKEN.fullmatch(token) or token[:2] not in self.keys:
            return None
        raw = base64.urlsafe_b64decode(token[2:24] + "==")
        if not hmac.compare_digest(self._sign(kind, token[:2], raw), token):
            return None
        return hashlib.sha256(raw).hexdigest()

    def _sign(self, kind: str, key_id: str, raw: bytes) -> str:
        mac = self._mac(key_id, f"{kind} mac", key_id, raw)[:16]
        return key_id + _b64(raw) + _b64(mac)

    # --- stops -------------------------------------------------------------------------------

    def stop_token(self, contact_id: str) -> str:
        """What ends all messages to a contact point, for as long as the key is known: key id, the
        contact's id and 16 bytes of MAC. It opens nothing else."""
        return self._sign_stop(self.newest, contact_id)

    def read_stop(self, token: str) -> str | None:
        """The contact id of an authentic token, else None. Compared whole, as links are."""
        key_id, contact_id = token[:2], f"con_{token[2:-22]}"
        if not _STOP.fullmatch(token) or key_id not in self.keys:
            return None
        same = hmac.compare_digest(self._sign_stop(key_id, contact_id), token)
        return contact_id if same else None

    def _sign_stop(self, key_id: str, contact_id: str) -> str:
        mac = self._mac(key_id, "stop", key_id, contact_id)[:16]
        return key_id + contact_id.removeprefix("con_") + _b64(mac)

    # --- search ------------------------------------------------------------------------------

    def tail(self, kind: str, address: str) -> str | None:
        """What the last four digits of a phone number are looked up by, under the newest key; None
        for an address of another kind."""
        return self._tail(self.newest, address[-4:]) if kind == "phone" else None

    def tails(self, digits: str) -> tuple[str, ...]:
        """What these four digits were kept as, under any of the keys."""
        return tuple(self._tail(key_id, digits) for key_id in self.keys)

    def _tail(self, key_id: str, digits: str) -> str:
        return self._mac(key_id, "tail", "phone", digits)[:16].hex()

    # --- codes -------------------------------------------------------------------------------

    def code(self, key_id: str, challenge_id: str, counter: int) -> str:
        """Six digits for one challenge, by HOTP (RFC 4226) over a secret of its own."""
        secret = base64.b32encode(self._mac(key_id, "code", challenge_id)).decode()
        return pyotp.HOTP(secret).at(counter)

    def code_matches(self, key_id: str, challenge_id: str, counter: int, given: str) -> bool:
        """Constant-time; only six ASCII digits can match (no full-width ones, A28)."""
        if not _CODE.fullmatch(given):
            return False
        return hmac.compare_digest(self.code(key_id, challenge_id, counter), given)

    # --- kept secrets ------------------------------------------------------------------------

    def seal(self, purpose: str, about: str, text: str) -> str:
        """*text* as it may be kept: AES-256-GCM under a key for this purpose, good only for the row
        *about*. It begins with the key's id, so that keys can be changed (ASVS 11.2.2, 11.3.2)."""
        nonce = secrets.token_bytes(_NONCE)
        box, bound = self._box(self.newest, purpose), f"{purpose}\0{about}".encode()
        return self.newest + _b64(nonce + box.encrypt(nonce, text.encode(), bound))

    def unseal(self, purpose: str, about: str, kept: str) -> str:
        """Raises Unsealed."""
        key_id, raw = kept[:2], base64.urlsafe_b64decode(kept[2:] + "==")
        if key_id not in self.keys:
            raise Unsealed(f"it was sealed with the key {key_id}, which is not among INTHREAD_KEYS")
        bound = f"{purpose}\0{about}".encode()
        try:
            return self._box(key_id, purpose).decrypt(raw[:_NONCE], raw[_NONCE:], bound).decode()
        except InvalidTag:
            raise Unsealed("it was altered") from None

    def sealed_before(self, kept: str) -> bool:
        """Whether an older key than the newest sealed it: then it is time to seal it again."""
        return kept[:2] != self.newest

    def _box(self, key_id: str, purpose: str) -> AESGCM:
        return AESGCM(self._mac(key_id, "seal", purpose))

    # --- cookies and forms -------------------------------------------------------------------

    def form_token(self, purpose: str, bound_to: str) -> str:
        """A token for forms, bound to a visit's cookie or to a link."""
        return _b64(self._mac(self.newest, "form " + purpose, bound_to)[:16])

    def form_token_matches(self, purpose: str, bound_to: str, given: str) -> bool:
        return any(
            hmac.compare_digest(_b64(self._mac(k, "form " + purpose, bound_to)[:16]), given)
            for k in self.keys
        ) if given.isascii() else False


def new_totp() -> str:
    """160 random bits for an authenticator app, in base32."""
    return pyotp.random_base32()


def totp_uri(secret: str, name: str, brand: str) -> str:
    """What an authenticator app reads from the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=brand)


def totp_step(secret: str, given: str, now: datetime) -> int | None:
    """The time step whose code this is, else None. The caller sees to it that a step passes once
    (RFC 6238 5.2). Six ASCII digits; every comparison is constant-time, and all are made."""
    if not _CODE.fullmatch(given):
        return None
    hotp, step = pyotp.HOTP(secret), int(now.timestamp()) // STEP
    steps = range(step - _DRIFT, step + _DRIFT + 1)
    right = [n for n in steps if hmac.compare_digest(hotp.at(n), given)]
    return right[-1] if right else None


def totp_now(secret: str, now: datetime) -> str:
    """What the app shows at this moment."""
    return pyotp.HOTP(secret).at(int(now.timestamp()) // STEP)


def recovery_code() -> str:
    """`k3v7-9m2q-...`: six groups of four."""
    drawn = "".join(secrets.choice(_CLEAR) for _ in range(_RECOVERY))
    return "-".join(drawn[n:n + 4] for n in range(0, _RECOVERY, 4))


def recovery_digest(given: str) -> str:
    """How a recovery code is kept and found, however it is spaced and cased."""
    return digest("".join(c for c in given.lower() if c in _CLEAR))


def digest(secret: str) -> str:
    """How a random secret of 128 bits or more is kept: its SHA-256, in hex."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

