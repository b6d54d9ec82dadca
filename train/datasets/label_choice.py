"""Which of a data set's own labels are garment, and which are body.

Garment is everything worn that is made to be sold as clothing; skin, hair, mannequin, footwear,
bags and jewellery are not. A label whose name says neither is never guessed at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from train.errors import UsageError

_GARMENT = """
    anorak apparel apron bandana beanie belt beret bikini blazer blouse bodice bodysuit boxer
    bra brief camisole cap cape cardigan chino cloth clothe clothing coat collar corset cuff
    cummerbund dress dungaree garment glove gown hat headscarf henley hood hoodie hosiery jacket
    jean jersey jogger jumper jumpsuit kaftan kilt kimono knitwear lapel legging lingerie mitten
    nightgown nightwear onesie outerwear outfit outwear overall overcoat pajama pant panties
    pantyhose parka pinafore polo poncho pullover pyjama raincoat robe romper sari sarong scarf
    shawl shirt short skirt sleeve sling slip sock stocking suit suspender sweater sweatpant
    sweatshirt swimsuit swimwear tee teeshirt tie tight top tracksuit trouser trunk tshirt tunic
    turban tux tuxedo underpant undershirt underwear uniform vest waistcoat windbreaker
"""
_BODY = """
    arm beard body bust dummy ear face feet finger foot hair hand head leg mannequin model neck
    nose people person skin torso
"""
_OTHER = """
    accessories accessory backdrop background backpack bag boot box bracelet brooch buckle
    camera chair clip clog crocs curtain earring eyeglasses eyewear flat floor footwear
    furniture glass glasse hairband handbag hanger headphone heel ignore ignored jewel jewellery
    jewelry label loafer mirror necklace none null other packaging paper phone pin pole prop
    pump purse rack ring sandal shoe slipper sneaker stand sunglasses surface table tag trainer
    tripod umbrella unlabeled unlabelled void wall wallet watch wedge
"""
_KINDS = (
    (frozenset(_GARMENT.split()), "garment"),
    (frozenset(_BODY.split()), "body"),
    (frozenset(_OTHER.split()), "rest"),
)


@dataclass(frozen=True, slots=True)
class Choice:
    """What becomes of each label.

    Attributes:
        garment: names that are garment.
        body: names that are skin, hair or mannequin.
        rest: all other names.
    """

    garment: tuple[str, ...]
    body: tuple[str, ...]
    rest: tuple[str, ...]

    def __str__(self) -> str:
        """Say it in one line."""
        parts = ((self.garment, "garment"), (self.body, "body"), (self.rest, "neither"))
        return "; ".join(f"{what}: {', '.join(names)}" for names, what in parts if names)


def _words(name: str) -> set[str]:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    words = re.findall("[a-z]+", spaced.casefold())
    singular = {word.removesuffix(end) for word in words for end in ("s", "es")}
    return singular | set(words)


def _kind_of(name: str) -> str:
    """Return ``garment``, ``body``, ``rest``, or "" where the name does not say."""
    words = _words(name)
    if {"dress", "form"} <= words:
        return "body"  # a dress form is no dress
    kinds = [kind for table, kind in _KINDS if words & table]
    return kinds[0] if len(kinds) == 1 else ""


def choose(names: Iterable[str], garment: list[str], body: list[str]) -> Choice:
    """Decide what each label is.

    Args:
        names: all labels that the data set uses.
        garment: those that a person chose as garment, in any case; [] lets the names decide.
            Then a label that alone could be garment is, whatever its name.
        body: those that a person chose as body; [] lets the names decide.

    Raises:
        UsageError: a chosen name does not occur, or nobody said what a label is.
    """
    known = sorted(set(names))
    folded = {name.casefold() for name in known}
    everything = ", ".join(known) or "none"
    for chosen, flag in ((garment, "garment"), (body, "body")):
        for name in chosen:
            if name.casefold() not in folded:
                raise UsageError(
                    f"--{flag}-category {name!r} is none of the data set's: {everything}"
                )
    chosen_garment, chosen_body = ({each.casefold() for each in one} for one in (garment, body))

    def kind_of(name: str) -> str:
        if name.casefold() in chosen_garment:
            return "garment"
        if name.casefold() in chosen_body:
            return "body"
        guess = _kind_of(name)
        # What a person listed is listed whole: nothing is added to it by name.
        overruled = (guess != "body" and chosen_garment) or (guess == "body" and chosen_body)
        return "rest" if overruled else guess

    kinds = {name: kind_of(name) for name in known}
    unclear = [name for name, kind in kinds.items() if not kind]
    if len(unclear) == 1 and "garment" not in kinds.values():
        kinds[unclear.pop()] = "garment"  # whoever labelled one thing here labelled that
    if unclear:
        raise UsageError(
            f"{', '.join(unclear)}: garment or not? Name every garment of {everything} with "
            f"--garment-category, each its own, and skin, hair and mannequin with --body-category"
        )
    choice = Choice(
        *(tuple(n for n in kinds if kinds[n] == k) for k in ("garment", "body", "rest"))
    )
    if not choice.garment:
        raise UsageError(f"no label is garment: name those of {everything} with --garment-category")
    return choice
