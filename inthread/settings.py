"""Every setting, with its default and what it is for. Read once, in app.py and the CLI.

A value past its hard limit, and a production without what it needs, stop the start with a sentence
that says what to do. `docs/settings.md` is checked against this page by a test.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import MISSING, Field, dataclass, field, fields
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from inthread.keyring import Keyring
from inthread.settings_checks import unsafe_with, wrong_with

PREFIX = "INTHREAD_"


class BadSetting(ValueError):
    """Names the variable, what is wrong with it, and what to do."""


def _setting(default: str, help: str, *, secret: bool = False) -> Any:
    return field(default=default, repr=not secret, metadata={"help": help, "secret": secret})


@dataclass(frozen=True)
class Settings:
    """Text as it came from the environment; `read_settings` has checked it."""

    mode: str = _setting("sandbox", "`sandbox` or `production`. Production refuses sandbox parts.")
    origin: str = _setting(
        "http://localhost:8400",
        "Where links point: scheme, host and port, never taken from a request.",
    )
    database_url: str = _setting(
        "sqlite:///var/inthread.db", "SQLAlchemy address of the database.", secret=True
    )
    keys: str = _setting(
        "", "Keys as `k1:<base64>,k2:<base64>`, oldest first; the newest signs. 32 random bytes "
        "each (`inthread keys new`).", secret=True,
    )
    workflows: str = _setting("workflows", "Folder of the workflow documents.")
    jurisdictions: str = _setting(
        "jurisdictions", "Folder of the packs: when people may be written to, by country."
    )
    answers: str = _setting("answers.toml", "File of the answers to STOP, START and HELP.")
    providers: str = _setting(
        "providers.toml", "File of the channels' providers: shares, limits and guards."
    )
    queues: str = _setting(
        "queues.toml", "File of the queues of work: who works them, and in which hours."
    )
    retention: str = _setting("retention.toml", "File of the periods for which things are kept.")
    blobs: str = _setting(
        "var/blobs", "Where customers' documents are kept: a folder, or `s3://bucket/prefix/`."
    )
    blob_keys: str = _setting(
        "", "Keys that seal documents, written as `INTHREAD_KEYS` are: the newest seals, all open. "
        "Empty in a sandbox: `INTHREAD_KEYS`.", secret=True,
    )
    s3_region: str = _setting("", "The bucket's region, as in `eu-central-1`.")
    s3_key_id: str = _setting(
        "", "Our access key at the bucket. Nothing of the machine's own (`AWS_*`, `~/.aws`, its "
        "role) is looked at."
    )
    s3_secret: str = _setting("", "The secret of that key.", secret=True)
    s3_endpoint: str = _setting(
        "", "Another address than Amazon's, for what speaks as S3 does; empty for Amazon."
    )
    clamd: str = _setting(
        "", "ClamAV's daemon, which looks for malware: `host:port` or the path of its socket; "
        "empty for none.",
    )
    signer: str = _setting(
        "", "File (PKCS#12) with the organisation's key and certificate, which sign the evidence; "
        "empty for none (`inthread keys signer` makes one for a sandbox).",
    )
    signer_password: str = _setting("", "Opens that file.", secret=True)
    tsa: str = _setting(
        "", "Address of a time stamping authority (RFC 3161), which says when the evidence was "
        "signed; empty for none.",
    )
    connectors: str = _setting(
        "billing=http://localhost:8401,compliance=http://localhost:8401",
        "Systems of record as `key=url`, separated by commas.",
    )
    connector_secret: str = _setting(
        "", "Signs what is written to systems of record: `whsec_` and base64 of 24 to 64 bytes.",
        secret=True,
    )
    payments_api: str = _setting(
        "http://localhost:8402", "The sandbox's payment API; empty for none."
    )
    payments_origin: str = _setting(
        "http://localhost:8402", "Origin of the provider's hosted page, for the form policy."
    )
    payments_key: str = _setting("", "Our key at the payment provider.", secret=True)
    payments_secret: str = _setting("", "Signs the provider's events (`whsec_...`).", secret=True)
    stripe_key: str = _setting(
        "", "Our secret or restricted key at Stripe, which then takes new payments; empty for none "
        "(docs/stripe.md).", secret=True,
    )
    stripe_webhook_secret: str = _setting(
        "", "Signs Stripe's webhooks (`whsec_...`).", secret=True
    )
    stripe_url: str = _setting(
        "", "Another address than Stripe's own, for a sandbox's; empty for Stripe."
    )
    phone: str = _setting(
        "http://localhost:8403", "The simulator that shows messages; empty for none."
    )
    phone_key: str = _setting("", "Our key at the simulator.", secret=True)
    twilio_account: str = _setting("", "The SID of our account at Twilio (`AC...`).")
    twilio_token: str = _setting(
        "", "Its primary auth token: it signs what Twilio posts to us.", secret=True
    )
    twilio_sms_from: str = _setting(
        "", "Who sends text messages: a number of the account, a short code or a messaging service "
        "(`MG...`); empty for none.",
    )
    twilio_whatsapp_from: str = _setting("", "Our number at WhatsApp; empty for none.")
    twilio_voice_from: str = _setting("", "The number that calls come from; empty for none.")
    twilio_url: str = _setting(
        "", "Another address than Twilio's own, for a sandbox's; empty for Twilio."
    )
    smtp: str = _setting(
        "", "The relay for e-mail: `smtp://user:password@host:587` (STARTTLS) or `smtps://...:465`;"
        " empty for none.", secret=True,
    )
    mail_from: str = _setting("", "Who e-mail is from: `Alderway <messages@pay.example>`.")
    mail_reply_to: str = _setting("", "Where replies go, if elsewhere.")
    mail_secret: str = _setting(
        "", "Signs replies and bounces that the relay posts to us (`whsec_...`).", secret=True
    )
    oidc_issuer: str = _setting(
        "", "Where staff may sign in with your organisation's account: an OpenID provider's "
        "issuer, as in https://login.example; empty for none."
    )
    oidc_client: str = _setting("", "Our client id there.")
    oidc_secret: str = _setting("", "Our client secret there.", secret=True)
    plugins: str = _setting("", "Names of the installed plugins that may be loaded.")
    brand_name: str = _setting("Alderway", "What customers know the organisation as.")
    brand_phone: str = _setting("+1 555 010 0147", "The number customers can call.")
    brand_hours: str = _setting("8:00-20:00", "When somebody answers it.")
    link_hours: str = _setting("72", "How long a link lives, in hours; at most 336.")
    code_minutes: str = _setting("5", "How long a code lives, in minutes; at most 10.")
    worker: str = _setting(
        "auto", "`thread`: carry jobs beside the web; `process`: `inthread worker` does; `auto`: "
        "a thread on SQLite.",
    )
    lease_seconds: str = _setting(
        "60", "How long a worker holds a job before another may take it, in seconds; 5 to 600.",
    )
    proxies: str = _setting("0", "How many trusted proxies stand in front, exactly.")
    clock: str = _setting(
        "", "A file with a whole number of seconds by which the sandbox's time is ahead; empty for "
        "none.",
    )

    @property
    def production(self) -> bool:
        return self.mode == "production"

    @property
    def host(self) -> str:
        return urlsplit(self.origin).netloc

    @property
    def link_life(self) -> timedelta:
        return timedelta(hours=int(self.link_hours))

    @property
    def code_life(self) -> timedelta:
        return timedelta(minutes=int(self.code_minutes))

    @property
    def lease(self) -> timedelta:
        return timedelta(seconds=int(self.lease_seconds))

    @property
    def connector_urls(self) -> Mapping[str, str]:
        pairs = (part.split("=", 1) for part in self.connectors.split(",") if part.strip())
        return {key.strip(): url.strip() for key, url in pairs}

    @property
    def allowed_plugins(self) -> frozenset[str]:
        return frozenset(p.strip() for p in self.plugins.split(",") if p.strip())

    @property
    def worker_beside_web(self) -> bool:
        return self.worker == "thread" or (
            self.worker == "auto" and self.database_url.startswith("sqlite")
        )

    @property
    def keyring(self) -> Keyring:
        return Keyring.read(self.keys)

    @property
    def blob_keyring(self) -> Keyring:
        return Keyring.read(self.blob_keys or self.keys)

    @property
    def workflow_folder(self) -> Path:
        return Path(self.workflows)


def read_settings(env: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process. Raises BadSetting listing all that is wrong."""
    env = os.environ if env is None else env
    known = {PREFIX + f.name.upper(): f for f in fields(Settings)}
    found = {f.name: env[name] for name, f in known.items() if name in env}
    settings = Settings(**found)
    wrong = [*wrong_with(settings), *(unsafe_with(settings) if settings.production else [])]
    if wrong:
        raise BadSetting("\n".join(wrong))
    return settings


@contextmanager
def said_of(variables: str) -> Iterator[None]:
    """A value that a plugin refuses is said with the variable it came from, as BadSetting."""
    try:
        yield
    except ValueError as wrong:
        raise BadSetting(f"{variables}: {wrong}") from wrong


def named_file(variable: str, file: Path) -> dict[str, Any]:
    """The TOML of a file that a variable names. Raises BadSetting when it is not there, ValueError
    for what is not TOML."""
    if not file.is_file():
        raise BadSetting(f"{variable}: there is no file {file}")
    return toml_of(file)


def toml_of(file: Path) -> dict[str, Any]:
    """Raises ValueError for what is not TOML."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise ValueError(f"{file}: is not TOML: {wrong}") from wrong


def described() -> list[tuple[str, str, str, bool]]:
    """(variable, default, help, secret) of every setting, for the docs and `inthread doctor`."""
    return [
        (PREFIX + f.name.upper(), _default(f), f.metadata["help"], f.metadata["secret"])
        for f in fields(Settings)
    ]


def _default(f: Field[Any]) -> str:
    return "" if f.default is MISSING else str(f.default)
