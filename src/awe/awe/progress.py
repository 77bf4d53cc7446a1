"""A line that grows while one waits: on a terminal only, and gone when the waiting ends."""

import shutil
import sys

_WIDTH = 30


class Progress:
    def __init__(self, stream=None):
        self._stream = sys.stderr if stream is None else stream
        self._on = self._stream.isatty()

    def show(self, job):
        if not self._on:
            return
        done = job.tasks - job.counts["S"]
        filled = _WIDTH * done // job.tasks if job.tasks else 0
        line = "[%s%s] %d/%d %s %s" % ("#" * filled, "." * (_WIDTH - filled), done, job.tasks, job.status, "/".join(
            str(job.counts[letter]) for letter in "NEASU"))
        self._write(line[:shutil.get_terminal_size().columns - 1])

    def clear(self):
        if self._on:
            self._write("")

    def _write(self, line):
        self._stream.write("\r\x1b[K" + line)
        self._stream.flush()
