"""The arguments that verbs share."""

from typing import Annotated

import typer

PipelineName = Annotated[
    str, typer.Argument(metavar="PIPELINE", help="The pipeline's name: a file in pipelines/, e.g. flight_delays.")
]
TargetDate = Annotated[str, typer.Option("--date", metavar="YYYY-MM-DD", help="The target date.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]
