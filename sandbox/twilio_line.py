"""Lets calls happen: they ring, are answered, hear their TwiML, wait for keys, and end."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from urllib.parse import urljoin

from sandbox.clock import Clock
from sandbox.twilio_calls import OVER, Call, Calls
from sandbox.twilio_resources import API, date
from sandbox.twilio_twiml import Gather, NotTwiml, Played, play
from sandbox.twilio_webhook import Answer, Webhook

PAUSE = 0.02
AT_ONCE = 8
LOCKS = 16
MOST_DOCUMENTS = 10
BROKEN = "An application error has occurred."


@dataclass(frozen=True)
class Pressed:
    """What the customer's action answered, and the call after it."""

    answer: Answer
    call: Call


class Line:
    """A call's steps come one after the other: each writes down the next."""

    def __init__(
        self, calls: Calls, webhook: Webhook, clock: Clock, account: str, step: float
    ) -> None:
        self._calls, self._webhook, self._clock = calls, webhook, clock
        self._account, self._step = account, step
        self._locks = [threading.RLock() for _ in range(LOCKS)]

    def start(self) -> None:
        threading.Thread(target=self._run, name="line", daemon=True).start()

    def _run(self) -> None:
        workers = ThreadPoolExecutor(AT_ONCE)
        while True:
            for sid, step in self._calls.due(time.time()):
                workers.submit(self._take, sid, step)
            time.sleep(PAUSE)

    def _lock(self, sid: str) -> threading.RLock:
        return self._locks[hash(sid) % LOCKS]

    def _take(self, sid: str, step: str) -> None:
        with self._lock(sid):
            call = self._calls.find(sid)
            if call is None or call.status in OVER:
                return
            if step == "initiated":
                self._next(self._tell(call, "initiated", "initiated"), "ringing")
            elif step == "ringing":
                call = self._tell(replace(call, status="ringing"), "ringing", "ringing")
                self._next(call, "answered")
            elif step == "answered" and call.ends:
                self._end(call, call.ends)
            elif step == "answered":
                call = replace(call, status="in-progress", started=self._clock.now())
                call = self._tell(call, "answered", "in-progress")
                self._hear(call, call.twiml or None, call.url)
            elif step == f"silence {call.turn}" and call.gather:
                self._hear(replace(call, gather=None), call.rest, call.url)

    def _next(self, call: Call, step: str) -> None:
        self._calls.save(call, step, time.time() + self._step)

    def press(self, sid: str, digits: str, wait: float) -> Pressed | None:
        """Presses keys, once the call waits for some; None when it never does."""
        until = time.monotonic() + wait
        while True:
            with self._lock(sid):
                call = self._calls.find(sid)
                if call is not None and call.gather:
                    return self._press(call, Gather(**call.gather), digits)
            if call is None or call.status in OVER or time.monotonic() > until:
                return None
            time.sleep(PAUSE)

    def _press(self, call: Call, gather: Gather, digits: str) -> Pressed:
        ended_by = gather.ends_with if gather.ends_with and gather.ends_with in digits else ""
        digits = digits.split(ended_by)[0] if ended_by else digits
        digits = digits[: gather.most] if gather.most else digits
        action = urljoin(call.url, gather.action)
        form = {**self._form(call), "Digits": digits, "FinishedOnKey": ended_by,
                "msg": "Gather End"}
        answer = self._webhook.post(action, form)
        call = replace(call, gather=None)
        return Pressed(answer, self._hear(call, _document(answer), action))

    def end(self, sid: str, status: str) -> Call | None:
        """Hangs up; a call that is over stays as it ended. None when there is no such call."""
        with self._lock(sid):
            call = self._calls.find(sid)
            if call is None or call.status in OVER:
                return call
            return self._end(call, status)

    def _hear(self, call: Call, document: str | None, url: str) -> Call:
        """Plays a document, and those it leads to; None is fetched from the URL."""
        heard = list(call.heard)
        for _ in range(MOST_DOCUMENTS):
            if document is None:
                document = _document(self._webhook.post(url, self._form(call)))
            try:
                played = play(document)
            except NotTwiml:
                return self._end(replace(call, heard=[*heard, BROKEN]), "completed")
            heard += played.heard
            if played.redirect is None:
                return self._pause(replace(call, heard=heard, url=url), played)
            document, url = None, urljoin(url, played.redirect)
        return self._end(replace(call, heard=[*heard, BROKEN]), "completed")

    def _pause(self, call: Call, played: Played) -> Call:
        """Waits for keys, or ends."""
        if played.gather is None:
            return self._end(call, "completed")
        call = replace(
            call, gather=asdict(played.gather), rest=played.rest, turn=call.turn + 1
        )
        silence = time.time() + played.gather.seconds
        return self._calls.save(call, f"silence {call.turn}", silence)

    def _end(self, call: Call, status: str) -> Call:
        over = replace(call, status=status, ended=self._clock.now(), gather=None)
        return self._calls.save(self._tell(over, "completed", status))

    def _tell(self, call: Call, event: str, status: str) -> Call:
        """Posts the status callback, if this event was asked for."""
        if not call.callback or event not in call.events:
            return call
        form = {
            **self._form(call), "CallStatus": status, "CallbackSource": "call-progress-events",
            "SequenceNumber": str(call.sequence), "Timestamp": date(self._clock.now()) or "",
        }
        if event == "completed":
            form.update(CallDuration=str(call.seconds), Duration=str(-(-call.seconds // 60)))
        for _ in range(call.copies):
            self._webhook.post(call.callback, form)
        return replace(call, sequence=call.sequence + 1)

    def _form(self, call: Call) -> dict[str, str]:
        form = {
            "CallSid": call.sid, "AccountSid": self._account, "From": call.sender,
            "To": call.recipient, "Caller": call.sender, "Called": call.recipient,
            "CallStatus": call.status, "ApiVersion": API, "Direction": "outbound-api",
        }
        return {**form, "AnsweredBy": call.answered_by} if call.answered_by else form


def _document(answer: Answer) -> str:
    """What a webhook answered, when it can be TwiML; nothing counts as an empty response."""
    if not 200 <= answer.status < 300:
        return BROKEN
    return answer.body or "<Response/>"
