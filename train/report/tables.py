"""A report's tables, as HTML."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from train.charts.markup import escaped
from train.evaluation.console_report import percent
from train.evaluation.metrics import Score
from train.report.comparison import Comparison

SETS = (
    ("data set", "model", "pictures", "without garment", "garment IoU"),
    ("p5", "p25", "median", "p75", "mean", "below 0.5"),
    ("boundary F 2 px", "boundary F 0.75%", "false positive", "false negative", "leak"),
    ("calibration error",),
)


def html_table(
    head: Sequence[str], rows: Iterable[Sequence[str]], *, named_by_two: bool = False
) -> str:
    """Lay out a table; cells are escaped here. It scrolls by itself where it is too wide.

    Args:
        head: the columns' titles.
        rows: as many cells each; the first names the row, or the first two do.
        named_by_two: whether the second column is a name too, not a figure.
    """
    sort = ' class="two"' if named_by_two else ""
    header = "".join(f'<th scope="col">{escaped(cell)}</th>' for cell in head)
    body = "".join(
        f"<tr>{''.join(f'<td>{escaped(cell)}</td>' for cell in row)}</tr>" for row in rows
    )
    return (
        f'<div class="wide"><table{sort}><thead><tr>{header}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def sets_table(models: Mapping[str, Mapping[str, Score]]) -> str:
    """Show all single figures of each set, one row for each model."""
    names = dict.fromkeys(name for scores in models.values() for name in scores)
    rows = [
        (name, model, *_figures(scores[name]))
        for name in names
        for model, scores in models.items()
        if name in scores
    ]
    return html_table([cell for part in SETS for cell in part], rows, named_by_two=True)


def _figures(score: Score) -> list[str]:
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
                percent(spread.below_half_share),
            ]
        ),
        f"{score.boundary_f_2px:.3f}",
        f"{score.boundary_f:.3f}",
        percent(score.false_positive_share),
        percent(score.false_negative_share),
        "unknown" if score.leak is None else percent(score.leak),
        percent(score.calibration.expected_error),
    ]


def kinds_table(scores: Mapping[str, Score]) -> str:
    """Show each kind of picture apart."""
    rows = []
    for name, score in scores.items():
        for kind, part in score.kinds().items():
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
                    percent(part.false_positive_share),
                    percent(part.false_negative_share),
                    "unknown" if part.leak is None else percent(part.leak),
                )
            )
    head = ("data set", "kind", "pictures", "garment IoU", "p5", "median", "boundary F 0.75%")
    return html_table((*head, "false positive", "false negative", "leak"), rows, named_by_two=True)


def calibration_table(scores: Mapping[str, Score]) -> str:
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
            row += [str(one.pixels), _share(one.confidence), _share(one.garment_share)]
        rows.append(row)
    return html_table(head, rows)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def comparison_table(duels: list[Comparison]) -> str:
    """Show who won on each set, and whether that is more than chance."""
    rows = [
        (
            duel.dataset,
            f"{duel.gain:+.4f}",
            f"{duel.gain_low:+.4f} to {duel.gain_high:+.4f}",
            str(duel.won),
            str(duel.tied),
            str(duel.lost),
            _verdict(duel),
        )
        for duel in duels
    ]
    head = ("data set", "garment IoU gained", "95% interval", "won", "tied", "lost", "verdict")
    return html_table(head, rows)


def _verdict(duel: Comparison) -> str:
    if duel.gain_low > 0:
        return "better"
    return "worse" if duel.gain_high < 0 else "no clear difference"
