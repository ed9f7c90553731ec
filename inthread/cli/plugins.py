"""Call a plugin the way the product does, and say which promises of the SPI it keeps.

A connector, a channel and a payment provider are called for real: point their settings at a test
account. A mini-app needs --sample: terms, and a form it should take (docs/operations.md).
"""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from inthread.cli.parts import Parts, Stop
from inthread.cli.sample import Sample
from inthread.cli.start import checked_settings
from inthread.registry import Registry
from inthread.runtime import utc_now
from inthread.testing import (
    Finding,
    check_channel,
    check_connector,
    check_miniapp,
    check_payment_provider,
    check_vault,
)

if TYPE_CHECKING:
    from inthread.cli.parts import Verbs


def add(verbs: Verbs) -> None:
    plugins = verbs.add_parser("plugins", help="check a plugin against the SPI")
    actions = plugins.add_subparsers(title="actions", metavar="ACTION", required=True)
    check = actions.add_parser(
        "check", help="run the conformance kit", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    check.add_argument("key", help="the plugin's key, e.g. billing")
    check.add_argument("--sample", type=Path, help="TOML: what to call it with")
    check.add_argument(
        "--in-production", action="store_true", help="call it although this is production"
    )
    check.set_defaults(run=run)


@dataclass(frozen=True)
class Kind:
    """`calls`: whether another system is written."""

    name: str
    calls: bool
    check: Callable[[Registry, str, Sample], list[Finding]]


def run(parts: Parts, options: argparse.Namespace) -> int:
    settings = checked_settings()
    try:
        plugins = parts.make_registry(settings)
    except ValueError as wrong:
        raise Stop(*str(wrong).splitlines()) from wrong
    kinds = _kinds_of(plugins, options.key)
    if settings.production and not options.in_production and any(kind.calls for kind in kinds):
        raise Stop(f"This is production, and {options.key} would be called for real. Nothing was "
                   "called: say --in-production if that is meant.")
    sample = Sample(_read(options.sample))
    return 1 if sum([_told(kind, plugins, options.key, sample) for kind in kinds]) else 0


def _told(kind: Kind, plugins: Registry, key: str, sample: Sample) -> int:
    """Print what was seen; how many promises were not kept."""
    try:
        findings = kind.check(plugins, key, sample)
    except (KeyError, TypeError, ValueError) as wrong:
        raise Stop(f"The sample does not fit the {kind.name} {key}: {wrong}") from wrong
    for finding in findings:
        print(f"{'kept' if finding.passed else 'BROKEN':<8}{finding.name}"
              + ("" if finding.passed else f": {finding.seen}"))
    broken = sum(not finding.passed for finding in findings)
    print(f"\n{kind.name} {key}: {len(findings) - broken} of {len(findings)} promises kept")
    return broken


def _kinds_of(plugins: Registry, key: str) -> list[Kind]:
    there = [
        ("mini-app", plugins.miniapps, False, _miniapp),
        ("connector", plugins.connectors, True, _connector),
        ("channel", plugins.providers, True, _channel),
        ("payment provider", plugins.payments, True, _payments),
        ("blob store", {plugins.blobs.key: plugins.blobs}, True, _blobs),
    ]
    kinds = [Kind(name, calls, check) for name, group, calls, check in there if key in group]
    if not kinds:
        known = sorted({k for _, group, _, _ in there for k in group})
        raise Stop(f"There is no plugin {key!r}. There are: {', '.join(known)}. One of a package "
                   "is loaded when INTHREAD_PLUGINS names it.")
    return kinds


def _miniapp(plugins: Registry, key: str, sample: Sample) -> list[Finding]:
    app = plugins.miniapps[key]
    return check_miniapp(app, sample.offer(app.terms), sample.form())


def _connector(plugins: Registry, key: str, sample: Sample) -> list[Finding]:
    return check_connector(plugins.connectors[key], lambda n: sample.writeback(key, n))


def _channel(plugins: Registry, key: str, sample: Sample) -> list[Finding]:
    return check_channel(plugins.providers[key], sample.outgoing, remembers=sample.remembers)


def _payments(plugins: Registry, key: str, sample: Sample) -> list[Finding]:
    provider = plugins.payments[key]
    return check_payment_provider(provider, lambda n: sample.payment(key, n), now=utc_now())


def _blobs(plugins: Registry, key: str, sample: Sample) -> list[Finding]:
    return check_vault(plugins.blobs)


def _read(file: Path | None) -> Mapping[str, object]:
    if file is None:
        return {}
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as wrong:
        raise Stop(f"{file}: {wrong}") from wrong
