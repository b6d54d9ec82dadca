"""The flags of `device.settings.output.OutputSettings`, for commands that write pictures."""

from __future__ import annotations

import argparse
from dataclasses import fields

from device.cli.setting_flags import add_setting_flag
from device.errors import UsageError
from device.settings.declaration import list_settings
from device.settings.output import FORMATS, OutputSettings


def add_output_options(parser: argparse.ArgumentParser) -> None:
    """Add the flags; their defaults are those of the settings."""
    group = parser.add_argument_group("what a catalogue wants")
    add = group.add_argument
    # The command writes JPEG too, which a rig does not: a shot is one message.
    add("--format", choices=FORMATS, help=list_settings(OutputSettings)["format"].flag_help)
    add_setting_flag(group, OutputSettings, "quality", checks=True)
    add_setting_flag(group, OutputSettings, "crop")
    add_setting_flag(group, OutputSettings, "margin", checks=True)
    add("--canvas", type=_parse_canvas, metavar="WxH", help="centre the garment on so many pixels")
    add_setting_flag(group, OutputSettings, "fill", checks=True)
    add_setting_flag(group, OutputSettings, "longest_px", checks=True)
    add_setting_flag(group, OutputSettings, "background", checks=True)


def read_output_settings(options: argparse.Namespace) -> OutputSettings:
    """Return the settings that the flags ask for.

    Raises:
        UsageError: flags that do not go together.
    """
    names = {entry.name for entry in fields(OutputSettings)}
    values = {
        name: value for name, value in vars(options).items() if name in names and value is not None
    }
    if options.canvas is not None:
        values["canvas_width_px"], values["canvas_height_px"] = options.canvas
    _refuse_idle(options)
    settings = OutputSettings(**values)
    settings.check_canvas("of --canvas")
    return settings


def _refuse_idle(options: argparse.Namespace) -> None:
    """Refuse flags that would change nothing: the user expects something of them."""
    as_png = options.format in (None, "png")
    idle = {
        "--alpha writes a PNG of the alpha alone: leave --format out": options.alpha and not as_png,
        "--alpha writes the alpha alone, which lies on no colour: leave --background out": (
            options.alpha and options.background is not None
        ),
        "--quality is of WebP and JPEG, and PNG loses nothing: give --format webp or jpeg": (
            as_png and options.quality is not None
        ),
        "--margin is around what --crop leaves: give --crop too": (
            options.margin is not None and not options.crop
        ),
        "--fill is a share of the canvas: give --canvas too": (
            options.fill is not None and options.canvas is None
        ),
    }
    for sentence, applies in idle.items():
        if applies:
            raise UsageError(sentence)


def _parse_canvas(text: str) -> tuple[int, int]:
    sides = text.lower().split("x")
    if len(sides) != 2 or not all(side.isdecimal() and 16 <= int(side) <= 16384 for side in sides):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no size such as 2000x2500, of 16 to 16384 pixels a side"
        )
    return int(sides[0]), int(sides[1])
