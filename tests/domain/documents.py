"""Generated documents of the small workflow: tables in every way a person may write them."""

from __future__ import annotations

from hypothesis import strategies as st

from inthread.domain.dmn import from_dmn, to_dmn
from inthread.domain.unary import print_test
from tests.domain.cells import LITERALS, cells_of, respaced
from tests.domain.samples import a_document, small
from tests.domain.tables import EXTRA, INPUTS

TEXTS = st.text(
    st.characters(categories=("L", "N", "P"), exclude_characters="\\"), min_size=1, max_size=8
).filter(lambda text: text == text.strip())
AMOUNTS = st.sampled_from(["10", "10.0", "10.00", "1,000.50", "0", "remaining", "amount"])
NUMBERS = st.sampled_from([0, 1, 12, 10**9, "attempts"])
TERMS = {
    "pay": {"least": AMOUNTS, "most": AMOUNTS, "other": st.sampled_from([True, False, "vip"])},
    "attest": {"statement": st.just("true_words")},
    "promise": {"latest_days": NUMBERS, "least": AMOUNTS},
    "upload": {
        "kinds": st.lists(TEXTS, min_size=1, max_size=3, unique=True), "most_files": NUMBERS,
        "most_pages": NUMBERS,
    },
    "dated": {"until": st.sampled_from(["2026-12-01", "0001-01-01"]), "odd": TEXTS},
}
# A mini-app of somebody else's, with a date and an optional term.
DATED = {"until": ("date", False), "odd": ("text", False)}
IDENTITIES = st.sampled_from(["link+fact", "code", "strong"])


@st.composite
def cells(draw, name):
    """A cell as somebody may type it."""
    kind, named, _ = INPUTS[name]
    values = LITERALS[kind] if kind in ("text", "money", "date") else st.sampled_from(named)
    text = print_test(draw(cells_of(kind, values)))
    return respaced(text, draw(st.randoms(use_true_random=False)))


@st.composite
def offers(draw, miniapp):
    terms = {name: draw(values) for name, values in TERMS[miniapp].items()}
    if miniapp == "dated":
        return {name: value for name, value in terms.items() if draw(st.booleans())}
    return terms


@st.composite
def documents(draw):
    """A whole document that can be read, with a table over some inputs."""
    miniapp = draw(st.sampled_from(list(TERMS)))
    names = draw(st.lists(st.sampled_from(list(INPUTS)), min_size=1, max_size=4, unique=True))
    rows = []
    for _ in range(draw(st.integers(1, 4))):
        when = [draw(cells(name)) for name in names]
        if all(cell.strip() == "-" for cell in when):
            continue
        if draw(st.booleans()):
            offer = {"offer": draw(offers(miniapp)), "identity": draw(IDENTITIES)}
            rows.append({"when": when, **offer})
        else:
            rows.append({"when": when, "refuse": draw(st.sampled_from(["no_rule", "too_much"]))})
    rows.append({"when": ["-"] * len(names), "refuse": "too_much"})
    statements = {"true_words": {"version": 1, "text": {"en": "True."}}}
    used = any("statement" in row.get("offer", {}) for row in rows)
    return a_document({
        **EXTRA,
        "resolution.actions[1].miniapp": miniapp,
        "policy.sign": {"inputs": names, "rows": rows},
        "wording.statements": statements if used else {},
    })


def exported():
    return to_dmn(small())


def changed(*pairs, document=None):
    """The policy of the small document after its export was changed at these places."""
    text = exported().decode()
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return from_dmn(text.encode(), document or a_document())["policy"]
