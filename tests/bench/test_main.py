"""The table tells a row at a glance, and only a wrong count fails the bench."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import __main__ as bench
from bench.context import Context
from bench.row import Count, Row

_ROW = Row("journey: processor", "ms", 6.0, 4.0, "low", 1.5, (1.4, 1.6), 0.03)


def _measures(monkeypatch: pytest.MonkeyPatch, *found: Row | Count) -> None:
    def rows(context: Context) -> Iterator[Row | Count]:
        yield from found

    monkeypatch.setattr(bench, "MEASURES", {"journey": rows})


def test_a_line_tells_ours_floor_ratio_and_goal() -> None:
    line = " ".join(bench._line(_ROW).split())
    assert line == "journey: processor, ms 6 4 1.50 (1.40-1.60) <= 1.50 met 3%"
    missed = Row("rate", "/s", 10.0, 400.0, "high", 0.8, against="one worker")
    line = " ".join(bench._line(missed).split())
    assert line == "rate, /s / one worker 10 400 0.03 >= 0.80 NOT MET 0%"
    assert bench._line(Count("repeats", 2, 0)).endswith("WRONG")


@pytest.mark.parametrize(("seen", "status"), [(0, 0), (1, 1)])
def test_only_a_wrong_count_fails(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, seen: int, status: int
) -> None:
    _measures(monkeypatch, Row("slow", "ms", 9.0, 1.0, "low", 1.5), Count("repeats", seen, 0))
    to = tmp_path / "bench.json"
    assert bench.main(["--db", "sqlite", "--json", str(to)]) == status
    document = json.loads(to.read_text())
    assert [(r["name"], r["database"]) for r in document["rows"]] == [
        ("slow", "sqlite"), ("repeats", "sqlite"),
    ]
    assert document["rows"][0]["ratio"] == 9.0
    assert document["rows"][0]["met"] is False


def test_an_unknown_database_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        bench.main(["--db", "oracle"])
    assert ended.value.code == 2
    assert "not oracle" in capsys.readouterr().err
