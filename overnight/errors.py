"""The errors people meet, each with the exit code that tells a scheduler whether a retry can help."""

from enum import IntEnum


class ExitCode(IntEnum):
    """Process exit codes, after sysexits.h; everything in `NEVER_RETRY` fails the same way again."""

    OK = 0
    CRASH = 1
    USAGE = 64
    BAD_DATA = 65
    MISSING_INPUT = 66
    BAD_OUTPUT = 70
    SUPERSEDED = 73
    STORE_BUSY = 75
    CONFIGURATION = 78
    NOTHING_TO_DO = 99


NEVER_RETRY = frozenset(
    {
        ExitCode.USAGE,
        ExitCode.BAD_DATA,
        ExitCode.MISSING_INPUT,
        ExitCode.BAD_OUTPUT,
        ExitCode.SUPERSEDED,
        ExitCode.CONFIGURATION,
    }
)


class OvernightError(Exception):
    """Base of all errors that a person can act on; the message says what, the value, and the next step."""

    exit_code = ExitCode.CRASH


class UsageError(OvernightError):
    """The call itself is wrong: an unknown pipeline, an impossible date, a spec that contradicts itself."""

    exit_code = ExitCode.USAGE


class BadData(OvernightError):
    """Input that the gate refuses: the same bytes will be refused again."""

    exit_code = ExitCode.BAD_DATA


class MissingInput(OvernightError):
    """A partition that a date needs has not been landed."""

    exit_code = ExitCode.MISSING_INPUT


class BadOutput(OvernightError):
    """Scores that the audit refuses; the version that readers see stays as it was."""

    exit_code = ExitCode.BAD_OUTPUT


class Superseded(OvernightError):
    """A newer run claimed the date, so this one may no longer publish it."""

    exit_code = ExitCode.SUPERSEDED


class StoreBusy(OvernightError):
    """The table's log kept moving while we tried to commit; trying later helps."""

    exit_code = ExitCode.STORE_BUSY


class ConfigurationError(OvernightError):
    """The environment or the model cannot be used as it is: Java, a library version, a tampered bundle."""

    exit_code = ExitCode.CONFIGURATION
