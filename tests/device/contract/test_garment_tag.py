"""SKU and view of a garment, read from file names and codes."""

from __future__ import annotations

import random

import pytest

from device.contract.garment_tag import (
    UNTAGGED,
    GarmentTag,
    is_name_pattern,
    parse_code,
    parse_name,
)

STANDARD = "{sku}_{view}_{number}"


@pytest.mark.parametrize(
    ("stem", "sku", "view"),
    [
        ("4711", "4711", None),
        ("4711_front", "4711", "front"),
        ("4711_front_0003", "4711", "front"),
        ("4711_0003", "4711", None),
        ("AB-12.x_back-left", "AB-12.x", "back-left"),
        ("4711_front (2)", "4711", "front"),
        ("4711_front - Copy", "4711", "front"),
        ("IMG_0001", None, None),
        ("_DSC1234", None, None),
        ("DSCF0001", None, None),
        ("two words", None, None),
        ("x" * 65, None, None),
        ("..", None, None),
    ],
)
def test_file_names_say_what_they_show(stem: str, sku: str | None, view: str | None) -> None:
    """SKU, view and a number that tells shots apart; a camera's own counter names no garment."""
    assert parse_name(stem, STANDARD) == GarmentTag(sku, view)


@pytest.mark.parametrize(
    ("stem", "sku", "original"),
    [
        ("4711_front", "4711", None),
        ("Größe 36_front_0001", "Groesse-36", "Größe 36"),
        ("Gro\u0308\u00dfe 36_front", "Groesse-36", "Größe 36"),
        ("Gr\udcf6\udcdfe 36_front", "Groesse-36", "Größe 36"),
        ("Été 7_front", "Ete-7", "Été 7"),
        ("衬衫_front", "u886cu886b", "衬衫"),
        ("Smørrebrød & Łódź_front", "Smoerrebroed-Lodz", "Smørrebrød & Łódź"),
        ("\ud800 36_front", "36", "? 36"),
        ("x" * 65 + "_front", "x" * 64, "x" * 65),
        ("§", None, None),
        ("IMG_0001", None, None),
    ],
)
def test_any_name_may_be_made_an_sku(stem: str, sku: str | None, original: str | None) -> None:
    """{sku:any} spells what people write in A to Z, and keeps how they wrote it."""
    tag = parse_name(stem, "{sku:any}_{view}_{number}")
    assert (tag.sku, tag.sku_original) == (sku, original)


def test_pattern_is_the_studios_own() -> None:
    """Another order and other text between are read; an empty pattern reads nothing."""
    assert parse_name("front#4711", "{view}#{sku}") == GarmentTag("4711", "front")
    assert parse_name("4711_front", "") == UNTAGGED


@pytest.mark.parametrize(
    "pattern",
    [
        *("{sku}{view}", "{colour}", "{view}", "{sku}_{sku}"),
        *("{sku}_{sku:any}", "{sku:all}", "{view:any}_{sku}", "{sku:any}{view}"),
    ],
)
def test_impossible_pattern_is_refused(pattern: str) -> None:
    """A pattern that could not be read is wrong configuration."""
    assert is_name_pattern(STANDARD)
    assert is_name_pattern("{sku:any}_{view}_{number}")
    assert not is_name_pattern(pattern)


def test_no_name_and_no_code_gives_an_unsafe_tag() -> None:
    """Ten thousand random names and codes give names that are safe in topics and files, or none."""
    chance = random.Random(2)  # noqa: S311 - a repeatable fuzz, no secret
    letters = [
        "a",
        "7",
        "_",
        "-",
        ".",
        "/",
        "+",
        "#",
        "\0",
        "\n",
        " ",
        "ä",
        "front",
        "(1)",
        "\ud800",
    ]
    for _ in range(10_000):
        text = "".join(chance.choice(letters) for _ in range(chance.randint(0, 12)))
        named = [parse_name(text, pattern) for pattern in (STANDARD, "{sku:any}_{view}_{number}")]
        for tag in (*named, parse_code(text) or UNTAGGED):
            for name in (tag.sku, tag.view):
                assert name is None or not set(name) & set("/+#\0\n \ud800")
