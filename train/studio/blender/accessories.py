"""What is worn beside the garment, and labels inside its neck, in Blender."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from train.studio.blender.garment import Garment
from train.studio.blender.material import fabric_material
from train.studio.blender.session import mesh_object
from train.studio.geometry.accessories import build_accessory
from train.studio.geometry.cloth_front import measure_front
from train.studio.geometry.dress_form import form_mesh
from train.studio.plans.scene import ScenePlan

GARMENT = 1


def wear(plan: ScenePlan, worn: Sequence[Garment]) -> None:
    """Put the planned accessories on over what is worn already."""
    if not plan.accessories:
        return
    form = plan.garment.form
    points = [garment.mesh.vertices for garment in worn] or [form_mesh(form).vertices]
    front = measure_front(form, np.concatenate(points))
    for accessory in plan.accessories:
        mesh = build_accessory(accessory.shape, form, front, accessory.seed)
        made = mesh_object(accessory.shape, mesh)
        made.data.materials.append(
            fabric_material(accessory.shape, accessory.fabric, coordinates="Object")
        )
        if accessory.garment:
            made.pass_index = GARMENT
