"""Open a run: fix dates, model, inputs and fingerprints, skip what is current, claim the rest, write run.json."""

import argparse
import logging
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from overnight import catalog
from overnight.dates import parse_date
from overnight.errors import ExitCode, MissingInput
from overnight.lake import sources
from overnight.lake.storage import FileRef, Files
from overnight.lake.uris import Lake
from overnight.publishing import history
from overnight.publishing.claim import claim
from overnight.publishing.delta import DeltaLog
from overnight.registry.models import Registry
from overnight.runs import fingerprint
from overnight.runs.fingerprint import Fingerprint
from overnight.runs.process import guarded
from overnight.runs.run import Claim, ModelRef, Run, new_run_id
from overnight.scoring import bundle
from overnight.scoring.output import predictions_schema
from overnight.scoring.store import save_bundle
from overnight.settings import Settings
from overnight.spec import Pipeline

log = logging.getLogger("overnight.open_run")


@dataclass(frozen=True)
class Opened:
    """The run, or None when nothing is left to do, and the dates that are current with the run that published each."""

    run: Run | None
    current: dict[date, str]


def open_run(name: str, dates: Sequence[date], lake: Lake, registry: Registry, *, force: bool = False) -> Opened:
    """Open a run over those of the dates whose live result is not what a run would produce now.

    Raises:
        UsageError: the pipeline is unknown.
        MissingInput: a date's population, or a history partition it requires, has not been landed.
        ConfigurationError: no champion, a tampered bundle, another scikit-learn than the champion's, or types in it
            that are not allowed.
    """
    pipeline = catalog.load(name)
    model = registry.champion(name)
    files = sources.list_inputs(lake, pipeline, dates)
    _require_inputs(lake, pipeline, dates, files)
    bundle_files = registry.fetch(model)
    model = replace(model, uri=save_bundle(lake, name, model.digest, bundle_files))
    card = bundle.read_card(bundle_files)
    bundle.require_libraries(card)
    bundle.require_known_types(bundle_files)
    table = DeltaLog.open_or_create(
        lake.table(name, "predictions"), predictions_schema(bundle.read_contract(bundle_files), card), ["target_date"]
    )
    prints = fingerprints(pipeline, dates, files, model)
    current = {} if force else _current(lake, name, table, prints)
    stale = [day for day in sorted(set(dates)) if day not in current]
    for day, run_id in current.items():
        log.info("%s is current: run %s scored the same inputs with the same code and model", day, run_id)
    if not stale:
        return Opened(None, current)
    run_id = new_run_id()
    tokens = claim(table, stale, run_id)
    run = Run(
        run_id=run_id,
        pipeline=name,
        lake=lake,
        opened_at=datetime.now(UTC),
        claims=tuple(Claim(day, tokens[day], prints[day]) for day in stale),
        model=model,
        inputs=_only(pipeline, files, stale),
    )
    run.save()
    log.info("run %s: %d date(s), %s version %s", run_id, len(stale), model.name, model.version)
    return Opened(run, current)


def fingerprints(pipeline: Pipeline, dates: Sequence[date], files: Files, model: ModelRef) -> dict[date, Fingerprint]:
    """What each date's result depends on, as digests."""
    code, spec, libraries = fingerprint.of_code(pipeline.name), fingerprint.of_spec(pipeline), fingerprint.of_libraries()
    return {
        day: Fingerprint(
            inputs=fingerprint.of_inputs({name: _flat(found) for name, found in _only(pipeline, files, [day]).items()}),
            code=code,
            spec=spec,
            model=model.digest,
            libraries=libraries,
        )
        for day in dates
    }


def _current(lake: Lake, name: str, table: DeltaLog, prints: dict[date, Fingerprint]) -> dict[date, str]:
    found = {}
    for live in history.published(table):
        if live.day in prints:
            then = Run.read(lake.manifest(name, live.run_id)).claim(live.day).fingerprint
            differences = then.differences(prints[live.day])
            if not differences:
                found[live.day] = live.run_id
            else:
                log.info("%s is stale: %s changed since run %s", live.day, ", ".join(differences), live.run_id)
    return found


def _require_inputs(lake: Lake, pipeline: Pipeline, dates: Sequence[date], files: Files) -> None:
    """Partitions without which a date cannot be scored at all; the gate judges those that are there."""
    missing = []
    for day in dates:
        needed = [(pipeline.population, day)]
        for source in pipeline.history:
            needed += [(source, each) for each in list(pipeline.history_dates(source, day))[: source.required_days]]
        for source in pipeline.reference:
            needed += [(source, each) for each in pipeline.partitions(source, [day])]
        missing += [lake.raw(source, each) for source, each in needed if not files[source.name][each]]
    if missing:
        first = ", ".join(dict.fromkeys(missing[:5]))
        raise MissingInput(
            f"{len(missing)} partition(s) that {pipeline.name} needs have no Parquet files, e.g. {first}. "
            f"Land them, then try again."
        )


def _only(pipeline: Pipeline, files: Files, dates: Sequence[date]) -> Files:
    return {
        source.name: {day: files[source.name][day] for day in pipeline.partitions(source, dates)} for source in pipeline.sources
    }


def _flat(partitions: Mapping[date, tuple[FileRef, ...]]) -> list[FileRef]:
    return [file for files in partitions.values() for file in files]


def main(arguments: list[str] | None = None) -> int:
    """The command line; the last line of standard output is the URI of run.json."""
    parser = argparse.ArgumentParser(prog="jobs.open_run", description="Open a run and print the URI of its run.json.")
    parser.add_argument("--pipeline", required=True)
    parser.add_argument("--date", required=True, metavar="YYYY-MM-DD")
    parser.add_argument("--force", action="store_true", help="score again even if the date is current")
    given = parser.parse_args(arguments)

    def work() -> int:
        settings = Settings.from_env()
        opened = open_run(
            given.pipeline, [parse_date(given.date)], Lake(settings.lake), Registry(settings.registry), force=given.force
        )
        if opened.run is None:
            return ExitCode.NOTHING_TO_DO
        print(opened.run.uri)
        return ExitCode.OK

    return guarded(work)


if __name__ == "__main__":
    sys.exit(main())
