"""What the simulator reads of the other parts: the office's records and Inthread's cases."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from urllib.parse import quote

import requests

from sandbox.site import origin_of

TIMEOUT = 3
MOST_PAGES = 5


@dataclass(frozen=True)
class Said:
    """An answer as JSON, or why there is none, as a sentence."""

    status: int = 0
    body: dict | None = None
    trouble: str = ""

    def get(self, name: str) -> list[dict]:
        found = (self.body or {}).get(name)
        return found if isinstance(found, list) else []


class Sources:
    """Safe to share between threads. Never raises for an answer or for none."""

    def __init__(self, office: str, api: str, api_key: str, phone_key: str = "") -> None:
        """`api_key`: ours at its API. `phone_key`: what the phone's channels show each other."""
        self.office_url = office
        self.api_url = api
        self.origin = origin_of(api)
        self._phone_key = {"Authorization": f"Bearer {phone_key}"}
        self._key = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._own = threading.local()

    def accounts(self) -> Said:
        return self._office("GET", "/accounts")

    def record(self, reference: str) -> Said:
        return self._office("GET", f"/records/{quote(reference, safe='')}")

    def faults(self) -> Said:
        return self._office("GET", "/faults")

    def put_fault(self, given: dict) -> Said:
        return self._office("POST", "/faults", json=given)

    def charge(self, given: dict) -> Said:
        return self._office("POST", "/charges", json=given)

    def cases(self, person: str) -> Said:
        return self._api("GET", "/cases", params={"person": person})

    def timeline(self, case_id: str) -> Said:
        return self._api("GET", f"/cases/{quote(case_id, safe='')}/timeline")

    def story(self, person: str) -> Said:
        """Everything between Inthread and a person, over all cases and channels: `entries`."""
        path, entries, after = f"/people/{quote(person, safe='')}/timeline", [], ""
        for _ in range(MOST_PAGES):
            said = self._api(
                "GET", path, params={"limit": 100, **({"after": after} if after else {})}
            )
            if said.trouble:
                return said
            entries += said.get("entries")
            after = str((said.body or {}).get("after") or "")
            if not after:
                break
        return Said(200, {"entries": entries})

    def tell(self, channel: str, event: dict) -> Said:
        """A reply or a receipt, to where the channel's hook is."""
        url = f"{self.api_url}/hooks/channels/sim_{quote(channel, safe='')}"
        return self._call(
            "Inthread", "POST", url, json={"events": [event]}, headers=self._phone_key
        )

    def stop(self, url: str) -> Said:
        """One click on a mail's unsubscribe (RFC 8058). Only an address of Inthread's own."""
        if not url.startswith(f"{self.origin}/"):
            return Said(trouble="This address is not Inthread's. Nothing was sent.")
        return self._call(
            "Inthread", "POST", url, data={"List-Unsubscribe": "One-Click"}, allow_redirects=False
        )

    def trigger(self, body: dict, key: str) -> Said:
        return self._api("POST", "/triggers", json=body, headers={"Idempotency-Key": key})

    def _office(self, method: str, path: str, **more: object) -> Said:
        return self._call("The back office", method, self.office_url + path, **more)

    def _api(self, method: str, path: str, headers: dict | None = None, **more: object) -> Said:
        sent = {**self._key, **(headers or {})}
        return self._call("Inthread", method, f"{self.api_url}/api/v1{path}", headers=sent, **more)

    def _call(self, whom: str, method: str, url: str, **more: object) -> Said:
        try:
            answer = self._session().request(method, url, timeout=TIMEOUT, **more)
        except requests.RequestException:
            return Said(trouble=f"{whom} does not answer.")
        try:
            body = answer.json()
        except ValueError:
            body = {}
        body = body if isinstance(body, dict) else {}
        if answer.ok:
            return Said(answer.status_code, body)
        return Said(answer.status_code, body, f"{whom} says: {_reason(answer, body)}")

    def _session(self) -> requests.Session:
        session = getattr(self._own, "session", None)
        if session is None:
            session = self._own.session = requests.Session()
            session.trust_env = False
        return session


def _reason(answer: requests.Response, body: dict) -> str:
    """Its own words, with the first field it names."""
    errors = body.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else {}
    words = [body.get("detail") or body.get("title") or answer.reason]
    if isinstance(first, dict) and first.get("message"):
        words.append(f"({first.get('path', '')}: {first['message']})")
    return " ".join(str(word) for word in words)
