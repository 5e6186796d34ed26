"""What an operator can put right: one exception family, each message a paragraph naming file and cure.

A message never holds a cell of an extract: it may reach logs, alerts and the event store.
"""


class MucosaError(Exception):
    """A mistake outside the program. The command line prints the message and leaves with `exit_code`."""

    exit_code = 1


class DataError(MucosaError):
    """The data can't be used as delivered."""

    exit_code = 1


class UsageError(MucosaError):
    """The command was pointed at the wrong place or configured wrongly."""

    exit_code = 2


class BusyError(UsageError):
    """Somebody else is writing; it passes by itself."""
