"""The form of a body, as numbers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FormPlan:
    """What a mannequin is like.

    Attributes:
        kind: `bust` (dress form), `legs` (waist to feet) or `figure` (headless, with limbs).
        bust, waist, hip: widths in proportion to a European 38.
        arm_angle_deg: how far a figure's arms are from hanging straight down.
        forearm_in_deg: how far its forearms turn back towards the body.
        forearm_forward: how far they point to the front.
        pose: `hang`, or what the hands rest on: `hip` (the right one), `hips` (both), `waist` (the
            right one across the front), `clasped` (both in front).
        depth: how deep the torso is in proportion; on a hanger cloth hangs nearly flat.
        head: size of the head; a child's is larger for its body.
    """

    kind: str
    bust: float = 1.0
    waist: float = 1.0
    hip: float = 1.0
    arm_angle_deg: float = 12.0
    forearm_in_deg: float = 0.0
    forearm_forward: float = 0.14
    pose: str = "hang"
    depth: float = 1.0
    head: float = 1.0
