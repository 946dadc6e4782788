"""The worker: the same bits whatever the batch size, and every row in the profile."""

from datetime import UTC, date, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jobs.score import balanced
from overnight.errors import ConfigurationError
from overnight.publishing.audit import ScoreSummary
from overnight.publishing.verify import verify
from overnight.runs.result import DataFile
from overnight.scoring import bundle, worker
from overnight.scoring.output import predictions_schema
from overnight.scoring.worker import ScoringJob, score_files, summarise

from .models import ESTIMATORS, feature_file, features, packed

DAY = date(2024, 2, 29)


def job_in(folder, files) -> ScoringJob:
    return ScoringJob(str(folder), bundle.digest_of(files), "example", "7", "run-1", datetime(2024, 3, 1, tzinfo=UTC))


@pytest.mark.parametrize("name", ESTIMATORS)
def test_batches_of_any_size_give_the_same_bits(name, tmp_path, monkeypatch):
    """1, 7, 50 or all 101 rows at a time: the same predictions, the same profile, the same summary."""
    files = packed(name)
    uri = feature_file(tmp_path / "features.parquet", features(101, seed=1))
    found = []
    for size in (1, 7, 50, 128 * 1024):
        monkeypatch.setattr(worker, "BATCH_ROWS", size)
        (scored,) = score_files([(DAY, uri)], files, job_in(tmp_path / str(size), files))
        found.append((pq.read_table(scored.file.uri, partitioning=None), scored.profile, scored.summary))
    for each in found[1:]:
        assert each[0].equals(found[0][0])
        assert each[1:] == found[0][1:]


def test_every_row_is_in_the_profile_and_the_summary(tmp_path):
    """301 rows with 31 cities and 43 sizes missing: counted to the row, over several files and batches."""
    files = packed("linear")
    uris = [feature_file(tmp_path / f"{number}.parquet", features(301, seed=number)) for number in range(2)]
    for scored in score_files([(DAY, uri) for uri in uris], files, job_in(tmp_path / "out", files)):
        assert (scored.summary.rows, scored.summary.missing) == (301, 0)
        assert {column: (each.rows, each.nulls) for column, each in scored.profile.columns.items()} == {
            "city": (301, 31),
            "size": (301, 43),
        }
        assert sum(scored.profile.columns["size"].counts) == 301 - 43


def test_what_is_written_is_what_publishing_verifies(tmp_path):
    """Rows, size, SHA-256 and types that the worker returns are those of its file; each row names its origin."""
    files = packed("boosted classes")
    uri = feature_file(tmp_path / "features.parquet", features(20))
    (scored,) = score_files([(DAY, uri)], files, job_in(tmp_path / "out", files))
    loaded = bundle.load(files, bundle.digest_of(files))
    verify([scored.file], predictions_schema(loaded.contract, loaded.card))
    rows = pq.read_table(scored.file.uri, partitioning=None)
    assert rows["id"].to_pylist() == list(range(20))
    origin = {column: set(rows[column].to_pylist()) for column in ("target_date", "model_name", "model_version", "run_id")}
    assert origin == {"target_date": {DAY}, "model_name": {"example"}, "model_version": {"7"}, "run_id": {"run-1"}}
    assert set(rows["scored_at"].to_pylist()) == {datetime(2024, 3, 1, tzinfo=UTC)}
    assert scored.file.uri.startswith(f"{tmp_path}/out/2024-02-29/")


def test_other_features_are_refused_by_name(tmp_path):
    """A file without a feature of the contract is refused before a row is scored."""
    files = packed("linear")
    uri = feature_file(tmp_path / "features.parquet", features(5).drop_columns(["size"]))
    with pytest.raises(ConfigurationError, match="size is missing"):
        list(score_files([(DAY, uri)], files, job_in(tmp_path / "out", files)))
    assert not (tmp_path / "out").exists()


def test_a_summary_tells_missing_from_the_range():
    """Null and NaN are missing; the range is that of the others; nothing but missing has none."""
    assert summarise(pa.array([0.25, None, float("nan"), 0.75])) == ScoreSummary(4, 2, 0.25, 0.75)
    assert summarise(pa.array([None, float("nan")], pa.float64())) == ScoreSummary(2, 2, None, None)
    assert summarise(pa.array([1.0, float("inf")])) == ScoreSummary(2, 0, 1.0, float("inf"))


def files_of(*rows: int) -> list[DataFile]:
    return [DataFile(DAY, f"file-{count}", count, 1) for count in rows]


def test_files_are_packed_so_that_the_heaviest_go_first():
    """One core takes four tasks: of 90, 50, 40, 30, 20 and 10 rows the two small ones join the lightest tasks."""
    packed_names = [[uri for _, uri in task] for task in balanced(files_of(10, 90, 30, 50, 20, 40), 1)]
    assert packed_names == [["file-90"], ["file-50"], ["file-40", "file-10"], ["file-30", "file-20"]]


def test_few_files_make_few_tasks():
    """There are never more tasks than files, and no task is empty."""
    assert balanced(files_of(5, 9), 8) == [[(DAY, "file-9")], [(DAY, "file-5")]]
    assert balanced([], 8) == []
