"""Report drift: compare each published date with the model's reference, and write the pages people open."""

import logging
import sys
from datetime import date

import pyarrow as pa

from overnight import catalog
from overnight.monitoring.drift import DateDrift, compare
from overnight.monitoring.profile import Profile
from overnight.publishing.append import replace_run_table
from overnight.reports.assemble import published_report
from overnight.reports.write import write_report
from overnight.runs.process import main
from overnight.runs.result import StageResult
from overnight.runs.run import Run
from overnight.scoring import bundle
from overnight.scoring.output import score_columns
from overnight.scoring.store import read_bundle
from overnight.stages import Stage
from overnight.validation.store import load_verdicts

log = logging.getLogger("overnight.report_drift")


def report_drift(run: Run) -> StageResult:
    """Judge drift, write it to the drift and profile tables, and write one page per date."""
    pipeline = catalog.load(run.pipeline)
    files = read_bundle(run.model.uri, run.model.digest)
    reference, card = bundle.read_reference(files), bundle.read_card(files)
    scored, verdicts = run.result_of(Stage.SCORE), load_verdicts(run)
    facts = {}
    for day in run.live_dates(Stage.REPORT_DRIFT):
        profile = Profile.from_json(scored.facts_of(day)["profile"])
        drift = compare(reference, profile, pipeline.drift, score_columns(card))
        _store(run, day, scored.attempt, drift, profile)
        page = write_report(run.lake, published_report(run, pipeline, day, card, drift, verdicts))
        facts[day.isoformat()] = {"verdict": str(drift.verdict), "reason": drift.reason, "page": page}
        log.info("%s: drift %s. %s", day, drift.verdict, page)
    return StageResult(stage=Stage.REPORT_DRIFT, attempt=scored.attempt, facts=facts)


def _store(run: Run, day: date, attempt: str, drift: DateDrift, profile: Profile) -> None:
    """One row per column in each of the tables `drift` and `profiles`."""
    origin = {"target_date": day, "run_id": run.run_id}
    measured = ("column", "role", "kind", "rows", "psi", "usual_psi", "ks", "js", "null_rate_now", "out_of_range", "reason")
    tables = {
        "drift": pa.Table.from_pylist(
            [
                {**origin, **{name: getattr(each, name) for name in measured}, "verdict": str(each.verdict)}
                for each in drift.columns
            ],
            schema=DRIFT,
        ),
        "profiles": pa.Table.from_pylist(
            [
                {
                    **origin,
                    **{name: getattr(each, name) for name in ("column", "kind", "rows", "nulls", "minimum", "maximum")},
                    "counts": list(each.counts),
                }
                for each in profile.columns.values()
            ],
            schema=PROFILES,
        ),
    }
    for name, rows in tables.items():
        replace_run_table(run.lake.table(run.pipeline, name), day, run.run_id, attempt, rows)


ORIGIN = [pa.field("target_date", pa.date32()), pa.field("run_id", pa.string()), pa.field("column", pa.string())]
DRIFT = pa.schema(
    [
        *ORIGIN,
        pa.field("role", pa.string()),
        pa.field("kind", pa.string()),
        pa.field("rows", pa.int64()),
        *(pa.field(name, pa.float64()) for name in ("psi", "usual_psi", "ks", "js", "null_rate_now", "out_of_range")),
        pa.field("reason", pa.string()),
        pa.field("verdict", pa.string()),
    ]
)
PROFILES = pa.schema(
    [
        *ORIGIN,
        pa.field("kind", pa.string()),
        pa.field("rows", pa.int64()),
        pa.field("nulls", pa.int64()),
        pa.field("minimum", pa.float64()),
        pa.field("maximum", pa.float64()),
        pa.field("counts", pa.list_(pa.field("element", pa.int64()))),
    ]
)

if __name__ == "__main__":
    sys.exit(main(Stage.REPORT_DRIFT))
