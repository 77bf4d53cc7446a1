"""Jobs as objects: what the API told of one, as a line at the prompt and as a table in a notebook."""

from datetime import datetime

from . import text

ENDED = ("FINISHED", "FAILED", "CANCELLED")


class Job:
    """One job as it was when it was asked for."""

    #: Whether it has been printed already: the prompt does not do it twice.
    awe_shown = False

    def __init__(self, record):
        self.jobid = record["jobId"]
        self.sequence = record["sequence"]
        self.user = record["user"]
        self.status = record["status"]
        #: Tasks by outcome: N(ormal), E(rror), A(borted), S(ubmitted), U(nknown).
        self.counts = dict(record["counts"])
        self.submitted, self.started, self.ended = (
            None if record.get(name) is None else text.parse_time(record[name]) for name in ("submitted", "started", "ended"))

    @property
    def tasks(self):
        return sum(self.counts.values())

    @property
    def has_ended(self):
        return self.status in ENDED

    @property
    def running_time(self):
        """Seconds from its start to its end, or to now; None when it has not started."""
        if self.started is None:
            return None
        return ((self.ended or datetime.now(self.started.tzinfo)) - self.started).total_seconds()

    @property
    def status_line(self):
        counts = "/".join(str(self.counts[letter]) for letter in "NEASU")
        return "Jobid %d has status %s N/E/A/S/U %s" % (self.jobid, self.status, counts)

    def __repr__(self):
        return "<%s>" % self.status_line

    def _cells(self):
        running = "" if self.running_time is None else text.duration_text(self.running_time)
        return [self.jobid, self.sequence, self.user, self.status] + [self.counts[letter] for letter in "NEASU"] + [running]

    def _repr_html_(self):
        return JobList([self])._repr_html_()


class JobList(list):
    """Jobs; a table in a notebook."""

    awe_shown = False

    def _repr_html_(self):
        head = ["Job", "Sequence", "User", "Status", "N", "E", "A", "S", "U", "Running time"]
        return text.table(head, [job._cells() for job in self])


class Explanation:
    """Why a job waits, failed, was tried again or is slow."""

    def __init__(self, record):
        self.jobid = record["jobId"]
        self.status = record["status"]
        #: One dictionary a reason: code, message, tasks, suggestion.
        self.reasons = list(record["reasons"])

    def __str__(self):
        lines = ["Jobid %d has status %s" % (self.jobid, self.status)]
        for reason in self.reasons:
            tasks = reason.get("tasks") or 0
            lines.append("- %s%s" % (text.visible(reason["message"]), " (%d task%s)" % (tasks, "" if tasks == 1 else "s") if tasks else ""))
            if reason.get("suggestion"):
                lines.append("  " + text.visible(reason["suggestion"]))
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self):
        rows = [[r.get("tasks") or "", r["message"], r.get("suggestion") or ""] for r in self.reasons]
        return text.table(["Tasks", "Why job %d is %s" % (self.jobid, self.status), "What would mend it"], rows)
