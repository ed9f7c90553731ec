"""Every setting, with its default and what it is for. Read once, in app.py and the CLI.

A value past its hard limit, and a production without what it needs, stop the start with a sentence
that says what to do. `docs/settings.md` is checked against this page by a test.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from inthread.domain.shorteners import is_shortener
from inthread.keyring import Keyring, WeakKey

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
    blobs: str = _setting("var/blobs", "Folder where customers' documents are kept.")
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
    def workflow_folder(self) -> Path:
        return Path(self.workflows)


def read_settings(env: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process. Raises BadSetting listing all that is wrong."""
    env = os.environ if env is None else env
    known = {PREFIX + f.name.upper(): f for f in fields(Settings)}
    found = {f.name: env[name] for name, f in known.items() if name in env}
    settings = Settings(**found)
    wrong = [*_wrong(settings), *(_unsafe(settings) if settings.production else [])]
    if wrong:
        raise BadSetting("\n".join(wrong))
    return settings


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


def _wrong(s: Settings) -> list[str]:
    said = []
    if s.mode not in ("sandbox", "production"):
        said.append("INTHREAD_MODE is `sandbox` or `production`")
    parts = urlsplit(s.origin)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path not in ("", "/"):
        said.append("INTHREAD_ORIGIN is a scheme and host such as https://pay.example")
    elif is_shortener(parts.hostname or ""):
        said.append("INTHREAD_ORIGIN is a shared shortener, which networks block: use your host")
    said += _limit("INTHREAD_LINK_HOURS", s.link_hours, 336)
    said += _limit("INTHREAD_CODE_MINUTES", s.code_minutes, 10)
    said += _limit("INTHREAD_LEASE_SECONDS", s.lease_seconds, 600, least=5)
    said += _limit("INTHREAD_PROXIES", s.proxies, 5, least=0)
    for part in s.connectors.split(","):
        if part.strip() and not part.partition("=")[2].strip():
            said.append(f"INTHREAD_CONNECTORS: {part.strip()!r} is not key=url")
    said += _half_set(s)
    if s.worker not in ("auto", "thread", "process"):
        said.append("INTHREAD_WORKER is `auto`, `thread` or `process`")
    try:
        Keyring.read(s.keys)
    except WeakKey as weak:
        said.append(f"INTHREAD_KEYS: {weak}; `inthread keys new` makes one")
    return said


def _limit(name: str, text: str, most: int, least: int = 1) -> list[str]:
    if text.isascii() and text.isdigit() and least <= int(text) <= most:
        return []
    return [f"{name} is a whole number from {least} to {most}, not {text!r}"]


def _half_set(s: Settings) -> list[str]:
    """Providers that would send and could not hear: replies are how people stop us."""
    said = []
    by_twilio = s.twilio_sms_from or s.twilio_whatsapp_from or s.twilio_voice_from
    if by_twilio and not (s.twilio_account and s.twilio_token):
        said.append("INTHREAD_TWILIO_*_FROM needs INTHREAD_TWILIO_ACCOUNT and _TOKEN")
    if s.oidc_issuer and not (s.oidc_client and s.oidc_secret):
        said.append("INTHREAD_OIDC_ISSUER needs INTHREAD_OIDC_CLIENT and INTHREAD_OIDC_SECRET")
    if s.smtp and not (s.mail_from and s.mail_secret):
        said.append("INTHREAD_SMTP needs INTHREAD_MAIL_FROM and INTHREAD_MAIL_SECRET")
    return said


_SANDBOX_ONLY = {
    "phone": "INTHREAD_PHONE: production has no simulator; set it to nothing",
    "payments_api": "INTHREAD_PAYMENTS_API: production has no sandbox payments; set it to nothing",
    "clock": "INTHREAD_CLOCK: production goes by the real time; set it to nothing",
}


def _unsafe(s: Settings) -> list[str]:
    """What production does not start with (security R10.3, R5.9, ASVS 15.2.3)."""
    said = []
    if urlsplit(s.origin).scheme != "https" or _local(s.origin):
        said.append("INTHREAD_ORIGIN: production needs its own https host")
    said += [line for name, line in _SANDBOX_ONLY.items() if getattr(s, name)]
    for url in (part.partition("=")[2].strip() for part in s.connectors.split(",") if part):
        if urlsplit(url).scheme != "https" or _local(url):
            said.append(f"INTHREAD_CONNECTORS: {url} is a sandbox address; production needs https")
    if s.twilio_url and _local(s.twilio_url):
        said.append("INTHREAD_TWILIO_URL: production has no local Twilio; set it to nothing")
    if s.brand_phone == Settings.brand_phone:
        said.append("INTHREAD_BRAND_PHONE: production needs your own number")
    if s.brand_name == Settings.brand_name:
        said.append("INTHREAD_BRAND_NAME: production needs your own name")
    return said


def _local(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    return host in ("localhost", "127.0.0.1", "::1") or host.endswith(".localhost")
