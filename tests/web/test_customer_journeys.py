"""A person's whole way through the pages, with no script, on both databases."""

from __future__ import annotations

import io

from PIL import Image

from inthread.domain.case import CaseState
from inthread.runtime import Runtime
from inthread.spi import Money, PaymentKind
from tests.build import Fakes, a_provider_event, an_asked_case, carry_all, newest_code, the_case
from tests.clock import Clock
from tests.web.steps import check_page, fact_menu, landing, menu
from tests.web.visitor import Visitor


def a_photo() -> bytes:
    image = io.BytesIO()
    Image.new("RGB", (640, 400), (200, 180, 90)).save(image, "JPEG")
    return image.getvalue()


def test_paying_a_part_from_the_link_to_the_proof(
    visitor: Visitor, rt: Runtime, fakes: Fakes, clock: Clock
) -> None:
    case = an_asked_case(rt=rt)
    page = menu(visitor, rt, case)
    assert "Hello Maya. Your bill $184.20" in page.text
    check = check_page(visitor, "pay", how="part")
    assert "You pay now $62.00 Left after this $122.20" in check.text
    leaving = visitor.sent(check, "Pay $62.00 now")
    [payment_id] = fakes.payments.checkouts
    assert (leaving.status, leaving.goes_to) == (303, f"https://pay.test/pay/co-{payment_id}")

    back = fakes.payments.return_urls[payment_id].removeprefix("http://localhost:8400")
    waiting = visitor.open(back)
    assert "We’re waiting for your payment to be confirmed" in waiting.text
    assert the_case(rt, case.id).state is CaseState.PENDING

    a_provider_event(rt=rt, payment_id=payment_id, kind=PaymentKind.SUCCEEDED)
    receipt = visitor.press(waiting, "Check again")
    assert "Paid. Thank you, Maya. $62.00 Reference INV-1 When Mon 5 Jan, 10:00" in receipt.text
    assert "Your account Not yet confirmed" in receipt.text

    carry_all(rt)
    proved = visitor.get(f"/visit/receipt/{outcome_id(receipt.response.request.path)}")
    assert "Your account Confirmed 10:00" in proved.text
    assert [effect.fields["amount_minor"] for effect in fakes.billing.effects] == [6200]
    again = visitor.open("/visit")
    assert "You paid $62.00 on Mon 5 Jan." in again.text.replace(" .", ".")
    assert "Your bill $122.20" in again.text
    clock.tick(minutes=1)
    assert the_case(rt, case.id).remaining == Money(12220, "USD")


def test_a_plan_shows_every_date_and_is_agreed_to_in_words(
    visitor: Visitor, rt: Runtime, fakes: Fakes
) -> None:
    case = an_asked_case(rt=rt)
    menu(visitor, rt, case)
    form = visitor.get("/visit/do/plan")
    assert form.html.count('name="option"') > 3
    check = visitor.press(form, "Check your plan", option="monthly-4")
    assert "I agree to pay $184.20 in 4 payments" in check.text
    receipt = visitor.press(check, "Agree to this plan")
    assert "Your plan is set" in receipt.text
    assert "I agree to pay $184.20 in 4 payments" in receipt.text
    carry_all(rt)
    assert the_case(rt, case.id).state is CaseState.CLOSED
    assert len(fakes.billing.effects) == 1


def test_a_promise_in_spanish_from_the_first_page(visitor: Visitor, rt: Runtime) -> None:
    case = an_asked_case(rt=rt)
    english = landing(visitor, rt, case)
    spanish = visitor.get(f"{english.response.request.path}{english.links['Español']}")
    page = visitor.press(spanish, "Enviarme un código")
    page = visitor.press(page, "Continuar", code=newest_code(rt, case))
    assert "Hola, Maya." in page.text
    form = visitor.get("/visit/do/promise")
    check = visitor.press(form, "Continuar", on="2026-01-08", how="all")
    assert "jue, 8 ene 2026" in check.text
    receipt = visitor.press(check, "Prometer esto")
    assert "Hemos anotado su promesa" in receipt.text


def test_a_document_and_a_signature(visitor: Visitor, rt: Runtime, fakes: Fakes) -> None:
    case = an_asked_case(rt=rt, workflow="document_refresh", number="DOC-1")
    page = fact_menu(visitor, rt, case)
    assert "Hello Maya. Your document Document Passport · Good until Sun 1 Feb" in page.text
    form = visitor.open("/visit/do/upload")
    sent = visitor.press(
        form, "Send", kind="passport", anyway="yes",
        file=[(io.BytesIO(a_photo()), "passport.jpg")],
    )
    assert "Your document is with us" in sent.text
    carry_all(rt)
    ask = visitor.open("/visit/do/attest")
    form = visitor.press(ask, "Send me a code")
    form = visitor.press(form, "Continue", code=newest_code(rt, case))
    assert form.response.request.path == "/visit/do/attest"
    assert "the document I sent is mine" in form.text
    wrong = visitor.press(form, "Sign and send", name="Maya Okafor")
    assert wrong.status == 422
    assert "Tick the box" in wrong.text
    signed = visitor.press(wrong, "Sign and send", agree="yes", name="Maya Okafor")
    assert "Signed. Thank you." in signed.text
    carry_all(rt)
    assert the_case(rt, case.id).state is CaseState.CLOSED
    assert len(fakes.blobs.kept) == 1


def outcome_id(path: str) -> str:
    return path.rpartition("/")[2]
