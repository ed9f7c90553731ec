"""Each language has every word, with the same places."""

from __future__ import annotations

import re

import pytest

from inthread.papers.words import words


@pytest.mark.parametrize("locale", ["es", "es-US"])
def test_a_language_has_all_the_words(locale: str) -> None:
    english, other = words("en"), words(locale)
    assert other is not english
    assert set(other) == set(english)
    places = re.compile(r"%\(\w+\)s")
    assert {k: places.findall(v) for k, v in english.items()} == {
        k: places.findall(v) for k, v in other.items()
    }


def test_a_language_without_words_of_its_own_has_english_ones() -> None:
    assert words("ar") is words("en-GB")


def test_nothing_is_called_more_than_it_is() -> None:
    said = " ".join([*words("en").values(), *words("es").values()]).lower()
    never = ("advanced", "qualified", "avanzad", "cualificad")
    assert [word for word in never if word in said] == []
