"""The customer's pages as HTML: templates, words, formats and the stylesheet, put together once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from jinja2 import BaseLoader, ChoiceLoader, Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from inthread.domain.money import Money
from inthread.web import paths, reader
from inthread.web.locale import Language, Languages, load
from inthread.web.reader import Reader
from inthread.web.stylesheet import Stylesheet, stylesheet
from inthread.web.theme import Theme, read_theme


@dataclass(frozen=True)
class Pages:
    """Everything that is the same for each page of this process."""

    templates: Environment
    languages: Languages
    theme: Theme
    style: Stylesheet
    heads: Mapping[str, Markup]

    def head(self, language: Language) -> Markup:
        """How each page in this language begins, up to its title: constant, byte for byte."""
        return self.heads[language.code]

    def html(self, template: str, who: Reader, context: Mapping[str, object]) -> str:
        """The page. Raises jinja2.UndefinedError when the template asks for more than it gets."""
        with reader.reading(who):
            return self.templates.get_template(template).render(
                context, head=self.head(who.language), mark=self.theme.mark
            )


def build(root: Path, plugins: Iterable[Path] = ()) -> Pages:
    """Read `templates/`, `translations/` and `static/` under *root*; *plugins* are the folders of
    third-party mini-apps' packages, with the same two folders inside.

    Raises ValueError when a theme or a catalogue cannot be used.
    """
    folders = [root, *plugins]
    theme = read_theme(root / "static" / "theme.toml")
    style = stylesheet(theme.rules(), root / "static" / "customer.css")
    languages = load(folder / "translations" for folder in folders)
    heads = {code: _head(each, theme, style) for code, each in languages.all.items()}
    loader = ChoiceLoader([FileSystemLoader(folder / "templates") for folder in folders])
    return Pages(environment(loader), languages, theme, style, heads)


def environment(loader: BaseLoader) -> Environment:
    """Templates that escape everything and stop at a name they were not given."""
    made = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, auto_reload=False,
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.i18n"],
    )
    made.globals["at"] = {
        "menu": paths.MENU, "code": paths.CODE, "resend": paths.RESEND, "fact": paths.FACT,
        "help": paths.HELP, "not_me": paths.NOT_ME, "language": paths.LANGUAGE,
        "leave": paths.LEAVE, "shared": paths.SHARED, "scheduled": paths.SCHEDULED,
        "receipt": paths.receipt(""),
    }
    made.install_gettext_callables(  # type: ignore[attr-defined]  # added by the extension
        lambda text: reader.current().language.text(text),
        lambda one, many, n: reader.current().language.counted(one, many, n),
        newstyle=True,
    )
    made.filters.update(_FILTERS)
    return made


def _head(language: Language, theme: Theme, style: Stylesheet) -> Markup:
    return Markup(
        '<!DOCTYPE html>\n<html lang="{code}" dir="{direction}">\n<head>\n'
        '<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">\n'
        '<meta name="robots" content="noindex, nofollow">\n'
        '<meta name="format-detection" content="telephone=no, date=no, address=no, email=no">\n'
        '<meta name="theme-color" content="{light}" media="(prefers-color-scheme: light)">\n'
        '<meta name="theme-color" content="{dark}" media="(prefers-color-scheme: dark)">\n'
        '<link rel="icon" href="data:,">\n<style>{style}</style>\n'
    ).format(
        code=language.code, direction=language.direction, light=theme.light["brand"],
        dark=theme.dark["brand"], style=style.markup,
    )


def _timed(value: date, shown: str) -> Markup:
    stamp = value.isoformat(timespec="minutes") if isinstance(value, datetime) else str(value)
    return Markup('<time datetime="{}">{}</time>').format(stamp, shown)


def day(value: date) -> Markup:
    """`Tue 24 Nov`"""
    return _timed(value, reader.current().day(value))


def long_day(value: date) -> Markup:
    """`Tue, 24 Nov 2026`"""
    return _timed(value, reader.current().day(value, "yMMMEd"))


def clock(value: datetime) -> Markup:
    """`14:03`"""
    return _timed(value, reader.current().clock(value))


def moment(value: datetime) -> Markup:
    """`Tue 24 Nov, 14:03`"""
    who = reader.current()
    return _timed(value, f"{who.day(value)}, {who.clock(value)}")


def money(amount: Money) -> Markup:
    """`$1,234.50`, kept in one piece and in its own direction."""
    return Markup("<bdi>{}</bdi>").format(reader.current().money(amount))


def dialled(phone: str) -> str:
    """A phone number as a `tel:` address has it."""
    return re.sub(r"[^+0-9]", "", phone)


def unbroken(text: str) -> str:
    """A phone number as it is shown: never broken over two lines."""
    return text.replace(" ", "\N{NO-BREAK SPACE}").replace("-", "\N{NON-BREAKING HYPHEN}")


_FILTERS: Mapping[str, Callable[..., object]] = {
    "day": day,
    "long_day": long_day,
    "clock": clock,
    "moment": moment,
    "money": money,
    "symbol": lambda currency: reader.current().symbol(currency),
    "number": lambda value: reader.current().number(value),
    "dialled": dialled,
    "unbroken": unbroken,
}
