"""Decide which labels of a data set are garment and which are body.

Garment is everything worn that is made to be sold as clothing; skin, hair, mannequin, footwear,
bags and jewellery are not. A label whose name does not decide this is asked about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from train.datasets.names import fold
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
class NamedLabels:
    """Labels that a person named, in any case.

    Attributes:
        garment: labels named as garment; () lets the names decide. If a single label remains
            that could be garment, it is, whatever its name.
        body: labels named as body; () lets the names decide.
    """

    garment: tuple[str, ...] = ()
    body: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LabelChoice:
    """All labels of a data set, sorted by what they stand for.

    Attributes:
        garment: labels of garments.
        body: labels of skin, hair and mannequins.
        rest: all other labels.
    """

    garment: tuple[str, ...]
    body: tuple[str, ...]
    rest: tuple[str, ...]

    def __str__(self) -> str:
        """Return the choice as one line."""
        parts = ((self.garment, "garment"), (self.body, "body"), (self.rest, "neither"))
        return "; ".join(f"{what}: {', '.join(names)}" for names, what in parts if names)


def _split_words(name: str) -> set[str]:
    """Return the words of a label in lower case, plurals also as singulars."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    words = re.findall("[a-z]+", spaced.casefold())
    singular = {word.removesuffix(end) for word in words for end in ("s", "es")}
    return singular | set(words)


def _guess_kind(name: str) -> str:
    """Return ``garment``, ``body``, ``rest``, or "" if the name does not decide."""
    words = _split_words(name)
    if {"dress", "form"} <= words:
        return "body"  # a dress form is not a dress
    kinds = [kind for table, kind in _KINDS if words & table]
    return kinds[0] if len(kinds) == 1 else ""


def choose_labels(names: Iterable[str], named: NamedLabels) -> LabelChoice:
    """Decide what each label stands for.

    Args:
        names: all labels that the data set uses.
        named: labels that a person named.

    Raises:
        UsageError: a named label does not occur, a label's meaning is unknown, or no label is
            garment.
    """
    known = sorted(set(names))
    folded = {fold(name) for name in known}
    everything = ", ".join(known) or "none"
    for labels, flag in ((named.garment, "garment"), (named.body, "body")):
        for name in labels:
            if fold(name) not in folded:
                raise UsageError(
                    f"--{flag}-category {name!r} is none of the data set's: {everything}"
                )
    garment, body = ({fold(each) for each in one} for one in (named.garment, named.body))

    def find_kind(name: str) -> str:
        if fold(name) in garment:
            return "garment"
        if fold(name) in body:
            return "body"
        guess = _guess_kind(name)
        # A list that a person gave is complete: no label joins it by its name.
        overruled = (guess != "body" and garment) or (guess == "body" and body)
        return "rest" if overruled else guess

    kinds = {name: find_kind(name) for name in known}
    unclear = [name for name, kind in kinds.items() if not kind]
    if len(unclear) == 1 and "garment" not in kinds.values():
        kinds[unclear.pop()] = "garment"  # nobody labels a data set without the garment
    if unclear:
        raise UsageError(
            f"{', '.join(unclear)}: garment or not? Name every garment of {everything} with "
            f"--garment-category, each its own, and skin, hair and mannequin with --body-category"
        )
    choice = LabelChoice(
        *(tuple(n for n in kinds if kinds[n] == k) for k in ("garment", "body", "rest"))
    )
    if not choice.garment:
        raise UsageError(f"no label is garment: name those of {everything} with --garment-category")
    return choice
