"""What an executor does with feature files: read, score, profile, write. Runs in Python workers, one thread each."""

import hashlib
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from overnight.features.history import TARGET_DATE
from overnight.lake import storage
from overnight.monitoring.profile import Profile, empty, profile_batch
from overnight.publishing.audit import ScoreSummary
from overnight.runs.result import DataFile
from overnight.scoring.bundle import Bundle, BundleFiles, load
from overnight.scoring.engines.base import Engine
from overnight.scoring.engines.sklearn_engine import SklearnEngine
from overnight.scoring.output import SCORE, predictions_schema, score_columns

BATCH_ROWS = 128 * 1024

# Loading a model costs more than scoring a small file, and a worker process scores many files with the same model.
_LOADED: dict[str, tuple[Bundle, Engine]] = {}


@dataclass(frozen=True)
class ScoringJob:
    """What all tasks of a score stage share: where to write, and what every row says of its origin."""

    folder: str
    digest: str
    model_name: str
    model_version: str
    run_id: str
    scored_at: datetime


@dataclass(frozen=True)
class ScoredFile:
    """A file of predictions, with what was learnt while its rows were in memory."""

    file: DataFile
    profile: Profile
    summary: ScoreSummary


def score_files(files: Sequence[tuple[date, str]], bundle_files: BundleFiles, job: ScoringJob) -> Iterator[ScoredFile]:
    """Score feature files of (target date, URI), one output file for each.

    Raises:
        ConfigurationError: the bundle is not the registered one, or the features differ from its contract.
    """
    bundle, engine = _engine(bundle_files, job.digest)
    for day, uri in files:
        yield _score_file(day, uri, bundle, engine, job)


def _engine(files: BundleFiles, digest: str) -> tuple[Bundle, Engine]:
    if digest not in _LOADED:
        bundle = load(files, digest)
        _LOADED[digest] = (bundle, SklearnEngine(bundle))
    return _LOADED[digest]


def _score_file(day: date, uri: str, bundle: Bundle, engine: Engine, job: ScoringJob) -> ScoredFile:
    target = f"{job.folder}/{day.isoformat()}/{uuid.uuid4().hex}.parquet"
    schema = predictions_schema(bundle.contract, bundle.card)
    profile = empty(bundle.reference.bins)
    summary = ScoreSummary(0, 0, None, None)
    sink = pa.BufferOutputStream()
    with _open(uri) as features, pq.ParquetWriter(sink, schema, compression="zstd", write_page_checksum=True) as writer:
        bundle.contract.require(features.schema_arrow)
        for batch in features.iter_batches(batch_size=BATCH_ROWS):
            table = pa.Table.from_batches([batch])
            scores = engine.predict(table)
            predictions = _with_origin(table, scores, schema, job)
            writer.write_table(predictions)
            watched = {name: scores[name] for name in score_columns(bundle.card)}
            profile = profile.merge(profile_batch(_with_columns(table, watched), bundle.reference.bins))
            summary = summary.merge(summarise(scores[SCORE]))
    content = sink.getvalue()
    storage.write_bytes(target, content)
    file = DataFile(day, target, summary.rows, content.size, hashlib.sha256(content).hexdigest())
    return ScoredFile(file, profile, summary)


def summarise(scores: pa.Array) -> ScoreSummary:
    """Row count, missing values (null or NaN) and range of a batch's scores."""
    values = scores.to_numpy(zero_copy_only=False)
    finite = values[~np.isnan(values)]
    missing = len(values) - len(finite)
    return ScoreSummary(
        len(values), missing, float(finite.min()) if len(finite) else None, float(finite.max()) if len(finite) else None
    )


def _with_origin(table: pa.Table, scores: dict[str, pa.Array], schema: pa.Schema, job: ScoringJob) -> pa.Table:
    constants = {
        "model_name": job.model_name,
        "model_version": job.model_version,
        "run_id": job.run_id,
        "scored_at": job.scored_at,
    }
    columns = []
    for field in schema:
        if field.name in scores:
            columns.append(scores[field.name])
        elif field.name in constants:
            columns.append(pa.repeat(pa.scalar(constants[field.name], field.type), table.num_rows))
        else:
            columns.append(pc.cast(table[field.name], field.type))
    return pa.Table.from_arrays(columns, schema=schema)


def _with_columns(table: pa.Table, columns: dict[str, pa.Array]) -> pa.Table:
    for name, values in columns.items():
        table = table.append_column(name, values)
    return table.drop_columns([TARGET_DATE])


def _open(uri: str) -> pq.ParquetFile:
    system, path = storage.filesystem(uri)
    return pq.ParquetFile(path, filesystem=system)
