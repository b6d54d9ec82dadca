"""The mannequin in Blender: skin, head, hair, cap, seams, shoes and stand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from train.studio.blender.material import (
    fabric_material,
    finish_material,
    form_material,
    plain,
)
from train.studio.blender.seams import draw_seams
from train.studio.blender.session import mesh_object
from train.studio.geometry.dress_form import form_mesh
from train.studio.geometry.figure import (
    HEAD_Z_M,
    arm_mesh,
    figure_mesh,
    hair_mesh,
    joint_rings,
    shoe_meshes,
)
from train.studio.geometry.hanger import hanger_mesh, hook_top_m, rail_mesh
from train.studio.geometry.mesh import Mesh
from train.studio.geometry.stand import cap, stand
from train.studio.plans.palette import Colour
from train.studio.plans.scene import ScenePlan

MANNEQUIN, STAND = 2, 3
WOODS: tuple[Colour, ...] = ((0.72, 0.55, 0.36), (0.55, 0.37, 0.22), (0.33, 0.19, 0.11))


def build_mannequin(plan: ScenePlan, detail: int) -> None:
    """Everything of the mannequin; labelled as such, the stand apart, shoes as nothing."""
    form, look = plan.garment.form, plan.look
    if plan.shown != "form":
        _hang_up(plan)
        return
    skin = mesh_object("form", build_visible_mesh(plan), smooth=not look.facets)
    skin.data.materials.append(_skin_material(plan))
    skin.pass_index = MANNEQUIN
    if look.facets:
        fewer = skin.modifiers.new("facets", "DECIMATE")
        fewer.ratio = look.facets
    elif look.wire:
        _add_wire_cage(skin)
    elif detail > 1:
        smooth(skin, detail - 1)
    _add_limbs_and_hair(plan)
    if look.joints and form.kind == "figure" and look.arms:
        seam = mesh_object("seams", joint_rings(form))
        dark = tuple(0.35 * c for c in plan.form_colour)
        seam.data.materials.append(plain("seam", (dark[0], dark[1], dark[2]), 0.5))
        seam.pass_index = MANNEQUIN
    if "shoes" in plan.props and form.kind != "bust" and look.legs:
        shoes = mesh_object("shoes", shoe_meshes(plan.index % 2))
        shade = 0.05 if plan.index % 3 else 0.8
        shoes.data.materials.append(plain("leather", (shade, shade * 0.9, shade * 0.8), 0.3))
    _add_cap(plan)
    if look.pole:
        _add_stand(plan)


def _add_limbs_and_hair(plan: ScenePlan) -> None:
    form, look = plan.garment.form, plan.look
    if look.limbs and look.arms and form.kind == "figure":
        for side in (-1, 1):
            arm = mesh_object("arm", arm_mesh(form, side))
            arm.data.materials.append(finish_material(look.limbs))
            arm.pass_index = MANNEQUIN
    if look.hair != "none":
        wig = mesh_object("hair", hair_mesh(look.hair))
        wig.scale = (form.head,) * 3
        wig.location = (0.0, 0.0, HEAD_Z_M * (1 - form.head))
        wig.data.materials.append(plain("hair", look.hair_colour, 0.55))
        wig.pass_index = MANNEQUIN


def build_visible_mesh(plan: ScenePlan) -> Mesh:
    """Return the mesh of the visible skin."""
    form, look = plan.garment.form, plan.look
    if form.kind == "figure":
        arms = look.arms and not look.limbs
        return figure_mesh(form, look.head, arms=arms, legs=look.legs)
    return form_mesh(form)


def smooth(made: Any, levels: int) -> None:
    """Subdivide an object when it is rendered."""
    subdivision = made.modifiers.new("smooth", "SUBSURF")
    subdivision.levels = subdivision.render_levels = levels


def _add_wire_cage(skin: Any) -> None:
    fewer = skin.modifiers.new("cage", "DECIMATE")
    fewer.ratio = 0.03
    bars = skin.modifiers.new("bars", "WIREFRAME")
    bars.thickness = 0.006


def _skin_material(plan: ScenePlan) -> Any:
    if plan.look.print_ is not None:
        material = fabric_material("form", plan.look.print_, coordinates="Object")
    else:
        material = form_material(plan)
    if plan.look.seams:
        draw_seams(material, dark=sum(plan.form_colour) > 1.2)
    return material


def _hang_up(plan: ScenePlan) -> None:
    """A hanger with its rail in place of a mannequin, or nothing."""
    if plan.shown == "nothing":
        return
    finish = plan.look.cap_finish or "wood"
    thick = 0.006 if finish in ("steel", "chrome", "gold") else 0.012
    hanger = mesh_object("hanger", hanger_mesh(plan.shown, plan.garment.form, thick))
    hanger.data.materials.append(finish_material(finish))
    hanger.pass_index = STAND
    if plan.look.pole:
        rail = mesh_object("rail", rail_mesh(hook_top_m(plan.shown)))
        rail.data.materials.append(finish_material(plan.look.limbs or "steel"))
        rail.pass_index = STAND


def _wood(plan: ScenePlan) -> Colour:
    # By the picture's own number and not the garment's: a clip keeps its mannequin.
    return WOODS[plan.exposure.seed % len(WOODS)]


def _add_cap(plan: ScenePlan) -> None:
    turned = cap(plan.garment.form, plan.look.cap_shape)
    if turned is None or not plan.look.cap or plan.look.head != "none":
        return
    top = mesh_object("cap", turned)
    wood = plain("wood", _wood(plan), 0.35)
    metal = plain("steel", (0.75, 0.75, 0.76), 0.25, metallic=1.0)
    if plan.look.cap_finish:
        top.data.materials.append(finish_material(plan.look.cap_finish))
    else:
        top.data.materials.append(wood if plan.wood_cap else metal)
    top.pass_index = MANNEQUIN


def _add_stand(plan: ScenePlan) -> None:
    form = plan.garment.form
    # A figure without legs stands on a pole in its middle, as a dress form does.
    legless = form.kind == "figure" and not plan.look.legs
    mesh = stand(replace(form, kind="bust") if legless else form, plan.base)
    made = mesh_object("stand", mesh)
    dark = plain("iron", (0.05, 0.05, 0.055), 0.4)
    chrome = plain("chrome", (0.72, 0.73, 0.75), 0.22, metallic=1.0)
    wood = plain("wood", _wood(plan), 0.4)
    wooden = plan.wood_cap and plan.exposure.seed // 3 % 2 and plan.garment.form.kind == "bust"
    made.data.materials.append(dark if plan.stand_dark else wood if wooden else chrome)
    made.pass_index = STAND
