"""What a pipeline is: frozen, typed specs that are checked when they are built."""

from collections.abc import Iterable, Iterator
from dataclasses import KW_ONLY, dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from overnight.dates import DateRange
from overnight.errors import UsageError


def _require(holds: bool, problem: str, next_step: str) -> None:
    if not holds:
        raise UsageError(f"{problem} {next_step}")


# The partition date under which the one partition of an undated source goes.
UNDATED = date(1970, 1, 1)


class Task(StrEnum):
    """What a score is: the probability of a class, the probabilities of several, or a number."""

    BINARY = "binary"
    MULTICLASS = "multiclass"
    REGRESSION = "regression"


@dataclass(frozen=True)
class Source:
    """One raw input.

    `look_back_days` counts the daily partitions that history may read; the latest `required_days` of them must
    be there and valid, older ones are left out with a warning when they are not. `event_time` names the
    timestamp column (UTC) that says when a row became known. An undated source has no partitions.
    """

    name: str
    _: KW_ONLY
    event_time: str | None = None
    look_back_days: int = 0
    required_days: int = 1
    dated: bool = True
    uri: str | None = None

    def __post_init__(self) -> None:
        _require(self.name.isidentifier(), f"Source name {self.name!r} is not an identifier.", "Use letters, digits and _.")
        _require(
            self.look_back_days >= 0, f"Source {self.name}: look_back_days={self.look_back_days} is negative.", "Use 0 or more."
        )
        _require(
            not (self.look_back_days and not self.dated),
            f"Source {self.name} is undated and looks back {self.look_back_days} days.",
            "Set look_back_days=0 or dated=True.",
        )
        _require(
            0 <= self.required_days <= max(1, self.look_back_days),
            f"Source {self.name}: required_days={self.required_days} exceeds look_back_days={self.look_back_days}.",
            "Require at most as many days as are read.",
        )


@dataclass(frozen=True, kw_only=True)
class CutOff:
    """The instant up to which a target date may know anything: `at`, `days_after` the date, in `timezone`."""

    at: time = time(0)
    timezone: str = "UTC"
    days_after: int = 0

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise UsageError(f"Time zone {self.timezone!r} is unknown. Use an IANA name such as America/New_York.") from error

    def instant(self, target_date: date) -> datetime:
        """The cut-off of a target date, in UTC; of a local time that occurs twice, the first."""
        local = datetime.combine(target_date + timedelta(days=self.days_after), self.at, ZoneInfo(self.timezone))
        return local.astimezone(UTC)

    def midnight(self, day: date) -> datetime:
        """When a local day begins, in UTC."""
        return datetime.combine(day, time(0), ZoneInfo(self.timezone)).astimezone(UTC)

    def last_history_date(self, target_date: date) -> date:
        """The latest daily partition with anything before the cut-off."""
        offset = self.days_after if self.at > time(0) else self.days_after - 1
        return target_date + timedelta(days=offset)


@dataclass(frozen=True)
class Label:
    """What training learns: the column that `feature_pipelines.<name>.label` returns, known some days later."""

    name: str
    _: KW_ONLY
    source: str
    known_after_days: int = 1


@dataclass(frozen=True, kw_only=True)
class Training:
    """Which dates the model is fitted on, and which later ones it is judged by."""

    fit: DateRange
    evaluate: DateRange

    def __post_init__(self) -> None:
        _require(
            self.fit.last < self.evaluate.first,
            f"Evaluation ({self.evaluate}) begins before fitting ({self.fit}) has ended.",
            "Evaluate on later dates than those fitted on.",
        )


@dataclass(frozen=True, kw_only=True)
class GatePolicy:
    """How much bad input is too much: the share of rows quarantined, and the row count against the usual one."""

    max_quarantined: float = 0.10
    rows_within: tuple[float, float] = (0.5, 2.0)
    usual_rows_days: int = 28
    allow_empty: bool = False

    def __post_init__(self) -> None:
        _require(0 <= self.max_quarantined < 1, f"max_quarantined={self.max_quarantined} is no share.", "Use 0 to below 1.")
        low, high = self.rows_within
        _require(0 <= low <= 1 <= high, f"rows_within={self.rows_within} excludes the usual count.", "Use low <= 1 <= high.")


@dataclass(frozen=True, kw_only=True)
class DriftPolicy:
    """When drift is worth a word: PSI thresholds, and the rows below which no verdict is given.

    A feature is only as suspicious as it is unusual: its PSI must also exceed what `usual_quantile` of the
    training dates showed against the whole of training, since any single day differs from four months of them.
    """

    min_rows: int = 200
    warn_psi: float = 0.10
    alert_psi: float = 0.25
    usual_quantile: float = 1.0
    max_null_change: float = 0.10

    def __post_init__(self) -> None:
        _require(
            0 < self.warn_psi <= self.alert_psi,
            f"warn_psi={self.warn_psi}, alert_psi={self.alert_psi}.",
            "Use 0 < warn <= alert.",
        )


@dataclass(frozen=True, kw_only=True)
class AuditPolicy:
    """What a date's scores must satisfy before readers see them."""

    score_range: tuple[float, float] | None = None
    allow_constant: bool = False


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """When a date is scored: midnight of the date + `run_after_days` in the cut-off's zone, once its input is there."""

    run_after_days: int = 0
    input_deadline: timedelta = timedelta(hours=6)


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """One thing that is scored every night. `name` is the module's name and is filled in by the catalog."""

    name: str = ""
    description: str
    key: tuple[str, ...]
    task: Task
    population: Source
    history: tuple[Source, ...] = ()
    reference: tuple[Source, ...] = ()
    cut_off: CutOff = CutOff()
    label: Label
    training: Training
    decision_threshold: float | None = None
    schedule: Schedule = Schedule()
    gate: GatePolicy = GatePolicy()
    drift: DriftPolicy = DriftPolicy()
    audit: AuditPolicy = AuditPolicy()
    owner: str = field(default="overnight")

    def __post_init__(self) -> None:
        _require(bool(self.key), "The pipeline has no key.", "Name the columns that identify a row of the population.")
        names = [source.name for source in self.sources]
        twice = sorted({name for name in names if names.count(name) > 1})
        _require(not twice, f"Sources {twice} are named twice.", "Name each source once.")
        _require(
            self.label.source in names,
            f"The label's source {self.label.source!r} is not among the sources {names}.",
            "Add it to history.",
        )
        _require(
            self.decision_threshold is None or self.task is Task.BINARY,
            f"decision_threshold={self.decision_threshold} on a {self.task} pipeline.",
            "Thresholds belong to binary pipelines; multiclass decides by the largest probability.",
        )
        _require(self.population.dated, f"The population {self.population.name!r} is undated.", "Score a dated source.")

    @property
    def sources(self) -> tuple[Source, ...]:
        """Population, history and reference sources, in this order."""
        return (self.population, *self.history, *self.reference)

    def source(self, name: str) -> Source:
        """The source of that name.

        Raises:
            UsageError: the pipeline has no such source; the message lists those it has.
        """
        for source in self.sources:
            if source.name == name:
                return source
        raise UsageError(f"{self.name} has no source {name!r}. It has {[source.name for source in self.sources]}.")

    def history_dates(self, source: Source, target_date: date) -> Iterator[date]:
        """The partitions of a history source that a target date may read, latest first."""
        last = self.cut_off.last_history_date(target_date)
        return (last - timedelta(days=days) for days in range(source.look_back_days))

    def partitions(self, source: Source, target_dates: Iterable[date]) -> list[date]:
        """The partitions of a source that a set of target dates reads, in order."""
        if not source.dated:
            return [UNDATED]
        if source == self.population:
            return sorted(set(target_dates))
        return sorted({day for target_date in target_dates for day in self.history_dates(source, target_date)})
