"""A report's tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from train.evaluation.console_report import format_percent
from train.evaluation.metrics import Score
from train.report.comparison import Comparison

SETS = (
    ("data set", "model", "pictures", "without garment", "garment IoU"),
    ("p5", "p25", "median", "p75", "mean", "below 0.5"),
    ("boundary F 2 px", "boundary F 0.75%", "false positive", "false negative", "leak"),
    ("calibration error", "print-ready", "below 0.95", "below 0.90", "p10", "found on bare"),
)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of text.

    Attributes:
        head: the columns' titles.
        rows: as many cells each; the first names the row, or the first two do.
        named_by_two: whether the second column is a name too, not a figure.
    """

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    named_by_two: bool = False


def tabulate_sets(models: Sequence[tuple[str, Mapping[str, Score]]]) -> Table:
    """Show all single figures of each set, one row for each model."""
    names = dict.fromkeys(name for _, scores in models for name in scores)
    rows = [
        (name, model, *_format_figures(scores[name]))
        for name in names
        for model, scores in models
        if name in scores
    ]
    return Table([cell for part in SETS for cell in part], rows, named_by_two=True)


def _format_figures(score: Score) -> list[str]:
    spread = score.iou_spread
    return [
        str(score.pictures),
        str(score.pictures - len(score.with_garment)),
        f"{score.garment_iou:.4f}",
        *(
            ["–"] * 6
            if spread is None
            else [
                *(f"{value:.3f}" for value in (spread.p5, spread.p25, spread.median)),
                *(f"{value:.3f}" for value in (spread.p75, spread.mean)),
                format_percent(spread.below_half_share),
            ]
        ),
        f"{score.boundary_f_2px:.3f}",
        f"{score.boundary_f:.3f}",
        format_percent(score.false_positive_share),
        format_percent(score.false_negative_share),
        "unknown" if score.leak is None else format_percent(score.leak),
        format_percent(score.calibration.expected_error),
        *_format_studio(score),
    ]


def _format_studio(score: Score) -> list[str]:
    figures = score.studio_figures
    shares = (figures.print_ready_share, figures.below_good_share, figures.below_poor_share)
    return [
        *((format_percent(share) for share in shares) if figures.pictures else ["–"] * 3),
        f"{figures.p10:.3f}" if figures.pictures else "–",
        f"{figures.bare_found} of {figures.bare}" if figures.bare else "–",
    ]


def tabulate_kinds(scores: Mapping[str, Score]) -> Table:
    """Show each kind of picture apart."""
    rows = []
    for name, score in scores.items():
        for kind, part in score.split_by_kind().items():
            spread = part.iou_spread
            rows.append(
                (
                    name,
                    kind or "–",
                    str(part.pictures),
                    f"{part.garment_iou:.4f}" if part.with_garment else "–",
                    f"{spread.p5:.3f}" if spread else "–",
                    f"{spread.median:.3f}" if spread else "–",
                    f"{part.boundary_f:.3f}" if part.with_garment else "–",
                    format_percent(part.false_positive_share),
                    format_percent(part.false_negative_share),
                    "unknown" if part.leak is None else format_percent(part.leak),
                    *_format_studio(part),
                )
            )
    head = ("data set", "kind", "pictures", "garment IoU", "p5", "median", "boundary F 0.75%")
    more = ("false positive", "false negative", "leak", *SETS[-1][1:])
    return Table((*head, *more), rows, named_by_two=True)


def tabulate_reliability(scores: Mapping[str, Score]) -> Table:
    """Show how often pixels of each confidence are garment, set by set."""
    known = {name: score.calibration for name, score in scores.items() if score.calibration.known}
    head = ["confidence"]
    for name in known:
        head += [f"{name}: pixels", "mean confidence", "is garment"]
    rows = []
    for number in range(len(next(iter(known.values())).table) if known else 0):
        bins = [calibration.table[number] for calibration in known.values()]
        row = [f"{bins[0].low:.1f} to {bins[0].high:.1f}"]
        for one in bins:
            row += [
                str(one.pixels),
                _format_share(one.confidence),
                _format_share(one.garment_share),
            ]
        rows.append(row)
    return Table(head, rows)


def _format_share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def tabulate_comparisons(comparisons: list[Comparison]) -> Table:
    """Show who won on each set, and whether that is more than chance."""
    rows = [
        (
            each.dataset,
            f"{each.gain:+.4f}",
            f"{each.gain_low:+.4f} to {each.gain_high:+.4f}",
            str(each.won),
            str(each.tied),
            str(each.lost),
            _judge(each),
        )
        for each in comparisons
    ]
    head = ("data set", "garment IoU gained", "95% interval", "won", "tied", "lost", "verdict")
    return Table(head, rows)


def _judge(each: Comparison) -> str:
    if each.gain_low > 0:
        return "better"
    return "worse" if each.gain_high < 0 else "no clear difference"


def tabulate_pictures(comparison: Comparison, *, ours: str, theirs: str) -> Table:
    """Show both models' garment IoU of each picture of a set, the greatest gain first."""
    rows = [
        (
            pairing.ours.stem,
            pairing.ours.kind,
            f"{pairing.ours.garment_iou:.3f}",
            f"{pairing.theirs.garment_iou:.3f}",
            f"{pairing.gain:+.3f}",
        )
        for pairing in sorted(comparison.pairings, key=lambda pairing: -pairing.gain)
    ]
    return Table(("picture", "kind", ours, theirs, "gained"), rows, named_by_two=True)
