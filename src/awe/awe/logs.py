"""A job's log in the field's form, and the file that keeps what one session asked for."""

import os
import re
from datetime import datetime

from . import text

_PLUSES = "+" * 44
_STAMPED = re.compile(r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d - ")


class LogText(str):
    """The lines of logs, as they were printed. The prompt does not print them a second time."""

    awe_shown = True

    def __repr__(self):
        return "<%d lines of logs>" % len(self.splitlines())

    def _ipython_display_(self):
        """Nothing: they were printed when they came."""


def head(status, now):
    """The three lines above a job's own: ``job_status`` is 0 when it is FINISHED and 1 otherwise."""
    stamp = text.time_of_day(now) + " - "
    yield stamp + _PLUSES
    yield stamp + "job_status = %d" % (0 if status == "FINISHED" else 1)
    yield stamp + _PLUSES


def line(record):
    """One line behind its time of day; a line that carries a time of its own already keeps that one only."""
    shown = text.visible(record["text"])
    if _STAMPED.match(shown):
        return shown
    return "%s - %s" % (text.time_of_day(text.parse_time(record["time"])), shown)


class SessionLog:
    """The ``<date+time>.log`` of a session, in the directory where it began; made when there is something to write."""

    def __init__(self):
        self._directory = os.getcwd()
        self._began = datetime.now()
        self.path = None
        self._file = None

    def write(self, written):
        """Adds a line. An OSError says that the directory cannot be written to."""
        if self._file is None:
            self._open()
        self._file.write(written + "\n")

    def flush(self):
        if self._file is not None:
            self._file.flush()

    def _open(self):
        name = self._began.strftime("%Y-%m-%dT%H:%M:%S")
        number = 1
        while True:
            # Another session of the same second has its own.
            path = os.path.join(self._directory, name + ("" if number == 1 else "_%d" % number) + ".log")
            try:
                self._file = open(path, "x", encoding="utf-8")
                self.path = path
                return
            except FileExistsError:
                number += 1
