"""The geometry of the pictures."""

import re
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overnight.reports import plots
from overnight.reports.plots import Bar
from tests.reports.examples import DAY, a_column
from tests.reports.html import read

SHARES = st.lists(st.floats(0, 1), min_size=1, max_size=40)


def test_bars_share_the_width_and_reach_for_the_top() -> None:
    """Two values, half of each slot filled: slots of 50, bars of 25 in their middle, heights in percent of the top."""
    assert plots.bars([0.25, 0.5], top=0.5, fill=0.5) == [Bar(12.5, 25.0, 50.0), Bar(62.5, 25.0, 100.0)]


@given(SHARES)
def test_bars_stay_in_the_box_and_keep_the_order_of_values(shares: list[float]) -> None:
    """No bar leaves the picture or touches its neighbour, and a larger share is never drawn lower."""
    drawn = plots.bars(shares, max(shares), plots.THEN_WIDTH)
    assert all(bar.x >= 0 and bar.x + bar.width <= 100.0001 and 0 <= bar.height <= 100 for bar in drawn)
    assert all(left.x + left.width < right.x for left, right in pairwise(drawn))
    by_share = sorted(zip(shares, drawn, strict=True), key=lambda pair: pair[0])
    heights = [bar.height for _, bar in by_share]
    assert heights == sorted(heights)


@pytest.mark.parametrize(
    ("highest", "expected"),
    [
        (737, [0, 200, 400, 600, 800]),
        (0.11, [0, 0.05, 0.10, 0.15]),
        (1000, [0, 250, 500, 750, 1000]),
        (1, [0, 0.25, 0.5, 0.75, 1]),
        (0, [0, 1]),
    ],
)
def test_ticks_are_round(highest: float, expected: list[float]) -> None:
    """Axes are marked at round values, from zero to the first that is not below the data."""
    assert plots.ticks(highest) == pytest.approx(expected)


@given(st.floats(1e-6, 1e12))
def test_ticks_cover_the_data(highest: float) -> None:
    """The last mark is at or above the data, the one before below, and there are at most four steps."""
    marks = plots.ticks(highest)
    assert 2 <= len(marks) <= plots.MOST_TICKS + 1
    assert marks[-2] < highest <= marks[-1] * (1 + 1e-6)


def test_small_histogram_pairs_training_with_the_date() -> None:
    """Per bin a bar of training's share and one of the date's; the largest share of either fills the height."""
    picture = str(plots.small_histogram(a_column(), DAY))
    heights = [(name, float(height)) for name, height in re.findall(r'class="(then|now)" .*?height="([\d.]+)%"', picture)]
    assert heights == [("then", 100.0), ("now", 66.67), ("then", 33.33), ("now", 66.67)]


def test_pictures_speak_to_screen_readers() -> None:
    """Every picture is an image with a title that says what it shows."""
    for picture in (
        plots.small_histogram(a_column(), DAY),
        plots.large_histogram(a_column(), DAY),
        plots.volume_bars([(DAY, 737)], DAY),
        plots.level(0.3, 0.1, 1.0),
        plots.parts_of([("scored", 731), ("quarantined", 6)]),
    ):
        page = read(str(picture))
        assert page.elements[0][1]["role"] == "img"
        assert page.tags[1] == "title"
        assert page.texts[0]


def test_a_column_without_bins_has_no_picture() -> None:
    """Where nothing was counted there is nothing to draw."""
    assert plots.small_histogram(a_column(labels=(), then=(), now=()), DAY) == ""
    assert plots.most_changed(a_column(labels=(), then=(), now=())) == ""


def test_most_changed_names_the_bin_that_moved_most() -> None:
    """Of shares 50, 30, 20 then and 45, 15, 40 now, the third moved most."""
    column = a_column(kind="categorical", labels=("EWR", "JFK", "LGA"), then=(0.5, 0.3, 0.2), now=(0.45, 0.15, 0.4))
    assert plots.most_changed(column) == "LGA: 20% → 40%"


def test_numbers_in_labels_are_shortened_while_bins_stay_apart() -> None:
    """Two digits do for bins that two digits tell apart; closer bins keep more; category names are left alone."""
    wide = a_column(labels=("< 0.0487661", "0.0487661 to 0.107603", "≥ 0.107603"), then=(0.0, 1.0, 0.0), now=(0.0, 1.0, 0.0))
    close = a_column(labels=("1011.32 to 1012.81", "1012.81 to 1013.46"))
    names = a_column(kind="categorical", labels=("N12345", "N12346"))
    assert plots.labels_of(wide) == ("< 0.049", "0.049 to 0.11", "≥ 0.11")
    assert plots.labels_of(close) == ("1011.3 to 1012.8", "1012.8 to 1013.5")
    assert plots.labels_of(names) == ("N12345", "N12346")


def test_volume_marks_the_date_and_leaves_gaps() -> None:
    """Thirty slots: a bar per published date, the page's own marked, none where nothing was published."""
    volume = [(DAY - timedelta(days=2), 500), (DAY, 1000)]
    bars = [
        (attributes["class"], attributes["x"], attributes["height"])
        for tag, attributes in read(str(plots.volume_bars(volume, DAY))).elements
        if tag == "rect"
    ]
    assert bars == [("past", "90.50%", "50.00%"), ("today", "97.17%", "100.00%")]


def test_volume_of_a_stopped_date_shows_its_absence() -> None:
    """A date that published nothing gets an empty frame in its place."""
    page = read(str(plots.volume_bars([(DAY - timedelta(days=1), 500)], DAY)))
    assert [attributes["class"] for tag, attributes in page.elements if tag == "rect"] == ["past", "absent"]
    assert "4 July 2013: nothing published" in page.text


def test_volume_of_a_new_pipeline() -> None:
    """Without any published date there is still a picture."""
    assert "none on 2013-07-04" in read(str(plots.volume_bars([], date(2013, 7, 4)))).text


def test_level_is_capped_and_marks_the_usual() -> None:
    """A statistic beyond the scale fills the bar; the mark stands where it usually is."""
    rectangles = [attributes for tag, attributes in read(str(plots.level(5.4, 0.25, 1.0, "alert"))).elements if tag == "rect"]
    assert [rectangles[0]["width"], rectangles[1]["x"]] == ["100.00%", "25.00%"]
    assert plots.level(None, 0.25, 1.0) == ""


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=4).filter(any))
def test_parts_fill_the_bar(rows: list[int]) -> None:
    """The parts of a whole lie side by side and together fill the width, up to rounding."""
    page = read(str(plots.parts_of([(f"part{position}", each) for position, each in enumerate(rows)])))
    widths = [float((attributes["width"] or "").rstrip("%")) for tag, attributes in page.elements if tag == "rect"]
    assert sum(widths) == pytest.approx(100, abs=0.03)
