"""Writes reports into the lake: a page and its data per date, and the index over all of them."""

import logging
from collections.abc import Iterable, Iterator

from overnight.errors import UsageError
from overnight.lake import storage
from overnight.lake.uris import Lake
from overnight.reports.content import DateReport, DateSummary
from overnight.reports.pages import date_page, index_page

PAGE = "index.html"
SUMMARY = "summary.json"
log = logging.getLogger("overnight.reports")


def write_report(lake: Lake, report: DateReport) -> str:
    """Write a date's page, replacing an earlier one, and refresh the index; the page's URI.

    Raises:
        UsageError: the pipeline's name cannot be one, so its page would lie outside the reports' folder.
    """
    return write_reports(lake, [report])[0]


def write_reports(lake: Lake, reports: Iterable[DateReport]) -> list[str]:
    """Write the pages of several dates and refresh the index once; the pages' URIs.

    Raises:
        UsageError: as for `write_report`.
    """
    pages = [_write_date(lake, report) for report in reports]
    refresh_index(lake)
    return pages


def refresh_index(lake: Lake) -> str:
    """Rewrite the index from the summaries that lie in the lake; its URI.

    Of two runs that refresh it at the same time the later one may miss the other's date until the next refresh.
    """
    uri = f"{lake.reports()}/{PAGE}"
    storage.write_bytes(uri, index_page(list(_summaries(lake))).encode())
    return uri


def _write_date(lake: Lake, report: DateReport) -> str:
    if not report.pipeline.isidentifier():
        raise UsageError(f"Pipeline name {report.pipeline!r} is not an identifier. Use letters, digits and _.")
    folder = lake.report(report.pipeline, report.day)
    page = f"{folder}/{PAGE}"
    storage.write_json(f"{folder}/report.json", report.as_json())
    storage.write_bytes(page, date_page(report).encode())
    # Last, because the index links every date that has a summary.
    storage.write_json(f"{folder}/{SUMMARY}", report.summary().as_json())
    return page


def _summaries(lake: Lake) -> Iterator[DateSummary]:
    for file in storage.list_files(lake.reports(), suffix=f"/{SUMMARY}"):
        try:
            yield DateSummary.from_json(storage.read_json(file.uri))
        except (KeyError, TypeError, ValueError) as damage:
            log.warning("The index leaves out %s, which cannot be read: %r. Report that date again to mend it.", file.uri, damage)
