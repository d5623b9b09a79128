"""A plot as an SVG file: figures over a size that grows by powers of ten, from zero, each line with its name at its end.

The colours are those of the design's tokens; a file in a folder has no style sheet, so they stand in it.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 720, 360
LEFT, RIGHT, TOP, BOTTOM = 76, 196, 34, 52
SURFACE, INK, INK_2, HAIRLINE = "#ffffff", "#1e1c1a", "#57514a", "#ddd6c9"
SERIES = ("#24407a", "#b07a12", "#2e7d5b")
LIMIT = "#6e7a8a"
FONT = "-apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, 'Noto Sans', Arial, sans-serif"
_LABEL = 15  # so far apart that two names can be read


@dataclass(frozen=True, slots=True)
class Point:
    size: float
    value: float
    is_quiet: bool


@dataclass(frozen=True, slots=True)
class Curve:
    words: str
    points: Sequence[Point]
    is_limit: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    title: str
    conclusion: str
    x_words: str
    y_words: str
    curves: Sequence[Curve]
    aims: Sequence[tuple[float, str]] = ()

    def svg(self) -> str:
        """The whole file. A hollow point is of a run on a machine that others used too; a dashed line is an aim."""
        scale = _Scale.over(self)
        inside = [*_grid(self, scale), *_aims(self, scale), *_curves(self, scale), *_labels(self, scale)]
        return "\n".join(
            [
                (
                    f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
                    f' aria-labelledby="t d" font-family="{FONT}" font-size="13">'
                ),
                f'<title id="t">{escape(self.title)}</title>',
                f'<desc id="d">{escape(self.conclusion)}</desc>',
                f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{SURFACE}"/>',
                *inside,
                "</svg>",
                "",
            ]
        )


@dataclass(frozen=True, slots=True)
class _Scale:
    low: float  # powers of ten
    high: float
    top: float
    step: float

    @classmethod
    def over(cls, plot: Plot) -> "_Scale":
        sizes = [point.size for curve in plot.curves for point in curve.points]
        values = [point.value for curve in plot.curves for point in curve.points]
        low, high = math.floor(math.log10(min(sizes))), math.ceil(math.log10(max(sizes)))
        step = _step(max([*values, *(value for value, _ in plot.aims)]))
        top = step * math.ceil(max([*values, *(value for value, _ in plot.aims), step]) / step)
        return cls(low, max(high, low + 1), top, step)

    def x(self, size: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (math.log10(size) - self.low) / (self.high - self.low)

    def y(self, value: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / self.top


def _step(largest: float) -> float:
    """A round number of which four or so reach the top."""
    rough = max(largest, 1e-6) / 4
    power: float = 10.0 ** math.floor(math.log10(rough))
    return next(power * one for one in (1, 2, 5, 10) if power * one >= rough)


def _grid(plot: Plot, scale: _Scale) -> Iterator[str]:
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    for number in range(round(scale.top / scale.step) + 1):
        value = number * scale.step
        y = scale.y(value)
        yield f'<path d="M{LEFT} {y:.1f}H{right}" stroke="{INK_2 if number == 0 else HAIRLINE}"/>'
        yield _text(LEFT - 8, y + 4, f"{value:,.10g}", INK_2, "end")
    for power in range(int(scale.low), int(scale.high) + 1):
        x = scale.x(10.0**power)
        yield f'<path d="M{x:.1f} {bottom}v5" stroke="{INK_2}"/>'
        yield _text(x, bottom + 20, f"{10**power:,}", INK_2, "middle")
    yield _text((LEFT + right) / 2, HEIGHT - 10, plot.x_words, INK, "middle")
    yield _text(8, 18, plot.y_words, INK, "start")


def _aims(plot: Plot, scale: _Scale) -> Iterator[str]:
    for value, _ in plot.aims:
        y = scale.y(value)
        yield f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="{INK}" stroke-dasharray="5 4"/>'


def _curves(plot: Plot, scale: _Scale) -> Iterator[str]:
    for curve, colour in _coloured(plot):
        places = [(scale.x(one.size), scale.y(one.value), one.is_quiet) for one in curve.points]
        if len(places) > 1:
            way = "L".join(f"{x:.1f} {y:.1f}" for x, y, _ in places)
            yield f'<path d="M{way}" fill="none" stroke="{colour}" stroke-width="2"/>'
        for x, y, is_quiet in places:
            fill = colour if is_quiet else SURFACE
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{fill}" stroke="{colour}" stroke-width="2"/>'


def _labels(plot: Plot, scale: _Scale) -> Iterator[str]:
    """The names beside the right edge, in the order of their heights."""
    named = [(scale.y(curve.points[-1].value), curve.words, colour) for curve, colour in _coloured(plot)]
    named += [(scale.y(value), words, INK) for value, words in plot.aims]
    named.sort()
    for y, (_, words, colour) in zip(_apart([y for y, *_ in named]), named, strict=True):
        yield _text(WIDTH - RIGHT + 10, y + 4, words, colour, "start")


def _apart(heights: Sequence[float]) -> list[float]:
    """As near to these heights, which ascend, as names can stand without one on another or on the axis."""
    places, last = [], -math.inf
    for height in heights:
        last = max(height, last + _LABEL)
        places.append(last)
    lowest = float(HEIGHT - BOTTOM)
    for number in reversed(range(len(places))):
        places[number] = min(places[number], lowest)
        lowest = places[number] - _LABEL
    return places


def _coloured(plot: Plot) -> Iterator[tuple[Curve, str]]:
    drawn = 0
    for curve in plot.curves:
        if curve.is_limit:
            yield curve, LIMIT
        else:
            yield curve, SERIES[drawn % len(SERIES)]
            drawn += 1


def _text(x: float, y: float, words: str, colour: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" text-anchor="{anchor}">{escape(words)}</text>'
