"""Where everything in a lake lies: names in, URIs out. Pure; nothing is touched."""

from dataclasses import dataclass
from datetime import date

from overnight.spec import Source
from overnight.stages import Stage


@dataclass(frozen=True)
class Lake:
    """The layout below one root, such as `/data/lake` or `s3://bucket/prefix`."""

    root: str

    def raw(self, source: Source, day: date | None = None) -> str:
        """The folder of a raw partition, or of the whole source when it is undated or no day is given."""
        base = source.uri or f"{self.root}/raw/{source.name}"
        return base if day is None or not source.dated else f"{base}/{day.isoformat()}"

    def table(self, pipeline: str, table: str) -> str:
        """The root of a Delta table, e.g. of `predictions`."""
        return f"{self.root}/tables/{pipeline}/{table}"

    def table_attempt(self, pipeline: str, table: str, run_id: str, attempt: str) -> str:
        """The folder below a table into which one attempt, and nobody else, stages files."""
        return f"{self.table(pipeline, table)}/runs/{run_id}/{attempt}"

    def runs(self, pipeline: str) -> str:
        """The folder with one folder per run."""
        return f"{self.root}/runs/{pipeline}"

    def run(self, pipeline: str, run_id: str) -> str:
        """The folder of one run."""
        return f"{self.runs(pipeline)}/{run_id}"

    def manifest(self, pipeline: str, run_id: str) -> str:
        """The immutable `run.json` of a run."""
        return f"{self.run(pipeline, run_id)}/run.json"

    def attempt(self, pipeline: str, run_id: str, stage: Stage, attempt: str) -> str:
        """The working folder of one attempt of a stage."""
        return f"{self.run(pipeline, run_id)}/{stage}/{attempt}"

    def result(self, pipeline: str, run_id: str, stage: Stage) -> str:
        """What the latest successful attempt of a stage says it did."""
        return f"{self.run(pipeline, run_id)}/{stage}/result.json"

    def bundle(self, pipeline: str, digest: str) -> str:
        """The folder of a model bundle, named after its content."""
        return f"{self.root}/models/{pipeline}/{digest[:16]}"

    def reports(self) -> str:
        """The folder with the index page and one folder per pipeline."""
        return f"{self.root}/reports"

    def report(self, pipeline: str, day: date) -> str:
        """The folder of one date's pages."""
        return f"{self.reports()}/{pipeline}/{day.isoformat()}"
