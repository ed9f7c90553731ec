"""Details: the customer confirms or changes their address, phone number and e-mail address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from babel import Locale

from inthread.spi import Choice, Form, Invalid, Line, NewContact, Offer, Settled, Term
from miniapps.details import postal, reach
from miniapps.details.masks import masked

ADDRESS, PHONE, EMAIL = FIELDS = ("address", "phone", "email")
SAME, NEW = "same", "new"
CONFIRMED, CHANGED = "details_confirmed", "details_changed"

WORDING: Mapping[str, str] = MappingProxyType({
    "say_address": "Say whether this is still your address",
    "say_phone": "Say whether this is still your phone number",
    "say_email": "Say whether this is still your e-mail address",
    "choose_country": "Choose the country",
    "enter_street": "Enter the street and number",
    "enter_city": "Enter the town or city",
    "enter_suburb": "Enter the part of the town",
    "enter_area": "Enter a state, province or area of this country",
    "enter_postal": "Enter the postcode",
    "wrong_postal": "Enter a postcode that this country has, like %(example)s",
    "wrong_city": "Enter a place in that area, as it is written there",
    "too_long": "Use at most %(most)s characters",
    "enter_phone": "Enter your phone number",
    "wrong_phone": "Enter a phone number like %(example)s",
    "phone_country": "Enter a number of one of these countries: %(countries)s",
    "phone_kind": "Enter a number that gets text messages. This one is for calls that cost extra",
    "enter_email": "Enter your e-mail address",
    "wrong_email": "Enter an e-mail address like maya@example.com",
    "address_kept": "Address, as it is",
    "address_left": "Address until now",
    "address_new": "New address",
    "phone_kept": "Phone number, as it is",
    "phone_left": "Phone number until now",
    "phone_new": "New phone number",
    "email_kept": "E-mail address, as it is",
    "email_left": "E-mail address until now",
    "email_new": "New e-mail address",
    **postal.LABELS,
})

_Problems = dict[str, tuple[str, Mapping[str, object]]]


class Details:
    """`fields`: of address, phone and email, those that are asked; what is on file comes from the
    facts of the same names. `countries`: those that an address or a number may be in, the usual one
    first. `notices`: the workflow has the words that tell the old contact point and the new one.
    """

    key: str = "details"
    template: str = "miniapps/details.html"
    checked: bool = True
    wording: Mapping[str, str] = WORDING
    terms: Mapping[str, Term] = MappingProxyType(
        {"fields": Term("texts"), "countries": Term("texts"), "notices": Term("text")}
    )

    def page(self, offer: Offer) -> Mapping[str, object]:
        """`asked`: field and what is on file of it, masked (empty: nothing is). `countries`: code
        and name. `controls`: by country, the fields of its addresses. `country`: the usual one."""
        countries = _countries(offer)
        named = Locale.parse(offer.locale, sep="-").territories
        return {
            "asked": [(name, masked(name, _on_file(offer, name))) for name in _asked(offer)],
            "countries": sorted(
                ((code, named.get(code, code)) for code in countries), key=lambda c: c[1]
            ),
            "country": _usual(offer),
            "controls": {code: postal.fields_of(code, offer.locale) for code in countries},
            "example": reach.phone_example(_usual(offer)),
        }

    def read(self, offer: Offer, form: Form) -> Choice:
        """`values`: for each field asked `NAME_is` (same or new), and what was typed of the new
        ones, normalised. All problems are told at once.

        An Invalid without problems asks for the form again: with the fields of the country that was
        just chosen.
        """
        values: dict[str, object] = {}
        problems: _Problems = {}
        for name in _asked(offer):
            try:
                values |= _READERS[name](offer, form)
            except Invalid as invalid:
                problems |= invalid.problems
        if not all(f"{name}_is" in values for name in _asked(offer)):
            raise Invalid(problems)
        return Choice(values, _lines(offer, values))

    def settle(self, offer: Offer, choice: Choice) -> Settled:
        """`values`: `changed` (the fields that are), and for each field of all three what holds now
        and, as `NAME_before`, what was on file; empty where it was not asked. `address_parts`: of
        a new address."""
        values: dict[str, object] = {"changed": [], "address_parts": {}}
        changed = [n for n in _asked(offer) if choice.values[f"{n}_is"] == NEW]
        for name in FIELDS:
            before = _on_file(offer, name) if name in _asked(offer) else ""
            values[name] = _new(offer, choice.values, name) if name in changed else before
            values[f"{name}_before"] = before
        values["changed"] = changed
        if ADDRESS in changed:
            parts = {name: choice.values[name] for name in postal.FIELDS}
            values["address_parts"] = {"country": choice.values["country"], **parts}
        return Settled(
            CHANGED if changed else CONFIRMED, values, contacts=_contacts(values, changed),
            guarded=bool(changed),
        )


def _asked(offer: Offer) -> tuple[str, ...]:
    asked = offer.term("fields", tuple)
    unknown = [name for name in asked if name not in FIELDS]
    if unknown:
        raise ValueError(f"details has no field {unknown[0]!r}; it has {', '.join(FIELDS)}")
    return asked


def _countries(offer: Offer) -> tuple[str, ...]:
    countries = offer.term("countries", tuple)
    unknown = [code for code in countries if not postal.known_country(code)]
    if unknown:
        raise ValueError(f"{unknown[0]!r} is no country that addresses are known of")
    return countries


def _usual(offer: Offer) -> str:
    """The country on file, where it may be chosen."""
    on_file = str(offer.facts.get("country") or "")
    countries = _countries(offer)
    return on_file if on_file in countries else countries[0]


def _on_file(offer: Offer, name: str) -> str:
    text = str(offer.facts.get(name) or "")
    if name == PHONE and text:
        return reach.on_file_phone(text, _usual(offer))
    return reach.on_file_email(text) if name == EMAIL and text else text


def _is(offer: Offer, form: Form, name: str) -> str:
    """Same or new. What nobody has on file can only be new."""
    chosen = form.text(f"{name}_is")
    if not _on_file(offer, name):
        return NEW
    if chosen not in (SAME, NEW):
        raise Invalid({f"{name}_is": (f"say_{name}", {})})
    return chosen


def _read_address(offer: Offer, form: Form) -> dict[str, object]:
    if _is(offer, form, ADDRESS) == SAME:
        return {"address_is": SAME}
    country = form.text("country")
    if country not in _countries(offer):
        raise Invalid({"country": ("choose_country", {})})
    if form.text("fields_for") != country:
        raise Invalid({})
    try:
        parts = postal.read_address(country, form.values)
    except postal.NotAnAddress as wrong:
        raise Invalid(wrong.problems) from None
    if postal.in_one_line(country, parts, offer.locale) == _on_file(offer, ADDRESS):
        return {"address_is": SAME}
    return {"address_is": NEW, "country": country, "fields_for": country, **parts}


def _read_phone(offer: Offer, form: Form) -> dict[str, object]:
    if _is(offer, form, PHONE) == SAME:
        return {"phone_is": SAME}
    text, country = form.text(PHONE), _usual(offer)
    if not text:
        raise Invalid({PHONE: ("enter_phone", {})})
    try:
        number = reach.read_phone(text, country, _countries(offer))
    except reach.NotReachable as wrong:
        raise Invalid({PHONE: (str(wrong), {
            "example": reach.phone_example(country), "countries": _named(offer),
        })}) from None
    return _unless_same(offer, PHONE, number)


def _read_email(offer: Offer, form: Form) -> dict[str, object]:
    if _is(offer, form, EMAIL) == SAME:
        return {"email_is": SAME}
    text = form.text(EMAIL)
    if not text:
        raise Invalid({EMAIL: ("enter_email", {})})
    try:
        address = reach.read_email(text)
    except reach.NotReachable as wrong:
        raise Invalid({EMAIL: (str(wrong), {})}) from None
    return _unless_same(offer, EMAIL, address)


_READERS = {ADDRESS: _read_address, PHONE: _read_phone, EMAIL: _read_email}


def _unless_same(offer: Offer, name: str, value: str) -> dict[str, object]:
    if value == _on_file(offer, name):
        return {f"{name}_is": SAME}
    return {f"{name}_is": NEW, name: value}


def _named(offer: Offer) -> str:
    named = Locale.parse(offer.locale, sep="-").territories
    return ", ".join(named.get(code, code) for code in _countries(offer))


def _lines(offer: Offer, values: Mapping[str, object]) -> Sequence[Line]:
    lines = []
    for name in _asked(offer):
        before = masked(name, _on_file(offer, name))
        if values[f"{name}_is"] == SAME:
            lines.append(Line(f"{name}_kept", before))
            continue
        if before:
            lines.append(Line(f"{name}_left", before))
        lines.append(Line(f"{name}_new", _shown(offer, values, name)))
    return tuple(lines)


def _shown(offer: Offer, values: Mapping[str, object], name: str) -> str:
    if name == PHONE:
        return reach.spoken_phone(str(values[PHONE]))
    return _new(offer, values, name)


def _new(offer: Offer, values: Mapping[str, object], name: str) -> str:
    if name != ADDRESS:
        return str(values[name])
    parts = {part: str(values[part]) for part in postal.FIELDS}
    return postal.in_one_line(str(values["country"]), parts, offer.locale)


def _contacts(values: Mapping[str, object], changed: Sequence[str]) -> Sequence[NewContact]:
    channels = {PHONE: "sms", EMAIL: "email"}
    return tuple(
        NewContact(channels[name], str(values[name]), str(values[f"{name}_before"]))
        for name in changed if name in channels
    )
