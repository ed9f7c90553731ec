"""No process starts on settings, plugins, workflows or a database that do not hold (A16, R10.3)."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from inthread.cli.parts import Stop
from inthread.cli.start import checked_settings
from inthread.store.db import Database
from tests.cli.conftest import Inthread, good_settings

SERVES = (("web",), ("worker",), ("worker", "--once"))
VERBS = (*SERVES, ("migrate",), ("verify-audit",), ("api-keys", "revoke", "x"))
BAD_KEYS = {
    "empty": "",
    "short": "k1:" + base64.b64encode(bytes(range(31))).decode(),
    "all alike": "k1:" + base64.b64encode(bytes(32)).decode(),
    "words": "k1:" + base64.b64encode(b"changeme" * 4).decode(),
    "not base64": "k1:secret",
    "no id": base64.b64encode(bytes(range(32))).decode(),
    "twice": ",".join(f"k{n}:" + base64.b64encode(bytes(range(32))).decode() for n in (1, 2)),
}


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_a16_no_verb_starts_without_keys(
    inthread: Inthread, settings: dict[str, str], verb: tuple[str, ...]
) -> None:
    settings["INTHREAD_KEYS"] = ""
    said = inthread(*verb)
    assert (said.status, said.out) == (1, "")
    assert said.err == (
        "INTHREAD_KEYS: key id '': use two characters a-z or 0-9, as in k1:<base64>; "
        "`inthread keys new` makes one\n"
    )


@pytest.mark.parametrize("name", BAD_KEYS)
def test_a16_a_weak_key_is_refused(tmp_path: Path, name: str) -> None:
    env = good_settings(f"sqlite:///{tmp_path}/x.db", tmp_path)
    with pytest.raises(Stop, match=r"^INTHREAD_KEYS: key "):
        checked_settings({**env, "INTHREAD_KEYS": BAD_KEYS[name]})


@pytest.mark.parametrize("variable", ["CONNECTOR_SECRET", "PAYMENTS_SECRET"])
@pytest.mark.parametrize("secret", ["", "whsec_c2hvcnQ=", "whsec_???"])
def test_a16_a_weak_signing_secret_is_refused(
    inthread: Inthread, settings: dict[str, str], variable: str, secret: str
) -> None:
    settings[f"INTHREAD_{variable}"] = secret
    said = inthread("migrate")
    assert said.status == 1
    assert variable.rpartition("_")[2] in said.err.partition(": ")[0]
    assert "the signing secret" in said.err


def test_everything_wrong_is_said_at_once(inthread: Inthread, settings: dict[str, str]) -> None:
    settings |= {
        "INTHREAD_MODE": "prod", "INTHREAD_CODE_MINUTES": "11", "INTHREAD_LINK_HOURS": "337",
        "INTHREAD_LEASE_SECONDS": "4", "INTHREAD_CONNECTORS": "billing",
    }
    said = inthread("worker")
    assert said.status == 1
    assert said.err.splitlines() == [
        "INTHREAD_MODE is `sandbox` or `production`",
        "INTHREAD_LINK_HOURS is a whole number from 1 to 336, not '337'",
        "INTHREAD_CODE_MINUTES is a whole number from 1 to 10, not '11'",
        "INTHREAD_LEASE_SECONDS is a whole number from 5 to 600, not '4'",
        "INTHREAD_CONNECTORS: 'billing' is not key=url",
    ]


@pytest.mark.parametrize(("given", "said"), [
    ({"INTHREAD_BLOB_KEYS": "b1:short"}, "INTHREAD_BLOB_KEYS: key b1 is not base64; `inthread keys "
     "new` makes one\n"),
    ({"INTHREAD_BLOBS": "s3://documents", "INTHREAD_S3_REGION": "eu-central-1"},
     "INTHREAD_BLOBS in a bucket needs INTHREAD_S3_REGION, _KEY_ID and _SECRET\n"),
    ({"INTHREAD_BLOBS": "s3://D/", "INTHREAD_S3_REGION": "eu-central-1", "INTHREAD_S3_KEY_ID": "k",
      "INTHREAD_S3_SECRET": "s"},
     "INTHREAD_BLOBS, INTHREAD_S3_REGION, _KEY_ID, _SECRET and _ENDPOINT: a bucket is written "
     "s3://bucket or s3://bucket/prefix/\n"),
    ({"INTHREAD_CLAMD": "clamd"}, "INTHREAD_CLAMD: a scanner is host:port, or the path of a socket "
     "that begins with /\n"),
])
def test_where_documents_cannot_be_kept_stops_the_start(
    inthread: Inthread, settings: dict[str, str], given: dict[str, str], said: str
) -> None:
    settings |= given
    done = inthread("worker")
    assert (done.status, done.err) == (1, said)


def test_an_unknown_plugin_stops_the_start(inthread: Inthread, settings: dict[str, str]) -> None:
    settings["INTHREAD_PLUGINS"] = "acme_billing"
    said = inthread("worker")
    assert (said.status, said.err) == (1, (
        "INTHREAD_PLUGINS names 'acme_billing' and no installed package has a plugin of that name: "
        "install it or take the name away.\n"
    ))


def test_an_address_that_may_not_be_called_stops_the_start(
    inthread: Inthread, settings: dict[str, str]
) -> None:
    settings["INTHREAD_CONNECTORS"] = "billing=http://10.0.0.1"
    said = inthread("worker")
    assert said.status == 1
    assert said.err == "INTHREAD_CONNECTORS, INTHREAD_CONNECTOR_SECRET: only https is called\n"


def test_a_workflow_that_does_not_hold_stops_the_start(
    inthread: Inthread, settings: dict[str, str], tmp_path: Path
) -> None:
    settings["INTHREAD_WORKFLOWS"] = str(tmp_path)
    none = inthread("migrate")
    assert (none.status, none.err) == (1, (
        f"There is no workflow in {tmp_path}: INTHREAD_WORKFLOWS names the folder of the "
        "documents.\n"
    ))
    (tmp_path / "torn.toml").write_text("key = [\n")
    torn = inthread("migrate")
    assert torn.status == 1
    assert torn.err.startswith(f"{tmp_path}/torn.toml: is not TOML: ")
    (tmp_path / "torn.toml").write_text('key = "torn"\nlocales = ["en"]\n')
    half = inthread("migrate")
    assert half.status == 1
    assert len(half.err.splitlines()) > 3
    assert all(line.startswith(f"{tmp_path}/torn.toml") for line in half.err.splitlines())


@pytest.mark.parametrize("verb", SERVES, ids=" ".join)
def test_an_empty_database_is_not_served(inthread: Inthread, verb: tuple[str, ...]) -> None:
    said = inthread(*verb)
    assert said.status == 1
    assert said.err == (
        "The database is empty and this version needs 0002: run `inthread migrate`.\n"
    )


def test_a_database_of_a_newer_version_is_not_served(
    inthread: Inthread, migrated: Database
) -> None:
    with migrated.begin() as tx:
        tx.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    said = inthread("worker")
    assert (said.status, said.err) == (1, (
        "The database is at revision 9999, which this version does not know: a newer version made "
        "it. Start that one.\n"
    ))
