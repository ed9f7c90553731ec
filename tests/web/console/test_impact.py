"""The impact of a draft, on its pages: asked for, watched, and opened to the cases behind it."""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy
from html import unescape

from sqlalchemy import update

from inthread.commands.change_draft import change_draft
from inthread.commands.start_draft import start_draft
from inthread.domain.draft import Draft
from inthread.runtime import Runtime
from inthread.store import impacts
from inthread.store import tables as t
from tests.build import carry_all
from tests.drafts import KEY, in_print
from tests.history import Kept, seed_decisions
from tests.rows import nothing_written
from tests.web.console.colleague import Colleague


def plans_from_80(rt: Runtime, by: Colleague) -> Draft:
    draft = start_draft(rt, actor=by.actor, key=KEY)
    document = deepcopy(dict(draft.document))
    document["policy"]["plan"]["rows"][1]["when"][0] = "< 80.00"  # type: ignore[index]
    return change_draft(
        rt, actor=by.actor, draft_id=draft.id, revision=draft.revision, document=document
    )


def losers(history: list[Kept]) -> list[Kept]:
    return [
        k for k in history
        if 6000 <= k.decision.inputs["remaining"].minor < 8000  # type: ignore[union-attr]
        and not k.facts["disputed"]
    ]


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def test_an_author_asks_and_sees_whom_it_would_change(
    rt: Runtime, colleague: Callable[..., Colleague]
) -> None:
    in_print(rt)
    history = seed_decisions(rt, 400)
    ada = colleague("author")
    draft = plans_from_80(rt, ada)
    path = f"/console/drafts/{draft.id}/impact"
    assert "Nobody has measured this draft yet" in ada.get(path).text
    answer = ada.post(path, on=path)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{path}?said=impact_asked")
    going = ada.get(path).text
    assert '<progress max="400" value="0"' in going
    assert f'hx-get="{path}/now"' in going
    assert f'href="{path}">Look again</a>' in going  # without a script
    part = ada.get(f"{path}/now", headers={"HX-Request": "true", "X-Live": "1"}).text
    assert part.lstrip().startswith("<div")
    assert "<progress" in part
    carry_all(rt, kinds=("impact",))
    shown = ada.get(path).text
    lose = losers(history)
    said = words(shown)
    assert "all 400 decisions are the same to the byte" in said
    assert f"400 decisions taken again, {len(lose)} differ" in said
    assert f"Lose it {len(lose)} See who" in said
    assert "<title id=\"s-t\">" in shown
    assert "<desc id=\"s-d\">" in shown
    assert "hx-get" not in shown.split('id="impact"')[1].split(">")[0]


def test_each_number_opens_its_cases(
    rt: Runtime, colleague: Callable[..., Colleague]
) -> None:
    in_print(rt)
    history = seed_decisions(rt, 2500)
    ada = colleague("author")
    draft = plans_from_80(rt, ada)
    path = f"/console/drafts/{draft.id}/impact"
    ada.post(path, on=path)
    carry_all(rt, kinds=("impact",))
    lose = losers(history)
    assert len(lose) > 60
    page, seen = f"{path}/changes?action=plan&kind=lost", list[str]()
    while page:
        html = ada.get(page).text
        seen += re.findall(r"<code class=\"small\">(dec_\w+)</code>", html)
        more = re.search(r'rel="next" href="([^"]+)"', html)
        page = unescape(more[1]) if more else ""
    assert sorted(seen) == sorted(k.id for k in lose)
    us = ada.get(f"{path}/changes?action=plan&kind=lost&by=disputed&is=yes").text
    assert "No decision changes in this way." in us
    first = ada.get(f"{path}/changes?action=plan&kind=lost").text
    assert "<del>offered</del>" in first
    assert "<ins>plan below least</ins>" in first
    assert f'href="/console/cases/{losers(history)[-1].case_id}"' in first


def test_it_is_shown_by_any_fact_and_any_action(
    rt: Runtime, colleague: Callable[..., Colleague]
) -> None:
    in_print(rt)
    seed_decisions(rt, 300)
    ada = colleague("author")
    draft = plans_from_80(rt, ada)
    path = f"/console/drafts/{draft.id}/impact"
    ada.post(path, on=path)
    carry_all(rt, kinds=("impact",))
    default = words(ada.get(path).text)
    assert "Offered “Split it into payments”" in default  # what changes most
    by_money = words(ada.get(f"{path}?action=pay&by=remaining").text)
    assert "Offered “Pay now”" in by_money
    assert "$50.00 to $200.00" in by_money
    assert "nothing-we-know" not in ada.get(f"{path}?action=nothing-we-know&by=nope").text


def test_what_does_not_come_out_as_recorded_is_said_first(
    rt: Runtime, colleague: Callable[..., Colleague]
) -> None:
    in_print(rt)
    history = seed_decisions(rt, 50)
    broken = history[7].decision.as_json()
    broken["inputs"]["remaining"]["minor"] = 1  # type: ignore[index]
    with rt.db.begin() as tx:
        tx.execute(update(t.decisions).where(t.decisions.c.id == history[7].id)
                   .values(document=broken))
    ada = colleague("author")
    draft = plans_from_80(rt, ada)
    path = f"/console/drafts/{draft.id}/impact"
    ada.post(path, on=path)
    carry_all(rt, kinds=("impact",))
    said = words(ada.get(path).text)
    assert "1 of 50 decisions do not come out as they were recorded." in said
    assert history[7].id in said
    with rt.db.read() as tx:
        assert not impacts.done_for(tx, draft.id, draft.hash)


def test_an_earlier_content_is_named_as_such(
    rt: Runtime, colleague: Callable[..., Colleague]
) -> None:
    in_print(rt)
    seed_decisions(rt, 20)
    ada = colleague("author")
    draft = plans_from_80(rt, ada)
    path = f"/console/drafts/{draft.id}/impact"
    ada.post(path, on=path)
    carry_all(rt, kinds=("impact",))
    document = deepcopy(dict(draft.document))
    document["policy"]["plan"]["rows"][1]["when"][0] = "< 90.00"  # type: ignore[index]
    change_draft(rt, actor=ada.actor, draft_id=draft.id, revision=draft.revision, document=document)
    assert "measured on an earlier content of the draft" in ada.get(path).text


def test_a_viewer_looks_and_asks_for_nothing(
    rt: Runtime, colleague: Callable[..., Colleague]
) -> None:
    in_print(rt)
    ada, vic = colleague("author"), colleague("viewer")
    draft = plans_from_80(rt, ada)
    path = f"/console/drafts/{draft.id}/impact"
    html = vic.get(path).text
    assert "Measure the impact" not in html
    with nothing_written(rt.db, but=("audit",)):
        assert vic.post(path, on=path).status_code == 403


def test_what_there_is_not_is_not_found(
    rt: Runtime, colleague: Callable[..., Colleague]
) -> None:
    in_print(rt)
    ada = colleague("author")
    draft = plans_from_80(rt, ada)
    path = f"/console/drafts/{draft.id}/impact"
    assert ada.get("/console/drafts/draft_none/impact").status_code == 404
    assert ada.get(f"{path}/changes?action=plan&kind=lost").status_code == 404  # nothing measured
    assert ada.get(f"{path}/changes?action=plan&kind=odd").status_code == 404
    assert ada.get(f"{path}/changes?action=plan&kind=lost&after=x").status_code == 404


def test_a_draft_that_cannot_be_read_says_why(
    rt: Runtime, colleague: Callable[..., Colleague]
) -> None:
    in_print(rt)
    ada = colleague("author")
    draft = plans_from_80(rt, ada)
    change_draft(
        rt, actor=ada.actor, draft_id=draft.id, revision=draft.revision,
        document={**draft.document, "locales": []},
    )
    path = f"/console/drafts/{draft.id}/impact"
    with nothing_written(rt.db):
        answer = ada.post(path, on=path)
    assert answer.status_code == 422
    assert "It cannot be measured yet" in answer.text
