"""The names of the stages, in order; the same in jobs, tasks, logs and folders."""

from enum import StrEnum


class Stage(StrEnum):
    """One step of a run. The member order is the order of execution."""

    VALIDATE = "validate"
    BUILD_FEATURES = "build_features"
    SCORE = "score"
    PUBLISH = "publish"
    REPORT_DRIFT = "report_drift"

    @property
    def needs_spark(self) -> bool:
        """Whether the stage moves rows; the others read footers and compare histograms."""
        return self in (Stage.VALIDATE, Stage.BUILD_FEATURES, Stage.SCORE)

    @property
    def earlier(self) -> tuple["Stage", ...]:
        """The stages before this one."""
        stages = tuple(Stage)
        return stages[: stages.index(self)]
