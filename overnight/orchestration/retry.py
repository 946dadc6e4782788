"""When Airflow may try a task again: never after an exit code that says the next try ends the same way."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from airflow.sdk import RetryPolicy
from airflow.sdk.definitions.context import Context
from airflow.sdk.definitions.retry_policy import RetryDecision

from overnight.errors import NEVER_RETRY, ExitCode, OvernightError

# How SparkSubmitHook and BashOperator word it. On Kubernetes spark-submit's own code comes first, the driver's last.
_EXIT_CODE = re.compile(r"(?:Error code is|spark exit code is|non-zero exit code|exit_code)[:= ]+(-?\d+)")
# From here on the message quotes what the job printed, which may say anything.
_QUOTED_OUTPUT = "\nLast spark-submit output:"


def exit_code(exception: BaseException | None) -> int | None:
    """The exit code of the process behind a task's failure; None when there was none or it is not told."""
    if isinstance(exception, OvernightError):
        return int(exception.exit_code)
    found = _EXIT_CODE.findall(str(exception).partition(_QUOTED_OUTPUT)[0])
    return int(found[-1]) if found else None


@dataclass(frozen=True)
class ExitCodePolicy(RetryPolicy):
    """Fail at once where a retry cannot help; otherwise wait `first_delay`, then `factor` times longer for each try."""

    first_delay: timedelta = timedelta(minutes=1)
    factor: float = 2.0
    max_delay: timedelta = timedelta(minutes=30)

    def evaluate(
        self, exception: BaseException, try_number: int, max_tries: int, context: Context | None = None
    ) -> RetryDecision:
        """Decide about a failure; `try_number` counts from 1."""
        code = exit_code(exception)
        if code in NEVER_RETRY:
            return RetryDecision.fail(f"Exit code {code} ({ExitCode(code).name}): another try would end the same way.")
        return RetryDecision.retry(self.delay(try_number), f"Exit code {code}: another try may succeed.")

    def delay(self, try_number: int) -> timedelta:
        """How long to wait after the given try."""
        # timedelta overflows long after the cap has been reached.
        return min(self.first_delay * self.factor ** min(try_number - 1, 20), self.max_delay)

    def serialize(self) -> dict[str, Any]:
        """Plain JSON types, seconds for the delays."""
        return {
            "first_delay": self.first_delay.total_seconds(),
            "factor": self.factor,
            "max_delay": self.max_delay.total_seconds(),
        }

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> "ExitCodePolicy":
        """The inverse of `serialize`."""
        return cls(timedelta(seconds=data["first_delay"]), data["factor"], timedelta(seconds=data["max_delay"]))
