"""What makes a date stale, and what does not."""

from pathlib import Path

import pytest

import feature_pipelines
import overnight.runs.fingerprint as fingerprint
from overnight import catalog
from overnight.lake.storage import FileRef
from overnight.runs.fingerprint import Fingerprint

CODE = '''"""Doc."""

LATE = 15


def features(inputs):
    """Doc."""
    return inputs  # comment
'''


@pytest.fixture
def code_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The digest of a pipeline whose feature module has the given source."""
    monkeypatch.setattr(feature_pipelines, "__path__", [str(tmp_path)])

    def digest(source: str) -> str:
        (tmp_path / "sample.py").write_text(source)
        return fingerprint.of_code("sample")

    return digest


@pytest.mark.parametrize(
    "changed",
    [
        CODE.replace("# comment", "# another comment"),
        CODE.replace('"""Doc."""', '"""Other words."""'),
        CODE.replace("return inputs  ", "return (\n        inputs\n    )  "),
    ],
    ids=["comment", "docstring", "formatting"],
)
def test_what_changes_no_result_makes_nothing_stale(code_of, changed):
    """Comments, docstrings and formatting do not count."""
    assert code_of(changed) == code_of(CODE)


def test_changed_constant_makes_dates_stale(code_of):
    """A constant in the feature pipeline decides values, so it counts."""
    assert code_of(CODE.replace("15", "16")) != code_of(CODE)


def test_other_pipelines_code_does_not_count(code_of, tmp_path):
    """A module that the pipeline does not import is none of its business."""
    before = code_of(CODE)
    (tmp_path / "other.py").write_text("LATE = 99\n")
    assert code_of(CODE) == before


def test_imported_module_counts(code_of, tmp_path):
    """What the feature module imports from the project is part of its code."""
    (tmp_path / "shared.py").write_text("HOURS = 24\n")
    importing = "from feature_pipelines.shared import HOURS\n" + CODE
    before = code_of(importing)
    (tmp_path / "shared.py").write_text("HOURS = 12\n")
    assert code_of(importing) != before


def test_input_file_counts_by_path_size_and_time():
    """A file that is landed again, grows or moves makes the dates that read it stale; the order of a listing does not."""
    first, second = FileRef("/lake/a.parquet", 10, 1), FileRef("/lake/b.parquet", 20, 1)
    digest = fingerprint.of_inputs({"sales": [first, second]})
    assert fingerprint.of_inputs({"sales": [second, first]}) == digest
    others = [FileRef("/lake/a.parquet", 10, 2), FileRef("/lake/a.parquet", 11, 1), FileRef("/lake/c.parquet", 10, 1)]
    assert len({digest, *(fingerprint.of_inputs({"sales": [other, second]}) for other in others)}) == 4


def test_schedule_and_owner_change_no_result():
    """Fields of the spec that decide no row and no score are left out of its digest; policies that do are not."""
    from dataclasses import replace

    from overnight.spec import GatePolicy, Schedule

    spec = catalog.load("flight_delays")
    digest = fingerprint.of_spec(spec)
    assert fingerprint.of_spec(replace(spec, owner="somebody", description="x", schedule=Schedule(run_after_days=1))) == digest
    assert fingerprint.of_spec(replace(spec, gate=GatePolicy(max_quarantined=0.2))) != digest


def test_differences_name_the_parts_and_forgive_libraries():
    """A newer library alone makes nothing stale; everything else is named."""
    then = Fingerprint(inputs="a", code="b", spec="c", model="d", libraries="e")
    assert then.differences(Fingerprint(inputs="a", code="b", spec="c", model="d", libraries="new")) == []
    assert then.differences(Fingerprint(inputs="x", code="b", spec="c", model="y", libraries="e")) == ["inputs", "model"]
