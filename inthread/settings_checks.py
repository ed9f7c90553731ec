"""What is wrong with settings, each as a sentence that says what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from inthread.domain.shorteners import is_shortener
from inthread.keyring import Keyring, WeakKey

if TYPE_CHECKING:
    from inthread.settings import Settings


def wrong_with(s: Settings) -> list[str]:
    """A sentence for each setting that cannot be right."""
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
    return said + _weak("INTHREAD_KEYS", s.keys) + (
        _weak("INTHREAD_BLOB_KEYS", s.blob_keys) if s.blob_keys else []
    )


def _weak(name: str, keys: str) -> list[str]:
    try:
        Keyring.read(keys)
    except WeakKey as weak:
        return [f"{name}: {weak}; `inthread keys new` makes one"]
    return []


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
    if s.blobs.startswith("s3:") and not (s.s3_region and s.s3_key_id and s.s3_secret):
        said.append("INTHREAD_BLOBS in a bucket needs INTHREAD_S3_REGION, _KEY_ID and _SECRET")
    if s.stripe_key and not s.stripe_webhook_secret:
        said.append("INTHREAD_STRIPE_KEY needs INTHREAD_STRIPE_WEBHOOK_SECRET")
    if s.smtp and not (s.mail_from and s.mail_secret):
        said.append("INTHREAD_SMTP needs INTHREAD_MAIL_FROM and INTHREAD_MAIL_SECRET")
    return said


_SANDBOX_ONLY = {
    "phone": "INTHREAD_PHONE: production has no simulator; set it to nothing",
    "payments_api": "INTHREAD_PAYMENTS_API: production has no sandbox payments; set it to nothing",
    "clock": "INTHREAD_CLOCK: production goes by the real time; set it to nothing",
}


def unsafe_with(s: Settings) -> list[str]:
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
    said += [*_unsafe_payments(s), *_unsafe_documents(s)]
    if s.brand_phone == type(s).brand_phone:
        said.append("INTHREAD_BRAND_PHONE: production needs your own number")
    if s.brand_name == type(s).brand_name:
        said.append("INTHREAD_BRAND_NAME: production needs your own name")
    return said


def _unsafe_payments(s: Settings) -> list[str]:
    said = []
    if s.stripe_url:
        said.append("INTHREAD_STRIPE_URL: production asks Stripe itself; set it to nothing")
    if s.stripe_key and "_live_" not in s.stripe_key:
        said.append("INTHREAD_STRIPE_KEY: production needs a live key; with a test key no money "
                    "moves")
    return said


def _unsafe_documents(s: Settings) -> list[str]:
    said = []
    if not s.blob_keys or s.blob_keys == s.keys:
        said.append("INTHREAD_BLOB_KEYS: production seals documents with keys of their own; "
                    "`inthread keys new` makes one")
    if not s.clamd:
        said.append("INTHREAD_CLAMD: production keeps no document that nothing looked at")
    if s.s3_endpoint and urlsplit(s.s3_endpoint).scheme != "https":
        said.append("INTHREAD_S3_ENDPOINT: production needs https")
    return said


def _local(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    return host in ("localhost", "127.0.0.1", "::1") or host.endswith(".localhost")
