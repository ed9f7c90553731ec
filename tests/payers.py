"""A case whose customer may let somebody else pay, and the link that they made."""

from __future__ import annotations

from typing import Any

from inthread.commands.open_payer_link import open_payer_link
from inthread.commands.share_payment import Shared, share_payment
from inthread.domain.actor import CUSTOMER, PAYER
from inthread.domain.payer_link import PayerLink
from inthread.runtime import Runtime
from inthread.store import payer_links
from tests.build import AVisit, a_choice, a_coded_visit, changed_workflows


def shared_workflows() -> Any:
    """The overdue invoice, with a policy that lets others pay."""
    return changed_workflows("overdue_invoice", let_others)


def let_others(document: dict[str, Any]) -> None:
    for row in document["policy"]["pay"]["rows"]:
        if "offer" in row:
            row["offer"]["others"] = True


def a_shared_payment(
    *, rt: Runtime, visit: AVisit | None = None, days: int = 3, nonce: str = "share-nonce-1",
    form: dict[str, str] | None = None, **how: Any,
) -> tuple[AVisit, Shared]:
    """A link for somebody else to pay a part ($62.00 of $184.20), unless *form* says else."""
    visit = visit or a_coded_visit(rt=rt, **how)
    shown = a_choice(rt=rt, visit=visit, action="pay", form=form)
    return visit, share(rt, visit, shown, days=days, nonce=nonce)


def share(
    rt: Runtime, visit: AVisit, shown: str, *, days: int = 3, nonce: str = "share-nonce-1",
    action: str = "pay",
) -> Shared:
    return share_payment(
        rt, actor=CUSTOMER, token=visit.token, action=action, days=days, nonce=nonce, shown=shown
    )


def token_of(shared: Shared) -> str:
    return shared.url.rsplit("/", 1)[1]


def go_to_pay(rt: Runtime, shared: Shared) -> str:
    """The address of the provider's page."""
    return open_payer_link(rt, actor=PAYER, token=token_of(shared))


def kept(rt: Runtime, shared: Shared) -> PayerLink:
    """The link as it stands now."""
    with rt.db.read() as tx:
        found = payer_links.find(tx, shared.link.id)
    assert found is not None
    return found


def payment_of(rt: Runtime, shared: Shared) -> str:
    """The id of the newest payment that came of it."""
    found = kept(rt, shared).payment_id
    assert found is not None
    return found
