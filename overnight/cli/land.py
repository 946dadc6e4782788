"""`overnight land`: put the sample data into the lake."""

from overnight.lake.uris import Lake
from overnight.settings import Settings


def land() -> None:
    """Land the flights of 2013 as daily partitions; what is there already stays untouched."""
    from overnight.samples import flights

    lake = Lake(Settings.from_env().lake)
    written = flights.land(lake)
    print(f"{written} partitions landed in {lake.root}/raw" if written else f"all partitions are in {lake.root}/raw already")
