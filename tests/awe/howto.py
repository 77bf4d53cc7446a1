"""Replays the prompts of the field's HOW-TO at a real prompt on a terminal, and compares what comes with what stands there, line by line.

    howto.py DOCUMENT COMMAND [ARGUMENT…]  COMMAND starts the prompt

The DPU has a recipe FrameByFrame beside its own, with a task for each of 75 frames, and a frame of OMEGACAM that is called filename1.fits.

The document's lines are taken as they are; times, hosts, job identifiers, file names and measured numbers
are told apart from the words, and only the words are compared. Prints each difference; exit code 0 when there is none.
"""

import ast
import os
import pty
import re
import select
import sys
import time

PROMPT = "awe> "
LIMIT_SECONDS = 120


class Prompt:
    """A prompt on a terminal of its own."""

    def __init__(self, command):
        self._process, self._terminal = pty.fork()
        if self._process == 0:
            os.environ.update(TERM="dumb", COLUMNS="1000", PYTHON_BASIC_REPL="1")
            os.execvp(command[0], command)

    def read(self, end=PROMPT):
        """What is printed until it asks."""
        text, limit = "", time.monotonic() + LIMIT_SECONDS
        while not text.endswith(end):
            if not select.select([self._terminal], [], [], max(0, limit - time.monotonic()))[0]:
                raise SystemExit("The prompt did not come back; it said: %r" % text)
            try:
                text += os.read(self._terminal, 65536).decode("utf-8")
            except OSError:
                raise SystemExit("The prompt has ended; it said: %r" % text)
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text[:-len(end)].replace("\r\n", "\n"))

    def type(self, line):
        """Types a line and returns what it prints; the echo of the line is cut off."""
        os.write(self._terminal, (line + "\n").encode("utf-8"))
        said = self.read()
        return said.split("\n", line.count("\n") + 1)[-1]

    def end(self):
        os.write(self._terminal, b"\x04")
        return os.waitstatus_to_exitcode(os.waitpid(self._process, 0)[1]) if hasattr(os, "waitstatus_to_exitcode") else os.waitpid(self._process, 0)[1]


def shape(line):
    """A line without what differs from run to run."""
    line = re.sub(r"^\[[^\]\s]+\] ", "[host] ", line)
    line = re.sub(r"\b\d\d:\d\d:\d\d - ", "TIME - ", line)
    line = re.sub(r"(identifier|Jobid) \d+", r"\1 ID", line)
    return line.rstrip()


def measured(line):
    """A line of a recipe's log without the names of frames and chips, and without what was measured on them."""
    line = re.sub(r"\S+\.fits(\[\d+\])?'?", "FRAME", shape(line))
    line = re.sub(r"for ccd \S+ is", "for ccd CHIP is", line)
    return re.sub(r" +-?\d+\.\d+", " NUMBER", line)


class Document:
    """The HOW-TO: the second half of the file repeats the first without its line ends, and is left out."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.lines = file.read().split("\n")

    def welcome(self):
        start = next(n for n, line in enumerate(self.lines) if line.startswith('Type "help"'))
        end = next(n for n in range(start, len(self.lines)) if self.lines[n].startswith("awe>"))
        return self.lines[start:end]

    def answer(self, call):
        """The lines below a call, up to the blank one behind them; a list that goes over several lines is one line."""
        start = next(n for n, line in enumerate(self.lines) if line.strip() == PROMPT + call)
        found = self._below(start + 1)
        return [" ".join(found)] if found and found[0].startswith("[") and not re.match(r"\[\w+\] ", found[0]) else found

    def calls(self, name):
        """Every call of a method that is written with its arguments, without the remark behind it."""
        for number, line in enumerate(self.lines):
            if line.startswith(PROMPT + "dpu.%s(" % name):
                whole = line[len(PROMPT):]
                if self.lines[number + 1].startswith("             "):
                    whole = re.sub(r"\s+#.*", "", whole) + " " + self.lines[number + 1].strip()
                yield re.sub(r"\s+#[^')]*$", "", whole)

    def submission(self):
        """The three lines that a submission prints, the wrapped one as one."""
        start = next(n for n, line in enumerate(self.lines) if "Calling: Processor.run(" in line)
        return [self.lines[start].rstrip() + " " + self.lines[start + 1].strip()] + self.lines[start + 2:start + 4]

    def _below(self, start):
        end = start
        while self.lines[end].strip() and not self.lines[end].startswith("awe>"):
            end += 1
        return self.lines[start:end]


class Replay:
    def __init__(self, document, command):
        self.document = document
        self.prompt = Prompt(command)
        self.differences = 0
        self.compared = 0

    def same(self, title, expected, found, form=shape):
        expected, found = [form(line) for line in expected], [form(line) for line in found]
        self.compared += len(expected)
        if expected != found:
            self.differences += 1
            print("%s:\n  the document: %s\n  the prompt:   %s" % (title, "\n                ".join(expected), "\n                ".join(found)))

    def true(self, title, holds):
        self.compared += 1
        if not holds:
            self.differences += 1
            print(title)

    def call(self, call):
        return self.prompt.type(call).rstrip("\n").split("\n")

    def run(self):
        self.welcome()
        self.sequences()
        jobs = self.submissions()
        self.asking(jobs)
        self.cancelling()
        self.prompt.end()
        print("%d lines compared, %d differences" % (self.compared, self.differences))
        return 0 if self.differences == 0 and self.compared > 40 else 1

    def welcome(self):
        names = {"- username": "- username : <name>", "- database": "- database : <host>", "- project ": "- project  : <name>"}

        def without_names(line):
            return names.get(line[:10], line.rstrip())

        said = self.prompt.read().split("\n")
        start = next(n for n, line in enumerate(said) if line.startswith('Type "help"'))
        self.same("The welcome", self.document.welcome(), said[start:-1] + [""] * (said[-1] != ""), without_names)

    def sequences(self):
        call = "dpu.get_sequence_identifiers()"
        names = ast.literal_eval(self.document.answer(call)[0])
        # What the document does not know follows what it lists.
        self.same(call, names, ast.literal_eval("\n".join(self.call(call)))[:len(names)])
        for call in ("dpu.get_sequence_options('HotPixels')", "dpu.show_sequence_options('HotPixels')"):
            self.same(call, self.document.answer(call), self.call(call))

    def submissions(self):
        """Each call of the document is accepted, and prints the three lines."""
        words = [shape(line) for line in self.document.submission()]
        for call in self.document.calls("run"):
            said = self.call(call)
            self.same(call, [words[0].split("(")[0], words[1].split(":")[0], words[2]],
                      [shape(said[0]).split("(")[0], shape(said[1]).split(":")[0], shape(said[-1])])
        said = self.call("dpu.run('ReadNoise', instrument='', i='WFI', c='ccd50', d='2000-04-28')")
        self.same("The submission", self.document.submission(), said)
        read_noise = int(said[2].split()[-3])
        many = int(self.call("dpu.run('FrameByFrame', i='WFI')")[2].split()[-3])
        self.call("finished = dpu.wait(dpu.get_jobids())")
        return read_noise, many

    def asking(self, jobs):
        read_noise, many = jobs
        ids = self.call("dpu.get_jobids()")
        self.same("dpu.get_jobids()", self.document.answer("dpu.get_jobids()"), ids, lambda line: re.sub(r"\[\d+(, \d+)*\]", "[IDS]", line))
        self.same("dpu.get_status()", self.document.answer("dpu.get_status()"), [line for line in self.call("dpu.get_status()") if "Jobid %d " % many in line])
        logs = self.document.answer("dpu.get_logs()")
        said = self.call("dpu.get_logs(%d)" % read_noise)
        self.same("The head of a log", logs[:3], said[:3])
        # What a recipe of ours does not do: ask a database that is not there, and cut frames with a program of the field.
        own = [line for line in logs[3:] if "Querying" not in line and "Running :" not in line]
        self.same("The log of ReadNoise", own, said[3:3 + len(own)], measured)
        kept = [name for name in os.listdir(".") if re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.log$", name)]
        self.true("One log file for the session, not %r" % kept, len(kept) == 1)
        if kept:
            with open(kept[0], encoding="utf-8") as file:
                self.same("The session's log", said, file.read().rstrip("\n").split("\n"), str)

    def cancelling(self):
        said = self.call("dpu.cancel_job(313)")
        self.same("dpu.cancel_job(313)", ["DpuRefused: There is no job 313."], said, str)
        said = self.prompt.type("for jobid in dpu.get_jobids():\n    dpu.cancel_job(jobid)\n")
        self.true("The loop over all jobs ends in errors: %s" % said, "Error" not in said and "Refused" not in said)


if __name__ == "__main__":
    sys.exit(Replay(Document(sys.argv[1]), sys.argv[2:]).run())
