"""A runtime whose organisation signs, and somebody who signed a yearly statement."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from inthread.commands.submit_action import Device, Submitted, submit_action
from inthread.domain.actor import CUSTOMER
from inthread.queries.action import action_form
from inthread.runtime import Runtime
from inthread.spi import Form, Retry
from tests.build import AVisit, a_coded_visit, an_open_visit

NAME = "Maya Okafor"
DRAWN = "10,20 30,40 50,20;300,100"


@dataclass
class FakeSigner:
    """`away`: what it raises instead. `closed`: asked before each call."""

    key: str = "fake"
    trouble: str = ""
    away: Retry | None = None
    reasons: list[str] = field(default_factory=list)
    made: list[bytes] = field(default_factory=list)
    asked: int = 0

    def sign(self, pdf: bytes, *, reason: str) -> bytes:
        self.asked += 1
        if self.away is not None:
            raise self.away
        self.reasons.append(reason)
        self.made.append(pdf)
        return pdf + b"%signed\n"


def signing(rt: Runtime, signer: FakeSigner | None) -> Runtime:
    made = replace(rt, registry=replace(rt.registry, signer=signer))
    object.__setattr__(made, "traffic", rt.traffic)
    return made


def an_attesting_visit(rt: Runtime) -> AVisit:
    visit = an_open_visit(rt=rt, workflow="annual_attestation", number="ATT-1")
    return a_coded_visit(rt=rt, visit=visit)


def a_signature(rt: Runtime, visit: AVisit, **more: str) -> Form:
    page = action_form(rt, visit.token, "attest").page
    consent = page["consent"]
    assert isinstance(consent, dict)
    return Form({
        "agree": "yes", "name": NAME, "statement_digest": str(page["digest"]), "consent": "yes",
        "consent_digest": str(consent["digest"]), "drawn": DRAWN, **more,
    })


def attest(rt: Runtime, visit: AVisit, nonce: str = "nonce-1", **more: str) -> Submitted:
    return submit_action(
        rt, actor=CUSTOMER, token=visit.token, action="attest", nonce=nonce,
        form=a_signature(rt, visit, **more), device=Device("198.51.100.7", "A Browser/1.0"),
    )
