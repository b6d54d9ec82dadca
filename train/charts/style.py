"""How charts look: colours on light paper and on a dark screen, letters, axes."""

from __future__ import annotations

from typing import Any

PAPER, INK, GRID = "#ffffff", "#1b1f24", "#d0d7de"
# Okabe & Ito (2008): people with any colour blindness can tell them apart. Shapes differ too.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
# What each colour becomes on a dark screen: the same hue, light enough for 5:1 on the dark paper.
DARK = {
    PAPER: "#0d1117",
    INK: "#e6edf3",
    GRID: "#3d444d",
    "#0072b2": "#4ba3e3",
    "#d55e00": "#ff8533",
    "#009e73": "#2fc796",
    "#cc79a7": "#e09fc4",
    "#e69f00": "#f0b323",
    "#56b4e9": "#8fd0f5",
}
# matplotlib's own names; what is not here is its default.
STYLE: dict[str, Any] = {
    # Words stay words, so that they can be found and read aloud.
    "svg.fonttype": "none",
    "text.parse_math": False,  # A $ in a file's name is no formula.
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 11.5,
    "axes.formatter.useoffset": False,
    "axes.facecolor": PAPER,
    "figure.facecolor": PAPER,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.major.pad": 7,  # clear of marks that lie on a scale
    "ytick.major.pad": 7,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "legend.frameon": False,
    "legend.borderpad": 0,
    "legend.handlelength": 3,  # long enough for a dash on either side of the mark
}
