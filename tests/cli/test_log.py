"""What is logged is one JSON line, without control characters and without secrets (A70, A09)."""

from __future__ import annotations

import io
import json
import logging
import logging.config
from collections.abc import Iterator

import pytest
import structlog

from inthread import log
from inthread.keyring import Keyring
from inthread.runtime import random_token

KEY = "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
TOKEN = Keyring.read(KEY).link_token("k1", "link_1")
PAYER = Keyring.read(KEY).payer_token("k1", "plink_1")


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    before = logging.getLogger().handlers[:], logging.getLogger().level
    log.configure(stream)
    yield stream
    logging.getLogger().handlers[:] = before[0]
    logging.getLogger().setLevel(before[1])
    structlog.reset_defaults()


def _lines(out: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(text) for text in out.getvalue().splitlines()]


def test_an_event_is_one_line_with_its_instant(out: io.StringIO) -> None:
    structlog.get_logger().info("case.opened", case="case_1", owed=18420)
    (event,) = _lines(out)
    at = str(event.pop("at"))
    assert at.endswith("Z")
    assert event == {"level": "info", "event": "case.opened", "case": "case_1", "owed": 18420}


HOSTILE = "a\r\nb\x1b[31mc\x00\x7f\x85\u2028\u202e\t\ud800"


def test_a70_control_characters_never_leave(out: io.StringIO) -> None:
    structlog.get_logger().warning(HOSTILE, **{"na\nme": HOSTILE}, inner=[{"x\r": HOSTILE}])
    logging.getLogger("werkzeug").warning("path %s", HOSTILE)
    written = out.getvalue()
    assert [c for c in written if not " " <= c <= "~"] == ["\n", "\n"]
    ours, theirs = _lines(out)
    assert ours["event"] == HOSTILE
    assert ours["na\nme"] == HOSTILE
    assert theirs["event"] == f"path {HOSTILE}"
    assert theirs["by"] == "werkzeug"


def test_what_was_raised_is_in_the_same_line(out: io.StringIO) -> None:
    try:
        raise ValueError("first\nsecond")
    except ValueError:
        structlog.get_logger().exception("worker.fault", what="claim")
        logging.getLogger("x").exception("theirs")
    ours, theirs = _lines(out)
    for event in (ours, theirs):
        assert str(event["exception"]).endswith("ValueError: first\nsecond")
    assert out.getvalue().count("\n") == 2


COOKIE, WHSEC = random_token(), "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
# what is logged, and what of it may not be written
SECRETS = {
    "link": (TOKEN, TOKEN),
    "link in a path": (f"GET /l/{TOKEN} 200", TOKEN[2:]),
    "torn link": (f"/l/{TOKEN[:20]}", TOKEN[:20]),
    "payer link": (f"POST /p/{PAYER} 303", PAYER[2:]),
    "torn payer link": (f"/p/{PAYER[:20]}", PAYER[:20]),
    "torn way back": (f"/p/paid/{PAYER[:20]}.pdf", PAYER[:20]),
    "cookie": (COOKIE, COOKIE),
    "key": (KEY, KEY.partition(":")[2]),
    "signing secret": (WHSEC, WHSEC.removeprefix("whsec_")),
    "bearer": ("Authorization: Bearer short-key", "short-key"),
    "card": ("paid with 4111 1111 1111 1111 today", "4111 1111"),
}


@pytest.mark.parametrize("name", SECRETS)
def test_a09_a_secret_is_taken_out_wherever_it_stands(out: io.StringIO, name: str) -> None:
    text, secret = SECRETS[name]
    structlog.get_logger().info(text, why=f"it was {text}.", more={"deep": (text,), text: 1})
    logging.getLogger("x").warning("%s", text)
    try:
        raise RuntimeError(text)
    except RuntimeError:
        structlog.get_logger().exception("fault")
    assert len(_lines(out)) == 3
    assert secret not in out.getvalue()


def test_the_password_of_an_address_is_taken_out(out: io.StringIO) -> None:
    structlog.get_logger().info("x", url="postgresql+psycopg://inthread:hunter2@db:5432/inthread")
    assert _lines(out)[0]["url"] == "postgresql+psycopg://[taken out]@db:5432/inthread"


@pytest.mark.parametrize(
    "name", ["password", "connector_secret", "link_token", "Cookie", "api_key", "csrf"]
)
def test_a_secret_name_hides_any_value(out: io.StringIO, name: str) -> None:
    structlog.get_logger().info("x", **{name: "12"})
    assert _lines(out)[0][name] == "[taken out]"


KEPT = [
    "case_01j9k2m3n4p5q6r7s8t9v0w1x2",
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "test_a_worker_that_is_killed_twice_is_replaced_each_time",
    "code_refused",
    "EF-000012",
]


@pytest.mark.parametrize("text", KEPT)
def test_what_is_no_secret_stays(out: io.StringIO, text: str) -> None:
    structlog.get_logger().info("x", seen=text, code=text)
    event = _lines(out)[0]
    assert (event["seen"], event["code"]) == (text, text)


def test_the_values_of_a_failed_statement_are_not_shown(out: io.StringIO) -> None:
    structlog.get_logger().error(
        "x", exception="IntegrityError\n[SQL: INSERT]\n[parameters: {'name': 'Maya'}]\n(at e3q8)"
    )
    assert _lines(out)[0]["exception"] == (
        "IntegrityError\n[SQL: INSERT]\n[parameters: not shown]\n(at e3q8)"
    )


def test_a_flood_is_cut(out: io.StringIO) -> None:
    structlog.get_logger().info("x", seen="a b " * 10_000)
    assert str(_lines(out)[0]["seen"]).endswith(" [20000 more]")


def test_debug_is_not_written(out: io.StringIO) -> None:
    structlog.get_logger().debug("x")
    logging.getLogger("x").info("y")
    assert out.getvalue() == ""


def test_the_server_writes_the_same_lines(
    out: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    logging.config.dictConfig(log.server_config())
    server = logging.getLogger("_granian")
    server.info("Started worker-1\x1b")
    server.handlers.clear()
    event = json.loads(capsys.readouterr().err)
    assert (event["event"], event["by"]) == ("Started worker-1\x1b", "_granian")
