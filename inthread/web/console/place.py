"""Where somebody signs in from, as they would say it."""

from __future__ import annotations

import re

from flask import request

from inthread.commands.steps.let_in import Place
from inthread.web.guesses import network

_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"),
             ("Chrome", "Chrome"), ("CriOS", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("CrOS", "ChromeOS"),
            ("Windows", "Windows"), ("Mac OS X", "macOS"), ("Linux", "Linux"))


def place() -> Place:
    return Place(network(request.remote_addr), called(request.headers.get("User-Agent", "")))


def called(agent: str) -> str:
    """`Firefox on Linux`; what nobody knows stays unnamed, so that a header cannot write to the
    audit."""
    browser = next((name for mark, name in _BROWSERS if re.search(rf"{mark}/", agent)), "")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    return f"{browser or 'Another program'} on {system or 'another system'}"
