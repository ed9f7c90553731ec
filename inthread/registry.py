"""Which plugins this installation has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

from inthread.spi import (
    ChannelProvider,
    Connector,
    IdentityProvider,
    MiniApp,
    PaymentProvider,
    Scanner,
    Signer,
    Vault,
)

GROUPS = ("miniapps", "connectors", "channels", "payments")


class Keyed(Protocol):
    @property
    def key(self) -> str: ...


K = TypeVar("K", bound=Keyed)


@dataclass(frozen=True)
class Registry:
    """`queues`: the names of those that a workflow may hand work to; `identity`: where staff may
    sign in beside the console's own door. Without `scanner` files are kept unlooked at, without
    `signer` no evidence is signed."""

    miniapps: Mapping[str, MiniApp]
    connectors: Mapping[str, Connector]
    providers: Mapping[str, ChannelProvider]
    payments: Mapping[str, PaymentProvider]
    blobs: Vault
    queues: frozenset[str] = frozenset()
    identity: IdentityProvider | None = None
    scanner: Scanner | None = None
    signer: Signer | None = None

    @cached_property
    def channels(self) -> Mapping[str, tuple[ChannelProvider, ...]]:
        """The providers of each channel that there is."""
        found: dict[str, tuple[ChannelProvider, ...]] = {}
        for one in self.providers.values():
            found[one.channel] = (*found.get(one.channel, ()), one)
        return MappingProxyType(found)


def by_key(plugins: Iterable[K]) -> Mapping[str, K]:
    """Plugins by their key. Raises ValueError when two share one."""
    found: dict[str, K] = {}
    for plugin in plugins:
        if plugin.key in found:
            raise ValueError(f"two plugins share the key {plugin.key!r}")
        found[plugin.key] = plugin
    return MappingProxyType(found)


def allowed(group: str, names: frozenset[str]) -> list[EntryPoint]:
    """The entry points `inthread.<group>` that the operator allowed by name. What is installed
    but not named in INTHREAD_PLUGINS is not loaded."""
    return [e for e in entry_points(group=f"inthread.{group}") if e.name in names]


def installed(group: str, names: frozenset[str]) -> list[Any]:
    """What the allowed entry points make."""
    return [entry.load()() for entry in allowed(group, names)]


def missing(names: frozenset[str]) -> list[str]:
    """Names that the operator allowed and nobody installed."""
    there = {e.name for g in GROUPS for e in entry_points(group=f"inthread.{g}")}
    return sorted(names - there)
