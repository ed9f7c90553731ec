"""The glossary's words, in the code and in the documents."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, name, text_files

WORDS = (
    "Case", "Workflow", "Policy", "Decision", "MiniApp", "Link", "Visit", "Challenge", "Assurance",
    "Outcome", "Payment", "Writeback", "Proof", "Outbox", "Cadence", "Message", "WorkItem",
    "Actor", "Refusal", "NextStep", "Draft",
)

# Where the project was made, and where packages come from, is nobody's business.
_MACHINE = re.compile(
    r"(?<![\w.])/(work|root|home/\w+|opt/\w+|Users)/|"
    r"https?://[a-z0-9.-]*(pypi|pythonhosted|npmjs|debian|registry)[a-z0-9.-]*"
)
_LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")
_TARGET = re.compile(r"`make ([a-z-]+)`")


def _documents() -> list[Path]:
    return [path for path in text_files() if path.suffix == ".md"]


@pytest.mark.parametrize("word", WORDS)
def test_the_glossary_explains(word: str) -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    spelled = re.sub(r"(?<=[a-z])(?=[A-Z])", "[ -]?", word)
    assert re.search(rf"^\|[^|]*\*\*{spelled}\*\*[^|]*\|", glossary, re.M | re.I)


def test_nothing_names_a_machine_or_a_registry() -> None:
    named = [
        f"{name(path)}:{n} {line.strip()[:100]}"
        for path in text_files()
        if path != Path(__file__)
        for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if _MACHINE.search(line)
    ]
    assert named == []


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-test.lock"])
def test_a_lock_file_names_no_address(lock: str) -> None:
    lines = (ROOT / lock).read_text().splitlines()
    assert [line for line in lines if "://" in line or line.startswith("-")] == []
    pinned = [line for line in lines if not line.startswith((" ", "#"))]
    assert [line for line in pinned if "==" not in line or not line.endswith("\\")] == []


def test_the_page_checks_lock_names_no_address() -> None:
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text()


def test_links_between_documents_lead_somewhere() -> None:
    dead = [
        f"{name(path)}: {link}"
        for path in _documents()
        for link in _LINK.findall(path.read_text(encoding="utf-8"))
        if not (path.parent / link).exists()
    ]
    assert dead == []


def test_every_make_target_a_document_names_exists() -> None:
    makefile = (ROOT / "Makefile").read_text()
    unknown = [
        f"{name(path)}: make {target}"
        for path in _documents()
        for target in _TARGET.findall(path.read_text(encoding="utf-8"))
        if not re.search(rf"^{target}:.*##", makefile, re.M)
    ]
    assert unknown == []


def test_no_program_names_a_host_outside_this_machine() -> None:
    """Addresses in product code are examples (RFC 2606, RFC 6761), this machine, vocabulary,
    link-local (what a hostile redirect points at), or Stripe's, which a policy has to name."""
    reserved = r"[\w.-]*\.?(example(\.(com|org|net))?|test)"
    own = r"localhost|127\.0\.0\.1|\[::1\]|169\.254\.169\.254"
    allowed = re.compile(rf"({own}|{reserved})([:/]|$)")
    vocabulary = (
        "http://www.w3.org/", "https://json-schema.org/", "http://www.omg.org/spec/DMN/",
        "https://www.omg.org/spec/DMN/", "https://api.stripe.com", "https://checkout.stripe.com",
    )
    outside = [
        f"{name(path)}:{n} {address}"
        for path in text_files()
        if path.relative_to(ROOT).parts[0]
        in ("app.py", "inthread", "miniapps", "integrations", "sandbox", "templates", "static")
        for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        for address in re.findall(r"https?://[\w\[.:/-]+", line)
        if not address.startswith(vocabulary) and not allowed.match(address.split("://", 1)[1])
    ]
    assert outside == []
