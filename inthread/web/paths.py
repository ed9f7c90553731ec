"""The addresses of the customer's pages, for routes and templates alike."""

from __future__ import annotations

from typing import Final

MENU: Final = "/visit"
CODE: Final = "/visit/code"
RESEND: Final = "/visit/code/resend"
FACT: Final = "/visit/fact"
HELP: Final = "/visit/help"
NOT_ME: Final = "/visit/not-me"
LANGUAGE: Final = "/visit/language"
LEAVE: Final = "/visit/leave"
ENDED: Final = "/visit/ended"
SCHEDULED: Final = "/visit/scheduled"
SHARED: Final = "/visit/shared"


def link(token: str) -> str:
    return f"/l/{token}"


def renew(token: str) -> str:
    return f"/l/{token}/renew"


def stop(token: str) -> str:
    return f"/stop/{token}"


def action(key: str) -> str:
    return f"/visit/do/{key}"


def check(key: str) -> str:
    return f"/visit/do/{key}/check"


def receipt(outcome_id: str) -> str:
    return f"/visit/receipt/{outcome_id}"


def payment(payment_id: str) -> str:
    return f"/visit/payment/{payment_id}"


def receipt_pdf(outcome_id: str) -> str:
    return f"/visit/receipt/{outcome_id}.pdf"


def share(key: str) -> str:
    return f"/visit/do/{key}/share"


def payer(token: str) -> str:
    return f"/p/{token}"


def paid_for(return_ref: str) -> str:
    return f"/p/paid/{return_ref}"


def paid_for_pdf(return_ref: str) -> str:
    return f"/p/paid/{return_ref}.pdf"
