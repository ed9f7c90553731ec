"""Sign in at an OpenID provider: authorization code with PKCE, and every promise of the ID token
checked (OpenID Connect Core 3.1.3.7; RFC 9700).

What is read from the provider comes over the guarded client: no redirect, no private address. The
protocol's parts are Authlib's, the signature is joserfc's; only asymmetric algorithms are taken.
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import requests
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from integrations.safe_http import NotPublic, SafeClient, TooLong
from integrations.url_guard import check_url
from inthread.spi import Identified, Rejected, Retry, SignIn

ALGORITHMS = ("RS256", "PS256", "ES256")
SCOPE = "openid email"
# How long what the provider says of itself is believed.
FRESH = timedelta(hours=1)
# Between two looks for a key that is not there, so that a stranger's token cannot make us ask.
KEYS_APART = timedelta(minutes=1)
LEEWAY = 60
TIMEOUT = 10.0
_OK = 200
_FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}


class OidcSignIn:
    """*issuer*: exactly as the provider's tokens name it. Raises ValueError for an address that
    cannot be called. Safe to share between threads."""

    def __init__(
        self, issuer: str, *, client: str, secret: str, now: Callable[[], datetime],
        allow_loopback: bool = False,
    ) -> None:
        check_url(issuer, allow_loopback=allow_loopback)
        self._issuer = issuer
        self._client = client
        self._secret = secret
        self._now = now
        self._loopback = allow_loopback
        self._turn = threading.Lock()
        self._about: tuple[datetime, Mapping[str, Any]] | None = None
        self._keys: tuple[datetime, KeySet] | None = None

    @property
    def name(self) -> str:
        return urlsplit(self._issuer).hostname or self._issuer

    def start(self, sign_in: SignIn) -> str:
        return str(prepare_grant_uri(
            self._endpoint("authorization_endpoint"), self._client, "code",
            redirect_uri=sign_in.return_to, scope=SCOPE, state=sign_in.state, nonce=sign_in.nonce,
            code_challenge=_challenge(sign_in.verifier),
            code_challenge_method="S256",
        ))

    def finish(self, sign_in: SignIn, code: str) -> Identified:
        claims = self._claims(self._token(sign_in, code))
        self._check(claims, sign_in.nonce)
        email, verified = claims.get("email"), claims.get("email_verified")
        methods = claims.get("amr") or ()
        return Identified(
            self._issuer, claims["sub"],
            email if isinstance(email, str) and verified is True else "",
            frozenset(each for each in methods if isinstance(each, str)),
        )

    def _token(self, sign_in: SignIn, code: str) -> str:
        body = urlencode({
            "grant_type": "authorization_code", "code": code, "redirect_uri": sign_in.return_to,
            "code_verifier": sign_in.verifier,
        })
        # RFC 6749 2.3.1: each part is form-encoded first.
        pair = f"{quote(self._client, safe='')}:{quote(self._secret, safe='')}"
        basic = base64.b64encode(pair.encode()).decode()
        said = self._said("POST", self._endpoint("token_endpoint"), body=body.encode(), headers={
            **_FORM, "Authorization": f"Basic {basic}"
        })
        token = said.get("id_token")
        if not isinstance(token, str):
            raise Rejected("the provider gave no ID token")
        return token

    def _claims(self, token: str) -> dict[str, Any]:
        """What is signed by a key of the provider's; looked for once more when a key is new."""
        for again in (False, True):
            try:
                return jwt.decode(token, self._key_set(again), algorithms=ALGORITHMS).claims
            except (JoseError, ValueError) as wrong:
                if again:
                    raise Rejected(f"the ID token is not signed as agreed: {wrong}") from wrong
        raise Rejected("the ID token is not signed")

    def _check(self, claims: dict[str, Any], nonce: str) -> None:
        token = CodeIDToken(
            claims, {}, options={
                "iss": {"essential": True, "value": self._issuer},
                "aud": {"essential": True, "value": self._client},
            }, params={"nonce": nonce, "client_id": self._client},
        )
        try:
            token.validate(now=int(self._now().timestamp()), leeway=LEEWAY)
        except (JoseError, TypeError, ValueError) as wrong:
            raise Rejected(f"the ID token does not hold: {wrong}") from wrong
        if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
            raise Rejected("the ID token has no usable subject")

    # --- what the provider says of itself ------------------------------------------------------

    def _endpoint(self, name: str) -> str:
        where = self._metadata().get(name)
        if not isinstance(where, str):
            raise Rejected(f"the provider names no {name}")
        try:
            check_url(where.partition("?")[0], allow_loopback=self._loopback)
        except ValueError as wrong:
            raise Rejected(f"its {name}: {wrong}") from wrong
        return where

    def _metadata(self) -> Mapping[str, Any]:
        with self._turn:
            known = self._about
        if known is not None and self._now() - known[0] < FRESH:
            return known[1]
        where = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
        said = self._said("GET", where)
        if said.get("issuer") != self._issuer:
            raise Rejected("the provider names itself otherwise than INTHREAD_OIDC_ISSUER")
        with self._turn:
            self._about = (self._now(), said)
        return said

    def _key_set(self, again: bool) -> KeySet:
        with self._turn:
            known = self._keys
        age = self._now() - known[0] if known else FRESH
        if known is not None and age < (KEYS_APART if again else FRESH):
            return known[1]
        found = KeySet.import_key_set(
            self._said("GET", self._endpoint("jwks_uri"))  # type: ignore[arg-type]
        )
        with self._turn:
            self._keys = (self._now(), found)
        return found

    def _said(
        self, method: str, where: str, *, body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """A JSON object. Raises Rejected for another answer, Retry for none."""
        parts = urlsplit(where)
        target = check_url(f"{parts.scheme}://{parts.netloc}", allow_loopback=self._loopback)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        try:
            answer = SafeClient(target, timeout=TIMEOUT).call(
                method, path, body=body, headers=headers
            )
            said = json.loads(answer.body)
        except (requests.RequestException, TooLong, NotPublic) as silent:
            raise Retry(f"the provider does not answer: {type(silent).__name__}") from silent
        except ValueError:
            raise Rejected(f"the provider answers {parts.path} with no JSON") from None
        if answer.status != _OK or not isinstance(said, dict):
            raise Rejected(f"the provider answers {parts.path} with {answer.status}")
        return said


def _challenge(verifier: str) -> str:
    """RFC 7636 4.2, S256."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
