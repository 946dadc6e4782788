"""Where things lie, as whole strings."""

from datetime import date

import pytest

from overnight.lake.uris import Lake
from overnight.spec import Source
from overnight.stages import Stage

LAKE = Lake("s3://bucket/prefix")
DAY = date(2013, 7, 4)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (LAKE.raw(Source("arrivals"), DAY), "s3://bucket/prefix/raw/arrivals/2013-07-04"),
        (LAKE.raw(Source("arrivals")), "s3://bucket/prefix/raw/arrivals"),
        (LAKE.raw(Source("planes", dated=False), DAY), "s3://bucket/prefix/raw/planes"),
        (LAKE.raw(Source("rain", uri="s3://weather/daily"), DAY), "s3://weather/daily/2013-07-04"),
        (LAKE.table("flight_delays", "predictions"), "s3://bucket/prefix/tables/flight_delays/predictions"),
        (
            LAKE.table_attempt("flight_delays", "predictions", "run", "a1"),
            "s3://bucket/prefix/tables/flight_delays/predictions/runs/run/a1",
        ),
        (LAKE.runs("flight_delays"), "s3://bucket/prefix/runs/flight_delays"),
        (LAKE.run("flight_delays", "run"), "s3://bucket/prefix/runs/flight_delays/run"),
        (LAKE.manifest("flight_delays", "run"), "s3://bucket/prefix/runs/flight_delays/run/run.json"),
        (LAKE.attempt("flight_delays", "run", Stage.SCORE, "a1"), "s3://bucket/prefix/runs/flight_delays/run/score/a1"),
        (
            LAKE.result("flight_delays", "run", Stage.BUILD_FEATURES),
            "s3://bucket/prefix/runs/flight_delays/run/build_features/result.json",
        ),
        (LAKE.bundle("flight_delays", "0123456789abcdef0123"), "s3://bucket/prefix/models/flight_delays/0123456789abcdef"),
        (LAKE.reports(), "s3://bucket/prefix/reports"),
        (LAKE.report("flight_delays", DAY), "s3://bucket/prefix/reports/flight_delays/2013-07-04"),
        (Lake("/data/lake").manifest("flight_delays", "run"), "/data/lake/runs/flight_delays/run/run.json"),
    ],
)
def test_names_become_uris(found: str, expected: str):
    """Every place in a lake follows from names alone, on S3 as on a disk."""
    assert found == expected
