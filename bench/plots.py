"""Plots as SVG, written by hand: bars against budgets, parts of a whole, lines."""

from collections.abc import Mapping, Sequence
from html import escape

_WIDTH, _LEFT, _BAR = 760, 250, 26
_COLOURS = ("#1b5e8c", "#c2571a", "#4d7f3a", "#7a4d8c", "#8c7a1b")
_MOST = 3.0
_MET, _MISSED = "#4d7f3a", "#b3261e"


def against_budget(title: str, bars: Sequence[tuple[str, float, str]]) -> str:
    """Bars of how much of its budget each row takes; 1 is the budget, less is better.

    A bar ends at three budgets, so that one bad row does not hide the others; its words go on.
    """
    top = min(_MOST, max((share for _, share, _ in bars), default=1.0))
    scale = (_WIDTH - _LEFT - 190) / max(top, 1.0)
    body: list[str] = []
    for number, (name, share, words) in enumerate(bars):
        y = 44 + number * _BAR
        colour = _MET if share <= 1 else _MISSED
        body.append(_text(_LEFT - 8, y + 14, name, anchor="end"))
        width = min(share, _MOST) * scale
        body.append(_bar(_LEFT, y, width, colour))
        body.append(_text(_LEFT + width + 6, y + 14, f"{words} ({share:.2g} ×)"))
    height = 44 + len(bars) * _BAR + 10
    at = _LEFT + scale
    body.append(f'<line x1="{at:.1f}" x2="{at:.1f}" y1="36" y2="{height - 8}" {_STROKE}/>')
    return _svg(title, height, body)


def stacked(title: str, unit: str, bars: Mapping[str, Mapping[str, float]]) -> str:
    """Bars made of parts; every bar has the same parts."""
    names = list(next(iter(bars.values()))) if bars else []
    top = max((sum(parts.values()) for parts in bars.values()), default=1.0) or 1.0
    scale = (_WIDTH - _LEFT - 110) / top
    body = [_legend(names)]
    for number, (name, parts) in enumerate(bars.items()):
        x, y = float(_LEFT), 66 + number * _BAR
        body.append(_text(_LEFT - 8, y + 14, name, anchor="end"))
        for colour, value in zip(_COLOURS, parts.values(), strict=False):
            body.append(_bar(x, y, value * scale, colour))
            x += value * scale
        body.append(_text(x + 6, y + 14, f"{sum(parts.values()):.3g} {unit}"))
    return _svg(title, 66 + len(bars) * _BAR + 10, body)


def lines(
    title: str,
    axes: tuple[str, str],
    curves: Mapping[str, Sequence[tuple[float, float]]],
    limit: float | None = None,
) -> str:
    """Curves from zero up; the x of a point is its place in the row, named by its number."""
    xs = sorted({x for points in curves.values() for x, _ in points})
    top = max([y for points in curves.values() for _, y in points] + [limit or 0]) * 1.15 or 1.0
    wide, tall = _WIDTH - 160, 220

    def place(x: float, y: float) -> tuple[float, float]:
        return 90 + xs.index(x) / max(1, len(xs) - 1) * wide, 66 + tall * (1 - y / top)

    body = [_legend(list(curves)), _text(90, 316, axes[0]), _text(8, 58, axes[1])]
    for y in (0.0, top / 2, top):
        level = place(xs[0], y)[1]
        body.append(f'<line x1="90" x2="{90 + wide}" y1="{level:.1f}" y2="{level:.1f}" {_GRID}/>')
        body.append(_text(84, level + 4, f"{y:.3g}", anchor="end"))
    shown = xs if len(xs) <= 12 else (xs[0], xs[-1])
    body += [_text(place(x, 0)[0], 302, f"{x:,.0f}", anchor="middle") for x in shown]
    if limit is not None:
        level = place(xs[0], limit)[1]
        body.append(f'<line x1="90" x2="{90 + wide}" y1="{level:.1f}" y2="{level:.1f}" {_STROKE}/>')
    for colour, points in zip(_COLOURS, curves.values(), strict=False):
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*point) for point in points))
        body.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
    return _svg(title, 326, body)


_STROKE = 'stroke="#222" stroke-dasharray="4 3"'
_GRID = 'stroke="#ddd"'


def _svg(title: str, height: float, body: Sequence[str]) -> str:
    heading = f'<text x="8" y="22" font-size="15" font-weight="bold">{escape(title)}</text>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height:.0f}" role="img"'
        f' font-family="sans-serif" font-size="12"><title>{escape(title)}</title>'
        f'<rect width="100%" height="100%" fill="#fff"/>{heading}\n'
        + "\n".join(body)
        + "\n</svg>\n"
    )


def _text(x: float, y: float, words: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _bar(x: float, y: float, width: float, colour: str) -> str:
    return f'<rect x="{x:.1f}" y="{y}" width="{max(width, 1):.1f}" height="18" fill="{colour}"/>'


def _legend(names: Sequence[str]) -> str:
    parts: list[str] = []
    for number, (name, colour) in enumerate(zip(names, _COLOURS, strict=False)):
        parts.append(
            f'<rect x="{8 + number * 150}" y="32" width="12" height="12" fill="{colour}"/>'
        )
        parts.append(_text(26 + number * 150, 43, name))
    return "".join(parts)
