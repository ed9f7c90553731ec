"""What a measure is given: which database, how long it may take, and fresh databases to work on."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import create_engine, text

from bench.row import Pairs, Side, side_by_side
from tests import postgres


@dataclass(frozen=True)
class Context:
    """`database`: sqlite or postgres. `server`: the PostgreSQL server and its process id."""

    database: str
    quick: bool
    folder: Path
    server: str = ""
    server_pid: int = 0
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def new_database(self, name: str) -> str:
        """The address of an empty database of this kind."""
        name = f"{name}_{next(self._numbers)}"
        if self.database == "sqlite":
            return f"sqlite:///{self.folder / name}.db"
        postgres.run(self.server, f"CREATE DATABASE {name}")
        return postgres.database(self.server, name)

    def new_folder(self, name: str) -> Path:
        """An empty folder, removed at the end."""
        folder = self.folder / f"{self.database}_{name}_{next(self._numbers)}"
        folder.mkdir()
        return folder

    @property
    def database_pids(self) -> dict[str, int]:
        """What to count as the database's own processor time: nothing for SQLite."""
        return {"db": self.server_pid} if self.server_pid else {}

    @property
    def rounds(self) -> int:
        return 1 if self.quick else 3

    @property
    def tries(self) -> int:
        """How often a round beside busy neighbours is taken."""
        return 1 if self.quick else 3

    def pairs(self, ours: Side, floor: Side) -> Pairs:
        """Both sides in turn, as often as there is time for."""
        return side_by_side(ours, floor, self.rounds, self.tries)

    def size(self, full: int, quick: int) -> int:
        return quick if self.quick else full


@contextmanager
def contexts(names: list[str], quick: bool) -> Iterator[Iterator[Context]]:
    """One context a database, servers started and stopped, files removed at the end."""

    def each(folder: Path) -> Iterator[Context]:
        for name in names:
            if name == "sqlite":
                yield Context(name, quick, folder)
                continue
            with postgres.a_server(durable=True) as url:
                yield Context(name, quick, folder, url, _pid(url))

    with TemporaryDirectory(prefix="inthread-bench-") as folder:
        yield each(Path(folder))


def _pid(url: str) -> int:
    engine = create_engine(url)
    with engine.connect() as connection:
        where = connection.execute(text("SHOW data_directory")).scalar_one()
    engine.dispose()
    return int(Path(where, "postmaster.pid").read_text().split("\n", 1)[0])
