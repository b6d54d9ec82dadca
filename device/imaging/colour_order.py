"""Order of a picture's colour channels."""

from __future__ import annotations

from typing import Literal

ColourOrder = Literal["RGB", "BGR"]
