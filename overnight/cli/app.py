"""The command `overnight`: one verb per file, errors as one message with the next step."""

import sys

import typer

from overnight.cli import demo, doctor, land, report, run, show, train
from overnight.errors import ExitCode
from overnight.runs.process import guarded
from overnight.settings import ROOT

# What Typer exits with when the call itself is wrong.
TYPER_USAGE_ERROR = 2

app = typer.Typer(
    name="overnight",
    help="Score data in bulk while people sleep. Start with `overnight demo`.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for verb in (demo.demo, land.land, train.train, run.run, show.show, report.report, doctor.doctor):
    app.command()(verb)


def main() -> None:
    """Entry point: exits 0, or with the code of overnight.errors that says what kind of failure it was."""
    if str(ROOT) not in sys.path:
        # The installed command knows the package overnight alone; pipelines and jobs lie beside it in the checkout.
        sys.path.insert(0, str(ROOT))
    sys.exit(guarded(_call))


def _call() -> int:
    try:
        app()
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else ExitCode.OK
        return ExitCode.USAGE if code == TYPER_USAGE_ERROR else code
    return ExitCode.OK
