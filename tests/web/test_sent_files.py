"""A form with files: within it, or arrived before it in pieces; and a photo that is not good."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import pytest

from inthread.commands.sweep_uploads import sweep_uploads
from inthread.domain.actor import WORKER
from inthread.runtime import Runtime
from tests.build import Fakes
from tests.clock import Clock
from tests.miniapps import files
from tests.miniapps.test_photos import blurred, lit, page
from tests.rows import every_row, nothing_written
from tests.web.test_uploads import Sender
from tests.web.visitor import Page, Visitor

GOOD = files.saved(page(), "JPEG")
POOR = files.saved(blurred(page()), "JPEG")
DARK = files.saved(lit(page(), 0.3), "JPEG")
PDF = files.pdf()


@pytest.fixture
def sender(visitor: Visitor, rt: Runtime) -> Sender:
    return Sender(visitor, rt)


def fill(sender: Sender, *sent: bytes, on: Page | None = None, **fields: Any) -> Page:
    """What the press of the button is answered with."""
    named = [(io.BytesIO(content), f"p{n}.jpg") for n, content in enumerate(sent, 1)]
    extra = {"file": named} if named else {}
    return sender.visitor.sent(on or sender.form, "Send", kind="passport", **extra, **fields)


def documents(rt: Runtime) -> list[dict[str, Any]]:
    return every_row(rt.db)["documents"]


def test_files_that_came_before_the_form_finish_it(
    sender: Sender, rt: Runtime, fakes: Fakes, clock: Clock
) -> None:
    ids = [sender.send(GOOD, "front.jpg"), sender.send(files.pdf(), "back.pdf")]
    answer = fill(sender, uploads=" ".join(ids))
    assert (answer.status, answer.goes_to[:15]) == (303, "/visit/receipt/")
    [kept] = documents(rt)
    assert (kept["name"], kept["media_type"], kept["pages"]) == (
        "front.pdf", "application/pdf", 2)
    clock.tick(minutes=6)
    assert sweep_uploads(rt, actor=WORKER) == 2
    assert list(fakes.blobs.kept) == [kept["digest"]]


def test_a43_the_same_form_twice_is_one_outcome(sender: Sender, rt: Runtime) -> None:
    ids = sender.send(GOOD)
    first = fill(sender, uploads=ids)
    again = fill(sender, uploads=ids)
    assert (again.status, again.goes_to) == (303, first.goes_to)
    assert len(documents(rt)) == len(every_row(rt.db)["outcomes"]) == 1


def test_both_ways_at_once(sender: Sender, rt: Runtime) -> None:
    answer = fill(sender, files.pdf(pages=2), uploads=sender.send(GOOD))
    assert answer.status == 303
    assert [d["pages"] for d in documents(rt)] == [3]


@pytest.mark.parametrize("uploads", ["inc_nothing", "half"])
def test_a_file_that_is_not_here_refuses_the_form(
    sender: Sender, rt: Runtime, uploads: str
) -> None:
    if uploads == "half":
        path = sender.create(100).headers["Location"]
        sender.patch(path, 0, b"x" * 50)
        uploads = path.rpartition("/")[2]
    with nothing_written(rt.db):
        answer = fill(sender, uploads=uploads)
    assert answer.status == 422
    assert "A file you chose is no longer here. Nothing was sent." in answer.text


def test_more_names_than_a_case_has_files(sender: Sender, rt: Runtime) -> None:
    with nothing_written(rt.db):
        answer = fill(sender, uploads=" ".join(f"inc_{n}" for n in range(6)))
    assert answer.status == 400


def test_a_poor_photo_is_asked_about_and_kept_and_sent_all_the_same(
    sender: Sender, rt: Runtime
) -> None:
    asked = fill(sender, GOOD, DARK)
    assert asked.status == 422
    assert "p2.jpg is too dark to read. Take it again in brighter light" in asked.text
    assert len(re.findall('type="checkbox" name="leave-', asked.html)) == 2
    assert documents(rt) == []
    sent = fill(sender, on=asked, anyway="yes")
    assert sent.status == 303
    assert [d["pages"] for d in documents(rt)] == [2]
    [outcome] = every_row(rt.db)["outcomes"]
    assert outcome["values"]["files"][0]["faults"] == ["dark"]


def test_a_poor_photo_is_left_out_and_another_taken_for_it(sender: Sender, rt: Runtime) -> None:
    asked = fill(sender, GOOD, POOR)
    field = re.search('name="leave-2" id="photo-2" value="(inc_[^"]+)"', asked.html)
    assert field is not None
    sent = fill(sender, files.pdf(pages=2), on=asked, **{"leave-2": field[1]})
    assert sent.status == 303
    assert [d["pages"] for d in documents(rt)] == [3]
    assert "faults" not in json.dumps(every_row(rt.db)["outcomes"][0]["values"])


def test_r8_10_the_same_poor_form_twice_keeps_it_once(sender: Sender, rt: Runtime) -> None:
    fill(sender, POOR)
    fill(sender, POOR)
    assert len(every_row(rt.db)["incoming_files"]) == 1


def test_what_else_is_wrong_keeps_nothing(sender: Sender, rt: Runtime) -> None:
    with nothing_written(rt.db):
        answer = fill(sender, POOR, b"<html>")
    assert answer.status == 422
    assert "p2.jpg is not a photo" in answer.text


def test_r8_7_a_case_has_25_mib_by_the_form_as_well(sender: Sender, rt: Runtime) -> None:
    for length in (10 * 2**20, 10 * 2**20, 5 * 2**20 - 100):
        sender.create(length)
    with nothing_written(rt.db):
        answer = fill(sender, bytes(101))
    assert answer.status == 422
    assert "We take 5 files and 25 MB for this" in answer.text


def test_r8_7_twenty_an_hour_by_the_form_as_well(sender: Sender, rt: Runtime) -> None:
    for _ in range(20):
        sender.ask("DELETE", sender.create(10).headers["Location"])
    with nothing_written(rt.db):
        assert fill(sender, GOOD).status == 429


def test_r8_7_a_form_that_was_answered_is_answered_again(sender: Sender, rt: Runtime) -> None:
    first = fill(sender, GOOD, PDF)
    sender.create(10)
    for _ in range(4):
        answer = fill(sender, GOOD, PDF)
        assert (answer.status, answer.goes_to) == (303, first.goes_to)


def test_r8_9_the_digest_of_what_is_kept_is_in_the_outcome(
    sender: Sender, rt: Runtime, fakes: Fakes
) -> None:
    fill(sender, uploads=sender.send(GOOD))
    [kept], [outcome] = documents(rt), every_row(rt.db)["outcomes"]
    assert [f["sha256"] for f in outcome["values"]["files"]] == [kept["digest"]]
    assert kept["digest"] in fakes.blobs.kept


def test_only_this_page_runs_a_script_and_only_ours(visitor: Visitor, sender: Sender) -> None:
    policy = sender.form.response.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    [address] = re.findall(r'<script src="(/static/[0-9a-f]{16}/upload\.js)" defer></script>',
                           sender.form.html)
    assert visitor.get(address).response.mimetype == "text/javascript"
    assert "script-src" not in visitor.get("/visit").response.headers["Content-Security-Policy"]
