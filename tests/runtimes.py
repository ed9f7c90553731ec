"""A Runtime on fakes, with the workflows that ship."""

from __future__ import annotations

import base64
import hashlib
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from app import answers, jurisdictions, queues, retention
from integrations.sealed_blobs import SealedBlobs
from inthread.domain.answers import Answers
from inthread.domain.jurisdiction import Pack
from inthread.domain.queues import Queues
from inthread.domain.retention import Retention
from inthread.domain.workflow import Workflow
from inthread.domain.workflow_reader import read_workflow
from inthread.keyring import Keyring
from inthread.registry import Registry, by_key
from inthread.runtime import Brand, Limits, Runtime
from inthread.spi import Blobs
from inthread.store.db import Database
from inthread.testing import FakeBlobs, FakeChannel, FakeOffice, FakePayments
from miniapps.attest import Attest
from miniapps.details import Details
from miniapps.pay import Pay
from miniapps.plan import Plan
from miniapps.promise import Promise
from miniapps.update_card import UpdateCard
from miniapps.upload import Upload
from tests.clock import Clock, Ids

ROOT = Path(__file__).parents[1]
MINIAPPS = (Pay(), Plan(), Promise(), Upload(), Attest(), UpdateCard(), Details())


@dataclass(frozen=True)
class Fakes:
    sms: FakeChannel
    email: FakeChannel
    whatsapp: FakeChannel
    billing: FakeOffice
    compliance: FakeOffice
    payments: FakePayments
    blobs: FakeBlobs


@cache
def shipped_workflows() -> Mapping[str, Workflow]:
    """The workflows of the product, read as the product reads them."""
    files = sorted((ROOT / "workflows").glob("*.toml"))
    read = [_read(tomllib.loads(file.read_text(encoding="utf-8")), file.name) for file in files]
    return {workflow.key: workflow for workflow in read}


@cache
def shipped_packs() -> Mapping[str, Pack]:
    return jurisdictions(ROOT / "jurisdictions")


@cache
def shipped_answers() -> Answers:
    return answers(ROOT / "answers.toml")


@cache
def shipped_retention() -> Retention:
    return retention(ROOT / "retention.toml")


@cache
def shipped_queues() -> Queues:
    return queues(ROOT / "queues.toml")


def changed_workflows(key: str, change: Callable[[dict[str, Any]], None]) -> Mapping[str, Workflow]:
    """The same, with the next version of one: its document after *change*."""
    file = ROOT / "workflows" / f"{key}.toml"
    document = tomllib.loads(file.read_text(encoding="utf-8"))
    document["version"] += 1
    change(document)
    return {**shipped_workflows(), key: _read(document, file.name)}


def _read(document: dict[str, Any], name: str) -> Workflow:
    return read_workflow(
        document, name,
        miniapps={
            m.key: {n: (t.kind, t.required) for n, t in m.terms.items()} for m in MINIAPPS
        },
        connectors={"billing", "compliance"}, channels={"sms", "email", "whatsapp", "voice"},
    )


def a_keyring(*, names: tuple[str, ...] = ("k1",)) -> Keyring:
    """Always the same keys by these names (of k1, k2, k3), the newest last."""
    made = [base64.b64encode(hashlib.sha256(name.encode()).digest()).decode() for name in names]
    return Keyring.read(",".join(f"{n}:{key}" for n, key in zip(names, made, strict=True)))


def a_vault(inner: Blobs, *, names: tuple[str, ...] = ("k1",)) -> SealedBlobs:
    """*inner* with documents sealed by these keys."""
    ring = a_keyring(names=names)
    return SealedBlobs(inner, keys=ring.keys, newest=ring.newest)


def a_runtime(
    db: Database, *, clock: Clock | None = None, ids: Ids | None = None,
    keyring: Keyring | None = None, limits: Limits | None = None,
    workflows: Mapping[str, Workflow] | None = None,
) -> Runtime:
    """Real database, keys and workflows; fakes for what lies outside (the offices are forgetful, so
    that a double sending shows); ids that count."""
    clock, ids = clock or Clock(), ids or Ids()
    pay = FakePayments(clock)
    registry = Registry(
        miniapps=by_key(MINIAPPS),
        connectors=by_key([FakeOffice(clock, key=k) for k in ("billing", "compliance")]),
        providers=by_key([FakeChannel(k) for k in ("sms", "email", "whatsapp")]),
        payments=by_key([pay]), blobs=a_vault(FakeBlobs()),
        queues=frozenset(shipped_queues().teams),
    )
    for office in registry.connectors.values():
        assert isinstance(office, FakeOffice)
        office.on_call = db.assert_closed
    return Runtime(
        db=db, registry=registry, keyring=keyring or a_keyring(),
        workflows=workflows or shipped_workflows(), packs=shipped_packs(),
        answers=shipped_answers(), retention=shipped_retention(),
        queues=shipped_queues(), origin="https://pay.test",
        brand=Brand("Alderway", "+1 555 010 0147", "8:00-20:00"), limits=limits or Limits(),
        payment_provider=pay.key, now=clock, new_id=ids, new_token=ids.token,
        jitter=lambda within: within * 0,
    )


def fakes_of(rt: Runtime) -> Fakes:
    channels: Any = rt.registry.providers
    offices: Any = rt.registry.connectors
    provider: Any = rt.registry.payments[rt.payment_provider]
    vault: Any = rt.registry.blobs
    return Fakes(
        channels["sms"], channels["email"], channels["whatsapp"], offices["billing"],
        offices["compliance"], provider, vault.inner,
    )
