"""Reports in the lake."""

import json
import logging
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from overnight.errors import UsageError
from overnight.lake import storage
from overnight.lake.uris import Lake
from overnight.reports.pages import date_page
from overnight.reports.write import refresh_index, write_report, write_reports
from tests.reports.examples import a_report, a_stopped_report


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """An empty lake on disk."""
    return Lake(str(tmp_path))


def test_a_report_is_a_page_and_its_data(lake: Lake) -> None:
    """A date's folder holds the page, all of its content as JSON, and the line for the index."""
    uri = write_report(lake, a_report())
    folder = Path(lake.root, "reports/flight_delays/2013-07-04")
    assert uri == f"{folder}/index.html"
    assert sorted(path.name for path in folder.iterdir()) == ["index.html", "report.json", "summary.json"]
    assert Path(uri).read_text() == date_page(a_report())
    assert json.loads((folder / "report.json").read_text())["rows_in"] == 737
    assert json.loads((folder / "summary.json").read_text()) == a_report().summary().as_json()


def test_the_index_links_every_page(lake: Lake) -> None:
    """Each address on the index leads to a file that is there, and back."""
    write_report(lake, a_report())
    write_report(lake, replace(a_stopped_report(), day=date(2013, 7, 5)))
    index = Path(lake.root, "reports/index.html")
    for page in ("flight_delays/2013-07-04/index.html", "flight_delays/2013-07-05/index.html"):
        assert f'href="{page}"' in index.read_text()
        assert (index.parent / page).is_file()
        assert ((index.parent / page).parent / "../../index.html").resolve() == index.resolve()


def test_reporting_a_date_again_replaces_it_alone(lake: Lake) -> None:
    """A second report of a date takes the place of the first; other dates stay."""
    write_reports(lake, [a_report(), replace(a_report(), day=date(2013, 7, 3))])
    write_report(lake, replace(a_report(), run_id="the-second"))
    index = Path(lake.root, "reports/index.html").read_text()
    assert index.count("the-second") == 1
    assert index.count(a_report().run_id) == 1


def test_a_damaged_summary_is_left_out_and_said(lake: Lake, caplog: pytest.LogCaptureFixture) -> None:
    """Half a summary does not keep the other dates off the index; the log names the file."""
    write_report(lake, a_report())
    broken = f"{lake.report('flight_delays', date(2013, 7, 1))}/summary.json"
    storage.write_bytes(broken, b'{"pipeline": "fli')
    with caplog.at_level(logging.WARNING, logger="overnight.reports"):
        index = Path(refresh_index(lake)).read_text()
    assert "flight_delays/2013-07-04" in index
    assert "flight_delays/2013-07-01" not in index
    assert broken in caplog.text


@pytest.mark.parametrize("name", ["..", "../../etc", "a/b", ""])
def test_a_report_stays_in_its_folder(lake: Lake, name: str) -> None:
    """A name that would lead elsewhere is refused before anything is written."""
    with pytest.raises(UsageError, match="is not an identifier"):
        write_report(lake, replace(a_report(), pipeline=name))
    assert not list(Path(lake.root).iterdir())


def test_text_that_no_file_can_hold_is_written_all_the_same(lake: Lake) -> None:
    """Lone surrogates and NUL, which Spark can hand out, do not stop the report."""
    uri = write_report(lake, replace(a_report(), description="\ud800 and \x00"))
    assert r"\ud800 and \x00" in Path(uri).read_text()
