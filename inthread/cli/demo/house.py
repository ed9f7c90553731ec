"""Where the demo lives: its folder, its ports, its own random keys; and its processes' settings."""

from __future__ import annotations

import fcntl
import os
import shlex
import shutil
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from inthread.cli.demo.daylight import CLOCK, set_clock
from inthread.cli.keys import new_key, new_secret
from inthread.cli.parts import Stop
from inthread.cli.signer import write_signer
from inthread.clock import AheadClock
from inthread.runtime import random_token, utc_now

NAMES = ("web", "office", "payments", "phone")
SETTINGS = "settings.env"
BRAND = "Alderway"
_OTHERS = ("INTHREAD_", "SANDBOX_", "GRANIAN_", "FLASK_")


@dataclass(frozen=True)
class House:
    """`settings`: INTHREAD_ variables; `ports`: by the names above."""

    folder: Path
    settings: Mapping[str, str]
    ports: Mapping[str, int]

    def url(self, name: str) -> str:
        """As a browser opens it."""
        return f"http://localhost:{self.ports[name]}"

    def here(self, name: str) -> str:
        """As another process calls it."""
        return f"http://127.0.0.1:{self.ports[name]}"

    @property
    def now(self) -> Callable[[], datetime]:
        """The time of all its processes."""
        return AheadClock(self.folder / CLOCK, utc_now)

    def env(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """The environment of a process: ours without anybody's settings, then the demo's."""
        kept = {n: v for n, v in os.environ.items() if not n.startswith(_OTHERS)}
        return {**kept, "PYTHONUNBUFFERED": "1", **self.settings, **(more or {})}


@contextmanager
def lived_in(folder: Path) -> Iterator[None]:
    """One demo at a time in a folder. Raises Stop."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    path = folder.parent / f"{folder.name}.lock"
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Stop(f"A demo is running in {folder} already: end that one with Ctrl-C, or give "
                       "this one another folder with --folder.") from None
        yield
        path.unlink()
    finally:
        os.close(fd)


def build(folder: Path, root: Path, *, first_port: int, keep: bool) -> House:
    """An empty house with new keys, or the one of the last time. Raises Stop for a folder that is
    somebody else's."""
    kept = _read(folder / SETTINGS) if keep else {}
    if not kept:
        _clear(folder)
    ports = free_ports(first_port)
    made = {} if "INTHREAD_SIGNER" in kept else _signer(folder)
    house = House(folder, {**_secrets(), **made, **kept, **_places(folder, root, ports)}, ports)
    set_clock(folder, utc_now(), keep=bool(kept))
    _write(folder / SETTINGS, house.settings)
    return house


def free_ports(first: int) -> dict[str, int]:
    """Four ports in a row from *first*; whichever of them is taken is replaced by a free one."""
    wanted = {name: first + n for n, name in enumerate(NAMES)}
    held: list[socket.socket] = []
    try:
        found = {}
        for name, port in wanted.items():
            held.append(_bound(port) or _bound(0) or _no_port())
            found[name] = held[-1].getsockname()[1]
        return found
    finally:
        for each in held:
            each.close()


def _bound(port: int) -> socket.socket | None:
    with suppress(OSError):
        probe = socket.socket()
        try:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
        except OSError:
            probe.close()
            raise
        return probe
    return None


def _no_port() -> socket.socket:
    raise Stop("This machine gives no free port on 127.0.0.1.")


def _secrets() -> dict[str, str]:
    return {
        "INTHREAD_KEYS": new_key("k1"), "INTHREAD_BLOB_KEYS": new_key("b1"),
        "INTHREAD_CONNECTOR_SECRET": new_secret(),
        "INTHREAD_PAYMENTS_SECRET": new_secret(), "INTHREAD_PAYMENTS_KEY": random_token(),
        "INTHREAD_PHONE_KEY": random_token(),
    }


def _signer(folder: Path) -> dict[str, str]:
    """A certificate that nobody vouches for, to sign the evidence with."""
    file = folder / "signer.p12"
    password = write_signer(file, BRAND, utc_now())
    return {"INTHREAD_SIGNER": str(file), "INTHREAD_SIGNER_PASSWORD": password}


def _places(folder: Path, root: Path, ports: Mapping[str, int]) -> dict[str, str]:
    office = f"http://127.0.0.1:{ports['office']}"
    return {
        "INTHREAD_MODE": "sandbox", "INTHREAD_ORIGIN": f"http://localhost:{ports['web']}",
        "INTHREAD_DATABASE_URL": f"sqlite:///{folder / 'inthread.db'}",
        "INTHREAD_WORKFLOWS": str(root / "workflows"), "INTHREAD_BLOBS": str(folder / "blobs"),
        "INTHREAD_CONNECTORS": f"billing={office},compliance={office}",
        "INTHREAD_PAYMENTS_API": f"http://127.0.0.1:{ports['payments']}",
        "INTHREAD_PAYMENTS_ORIGIN": f"http://localhost:{ports['payments']}",
        "INTHREAD_PHONE": f"http://127.0.0.1:{ports['phone']}", "INTHREAD_WORKER": "process",
        "INTHREAD_CLOCK": str(folder / CLOCK),
    }


def _clear(folder: Path) -> None:
    """Only what a demo made is thrown away."""
    if folder.exists():
        if any(folder.iterdir()) and not (folder / SETTINGS).is_file():
            raise Stop(f"{folder} holds other things: give the demo a folder of its own.")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, mode=0o700)


def _read(file: Path) -> dict[str, str]:
    if not file.is_file():
        return {}
    pairs = (line.split("=", 1) for line in file.read_text(encoding="utf-8").splitlines() if line)
    return {name: "".join(shlex.split(value)) for name, value in pairs}


def _write(file: Path, settings: Mapping[str, str]) -> None:
    """For a shell: `set -a; . var/demo/settings.env`, then `inthread doctor`."""
    lines = "".join(f"{name}={shlex.quote(value)}\n" for name, value in settings.items())
    fd = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(fd, "w", encoding="utf-8") as out:
        out.write(lines)
