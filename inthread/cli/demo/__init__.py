"""Start everything on this machine with example cases: web, worker, a back office, a payment page
and a phone, each a process of its own. No keys, no network, no real money. Ctrl-C ends it all."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from inthread.cli.demo.calls import answers, call
from inthread.cli.demo.daylight import CLOCK, PLACE
from inthread.cli.demo.family import Child, Family
from inthread.cli.demo.house import NAMES, House, build, lived_in
from inthread.cli.demo.people import Example, examples
from inthread.cli.demo.staff import make_staff, say_staff
from inthread.cli.migrate import migrate
from inthread.cli.parts import Parts, Stop
from inthread.cli.start import ready
from inthread.commands.make_api_key import make_api_key
from inthread.domain.actor import API_SCOPES, OPERATOR

if TYPE_CHECKING:
    from inthread.cli.parts import Verbs

FIRST_PORT = 8400
START_WITHIN = 45.0
API_KEY = "api.key"


def add(verbs: Verbs) -> None:
    verb = verbs.add_parser(
        "demo", help="start everything here with example cases", description=__doc__
    )
    verb.add_argument("--keep", action="store_true", help="go on with the cases of the last time")
    verb.add_argument("--port", type=int, default=FIRST_PORT, help="the first of four ports")
    verb.add_argument("--folder", type=Path, default=Path("var/demo"), help="default var/demo")
    verb.set_defaults(run=run)


def run(parts: Parts, options: argparse.Namespace) -> int:
    told = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: told.set())
    folder = options.folder.absolute()
    with lived_in(folder):
        house = build(folder, parts.root, first_port=options.port, keep=options.keep)
        _say_moved(house, options.port)
        family = Family(folder / "logs")
        try:
            _start(parts, house, family, told)
            while not told.wait(0.3):
                family.demand_alive()
        finally:
            print("\nEnding everything.", flush=True)
            family.end()
    print("Nothing is left running.")
    return 0


def _start(parts: Parts, house: House, family: Family, told: threading.Event) -> None:
    begun = time.monotonic()
    print("Starting the back office, the payment page, the phone, the worker and the web.",
          flush=True)
    keys = house.settings
    for name, secrets in (
        ("office", {"SANDBOX_SECRET": keys["INTHREAD_CONNECTOR_SECRET"]}),
        ("payments", {"SANDBOX_SECRET": keys["INTHREAD_PAYMENTS_SECRET"],
                      "SANDBOX_KEY": keys["INTHREAD_PAYMENTS_KEY"]}),
    ):
        _start_sandbox(parts, house, family, name, secrets)
    api_key = _prepare(parts, house)
    _start_sandbox(parts, house, family, "phone", {
        "SANDBOX_KEY": keys["INTHREAD_PHONE_KEY"], "SANDBOX_OFFICE": house.here("office"),
        "INTHREAD_API": house.url("web"), "INTHREAD_API_KEY": api_key,
    })
    port = str(house.ports["web"])
    worker = _start_ours(parts, house, family, "worker")
    _start_ours(parts, house, family, "web", "--port", port)
    waiting: dict[str, Callable[[], bool]] = {
        name: lambda n=name: answers(f"{house.url(n)}/healthz") for name in NAMES  # type: ignore[misc]
    }
    _wait({**waiting, "worker": lambda: _ready(worker)}, family, told)
    if told.is_set():
        return
    people = examples(house.now())
    _seed(house, people, api_key)
    _say_where(house, people, time.monotonic() - begun)


def _prepare(parts: Parts, house: House) -> str:
    """The database, and the API key that plays the back office's part."""
    settings, rt = ready(parts, env=house.env(), migrated=False)
    try:
        migrate(parts, rt, settings.workflow_folder)
        make_staff(rt, settings, _staff(house))
        file = house.folder / API_KEY
        if not file.is_file():
            made = make_api_key(rt, actor=OPERATOR, name="demo back office", scopes=API_SCOPES)
            file.touch(mode=0o600)
            file.write_text(made.token, encoding="utf-8")
        return file.read_text(encoding="utf-8")
    finally:
        rt.db.dispose()


def _staff(house: House) -> Path:
    """Where the sandbox's phone looks for the staff whose authenticator app it has."""
    return house.folder / "sandbox" / "staff.json"


def _start_sandbox(
    parts: Parts, house: House, family: Family, name: str, more: Mapping[str, str]
) -> None:
    port, store = str(house.ports[name]), str(house.folder / "sandbox")
    argv = [sys.executable, "-m", "sandbox", name, "--port", port, "--store", store]
    clock = {"SANDBOX_CLOCK": str(house.folder / CLOCK)}
    family.start(name, argv, house.env({**clock, **more}), parts.root)


def _start_ours(parts: Parts, house: House, family: Family, verb: str, *more: str) -> Child:
    program = "import sys; from app import cli; sys.exit(cli())"
    argv = [sys.executable, "-c", program, verb, *more]
    return family.start(verb, argv, house.env(), parts.root)


def _ready(worker: Child) -> bool:
    return '"worker.ready"' in worker.log.read_text(encoding="utf-8", errors="replace")


def _wait(
    waiting: Mapping[str, Callable[[], bool]], family: Family, told: threading.Event
) -> None:
    """Until all answer, or until told to end. Raises Stop."""
    left, until = dict(waiting), time.monotonic() + START_WITHIN
    while left and not told.is_set():
        left = {name: answered for name, answered in left.items() if not answered()}
        family.demand_alive()
        if left and time.monotonic() > until:
            silent = [child for child in family.children if child.name in left]
            raise Stop(f"{', '.join(left)} did not answer within {START_WITHIN:.0f} s.",
                       *(child.tail() for child in silent))
        told.wait(0.05)


def _seed(house: House, people: list[Example], api_key: str) -> None:
    """The first of them comes last: the simulator opens with whoever got the newest message."""
    _demand(*call("POST", f"{house.here('office')}/accounts",
                  {"accounts": [dict(each.account) for each in people]}))
    for each in reversed(people):
        key = f"demo-{each.account['reference']}-{each.trigger['as_of']}"
        _demand(*call(
            "POST", f"{house.url('web')}/api/v1/triggers", dict(each.trigger),
            {"Authorization": f"Bearer {api_key}", "Idempotency-Key": key},
        ))


def _demand(status: int, said: str) -> None:
    if not 200 <= status < 300:
        raise Stop(f"An example was refused with {status}: {said[:500]}")


# --- what is said ----------------------------------------------------------------------------


def _say_moved(house: House, first: int) -> None:
    for n, name in enumerate(NAMES):
        if house.ports[name] != first + n:
            print(f"Port {first + n} is taken: {name} is on {house.ports[name]}.")


def _say_where(house: House, people: list[Example], seconds: float) -> None:
    widest = max(len(each.name) for each in people)
    print(f"""
Everything runs on this machine (started in {seconds:.1f} s). Nothing leaves it.

  Phone simulator  {house.url("phone")}   start here: tap a link, answer, play a week
  Back office      {house.url("office")}   its records change as cases close; make it misbehave
  API and docs     {house.url("web")}/api/docs
{say_staff(_staff(house), house.url("web"), house.url("phone"))}

It is {house.now().astimezone(PLACE):%A %H:%M} in New York there: the simulator moves the time.
""")
    for each in people:
        print(f"  {each.name:<{widest}}  {each.about}")
    print(f"""
Databases, logs and settings: {house.folder}
End everything with Ctrl-C.""", flush=True)
