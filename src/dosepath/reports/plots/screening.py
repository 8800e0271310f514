"""Plots of a finished screening of a hospital: who is lost down the list, and what another limit would bring."""

from dosepath.core.errors import InputError
from dosepath.population.attrition import EVERYBODY, ArmCost
from dosepath.population.what_if import Curve
from dosepath.reports.plots.parts import Chart
from dosepath.reports.plots.population import CurvePoint, Loss, threshold_curve, waterfall
from dosepath.reports.plots.theme import LIGHT, Theme


def waterfall_of(found: ArmCost, theme: Theme = LIGHT) -> Chart:
    """Plot who is lost where, down the criteria of one arm; those that lose nobody are left out.

    Raises
    ------
    InputError
        When nobody is among the patients of the arm, or nobody is lost.
    """
    if not found.patients:
        raise InputError(f"arm {found.arm} has no patient to count")
    steps = [step for step in found.steps if step.lost]
    losses = [Loss(step.item, step.lost / found.patients, step.possible / found.patients) for step in steps]
    who = f"{found.patients:,} patients with {found.arm} on record"
    if found.base == EVERYBODY:
        who = f"all {found.patients:,} patients, judged for {found.arm}"
    return waterfall(losses, who, theme=theme)


def curve_of(found: Curve, theme: Theme = LIGHT) -> Chart:
    """Plot how many are still possible when the limit of one criterion slides.

    Raises
    ------
    InputError
        When nobody is among the patients of the arm.
    """
    if not found.patients:
        raise InputError(f"arm {found.arm} has no patient to count")
    points = [CurvePoint(each.limit, each.possible / found.patients) for each in found.points]
    in_force = next((each.limit for each in found.points if each.in_force), None)
    of = f"limit of {found.criterion}{f', {found.unit}' if found.unit else ''}"
    return threshold_curve(points, of, in_force, theme=theme)
