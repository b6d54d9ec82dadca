"""Scores formatted for a terminal: the table of the sets, then the details of each."""

from __future__ import annotations

from collections.abc import Mapping

from train.evaluation.evaluate import format_table
from train.evaluation.metrics import Score
from train.evaluation.studio_figures import (
    GOOD_IOU,
    POOR_IOU,
    PRINT_READY_BOUNDARY_F,
    PRINT_READY_IOU,
    Trust,
)

SUSPECT_SHARE = 0.05  # of a picture: so much garment without any in truth: its mask may be wrong


def format_scores(scores: dict[str, Score], trusts: Mapping[str, Trust]) -> str:
    """Format all figures of the scores.

    Args:
        scores: by data set.
        trusts: verdicts beside them, by data set; empty where there are none.
    """
    parts = [format_table(scores)]
    for name, score in scores.items():
        parts.append(_describe_score(name, score))
        if name in trusts:
            parts[-1] += f"\n{_describe_trust(trusts[name])}"
    return "\n\n".join(parts)


def format_percent(value: float | None) -> str:
    """Write a share, or a dash where it is unknown."""
    return "–" if value is None else f"{value:.1%}"


def _describe_score(name: str, score: Score) -> str:
    lines = [f"{name}:"]
    bare = score.pictures - len(score.with_garment)
    if bare:
        lines.append(
            f"  without a garment: {bare}, which count in the pooled figures only; "
            f"{_describe_false_garment(score)}"
        )
    if spread := score.iou_spread:
        lines.append(
            f"  IoU per picture: p5 {spread.p5:.3f}, p25 {spread.p25:.3f}, median "
            f"{spread.median:.3f}, p75 {spread.p75:.3f}, mean {spread.mean:.3f}; below 0.5: "
            f"{spread.below_half_share:.1%}"
        )
    if score.with_garment:
        lines.append(_describe_studio(score))
    lines.append(
        f"  boundary F: {score.boundary_f_2px:.3f} at 2 px, {score.boundary_f:.3f} at 0.75% of "
        "the diagonal"
    )
    wrong, missed = (
        format_percent(share) for share in (score.false_positive_share, score.false_negative_share)
    )
    lines.append(
        f"  wrong: {wrong} of what was called garment is none, {missed} of the garment was missed"
    )
    if score.leak is None:
        lines.append("  leak: unknown, there is no mask of skin, hair or mannequin to judge it by")
    else:
        lines.append(f"  leak: {score.leak:.1%} of it lies on skin, hair or mannequin")
    return "\n".join([*lines, *_format_reliability(score), *_format_kinds(score)])


def _describe_studio(score: Score) -> str:
    figures = score.studio_figures
    return (
        f"  print-ready: {figures.print_ready_share:.1%} (IoU from {PRINT_READY_IOU} and boundary F"
        f" from {PRINT_READY_BOUNDARY_F}); below {GOOD_IOU}: {figures.below_good_share:.1%}, below"
        f" {POOR_IOU:.2f}: {figures.below_poor_share:.1%}; p10 {figures.p10:.3f}"
    )


def _describe_trust(trust: Trust) -> str:
    ok = (
        f"  verdict ok: {trust.ok}, of these {trust.ok_below_good} below {GOOD_IOU} and"
        f" {trust.ok_below_poor} below {POOR_IOU:.2f}"
    )
    good = (
        f"  good masks (from {GOOD_IOU}): {trust.good}, of these {trust.good_ok} called ok and"
        f" {trust.good_retake} called retake"
    )
    lines = [ok, good]
    if trust.bare:
        lines.append(f"  without a garment: {trust.bare_refused} of {trust.bare} called retake")
    return "\n".join(lines)


def _describe_false_garment(score: Score) -> str:
    suspects = [
        p.stem
        for p in score.per_picture
        if not p.has_garment and p.predicted_px >= SUSPECT_SHARE * p.picture_px
    ]
    text = f"garment was found on {score.studio_figures.bare_found}"
    if suspects:
        text += f", much of it on {', '.join(suspects[:5])}: see whether their masks are right"
    return text


def _format_kinds(score: Score) -> list[str]:
    kinds = score.split_by_kind()
    if len(kinds) < 2:
        return []
    head = f"  {'kind':<26}{'pictures':>9}{'garment IoU':>13}{'median':>9}{'boundary F':>12}"
    lines = [f"{head}{'leak':>8}{'print-ready':>13}{'below 0.90':>12}{'p10':>8}"]
    for kind, part in kinds.items():
        median = f"{part.iou_spread.median:.3f}" if part.iou_spread else "–"
        iou = f"{part.garment_iou:.4f}" if part.with_garment else "–"
        boundary = f"{part.boundary_f:.4f}" if part.with_garment else "–"
        figures = part.studio_figures
        studio = (
            f"{figures.print_ready_share:>13.1%}{figures.below_poor_share:>12.1%}{figures.p10:>8.3f}"
            if part.with_garment
            else f"{'–':>13}{'–':>12}{'–':>8}"
        )
        lines.append(
            f"  {kind or '(none)':<26}{part.pictures:>9}{iou:>13}{median:>9}{boundary:>12}"
            f"{format_percent(part.leak):>8}{studio}"
        )
    return lines


def _format_reliability(score: Score) -> list[str]:
    calibration = score.calibration
    if calibration.expected_error is None:
        return ["  calibration: unknown, masks alone carry no confidence"]
    summary = (
        f"  calibration: expected error {calibration.expected_error:.1%}; over the "
        f"{format_percent(calibration.unsure_share)} of pixels with a confidence of 0.1 to 0.9 "
        f"{format_percent(calibration.unsure_error)}"
    )
    lines = [summary, f"  {'confidence':<12}{'pixels':>10}{'mean':>8}{'is garment':>12}"]
    for row in calibration.table:
        mean = "–" if row.confidence is None else f"{row.confidence:.3f}"
        share = "–" if row.garment_share is None else f"{row.garment_share:.3f}"
        lines.append(f"  {row.low:.1f}–{row.high:.1f}{row.pixels:>15}{mean:>8}{share:>12}")
    return lines
