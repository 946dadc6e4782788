"""Lands the data of the tests' pipelines: what will happen follows from what is known, by rules a reader can apply."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq

FIRST, LAST = date(2024, 2, 22), date(2024, 3, 3)
STORES = ("Ghent", "Lyon", "Turin")
ITEMS = range(1, 21)
CHANNELS = ("mail", "phone", "chat")
TICKETS_A_DAY = 90
SPAM_A_DAY = 5  # every twentieth, the first one included
TIMESTAMP = pa.timestamp("us", tz="UTC")

SCHEMAS = {
    "assortment": pa.schema([("store", pa.string()), ("item", pa.int64()), ("promoted", pa.bool_())]),
    "sales": pa.schema([("store", pa.string()), ("item", pa.int64()), ("units", pa.int32()), ("sold_at", TIMESTAMP)]),
    "tickets": pa.schema([("ticket_id", pa.string()), ("channel", pa.string()), ("words", pa.int32()), ("spam", pa.bool_())]),
    "routed": pa.schema([("ticket_id", pa.string()), ("channel", pa.string()), ("queue", pa.string()), ("closed_at", TIMESTAMP)]),
}

Row = Mapping[str, Any]


def promoted(item: int, day: date) -> bool:
    """Every third item is promoted, each day others."""
    return (item + day.day) % 3 == 0


def units(item: int, day: date) -> int:
    """What every store sells of an item: four times its number, and ten more when it is promoted."""
    return 4 * item + 10 * promoted(item, day)


def queue(channel: str, words: int) -> str:
    """Phones ring for outages; short texts are about bills, long ones about sales."""
    return "outage" if channel == "phone" else "billing" if words < 100 else "sales"


def assortment(day: date) -> list[Row]:
    """60 rows: 20 items in each of three stores."""
    return [{"store": store, "item": item, "promoted": promoted(item, day)} for store in STORES for item in ITEMS]


def sales(day: date) -> list[Row]:
    """What became of the assortment, known at noon UTC."""
    sold_at = datetime.combine(day, time(12), ZoneInfo("UTC"))
    return [{"store": s, "item": item, "units": units(item, day), "sold_at": sold_at} for s in STORES for item in ITEMS]


def tickets(day: date) -> list[Row]:
    """90 tickets, five of them spam."""
    return [
        {
            "ticket_id": f"{day:%y%m%d}-{number:02d}",
            "channel": CHANNELS[number % 3],
            "words": 7 * number % 200,
            "spam": number % 20 == 0,
        }
        for number in range(TICKETS_A_DAY)
    ]


def routed(day: date) -> list[Row]:
    """The queue of every ticket that is no spam, known in the evening in Tokyo."""
    closed_at = datetime.combine(day, time(20), ZoneInfo("Asia/Tokyo"))
    return [
        {
            "ticket_id": row["ticket_id"],
            "channel": row["channel"],
            "queue": queue(row["channel"], row["words"]),
            "closed_at": closed_at,
        }
        for row in tickets(day)
        if not row["spam"]
    ]


SOURCES = {"assortment": assortment, "sales": sales, "tickets": tickets, "routed": routed}


def land(root: Path, sources: Iterable[str] = SOURCES) -> None:
    """Write every partition of the sources from `FIRST` to `LAST` into the lake at `root`."""
    for source in sources:
        for number in range((LAST - FIRST).days + 1):
            day = FIRST + timedelta(days=number)
            write(root, source, day, SOURCES[source](day))


def write(root: Path, source: str, day: date, rows: Sequence[Row]) -> Path:
    """Write one partition, replacing the one that was there."""
    path = root / "raw" / source / day.isoformat() / "part-0.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(list(rows), SCHEMAS[source]), path)
    return path
