"""axe-core on a page as it stands, under the page's own strict policy."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

_SCRIPT = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]


def findings(page: Page, only: str = "") -> list[str]:
    """What axe found, one line a rule: its name, what is wrong, where. Empty when all is well.
    *only*: the one rule that is asked.

    Every <details> is opened first. What axe cannot decide counts as found, but for text on a
    gradient, whose contrast is computed from the tokens instead.
    """
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    # Through the debugging channel: a script tag would be stopped by the page's policy.
    page.evaluate(_SCRIPT.read_text(encoding="utf-8"))
    run = "asked => axe.run(document, {runOnly: asked, resultTypes: ['violations', 'incomplete']})"
    asked = {"type": "rule", "values": [only]} if only else {"type": "tag", "values": _TAGS}
    answer = page.evaluate(run, asked)
    if not answer["passes"]:
        raise AssertionError("axe passed no rule at all: it did not see the page")
    undecided = [i for i in answer["incomplete"] if i["id"] != "color-contrast"]
    return [_line(f) for f in answer["violations"]] + [
        f"undecided: {_line(f)}" for f in undecided
    ]


def _line(finding: dict[str, object]) -> str:
    nodes: list[dict[str, object]] = finding["nodes"]  # type: ignore[assignment]
    where = ", ".join(str(node["target"]) for node in nodes[:4])
    return f"{finding['id']}: {finding['help']}: {where}"
