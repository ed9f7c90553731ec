"""XML as a tree, read so that a file can do nothing but be read: no document type, so no entities;
a size limit; nothing is fetched (ASVS 1.5.1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

LARGEST = 1024 * 1024
DEEPEST = 40

MODEL = "https://www.omg.org/spec/DMN/20191111/MODEL/"
FEEL = "https://www.omg.org/spec/DMN/20191111/FEEL/"
# Of the diagram only.
NAMESPACES = {
    "dmndi": "https://www.omg.org/spec/DMN/20191111/DMNDI/",
    "dc": "http://www.omg.org/spec/DMN/20180521/DC/",
    "di": "http://www.omg.org/spec/DMN/20180521/DI/",
}
# DMN 1.2 to 1.5: their decision tables are the same.
MODELS = frozenset({
    "http://www.omg.org/spec/DMN/20180521/MODEL/", MODEL,
    "https://www.omg.org/spec/DMN/20211108/MODEL/", "https://www.omg.org/spec/DMN/20230324/MODEL/",
})


@dataclass(frozen=True)
class DmnProblem:
    """What cannot be taken, and where: `decision plan, rule 3, column remaining`."""

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


class DmnError(ValueError):
    """All that cannot be taken from a file, a line each. `place` is that of the first."""

    def __init__(self, *problems: DmnProblem) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems
        self.place = problems[0].place


@dataclass
class Node:
    """An element of DMN by its local name. Elements and attributes of other namespaces are left
    out: they are a modeler's own."""

    name: str
    attributes: Mapping[str, str]
    children: list[Node] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text of its `text` child, or its own."""
        inner = self.child("text")
        return "".join(inner.parts if inner else self.parts).strip()

    def child(self, name: str) -> Node | None:
        return next(self.all(name), None)

    def all(self, name: str) -> Iterator[Node]:
        return (child for child in self.children if child.name == name)

    def says_something(self) -> bool:
        return bool("".join(self.parts).strip()) or any(c.says_something() for c in self.children)


def read_xml(xml: bytes) -> Node:
    """The `definitions` of a DMN file. Raises DmnError."""
    if len(xml) > LARGEST:
        raise _wrong(f"is larger than {LARGEST // 1024} KiB")
    tree = _Tree()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = tree.document_type
    parser.StartElementHandler = tree.start
    parser.EndElementHandler = tree.end
    parser.CharacterDataHandler = tree.characters
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as error:
        raise _wrong(f"is not XML: {expat.ErrorString(error.code)}, line {error.lineno}") from None
    except (LookupError, ValueError) as error:
        if isinstance(error, DmnError):
            raise
        raise _wrong("is in an encoding that cannot be read: save it as UTF-8") from None
    if tree.root is None or tree.root.name != "definitions":
        raise _wrong("has no DMN definitions of version 1.2 to 1.5")
    return tree.root


class _Tree:
    """Builds the nodes of DMN; what is inside an element of another namespace is not kept."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self._open: list[Node | None] = []

    def document_type(self, *_: object) -> None:
        raise _wrong("has a document type (DOCTYPE): save it without one")

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if len(self._open) == DEEPEST:
            raise _wrong(f"is nested deeper than {DEEPEST} elements")
        space, _, local = name.rpartition(" ")
        outer = self._open[-1] if self._open else None
        if space not in MODELS or (self._open and outer is None):
            self._open.append(None)
            return
        own = {key: value for key, value in attributes.items() if " " not in key}
        node = Node(local, own)
        if outer is None:
            self.root = node
        else:
            outer.children.append(node)
        self._open.append(node)

    def end(self, name: str) -> None:
        self._open.pop()

    def characters(self, text: str) -> None:
        node = self._open[-1]
        if node is not None:
            node.parts.append(text)


def _wrong(message: str) -> DmnError:
    return DmnError(DmnProblem("file", message))
