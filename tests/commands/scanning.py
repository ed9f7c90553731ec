"""Files that a scanner looks at: clean ones and marked ones, sent by a customer."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pikepdf
import pytest
from PIL import Image

from inthread.commands.open_document import open_document
from inthread.commands.submit_action import submit_action
from inthread.domain.actor import CUSTOMER, OPERATOR
from inthread.runtime import Runtime
from inthread.spi import Form, Scanner, Upload
from inthread.store import audit
from inthread.testing import FakeScanner
from tests.build import AVisit, a_coded_visit
from tests.rows import every_row


def with_scanner(rt: Runtime, scanner: Scanner) -> Runtime:
    return replace(rt, registry=replace(rt.registry, scanner=scanner))


@pytest.fixture
def scanner(rt: Runtime) -> FakeScanner:
    made = FakeScanner()
    made.on_call = rt.db.assert_closed
    return made


@pytest.fixture
def guarded(rt: Runtime, scanner: FakeScanner) -> Runtime:
    return with_scanner(rt, scanner)


@pytest.fixture
def visit(rt: Runtime) -> AVisit:
    return a_coded_visit(rt=rt, workflow="document_refresh", number="DOC-1")


def photo(rest: bytes = b"", colour: str = "red") -> bytes:
    out = BytesIO()
    Image.new("RGB", (60, 40), colour).save(out, "JPEG")
    return out.getvalue() + rest


def pdf(words: bytes) -> bytes:
    """One page that says so, in a stream of its own that nobody has reason to change."""
    made = pikepdf.new()
    made.add_blank_page()
    made.pages[0].Contents = made.make_stream(b"% " + words + b"\n")
    out = BytesIO()
    made.save(out, compress_streams=False)
    return out.getvalue()


def send(rt: Runtime, visit: AVisit, *files: bytes, nonce: str = "nonce-1") -> None:
    form = Form({"kind": "passport", "anyway": "yes"}, {
        "file": [Upload(f"{n}.bin", "application/octet-stream", x) for n, x in enumerate(files)],
    })
    submit_action(rt, actor=CUSTOMER, token=visit.token, action="upload", nonce=nonce, form=form)


def events(rt: Runtime, visit: AVisit) -> list[tuple[str, dict[str, object]]]:
    with rt.db.read() as tx:
        return [(e.event, dict(e.detail)) for e in audit.of_subject(tx, visit.case.id)]


def documents(rt: Runtime) -> list[dict[str, object]]:
    return every_row(rt.db)["documents"]


def opened(rt: Runtime, visit: AVisit) -> bytes:
    [document] = documents(rt)
    return open_document(
        rt, actor=OPERATOR, case_id=visit.case.id, document_id=str(document["id"])
    )[1]
