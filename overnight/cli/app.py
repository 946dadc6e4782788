"""The command `overnight`: one verb per file, errors as one message with the next step."""

import sys

import click
import typer

from overnight.cli import demo, doctor, land, report, run, show, train
from overnight.errors import ExitCode
from overnight.runs.process import guarded

app = typer.Typer(
    name="overnight",
    help="Score data in bulk while people sleep.\n\nStart with `overnight demo`, then `overnight show flight_delays --date 2013-07-04`.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for verb in (demo.demo, land.land, train.train, run.run, show.show, report.report, doctor.doctor):
    app.command()(verb)


def main() -> None:
    """Entry point: exits 0, or with the code of overnight.errors that says what kind of failure it was."""
    sys.exit(guarded(_call))


def _call() -> int:
    try:
        result = app(standalone_mode=False)
    except click.UsageError as error:
        error.show()
        return ExitCode.USAGE
    except click.exceptions.Abort:
        return 130
    return int(result or 0)
