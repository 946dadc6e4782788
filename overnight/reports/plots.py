"""Small inline SVG pictures. Positions are percentages of the box, so bars stretch with the page and text does not.

Colours are left to the style sheet (classes `then`, `now`, `tick`, ...), so light, dark and print need no second picture.
"""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup

from overnight.monitoring.drift import ColumnDrift
from overnight.reports import display

VOLUME_DAYS = 30
LONGEST_LABEL = 14
INTERVAL = " to "
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?")
FEWEST_DIGITS, MOST_DIGITS = 2, 6
MOST_TICKS = 4
TICK_STEPS = (0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 2.5, 5.0)
ROUNDING = 1e-9
# How many x labels fit a wide page, and a phone; in between, labels marked `minor` are hidden.
LABELS_WIDE, LABELS_NARROW = 10, 4
# The share of a bin's slot that the wide bar behind (then) and the slim bar in front (now) take.
THEN_WIDTH, NOW_WIDTH = 0.86, 0.44


@dataclass(frozen=True)
class Bar:
    """A vertical bar, in percent of the box: left edge, width, and height from the bottom."""

    x: float
    width: float
    height: float


def bars(values: Sequence[float], top: float, fill: float) -> list[Bar]:
    """One bar per equally wide slot, `fill` (0..1) of the slot wide, centred; a value of `top` fills the height."""
    slot = 100 / len(values) if values else 0.0
    return [
        Bar(slot * (position + (1 - fill) / 2), slot * fill, 100 * min(1.0, _finite(value) / top) if top > 0 else 0.0)
        for position, value in enumerate(values)
    ]


def ticks(highest: float, most: int = MOST_TICKS) -> list[float]:
    """Round values from 0 up to the first that is not below `highest`, at most `most` steps of 1, 2, 2.5 or 5 times 10^n.

    >>> ticks(737)
    [0.0, 200.0, 400.0, 600.0, 800.0]
    """
    if not highest > 0 or not math.isfinite(highest):
        return [0.0, 1.0]
    magnitude = 10.0 ** math.floor(math.log10(highest))
    step = next(factor * magnitude for factor in TICK_STEPS if factor * magnitude * most >= highest * (1 - ROUNDING))
    return [step * position for position in range(math.ceil(highest / step * (1 - ROUNDING)) + 1)]


def small_histogram(column: ColumnDrift, day: date) -> Markup:
    """Then and now of one feature, the size of a table cell; empty when there is nothing to draw."""
    then, now = _sides(column)
    if not then:
        return Markup()
    top = max((*then, *now))
    return _svg(
        "hist small",
        f"{display.text(column.column, 60)}: {then_of(column)} and {day}. {most_changed(column)}",
        _pairs(column, then, now, top),
    )


def large_histogram(column: ColumnDrift, day: date) -> Markup:
    """Then and now of the scores, with axes: shares of rows upwards, bins along the bottom."""
    then, now = _sides(column)
    if not then:
        return Markup()
    scale = ticks(max((*then, *now)))
    parts = [
        _grid(scale, [display.percent(each) for each in scale]),
        _pairs(column, then, now, scale[-1]),
        _labels(labels_of(column)),
    ]
    return _svg("hist large", f"{display.text(column.column, 60)}: {then_of(column)} and {day}. {most_changed(column)}", *parts)


def labels_of(column: ColumnDrift) -> tuple[str, ...]:
    """The bins' labels, numbers in them with as few digits as tell the bins apart.

    `0.0487661 to 0.107603` and its neighbours become `0.049 to 0.11` and so on.
    """
    if column.kind != "numeric":
        return column.labels
    shortened = (tuple(_rounded(label, digits) for label in column.labels) for digits in range(FEWEST_DIGITS, MOST_DIGITS))
    return next((labels for labels in shortened if _distinct(labels, column.labels)), column.labels)


def then_of(column: ColumnDrift) -> str:
    """What a column is compared with: features with training, scores with the later dates the model was judged by."""
    return "evaluation" if column.role == "score" else "training"


def most_changed(column: ColumnDrift) -> str:
    """The bin whose share changed most, e.g. `JFK: 33% → 41%`."""
    then, now = _sides(column)
    if not then or not column.now:
        return ""
    position = max(range(len(then)), key=lambda each: abs(now[each] - then[each]))
    label = display.text(labels_of(column)[position], 2 * LONGEST_LABEL)
    return f"{label}: {display.percent(then[position])} → {display.percent(now[position])}"


def volume_bars(volume: Sequence[tuple[date, int]], day: date) -> Markup:
    """Published rows per date over the 30 dates that end with `day`, which is marked; a date without a bar has none."""
    days = [day - timedelta(days=back) for back in reversed(range(VOLUME_DAYS))]
    rows = dict(volume)
    scale = ticks(max((rows.get(each, 0) for each in days), default=0))
    drawn = [
        _rect("today" if each == day else "past", bar, f"{display.long_date(each)}: {display.count(rows[each])} rows")
        for each, bar in zip(days, bars([rows.get(each, 0) for each in days], scale[-1], 0.7), strict=True)
        if each in rows
    ]
    if day not in rows:
        drawn.append(
            _rect("absent", bars([0.0] * (VOLUME_DAYS - 1) + [1.0], 1.0, 0.7)[-1], f"{display.long_date(day)}: nothing published")
        )
    labels = Markup("").join(
        Markup('<text class="x {}" x="{:.2f}%" y="100%" dy="18">{}</text>').format(
            "anchor" if each == day else "major", (position + 0.5) * 100 / VOLUME_DAYS, f"{each.day} {each:%b}"
        )
        for position, each in enumerate(days)
        if (VOLUME_DAYS - 1 - position) % 7 == 0
    )
    shown = f"{display.count(rows[day])} on {day}" if day in rows else f"none on {day}"
    return _svg(
        "volume",
        f"Published rows per date, {VOLUME_DAYS} dates: {shown}",
        _grid(scale, [f"{each:,.0f}" for each in scale]),
        *drawn,
        labels,
    )


def level(value: float | None, usual: float | None, highest: float, tone: str = "plain") -> Markup:
    """A horizontal bar for a statistic, with a mark where it usually is; `highest` is the full width."""
    if not display.is_number(value) or highest <= 0:
        return Markup()
    width = 100 * min(1.0, _finite(value) / highest)
    parts = [Markup('<rect class="value" x="0" y="0" width="{:.2f}%" height="100%"/>').format(width)]
    if display.is_number(usual):
        parts.append(
            Markup('<rect class="usual" x="{:.2f}%" y="-2" width="2" height="10"/>').format(
                100 * min(1.0, _finite(usual) / highest)
            )
        )
    title = display.decimal(value) + (f", usually up to {display.decimal(usual)}" if display.is_number(usual) else "")
    return _svg(f"level {tone}", title, *parts)


def parts_of(parts: Sequence[tuple[str, int]]) -> Markup:
    """One horizontal bar split by named counts, e.g. scored, quarantined, excluded; empty when all are zero."""
    total = sum(rows for _, rows in parts)
    if total <= 0:
        return Markup()
    drawn, left = [], 0.0
    for name, rows in parts:
        share = 100 * rows / total
        drawn.append(Markup('<rect class="{}" x="{:.2f}%" y="0" width="{:.2f}%" height="100%"/>').format(name, left, share))
        left += share
    return _svg("parts", ", ".join(f"{display.count(rows)} {name}" for name, rows in parts), *drawn)


def _sides(column: ColumnDrift) -> tuple[list[float], list[float]]:
    """Shares then and now, zeros where one side has none."""
    bins = len(column.labels)
    then, now = ([_finite(share) for share in side] or [0.0] * bins for side in (column.then, column.now))
    return (then, now) if len(then) == len(now) == bins else ([], [])


def _pairs(column: ColumnDrift, then: list[float], now: list[float], top: float) -> Markup:
    pairs = zip(labels_of(column), then, now, bars(then, top, THEN_WIDTH), bars(now, top, NOW_WIDTH), strict=True)
    return Markup("").join(
        Markup("<g><title>{}</title>{}{}</g>").format(
            f"{display.text(label, 60)}: {then_of(column)} {display.percent(before)}, this date {display.percent(after)}",
            _rect("then", behind),
            _rect("now", front),
        )
        for label, before, after, behind, front in pairs
    )


def _grid(scale: Sequence[float], labels: Iterable[str]) -> Markup:
    line = Markup('<line class="tick" x1="0" x2="100%" y1="{0:.2f}%" y2="{0:.2f}%"/>')
    words = Markup('<text class="y" x="-8" y="{0:.2f}%" dy="4">{1}</text>')
    marks = ((100 - 100 * each / scale[-1], label) for each, label in zip(scale, labels, strict=True))
    return Markup("").join(line.format(height) + words.format(height, label) for height, label in marks)


def _labels(labels: Sequence[str]) -> Markup:
    """Labels along the bottom: of an interval such as `0.1 to 0.2` the lower edge, where it lies; of others the middle."""
    wide, narrow = (math.ceil(len(labels) / most) for most in (LABELS_WIDE, LABELS_NARROW))
    narrow = math.ceil(narrow / wide) * wide
    return Markup("").join(
        Markup('<text class="x {}" x="{:.2f}%" y="100%" dy="18">{}</text>').format(
            "minor" if position % narrow else "major",
            (position + (0 if INTERVAL in label else 0.5)) * 100 / len(labels),
            display.text(label.partition(INTERVAL)[0], LONGEST_LABEL),
        )
        for position, label in enumerate(labels)
        if position % wide == 0
    )


def _rect(name: str, bar: Bar, title: str = "") -> Markup:
    geometry = Markup('<rect class="{}" x="{:.2f}%" y="{:.2f}%" width="{:.2f}%" height="{:.2f}%"').format(
        name, bar.x, 100 - bar.height, bar.width, bar.height
    )
    return geometry + (Markup("><title>{}</title></rect>").format(title) if title else Markup("/>"))


def _svg(name: str, title: str, *parts: Markup) -> Markup:
    return Markup('<svg class="{}" role="img"><title>{}</title>{}</svg>').format(
        name, display.text(title), Markup("").join(parts)
    )


def _rounded(label: str, digits: int) -> str:
    return NUMBER.sub(lambda found: f"{float(f'{float(found[0]):.{digits}g}'):.6g}", label)


def _distinct(shortened: Sequence[str], labels: Sequence[str]) -> bool:
    """Whether rounding merged no two labels, and no interval's two ends."""
    ends = (label.split(INTERVAL) for label in shortened)
    return len(set(shortened)) == len(set(labels)) and all(len(set(each)) == len(each) for each in ends)


def _finite(value: float | None) -> float:
    return max(0.0, float(value)) if value is not None and math.isfinite(value) else 0.0
