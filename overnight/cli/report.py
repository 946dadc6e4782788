"""`overnight report`: where a date's page is, and what it says in short."""

from overnight import catalog
from overnight.cli.arguments import AsJson, PipelineName, TargetDate
from overnight.dates import parse_date
from overnight.errors import MissingInput
from overnight.lake import storage
from overnight.lake.uris import Lake
from overnight.settings import Settings


def report(pipeline: PipelineName, date: TargetDate, as_json: AsJson = False) -> None:
    """Print the URI of a date's report, with its summary."""
    day = parse_date(date)
    catalog.load(pipeline)
    folder = Lake(Settings.from_env().lake).report(pipeline, day)
    if not storage.exists(f"{folder}/summary.json"):
        raise MissingInput(
            f"There is no report of {pipeline} for {day}. Score the date first: overnight run {pipeline} --date {day}"
        )
    if as_json:
        print(storage.read_bytes(f"{folder}/report.json").decode())
        return
    for name, value in storage.read_json(f"{folder}/summary.json").items():
        print(f"{name:<18} {value}")
    print(f"{'page':<18} {folder}/index.html")
