"""Where the verdicts of a run are kept for the stages after validate."""

from collections.abc import Mapping
from datetime import date

from overnight.lake import storage
from overnight.runs.run import Run
from overnight.spec import UNDATED
from overnight.stages import Stage
from overnight.validation.verdict import PartitionVerdict


def save_verdicts(folder: str, verdicts: Mapping[str, Mapping[date, PartitionVerdict]]) -> None:
    """Write all verdicts of one attempt of validate into its folder."""
    found = {source: [verdict.as_json() for verdict in by_day.values()] for source, by_day in verdicts.items()}
    storage.write_json(_uri(folder), found)


def load_verdicts(run: Run) -> dict[str, dict[date, PartitionVerdict]]:
    """The verdicts of the run's latest successful validate, by source and partition date."""
    found = storage.read_json(_uri(run.result_of(Stage.VALIDATE).folder))
    verdicts = {source: [PartitionVerdict.from_json(each) for each in listed] for source, listed in found.items()}
    return {source: {verdict.day or UNDATED: verdict for verdict in listed} for source, listed in verdicts.items()}


def _uri(folder: str) -> str:
    return f"{folder}/verdicts.json"
