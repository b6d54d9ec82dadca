"""The page around a report's parts: one file that needs no network, on any screen or paper."""

from __future__ import annotations

from dataclasses import dataclass, field
from string import Template

from train.charts.markup import escaped
from train.report.overlay import FALSE_NEGATIVE, FALSE_POSITIVE

STYLE = Template("""
:root { color-scheme: light dark; --paper: #ffffff; --ink: #1b1f24; --soft: #57606a;
  --faint: #d0d7de; --band: #f3f5f7; --alarm: #fff1e5; }
@media (prefers-color-scheme: dark) { :root { --paper: #0d1117; --ink: #e6edf3; --soft: #9aa4ae;
  --faint: #3d444d; --band: #161b22; --alarm: #3a2410; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 82rem; background: var(--paper);
  color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.7rem; margin: 0 0 .3rem; } h2 { margin: 2.2rem 0 .5rem; }
p, li { max-width: 46rem; } .soft { color: var(--soft); } code { overflow-wrap: anywhere; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: .5rem 0; }
th, td { padding: .25rem .55rem; text-align: right; border-bottom: 1px solid var(--faint);
  white-space: nowrap; }
th:first-child, td:first-child, .two :is(th, td):nth-child(2) { text-align: left; }
thead th { background: var(--band); font-weight: 600; white-space: normal; vertical-align: bottom; }
.alarm { background: var(--alarm); border-left: .4rem solid #d55e00; padding: .6rem 1rem;
  margin: .5rem 0; }
.charts { display: flex; flex-wrap: wrap; gap: 1rem; }
.charts > div { flex: 1 1 22rem; max-width: 40rem; } svg { max-width: 100%; height: auto; }
.gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: 1rem; }
.pairs { grid-template-columns: repeat(auto-fill, minmax(24rem, 1fr)); }
figure { margin: 0; break-inside: avoid; } figcaption { font-size: .85rem;
  overflow-wrap: anywhere; }
figure img { max-width: 100%; height: auto; } .pair div { display: flex; gap: .4rem; }
.pair img { width: calc(50% - .2rem); height: auto; align-self: start; }
.swatch { display: inline-block; width: 1.4em; height: 1em; vertical-align: -.12em;
  margin-right: .35em; border: 1px solid var(--faint); }
.positive { background: repeating-linear-gradient(135deg, $positive 0 3px, $positive_pale 3px
  7px); }
.negative { background: repeating-linear-gradient(45deg, $negative 0 3px, $negative_pale 3px
  7px); }
.truth { background: #ffffff; border: 3px solid #000000; }
@media print { :root { color-scheme: light; --paper: #ffffff; --ink: #000000; --soft: #444444;
    --faint: #c0c0c0; --band: #f3f3f3; --alarm: #ffffff; }
  body { max-width: none; padding: 0; font-size: 10px; } th, td { padding: .15rem .3rem; }
  .wide { overflow: visible; } .gallery { grid-template-columns: repeat(4, 1fr); }
  .pairs { grid-template-columns: repeat(2, 1fr); } h2 { break-after: avoid; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
""")

PAGE = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>$title</title>
<style>$style</style>
</head>
<body>
<h1>$title</h1>
$body
</body>
</html>
""")

LEGEND = (
    '<p><span class="swatch truth"></span>true outline &nbsp; '
    '<span class="swatch positive"></span>false positive: called garment and is none &nbsp; '
    '<span class="swatch negative"></span>false negative: garment that was missed</p>'
)


@dataclass(slots=True)
class Page:
    """Sections in their order."""

    title: str
    parts: list[str] = field(default_factory=list)

    def text(self, sentence: str, *, soft: bool = False) -> None:
        """Add a paragraph; it is escaped here."""
        mark = ' class="soft"' if soft else ""
        self.parts.append(f"<p{mark}>{escaped(sentence)}</p>")

    def alarm(self, sentence: str) -> None:
        """Add a warning that nobody overlooks; it is escaped here."""
        self.parts.append(f'<p class="alarm"><strong>Beware:</strong> {escaped(sentence)}</p>')

    def facts(self, rows: list[tuple[str, str]]) -> None:
        """Add a list of facts; both columns are escaped here."""
        cells = "".join(
            f"<li><b>{escaped(name)}</b> <code>{escaped(value)}</code></li>" for name, value in rows
        )
        self.parts.append(f"<ul>{cells}</ul>")

    def section(self, heading: str, *parts: str) -> None:
        """Add a section of parts that are markup already."""
        self.parts.append(f"<h2>{escaped(heading)}</h2>")
        self.parts += parts

    def charts(self, *charts: str) -> None:
        """Add charts side by side."""
        self.parts.append(
            f'<div class="charts">{"".join(f"<div>{chart}</div>" for chart in charts)}</div>'
        )

    def gallery(self, figures: list[str], *, pairs: bool = False) -> None:
        """Add figures in a grid, below their legend."""
        sort = "gallery pairs" if pairs else "gallery"
        self.parts.append(f'{LEGEND}<div class="{sort}">{"".join(figures)}</div>')

    def html(self) -> str:
        """Compose the whole file."""
        style = STYLE.substitute(
            positive=_css(FALSE_POSITIVE, 1),
            positive_pale=_css(FALSE_POSITIVE, 0.45),
            negative=_css(FALSE_NEGATIVE, 1),
            negative_pale=_css(FALSE_NEGATIVE, 0.45),
        )
        return PAGE.substitute(title=escaped(self.title), style=style, body="\n".join(self.parts))


def _css(colour: tuple[int, int, int], opacity: float) -> str:
    return f"rgb({colour[0]} {colour[1]} {colour[2]} / {opacity})"
