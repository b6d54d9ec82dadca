"""What a set is like, as plain numbers that JSON can hold."""

from __future__ import annotations

from dataclasses import dataclass

from train.studio.plans.palette import Colour


@dataclass(frozen=True)
class ObjectPlan:
    """An object of the surroundings; lengths in metres.

    `shape` is one of train.studio.geometry.props.SHAPES or `form`, `place` the middle of its
    underside and `size` its whole extent, in the room's axes: x to the picture's right, y away
    from the camera. `tilt_deg` leans it back. What is `on_wall` has no place without that wall.
    """

    shape: str
    place: tuple[float, float, float]
    size: tuple[float, float, float]
    turn_deg: float
    colour: Colour
    second: Colour
    pattern: str = "plain"
    roughness: float = 0.6
    metallic: float = 0.0
    glow: float = 0.0
    seed: int = 0
    tilt_deg: float = 0.0
    on_wall: bool = False


@dataclass(frozen=True)
class RoomPlan:
    """Where the mannequin stands when it is not before a paper sweep.

    `wall` and `floor` are patterns of train.studio.blender.room; a `turned` floor runs away
    from the camera. `plinth_m` lifts the mannequin.
    """

    wall: str
    floor: str
    floor_colour: Colour
    second: Colour
    turned: bool
    plinth_m: float
    things: tuple[ObjectPlan, ...]
