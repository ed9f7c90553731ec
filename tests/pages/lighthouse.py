"""Lighthouse, mobile, on a page of a running server. Run it with nothing else on the machine."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import CHROMIUM, NODE_TOOLS

_FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-dev-shm-usage --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
)
# Chromium gave Lighthouse no start of the load, which says nothing of the page: asked once more.
_LOST_TRACE = "NO_NAVSTART"
_CATEGORIES = ("performance", "accessibility", "best-practices", "seo")


@dataclass(frozen=True)
class Scores:
    """Four scores of 100, and what cost the points that are missing."""

    performance: int
    accessibility: int
    best_practices: int
    seo: int
    lost: tuple[str, ...] = ()

    @property
    def four(self) -> tuple[int, int, int, int]:
        return (self.performance, self.accessibility, self.best_practices, self.seo)


def scores(url: str, cookies: Mapping[str, str] | None = None) -> Scores:
    """The page's scores; performance is the median of 3, since its timing is noisy on few cores.

    `cookies` are sent with each request, for pages behind a visit. is-crawlable is left out: a
    customer's page carries noindex on purpose.
    """
    runs = [run(url, cookies) for _ in range(2)]
    if runs[0].performance != runs[1].performance:  # else a third run cannot move the median
        runs.append(run(url, cookies))
    return middle(runs)


def middle(runs: Sequence[Scores]) -> Scores:
    """The run whose performance is the median."""
    median = statistics.median_low([run.performance for run in runs])
    return next(run for run in runs if run.performance == median)


def run(url: str, cookies: Mapping[str, str] | None = None) -> Scores:
    """One run."""
    command = [
        str(NODE_TOOLS / "lighthouse"), url, "--quiet", "--output=json", "--output-path=stdout",
        "--no-enable-error-reporting", "--skip-audits=is-crawlable",
        f"--only-categories={','.join(_CATEGORIES)}", f"--chrome-flags={_FLAGS}",
    ]
    if cookies:
        jar = "; ".join(f"{name}={value}" for name, value in cookies.items())
        command.append(f"--extra-headers={json.dumps({'Cookie': jar})}")
    done = _start(command)
    if _LOST_TRACE in done.stderr:
        done = _start(command)
    if done.returncode:
        raise RuntimeError(f"lighthouse did not run: {done.stderr[-800:]}")
    return _read(json.loads(done.stdout))


def _start(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, capture_output=True, text=True, timeout=180,
        env={**os.environ, "CHROME_PATH": str(CHROMIUM)}, cwd=Path(__file__).parents[2],
    )


def _read(report: Mapping[str, dict[str, dict[str, object]]]) -> Scores:
    if error := report.get("runtimeError"):
        raise RuntimeError(f"lighthouse saw no page: {error}")
    audits = report["audits"]
    four: list[int] = []
    lost: list[str] = []
    for name in _CATEGORIES:
        category = report["categories"][name]
        four.append(round(100 * float(category["score"])))  # type: ignore[arg-type]
        for ref in category["auditRefs"]:  # type: ignore[attr-defined]
            audit = audits[ref["id"]]
            if ref["weight"] and audit["score"] is not None and float(audit["score"]) < 1:  # type: ignore[arg-type]
                lost.append(f"{name}: {audit['title']} {audit.get('displayValue', '')}".strip())
    return Scores(*four, lost=tuple(lost))
