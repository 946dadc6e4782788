"""A run that tests may change one thing of."""

from datetime import UTC, date, datetime
from pathlib import Path

from overnight.lake.storage import FileRef
from overnight.lake.uris import Lake
from overnight.runs.fingerprint import Fingerprint
from overnight.runs.run import Claim, ModelRef, Run
from overnight.spec import UNDATED

JULY_3, JULY_4 = date(2013, 7, 3), date(2013, 7, 4)
FINGERPRINT = Fingerprint(inputs="i", code="c", spec="s", model="m", libraries="l")


def a_run(root: Path, run_id: str = "20130704T050012Z-9f31c2aa") -> Run:
    """A run over 3 and 4 July with two sources."""
    return Run(
        run_id=run_id,
        pipeline="flight_delays",
        lake=Lake(str(root)),
        opened_at=datetime(2013, 7, 4, 5, 0, 12, tzinfo=UTC),
        claims=(Claim(JULY_3, 7, FINGERPRINT), Claim(JULY_4, 1, FINGERPRINT)),
        model=ModelRef("flight_delays", "3", "d1ge57", f"{root}/models/flight_delays/d1ge57"),
        inputs={
            "schedules": {JULY_3: (FileRef("/raw/a.parquet", 10, 1_372_906_800_123_456_789),), JULY_4: ()},
            "planes": {UNDATED: (FileRef("/raw/planes.parquet", 20, 5),)},
        },
    )
