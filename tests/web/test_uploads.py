"""tus 1.0.0 on the customers' pages: bound to the visit, bounded before a byte is read."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest
from werkzeug.test import TestResponse

from inthread.runtime import Runtime
from tests.build import Fakes, a_person, an_asked_case
from tests.clock import Clock
from tests.miniapps import files
from tests.miniapps.test_photos import blurred, page
from tests.rows import every_row, nothing_written
from tests.web.steps import fact_menu, menu
from tests.web.visitor import ORIGIN, SENT_BY_US, Visitor

BYTES = bytes(range(256)) * 8
STREAM = "application/offset+octet-stream"


class Sender:
    """A browser on the page of the form, which sends files in pieces."""

    def __init__(self, visitor: Visitor, rt: Runtime) -> None:
        self.visitor = visitor
        case = an_asked_case(rt=rt, workflow="document_refresh", number="DOC-1")
        fact_menu(visitor, rt, case)
        self.form = visitor.get("/visit/do/upload")
        self.csrf = self.form.button("Send")[1].fields["csrf"]

    def ask(
        self, method: str, path: str = "", data: bytes = b"", **headers: str
    ) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        given = {
            **SENT_BY_US, "Tus-Resumable": "1.0.0", "X-Form-Token": self.csrf, **named
        }
        return self.visitor.client.open(
            path or "/visit/uploads", method=method, base_url=ORIGIN, data=data,
            headers={k: v for k, v in given.items() if v != "none"},
        )

    def create(self, length: int = len(BYTES), name: str = "card.jpg", **more: str) -> TestResponse:
        said = {"filename": name, "filetype": "image/jpeg", "action": "upload"}
        pairs = [f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in said.items()]
        return self.ask("POST", **{
            "Upload_Length": str(length), "Upload_Metadata": ",".join(pairs), **more
        })

    def patch(self, path: str, start: int, content: bytes, **more: str) -> TestResponse:
        return self.ask(
            "PATCH", path, content,
            **{"Upload_Offset": str(start), "Content_Type": STREAM, **more},
        )

    def send(self, content: bytes, name: str = "card.jpg") -> str:
        """The file's id, once it is here."""
        path = self.create(len(content), name).headers["Location"]
        assert self.patch(path, 0, content).status_code == 204
        return path.rpartition("/")[2]

    def look(self, file_id: str, query: str = "?kind=passport") -> Any:
        answer = self.ask("POST", f"/visit/uploads/{file_id}/look{query}")
        assert answer.status_code == 200
        return json.loads(answer.data)


@pytest.fixture
def sender(visitor: Visitor, rt: Runtime) -> Sender:
    return Sender(visitor, rt)


def test_what_the_server_can_do_is_told_to_anybody(visitor: Visitor) -> None:
    answer = visitor.client.options("/visit/uploads", base_url=ORIGIN)
    assert answer.status_code == 204
    told = {k: v for k, v in answer.headers.items() if k.startswith("Tus-")}
    assert told == {
        "Tus-Resumable": "1.0.0", "Tus-Version": "1.0.0", "Tus-Max-Size": "10485760",
        "Tus-Extension": "creation,termination,checksum,expiration",
        "Tus-Checksum-Algorithm": "sha1,sha256",
    }


def test_a_file_is_begun_sent_and_seen(sender: Sender) -> None:
    made = sender.create()
    path = made.headers["Location"]
    assert (made.status_code, made.headers["Upload-Offset"]) == (201, "0")
    first = sender.patch(path, 0, BYTES[:1000])
    assert (first.status_code, first.headers["Upload-Offset"]) == (204, "1000")
    seen = sender.ask("HEAD", path)
    assert (seen.status_code, seen.headers["Upload-Offset"], seen.headers["Upload-Length"]) == (
        200, "1000", "2048")
    assert "no-store" in seen.headers["Cache-Control"]
    assert seen.headers["Upload-Expires"] == made.headers["Upload-Expires"]
    assert made.headers["Upload-Expires"].endswith("15:30:00 GMT")
    last = sender.patch(path, 1000, BYTES[1000:])
    assert last.headers["Upload-Offset"] == "2048"


@pytest.mark.parametrize("version", ["none", "0.2.2", "2.0.0"])
def test_another_version_is_refused_with_ours(sender: Sender, rt: Runtime, version: str) -> None:
    with nothing_written(rt.db):
        answer = sender.create(Tus_Resumable=version)
    assert (answer.status_code, answer.headers["Tus-Version"]) == (412, "1.0.0")


def test_r8_1_nothing_is_read_that_is_longer_than_its_file(
    sender: Sender, rt: Runtime, fakes: Fakes
) -> None:
    path = sender.create().headers["Location"]
    with nothing_written(rt.db):
        assert sender.create(10 * 2**20 + 1).status_code == 413
        assert sender.patch(path, 0, BYTES + b"x").status_code == 413
        assert sender.patch(path, 0, bytes(10 * 2**20 + 1)).status_code == 413
    assert fakes.blobs.kept == {}


@pytest.mark.parametrize(("headers", "status"), [
    ({"Content_Type": "application/octet-stream"}, 415),
    ({"Upload_Offset": "1"}, 409),
    ({"Upload_Offset": "-1"}, 400),
    ({"Upload_Offset": "none"}, 400),
    ({"Upload_Offset": "\u0663".encode().decode("latin-1")}, 400),
    ({"Upload_Checksum": "md5 AAAA"}, 400),
    ({"Upload_Checksum": "sha1 AAAA"}, 460),
    ({"Upload_Checksum": "sha1"}, 460),
    ({"X_Form_Token": "none"}, 403),
    ({"X_Form_Token": "AAAA"}, 403),
    ({"Sec_Fetch_Site": "cross-site"}, 403),
])
def test_a_piece_that_is_refused_counts_nothing(
    sender: Sender, rt: Runtime, fakes: Fakes, headers: dict[str, str], status: int
) -> None:
    path = sender.create().headers["Location"]
    with nothing_written(rt.db):
        assert sender.patch(path, 0, BYTES, **headers).status_code == status
    assert fakes.blobs.kept == {}


@pytest.mark.parametrize("name", ["sha1", "sha256"])
def test_a_checksum_that_holds(sender: Sender, name: str) -> None:
    path = sender.create().headers["Location"]
    digest = base64.b64encode(hashlib.new(name, BYTES).digest()).decode()
    answer = sender.patch(path, 0, BYTES, Upload_Checksum=f"{name} {digest}")
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, "2048")


@pytest.mark.parametrize("header", ["filename !", "filename Zg==,filetype \xff", "a \u00e9"])
def test_metadata_that_nobody_can_read(sender: Sender, rt: Runtime, header: str) -> None:
    with nothing_written(rt.db):
        assert sender.create(Upload_Metadata=header).status_code == 400


@pytest.mark.parametrize("length", ["none", "x", "1e3", "9" * 13])
def test_a_length_that_is_none(sender: Sender, rt: Runtime, length: str) -> None:
    with nothing_written(rt.db):
        assert sender.create(Upload_Length=length).status_code == 400


def test_where_only_post_goes_through(sender: Sender) -> None:
    path = sender.create().headers["Location"]
    over = sender.ask("POST", path, BYTES, Upload_Offset="0", Content_Type=STREAM,
                      X_HTTP_Method_Override="PATCH")
    assert (over.status_code, over.headers["Upload-Offset"]) == (204, "2048")
    assert sender.ask("POST", path, X_HTTP_Method_Override="PUT").status_code == 405
    assert sender.ask("POST", path).status_code == 405
    assert sender.ask("POST", path, X_HTTP_Method_Override="DELETE").status_code == 204
    assert sender.ask("HEAD", path).status_code == 410


def test_a_file_that_was_taken_back_is_gone(sender: Sender) -> None:
    path = sender.create().headers["Location"]
    assert sender.ask("DELETE", path).status_code == 204
    assert sender.ask("HEAD", path).status_code == 410
    assert sender.patch(path, 0, BYTES).status_code == 410


def test_another_visit_does_not_find_it(
    sender: Sender, app: Any, rt: Runtime
) -> None:
    path = sender.create().headers["Location"]
    other = Visitor(app)
    person = a_person(rt=rt, reference="CUST-2")
    menu(other, rt, an_asked_case(rt=rt, person=person))
    stranger = Sender.__new__(Sender)
    stranger.visitor = other
    stranger.csrf = other.get("/visit/do/pay").button("Continue")[1].fields["csrf"]
    with nothing_written(rt.db):
        assert stranger.ask("HEAD", path).status_code == 404
        assert stranger.patch(path, 0, BYTES).status_code == 404
        assert stranger.ask("DELETE", path).status_code == 404
    assert sender.ask("HEAD", path).status_code == 200


def test_without_a_visit_nothing_is_said(sender: Sender, app: Any, rt: Runtime) -> None:
    path = sender.create().headers["Location"]
    sender.visitor = Visitor(app)
    with nothing_written(rt.db):
        answers = [sender.ask("HEAD", path), sender.patch(path, 0, BYTES), sender.create()]
    assert [a.status_code for a in answers] == [403, 403, 403]
    assert all("Location" not in a.headers for a in answers)


def test_a_visit_that_ended_takes_nothing(sender: Sender, clock: Clock, rt: Runtime) -> None:
    path = sender.create().headers["Location"]
    clock.tick(minutes=16)
    with nothing_written(rt.db):
        assert sender.patch(path, 0, BYTES).status_code == 403


def test_r8_7_too_many_is_said_in_words(sender: Sender, rt: Runtime) -> None:
    for _ in range(5):
        sender.create(10)
    with nothing_written(rt.db):
        answer = sender.create(10)
    assert answer.status_code == 413
    assert json.loads(answer.data)["problem"].startswith("We take 5 files and 25 MB for this")


def test_r8_7_twenty_an_hour(sender: Sender) -> None:
    for _ in range(20):
        sender.ask("DELETE", sender.create(10).headers["Location"])
    answer = sender.create(10)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3600")


def test_r8_10_a_reply_that_was_lost_makes_no_second_file(sender: Sender, rt: Runtime) -> None:
    made = [sender.create(Idempotency_Key="once-1").headers["Location"] for _ in range(3)]
    assert made == [made[0]] * 3
    assert len(every_row(rt.db)["incoming_files"]) == 1


def test_what_is_wrong_is_said_at_once(sender: Sender) -> None:
    good = sender.send(files.saved(page(), "JPEG"))
    poor = sender.send(files.saved(blurred(page()), "JPEG"), "back.jpg")
    bad = sender.send(b"<html>", "page.jpg")
    assert sender.look(good) == {"problem": "", "poor": ""}
    assert sender.look(good, "") == {"problem": "", "poor": ""}
    assert sender.look(poor)["poor"].startswith("back.jpg is blurred. Rest your hand")
    assert sender.look(bad)["problem"].startswith("page.jpg is not a photo")


def test_a_look_is_asked_with_the_forms_token(sender: Sender, rt: Runtime) -> None:
    good = sender.send(BYTES)
    with nothing_written(rt.db):
        answer = sender.ask("POST", f"/visit/uploads/{good}/look", X_Form_Token="none")
    assert answer.status_code == 403
