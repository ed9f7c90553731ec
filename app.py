"""The composition root: the one place that knows every part.

`inthread` is `app.cli`; `granian --interface wsgi app:app` and `gunicorn app:app` serve. Importing
this module makes nothing; `app` is built on first use.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from flask import Flask

from integrations.clam_scanner import ClamScanner
from integrations.disk_blobs import DiskBlobs
from integrations.hosted_payments import HostedPayments
from integrations.http_connector import HttpConnector
from integrations.oidc_sign_in import OidcSignIn
from integrations.pdf_signer import PdfSigner
from integrations.sealed_blobs import SealedBlobs
from integrations.simulator_channel import SimulatorChannel
from integrations.smtp_email import SmtpEmail
from integrations.stripe_checkout import StripeCheckout
from integrations.twilio_client import TwilioClient
from integrations.twilio_sms import TwilioSms
from integrations.twilio_voice import TwilioVoice
from integrations.twilio_whatsapp import TwilioWhatsapp
from inthread import log
from inthread.acting.operator_files import answers as answers
from inthread.acting.operator_files import jurisdictions as jurisdictions
from inthread.acting.operator_files import queues as queues
from inthread.acting.operator_files import retention as retention
from inthread.acting.operator_files import workflows as workflows
from inthread.cli import Parts, Stop, main, ready
from inthread.cli.web import end_with_server
from inthread.clock import AheadClock
from inthread.domain.routing import Routing
from inthread.domain.routing_reader import read_routing
from inthread.registry import Registry, by_key, installed
from inthread.runtime import Brand, Limits, Runtime, utc_now
from inthread.settings import BadSetting, Settings, named_file, read_settings, said_of
from inthread.spi import Blobs, ChannelProvider, Connector, MiniApp, PaymentProvider
from inthread.store.db import Database
from inthread.web.site import build_site
from inthread.worker import Worker
from miniapps.attest import Attest
from miniapps.details import Details
from miniapps.pay import Pay
from miniapps.plan import Plan
from miniapps.promise import Promise
from miniapps.update_card import UpdateCard
from miniapps.upload import Upload

ROOT = Path(__file__).parent
SIMULATED = ("sms", "email", "whatsapp", "voice")


def miniapps(settings: Settings) -> list[MiniApp]:
    """Ours and the allowed third parties'; all pass the same conformance kit."""
    ours: list[MiniApp] = [Pay(), Plan(), Promise(), Upload(), Attest(), UpdateCard(), Details()]
    return ours + installed("miniapps", settings.allowed_plugins)


def connectors(settings: Settings, now: Callable[[], datetime]) -> list[Connector]:
    with said_of("INTHREAD_CONNECTORS, INTHREAD_CONNECTOR_SECRET"):
        ours: list[Connector] = [
            HttpConnector(
                key, url, secret=settings.connector_secret, now=now,
                allow_loopback=not settings.production,
            )
            for key, url in settings.connector_urls.items()
        ]
    return ours + installed("connectors", settings.allowed_plugins)


def providers(settings: Settings, now: Callable[[], datetime]) -> list[ChannelProvider]:
    """One for each that has its settings, the simulator's, and the allowed third parties'."""
    with said_of("INTHREAD_PHONE"):
        simulator = [
            SimulatorChannel(
                f"sim_{key}", channel=key, base_url=settings.phone, api_key=settings.phone_key,
                now=now, allow_loopback=not settings.production,
            )
            for key in SIMULATED if settings.phone
        ]
    mail = []
    if settings.smtp:
        with said_of("INTHREAD_SMTP, INTHREAD_MAIL_FROM, _REPLY_TO and _SECRET"):
            mail.append(SmtpEmail(
                settings.smtp, sender=settings.mail_from, reply_to=settings.mail_reply_to,
                secret=settings.mail_secret, now=now,
            ))
    others = installed("channels", settings.allowed_plugins)
    return [*simulator, *_twilio(settings, now), *mail, *others]


def _twilio(settings: Settings, now: Callable[[], datetime]) -> list[ChannelProvider]:
    senders: list[tuple[type[TwilioSms] | type[TwilioWhatsapp] | type[TwilioVoice], str]] = [
        (TwilioSms, settings.twilio_sms_from), (TwilioWhatsapp, settings.twilio_whatsapp_from),
        (TwilioVoice, settings.twilio_voice_from),
    ]
    if not any(sender for _, sender in senders):
        return []
    with said_of("INTHREAD_TWILIO_ACCOUNT, _TOKEN, _URL and _FROM"):
        client = TwilioClient(
            settings.twilio_account, settings.twilio_token, now=now, base_url=settings.twilio_url,
            allow_loopback=not settings.production,
        )
        return [
            kind(client, sender=sender, hook_url=f"{_hooks(settings)}/{kind.key}")
            for kind, sender in senders if sender
        ]


def _hooks(settings: Settings) -> str:
    """Where providers of channels tell us what they heard."""
    return f"{settings.origin.rstrip('/')}/hooks/channels"


def payments(settings: Settings, now: Callable[[], datetime]) -> list[PaymentProvider]:
    """Those that have their settings; the first one takes new payments."""
    ours: list[PaymentProvider] = []
    if settings.stripe_key:
        with said_of("INTHREAD_STRIPE_KEY, _WEBHOOK_SECRET and _URL"):
            ours.append(StripeCheckout.at(
                settings.stripe_key, webhook_secret=settings.stripe_webhook_secret, now=now,
                base_url=settings.stripe_url, allow_loopback=not settings.production,
                returns=f"{settings.origin.rstrip('/')}/return/", brand=settings.brand_name,
            ))
    if settings.payments_api:
        with said_of("INTHREAD_PAYMENTS_API, _ORIGIN and _SECRET"):
            ours.append(HostedPayments(
                api_url=settings.payments_api, origin=settings.payments_origin,
                api_key=settings.payments_key, secret=settings.payments_secret,
                webhook_url=f"{settings.origin}/hooks/payments/sandbox_pay",
                brand=settings.brand_name, now=now, allow_loopback=not settings.production,
            ))
    return ours + installed("payments", settings.allowed_plugins)


def registry(settings: Settings, now: Callable[[], datetime]) -> Registry:
    """Every plugin there is. Raises ValueError when two share a key, BadSetting for settings."""
    return Registry(
        miniapps=by_key(miniapps(settings)),
        connectors=by_key(connectors(settings, now)),
        providers=by_key(providers(settings, now)),
        payments=by_key(payments(settings, now)),
        blobs=vault(settings),
        identity=_identity(settings, now),
        signer=_signer(settings, now),
        queues=frozenset(queues(Path(settings.queues)).teams),
        scanner=_scanner(settings),
    )


def vault(settings: Settings) -> SealedBlobs:
    """Where documents lie, sealed. Raises BadSetting."""
    ring = settings.blob_keyring
    with said_of("INTHREAD_BLOBS, INTHREAD_S3_REGION, _KEY_ID, _SECRET and _ENDPOINT"):
        inner = _bucket(settings) if settings.blobs.startswith("s3:") else DiskBlobs(
            Path(settings.blobs)
        )
    return SealedBlobs(inner, keys=ring.keys, newest=ring.newest)


def _bucket(settings: Settings) -> Blobs:
    # A third of a second, which no command waits for that needs no bucket.
    from integrations.s3_blobs import S3Blobs

    return S3Blobs.at(
        settings.blobs, region=settings.s3_region, key_id=settings.s3_key_id,
        secret=settings.s3_secret, endpoint=settings.s3_endpoint,
    )


def _scanner(settings: Settings) -> ClamScanner | None:
    if not settings.clamd:
        return None
    with said_of("INTHREAD_CLAMD"):
        return ClamScanner(settings.clamd)


def _signer(settings: Settings, now: Callable[[], datetime]) -> PdfSigner | None:
    if not settings.signer:
        if settings.tsa or settings.signer_password:
            raise BadSetting("INTHREAD_TSA and INTHREAD_SIGNER_PASSWORD need INTHREAD_SIGNER")
        return None
    with said_of("INTHREAD_SIGNER, INTHREAD_SIGNER_PASSWORD and INTHREAD_TSA"):
        return PdfSigner.at(
            Path(settings.signer), settings.signer_password, now=now, tsa=settings.tsa,
            allow_loopback=not settings.production,
        )


def _identity(settings: Settings, now: Callable[[], datetime]) -> OidcSignIn | None:
    if not settings.oidc_issuer:
        return None
    with said_of("INTHREAD_OIDC_ISSUER"):
        return OidcSignIn(
            settings.oidc_issuer, client=settings.oidc_client, secret=settings.oidc_secret,
            now=now, allow_loopback=not settings.production,
        )


def routing(settings: Settings, plugins: Registry) -> Routing:
    """Raises RoutingErrors, BadSetting when there is no such file."""
    file = Path(settings.providers)
    return read_routing(
        named_file("INTHREAD_PROVIDERS", file), str(file), providers=set(plugins.providers)
    )


def create_runtime(settings: Settings, now: Callable[[], datetime] | None = None) -> Runtime:
    now = now or time_of(settings)
    plugins, teams = registry(settings, now), queues(Path(settings.queues))
    return Runtime(
        db=Database(settings.database_url),
        registry=plugins,
        keyring=settings.keyring,
        workflows=workflows(sorted(settings.workflow_folder.glob("*.toml")), plugins),
        packs=jurisdictions(Path(settings.jurisdictions)),
        answers=answers(Path(settings.answers), teams.teams),
        retention=retention(Path(settings.retention)),
        queues=teams,
        origin=settings.origin.rstrip("/"),
        brand=Brand(settings.brand_name, settings.brand_phone, settings.brand_hours),
        limits=Limits(
            link_life=settings.link_life, code_life=settings.code_life, lease=settings.lease,
        ),
        payment_provider=_payment_provider(plugins),
        now=now,
        routing=routing(settings, plugins),
    )


def time_of(settings: Settings) -> Callable[[], datetime]:
    """The machine's time, or the sandbox's. Raises BadSetting."""
    with said_of("INTHREAD_CLOCK"):
        return AheadClock(Path(settings.clock), utc_now) if settings.clock else utc_now


def _payment_provider(plugins: Registry) -> str:
    """The one that new payments go to."""
    if not plugins.payments:
        raise BadSetting("no payment provider: name its plugin in INTHREAD_PLUGINS")
    return next(iter(plugins.payments))


def create_app(settings: Settings | None = None, runtime: Runtime | None = None) -> Flask:
    """The web application; beside it a worker's threads where the settings say so."""
    settings = settings or read_settings()
    rt = runtime or create_runtime(settings)
    app = build_site(rt, settings, ROOT)
    if runtime is None and settings.worker_beside_web:
        Worker(rt).start()
    return app


def __getattr__(name: str) -> Flask:
    """`app:app` for servers."""
    if name != "app":
        raise AttributeError(name)
    global _app
    if _app is None:
        _app = served()
    return _app


_app: Flask | None = None


def served() -> Flask:
    """The application of a server's process, after every check of the start. A refusal ends the
    process with its sentences: no server goes on without the application."""
    log.configure()
    try:
        settings, rt = ready(PARTS)
    except Stop as stop:
        sys.stderr.write(f"{stop}\n")
        # gunicorn ends on 3 and on nothing else; any other status it tries again for ever.
        raise SystemExit(3) from None
    app = create_app(settings, rt)
    if settings.worker_beside_web:
        Worker(rt).start()
    end_with_server()
    return app


def cli() -> int:
    """The console script `inthread`."""
    return main(PARTS)


PARTS = Parts(
    root=ROOT, make_registry=lambda settings: registry(settings, utc_now),
    make_runtime=create_runtime, read_workflows=workflows, read_routing=routing,
)

