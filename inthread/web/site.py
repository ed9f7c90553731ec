"""The web application: pages, guards and answers, put together."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from flask import Blueprint, Flask, Response
from werkzeug.middleware.proxy_fix import ProxyFix

from inthread.acting.shelf import Shelf
from inthread.registry import Registry
from inthread.runtime import Runtime
from inthread.settings import Settings
from inthread.web import (
    actions,
    api_docs,
    channel_hooks,
    evidence,
    health,
    help,
    hooks,
    identity,
    landing,
    menu,
    payer,
    receipts,
    scheduled,
    scripts,
    sharing,
    stop,
    uploads,
)
from inthread.web.compress import Presser, compress_text
from inthread.web.console import site as console
from inthread.web.guesses import Guesses
from inthread.web.pages import build
from inthread.web.refusals import tell_refusals
from inthread.web.security import content_policy, guard

bp = Blueprint("site", __name__)


@bp.get("/robots.txt")
def robots() -> Response:
    return Response("User-agent: *\nDisallow: /\n", content_type="text/plain; charset=utf-8")


def plugin_folders(plugins: Registry) -> list[Path]:
    """The packages of mini-apps that bring templates of their own."""
    names = {type(app).__module__.partition(".")[0] for app in plugins.miniapps.values()}
    specs = [find_spec(name) for name in sorted(names)]
    folders = [Path(f) for spec in specs if spec for f in spec.submodule_search_locations or ()]
    return [folder for folder in folders if (folder / "templates").is_dir()]


def build_site(rt: Runtime, settings: Settings, root: Path) -> Flask:
    """The Flask application. *root*: where `templates/`, `static/` and `translations/` lie.

    Raises ValueError when the theme or a catalogue cannot be used.
    """
    app = Flask("inthread", root_path=str(root), static_folder=None)
    pages = build(root, plugin_folders(rt.registry))
    app.extensions["inthread"] = Shelf(rt)
    app.extensions["inthread_settings"] = settings
    app.extensions["inthread_pages"] = pages
    app.extensions["inthread_guesses"] = Guesses()
    compress_text(app, Presser(pages.heads.values()))
    origins = [provider.origin for provider in rt.registry.payments.values()]
    policy = content_policy(pages.style.source, origins)
    scripts.install(app, root / "static", content_policy(pages.style.source, origins, "'self'"))
    guard(app, host=settings.host, origin=rt.origin, policy=policy)
    tell_refusals(app)
    for each in (
        landing, stop, payer, identity, menu, actions, sharing, receipts, scheduled,
        help,
    ):
        app.register_blueprint(each.bp)
    app.register_blueprint(bp)
    app.register_blueprint(evidence.bp)
    for machines in (api_docs, hooks, channel_hooks, health, uploads):
        machines.install(app)
    console.install(app)
    if hops := int(settings.proxies):
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]
    return app
