"""The report's page: templates filled in, everything escaped, one file that needs no network."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from train.report.overlay import FALSE_NEGATIVE, FALSE_POSITIVE

_PALE = 0.45  # opacity between the stripes of a fault, as in the pictures


def render_page(contents: dict[str, Any]) -> str:
    """Fill in ``templates/report.html``.

    Args:
        contents: what the template names. Text is escaped; only charts are taken as markup.

    Raises:
        jinja2.UndefinedError: something that the template names is missing.
    """
    environment = Environment(
        loader=PackageLoader("train.report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_drop_control_codes,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    colours = {
        "positive": _format_css(FALSE_POSITIVE, 1),
        "positive-pale": _format_css(FALSE_POSITIVE, _PALE),
        "negative": _format_css(FALSE_NEGATIVE, 1),
        "negative-pale": _format_css(FALSE_NEGATIVE, _PALE),
    }
    return environment.get_template("report.html").render(contents, colours=colours) + "\n"


def _drop_control_codes(value: object) -> object:
    """Drop what no HTML may hold, escaped or not."""
    if isinstance(value, Markup):
        return value
    return "".join(letter for letter in str(value) if letter.isprintable())


def _format_css(colour: tuple[int, int, int], opacity: float) -> str:
    return f"rgb({colour[0]} {colour[1]} {colour[2]} / {opacity})"
