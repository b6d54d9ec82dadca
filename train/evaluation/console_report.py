"""Scores formatted for a terminal: the table of the sets, then the details of each."""

from __future__ import annotations

from train.evaluation.evaluate import format_table
from train.evaluation.metrics import Score

SUSPECT_SHARE = 0.05  # of a picture: so much garment without any in truth: its mask may be wrong


def format_scores(scores: dict[str, Score]) -> str:
    """Format all figures of the scores."""
    return "\n\n".join(
        [format_table(scores), *(_describe_score(name, score) for name, score in scores.items())]
    )


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


def _describe_false_garment(score: Score) -> str:
    marked = [p for p in score.per_picture if not p.has_garment and p.predicted_px]
    suspects = [p.stem for p in marked if p.predicted_px >= SUSPECT_SHARE * p.picture_px]
    text = f"garment was called on {len(marked)}"
    if suspects:
        text += f", much of it on {', '.join(suspects[:5])}: see whether their masks are right"
    return text


def _format_kinds(score: Score) -> list[str]:
    kinds = score.split_by_kind()
    if len(kinds) < 2:
        return []
    head = f"  {'kind':<26}{'pictures':>9}{'garment IoU':>13}{'median':>9}{'boundary F':>12}"
    lines = [f"{head}{'leak':>8}"]
    for kind, part in kinds.items():
        median = f"{part.iou_spread.median:.3f}" if part.iou_spread else "–"
        iou = f"{part.garment_iou:.4f}" if part.with_garment else "–"
        boundary = f"{part.boundary_f:.4f}" if part.with_garment else "–"
        lines.append(
            f"  {kind or '(none)':<26}{part.pictures:>9}{iou:>13}{median:>9}{boundary:>12}"
            f"{format_percent(part.leak):>8}"
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
