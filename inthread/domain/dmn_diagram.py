"""The diagram of a DMN file (DMNDI): decisions in one row, what they look at in a row below."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from inthread.domain.dmn_xml import NAMESPACES

_WIDTH, _HEIGHT, _APART = 180, 80, 40
_DECISIONS, _INPUTS = 80, 320


def diagram(decisions: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """*decisions*: the key of each action with the inputs it needs. The ids are those that
    `dmn_write` gives."""
    inputs = list(dict.fromkeys(name for names in decisions.values() for name in names))
    yield f'<dmndi:DMNDI xmlns:dmndi="{NAMESPACES["dmndi"]}"'
    yield f' xmlns:dc="{NAMESPACES["dc"]}" xmlns:di="{NAMESPACES["di"]}">'
    yield '<dmndi:DMNDiagram id="diagram">'
    for number, key in enumerate(decisions):
        yield from _shape(f"decision_{key}", number, _DECISIONS)
    for number, name in enumerate(inputs):
        yield from _shape(f"input_{name}", number, _INPUTS)
    for number, (key, names) in enumerate(decisions.items()):
        for name in names:
            yield from _edge(f"{key}_needs_{name}", inputs.index(name), number)
    yield "</dmndi:DMNDiagram>"
    yield "</dmndi:DMNDI>"


def _shape(of: str, column: int, y: int) -> Iterator[str]:
    yield f'<dmndi:DMNShape id="shape_{of}" dmnElementRef="{of}">'
    yield f'<dc:Bounds x="{_x(column)}" y="{y}" width="{_WIDTH}" height="{_HEIGHT}" />'
    yield "</dmndi:DMNShape>"


def _edge(of: str, start: int, end: int) -> Iterator[str]:
    middle = _WIDTH // 2
    yield f'<dmndi:DMNEdge id="edge_{of}" dmnElementRef="{of}">'
    yield f'<di:waypoint x="{_x(start) + middle}" y="{_INPUTS}" />'
    yield f'<di:waypoint x="{_x(end) + middle}" y="{_DECISIONS + _HEIGHT}" />'
    yield "</dmndi:DMNEdge>"


def _x(column: int) -> int:
    return _APART + column * (_WIDTH + _APART)
