"""How masks are named after their pictures, where they do not have the same names."""

from __future__ import annotations

from collections import Counter


def propose_names(masks: list[str], pictures: list[str] | None) -> str:
    """Return which option or renaming pairs masks with pictures, or "".

    Args:
        masks: stems of the masks; of pictures and masks together, if ``pictures`` is None.
        pictures: stems of the pictures.
    """
    known = set(masks if pictures is None else pictures)
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    for mask in masks:
        after.update(_find_rest(mask, known, at_end=True))
        before.update(_find_rest(mask, known, at_end=False))
    (ending, ends), (beginning, begins) = (_get_commonest(each) for each in (after, before))
    enough = max(1, len(masks) // (4 if pictures is None else 2))
    if ends >= max(begins, enough):
        shown = f"'{ending}'" if ending.strip() != ending or not ending.isprintable() else ending
        option = f"--mask-suffix={shown}" if ending.startswith("-") else f"--mask-suffix {shown}"
        return f"{ends} masks are named as a picture and {ending}: add {option}"
    if begins >= enough:
        return (
            f"{begins} masks are named {beginning} and a picture: rename them to the pictures' "
            "names"
        )
    return ""


def _find_rest(mask: str, pictures: set[str], *, at_end: bool) -> list[str]:
    """Return what is left of a mask's name beside the longest picture's name in it."""
    for length in range(len(mask) - 1, 0, -1):
        name = mask[:length] if at_end else mask[-length:]
        if name in pictures:
            return [mask[length:] if at_end else mask[:-length]]
    return []


def _get_commonest(counts: Counter[str]) -> tuple[str, int]:
    return counts.most_common(1)[0] if counts else ("", 0)
