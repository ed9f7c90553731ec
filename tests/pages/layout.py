"""What a thumb and a small screen need of a page. Each function gives what is wrong, or nothing."""

from __future__ import annotations

from playwright.sync_api import Page

_TARGETS = """
const shown = e => {
  const box = e.getBoundingClientRect(), style = getComputedStyle(e);
  return box.width > 2 && style.visibility !== 'hidden' && !e.matches('.skip, [type=hidden]')
};
const inSentence = e => getComputedStyle(e).display === 'inline';
const labelled = e => e.labels && e.labels.length > 0;
const told = e => (e.innerText || e.getAttribute('aria-label') || e.name || '').trim().slice(0, 40);
"""

# A radio, a tick box or a file input is pressed through its label; the label is then the target.
_SMALL = f"""least => {{ {_TARGETS}
  const through = e => labelled(e) && ['radio', 'checkbox', 'file'].includes(e.type);
  const inputs = [...document.querySelectorAll('input')].filter(through);
  const labels = inputs.flatMap(e => [...e.labels]);
  const pressed = [...document.querySelectorAll('a, button, input, select, textarea, summary')];
  return [...new Set([...pressed.filter(e => !through(e)), ...labels])]
    .filter(e => shown(e) && !inSentence(e)).map(e => [e, e.getBoundingClientRect()])
    .filter(([, box]) => box.height < least || box.width < least)
    .map(([e, box]) => [e, Math.round(box.width), Math.round(box.height)])
    .map(([e, width, height]) => `${{e.tagName}} "${{told(e)}}" ${{width}}x${{height}}`)
}}"""

_OVERLAPPING = f"""() => {{ {_TARGETS}
  const boxes = [...document.querySelectorAll('a, button, select, summary, textarea')]
    .filter(e => shown(e) && !inSentence(e)).map(e => [e, e.getBoundingClientRect()]);
  return boxes.flatMap(([a, p], i) => boxes.slice(i + 1)
    .filter(([b, q]) => !a.contains(b) && !b.contains(a)
      && Math.min(p.right, q.right) - Math.max(p.left, q.left) > 1
      && Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top) > 1)
    .map(([b]) => `"${{told(a)}}" and "${{told(b)}}"`))
}}"""


def small_targets(page: Page, least: int = 44) -> list[str]:
    """Controls smaller than *least* CSS pixels either way. Links inside a sentence are exempt."""
    found: list[str] = page.evaluate(_SMALL, least)
    return found


def overlapping_targets(page: Page) -> list[str]:
    """Pairs of controls that lie over each other."""
    found: list[str] = page.evaluate(_OVERLAPPING)
    return found


def sideways(page: Page) -> int:
    """By how many CSS pixels the page is wider than its screen. 0 when it does not scroll."""
    # A phone widens its window to what does not fit, so the screen is asked as well.
    fits = "Math.min(window.innerWidth, screen.width)"
    over: int = page.evaluate(f"document.documentElement.scrollWidth - {fits}")
    return max(0, over)


def main_button_bottom(page: Page, selector: str) -> int:
    """Where the main button ends, in CSS pixels from the top of the page."""
    box = page.locator(selector).first.bounding_box()
    if box is None:
        raise AssertionError(f"no {selector} is shown")
    return round(box["y"] + box["height"])


def first_paint(page: Page) -> float:
    """Milliseconds to the first contentful paint of the page just opened. Asked again and again
    from outside: a wait inside the page would be an `eval`, which its policy forbids."""
    painted = "performance.getEntriesByName('first-contentful-paint').map(e => e.startTime)"
    for _ in range(200):
        if found := page.evaluate(painted):
            return float(found[0])
        page.wait_for_timeout(50)
    raise AssertionError("nothing was painted in 10 s")
