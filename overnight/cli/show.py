"""`overnight show`: what is published for a date."""

import json
from typing import Annotated, Any

import typer

from overnight import catalog
from overnight.cli.arguments import AsJson, PipelineName, TargetDate
from overnight.dates import parse_date
from overnight.errors import MissingInput
from overnight.lake import storage
from overnight.lake.uris import Lake
from overnight.settings import Settings


def show(
    pipeline: PipelineName,
    date: TargetDate,
    rows: Annotated[int, typer.Option("--rows", help="How many predictions to print.")] = 5,
    as_json: AsJson = False,
) -> None:
    """Show the live run of a date: its model, its files, and the first predictions."""
    day = parse_date(date)
    catalog.load(pipeline)
    found = published(Lake(Settings.from_env().lake), pipeline, day.isoformat(), rows)
    if as_json:
        print(json.dumps(found, indent=1, default=str))
        return
    for name in ("pipeline", "date", "run_id", "model", "rows", "published_at", "table_version"):
        print(f"{name:<14} {found[name]}")
    for uri in found["files"]:
        print(f"{'file':<14} {uri}")
    if found["head"]:
        import pandas as pd

        print(
            "\n"
            + pd.DataFrame(found["head"])
            .drop(columns=["run_id", "scored_at", "model_name"], errors="ignore")
            .to_string(index=False)
        )


def published(lake: Lake, pipeline: str, date: str, rows: int) -> dict[str, Any]:
    """What the predictions table says of a date, with its first rows in order of the key.

    Raises:
        MissingInput: the date has no published predictions; the message names the dates that have.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    from overnight.publishing import history
    from overnight.publishing.delta import DeltaLog
    from overnight.runs.run import Run

    day = parse_date(date)
    table = DeltaLog.open(lake.table(pipeline, "predictions"))
    live = history.live(table, day) if table else None
    if live is None:
        known = [str(each.day) for each in history.published(table)] if table else []
        raise MissingInput(
            f"{pipeline} has nothing published for {date}. Published: {', '.join(known[-10:]) or 'no date yet'}. "
            f"Publish it with: overnight run {pipeline} --date {date}"
        )
    model = Run.read(lake.manifest(pipeline, live.run_id)).model
    head: list[dict[str, Any]] = []
    if live.files:
        tables = [
            pq.read_table(path, filesystem=system, partitioning=None) for system, path in map(storage.filesystem, live.files)
        ]
        key = [(name, "ascending") for name in catalog.load(pipeline).key]
        head = pa.concat_tables(tables).sort_by(key).slice(0, rows).to_pylist()
    return {
        "pipeline": pipeline,
        "date": date,
        "run_id": live.run_id,
        "model": f"{model.name} version {model.version}",
        "rows": live.rows,
        "published_at": live.committed_at.isoformat(),
        "table_version": live.version,
        "files": list(live.files),
        "head": head,
    }
