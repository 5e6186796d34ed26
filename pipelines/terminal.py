"""Where the command line reports to: it may not know every letter, and may close before the work is done."""

import io
import os
import sys

from rich.console import Console


class Terminal(Console):
    """Progress for whoever watches; a night goes on, and keeps its exit code, when nobody does any more."""

    def on_broken_pipe(self) -> None:
        """Say nothing from here on; the default would end the process."""
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def accept_every_letter() -> None:
    """Write `?` for what the terminal's encoding lacks, such as a tick in EUC-JP, instead of ending with an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
