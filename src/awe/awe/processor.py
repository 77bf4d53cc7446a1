"""The Processor: what the object ``dpu`` of the prompt is."""

import datetime
import os
import socket
import sys
import uuid

from . import addresses, api, jobs, logs, options, progress, results, shipping, text, tokens
from .environment import Environment
from .errors import DpuError, DpuNotAllowed, DpuRefused

_JOBS_MAX = 10000
_JOBS_SHOWN = 100


class Processor:
    """A client of one Distributed Processing Unit at a time: submits jobs, asks how they are, fetches logs and results.

    Nothing is asked of the DPU before the first call. Every method raises :class:`awe.errors.DpuError` with a sentence when it
    does not get what it asked for.
    """

    def __init__(self, dpu=None, environment=None):
        """``dpu`` is a name of the user's list or an address; by default ``dpu_name`` of the Environment decides."""
        self._environment = environment or Environment()
        self._selected = dpu
        self._api = None
        self._session_log = logs.SessionLog()
        self._shipped = None

    # Submitting

    def run(self, sequence, /, *, dpu_time=None, dpu_mem=None, dpu_aweversion=None, send_code=None, return_jobid=False,
            dpu_project=None, dpu_privileges=None, dpu_priority=0, dpu_tags=(), **recipe_options):
        """Submits a sequence of recipes, such as ``dpu.run('Reduce', i='WFI', d='2000-04-29')``.

        :param sequence: recipes chained with ``>``; their options follow by long or short name, whatever they are.
        :param dpu_time: expected time of the job in seconds, instead of the recipes' own estimate.
        :param dpu_mem: memory of each task, such as ``'2 GiB'``.
        :param dpu_aweversion: version of the recipes on the cluster, ``'master'`` or ``'develop'``.
        :param send_code: a directory of code to ship, instead of ``$AWEPIPE``; ``False`` ships none.
        :param return_jobid: return the job's number; otherwise it is printed only.
        :param dpu_project: the project that the results belong to.
        :param dpu_privileges: who sees them: ``'mydb'``, ``'project'``, ``'users'`` or ``'world'``.
        """
        if not isinstance(sequence, str):
            raise DpuError("A sequence is a text such as 'Reduce>Coadd', not %r." % (sequence,))
        self._say("Calling: Processor.run(%s)" % options.shown(sequence, recipe_options))
        body = {"sequence": sequence, "arguments": [], "options": options.as_json(recipe_options), "priority": dpu_priority, "tags": list(dpu_tags)}
        _put(body, "estimatedSeconds", options.seconds("dpu_time", dpu_time))
        _put(body, "memoryBytes", options.size("dpu_mem", dpu_mem))
        _put(body, "version", dpu_aweversion)
        _put(body, "project", dpu_project or self._environment.get("project"))
        _put(body, "privileges", options.privileges(dpu_privileges or self._environment.get("privileges")))
        _put(body, "settings", self._settings())
        _put(body, "code", self._ship(send_code))
        accepted = self._connection.submit("/jobs", body, uuid.uuid4().hex, self._say)
        self._say("Estimated process time : %d seconds" % options.whole_seconds(accepted["estimatedSeconds"]))
        self._say("Sending job with identifier %d to DPU" % accepted["jobId"])
        for warning in accepted.get("warnings") or []:
            self._say(warning)
        return accepted["jobId"] if return_jobid else None

    def cancel_job(self, jobid, force=False):
        """Cancels a job as long as it is not running; ``force=True`` also stops one that runs."""
        try:
            self._connection.post("/jobs/%d/cancel" % _number(jobid), {"force": bool(force)})
        except DpuRefused as refusal:
            # In a loop over all jobs one that runs, or has ended, must not keep the others.
            if refusal.code == "running":
                self._say("Job %d is running: dpu.cancel_job(%d, force=True) stops it" % (jobid, jobid))
            elif refusal.status == 409:
                self._say(str(refusal).rstrip("."))
            else:
                raise

    # Asking

    def get_jobids(self):
        """The identifiers of your jobs, oldest first."""
        return [job.jobid for job in self.get_jobs(limit=_JOBS_MAX)]

    def get_jobs(self, limit=_JOBS_SHOWN):
        """Your newest jobs, oldest first: a list of :class:`awe.jobs.Job` that is a table in a notebook."""
        self._require_token()
        found = self._connection.get("/jobs", {"limit": limit}, limit)
        return jobs.JobList(sorted((jobs.Job(record) for record in found[:limit]), key=lambda job: job.jobid))

    def get_job(self, jobid):
        """One job as it is now."""
        return jobs.Job(self._connection.get("/jobs/%d" % _number(jobid)))

    def get_status(self, jobid=None):
        """Prints one line a job: of one, of several, or of your newest ones."""
        for job in self._jobs(jobid):
            self._say(job.status_line)

    def get_logs(self, jobids=None):
        """Prints the logs of all your jobs, or of one, or of several, and returns them; they are also kept in the session's log file."""
        written = []
        for job in self._jobs(jobids):
            for line in logs.head(job.status, datetime.datetime.now()):
                self._log(line, written)
            for record in self._connection.lines("/jobs/%d/logs" % job.jobid):
                self._log(logs.line(record), written)
        self._keep(self._session_log.flush)
        return logs.LogText("\n".join(written))

    def get_job_result(self, jobid, committed=True):
        """The main objects that a job made, if its results were committed; with ``committed=False`` whether they were or not."""
        found = self.get_results(jobid)
        main = results.ResultList(result for result in found if result.main)
        kept = results.ResultList(result for result in main if result.committed or not committed)
        if len(kept) < len(main):
            self._say("Job %d made %d main objects that are not committed: dpu.get_job_result(%d, committed=False) lists them"
                      % (jobid, len(main) - len(kept), jobid))
        return kept

    def get_results(self, jobid):
        """Everything that a job made, quick-looks and the like included."""
        found = self._connection.get("/jobs/%d/results" % _number(jobid))
        return results.ResultList(results.Result(record, self._connection) for record in found)

    def find_files(self, query=""):
        """Files of the catalog that a query means, such as ``'type=bias chip=ccd50'``; frames as well as products."""
        found = self._connection.get("/files", {"q": query} if query else None)
        return results.ResultList(results.Result(record, self._connection) for record in found)

    def explain(self, jobid):
        """Why a job waits, failed, was tried again or is slow."""
        return jobs.Explanation(self._connection.get("/jobs/%d/explain" % _number(jobid)))

    def wait(self, jobids):
        """Waits for one job or several, with progress on a terminal; prints each one's status line and returns it, or a list."""
        waited = jobs.JobList(self._wait(_number(jobid)) for jobid in _numbers(jobids))
        waited = waited if _is_list(jobids) else waited[0]
        waited.awe_shown = True
        return waited

    # DPUs

    def get_dpu_identifiers(self):
        """The names of all known DPUs."""
        return [dpu.name for dpu in self._known()]

    def show_dpu_identifiers(self):
        """Prints the known DPUs with their addresses; the selected one is marked."""
        for dpu in self._known():
            mark = "*" if dpu.url == self.address else " "
            aliases = " (also %s)" % ", ".join(dpu.aliases) if dpu.aliases else ""
            print("%s %s : %s%s" % (mark, text.visible(dpu.name), dpu.url, text.visible(aliases)))

    def select_dpu(self, name):
        """Uses another DPU from now on: a name of the list, an alias, or an address."""
        if not any(dpu.name == name for dpu in self._known()):
            addresses.find(name, self._environment)
        self._selected = next((dpu.url for dpu in self._known() if dpu.is_called(name)), name)
        self._api = None
        self._shipped = None

    @property
    def address(self):
        """Where the selected DPU listens."""
        return addresses.find(self._selected or addresses.default_dpu(self._environment), self._environment)

    def whoami(self):
        """Who you are to the DPU: a dictionary; empty where a DPU does not tell."""
        try:
            return self._connection.get("/whoami")
        except DpuRefused as refusal:
            if refusal.status == 404:
                return {}
            raise

    # Sequences

    def get_sequence_identifiers(self):
        """The names of what can be run."""
        return [sequence["name"] for sequence in self._connection.get("/sequences")]

    def show_sequence_identifiers(self):
        """Prints what can be run, with what it does."""
        found = self._connection.get("/sequences")
        width = max([len(sequence["name"]) for sequence in found] or [0])
        for sequence in found:
            reason = "" if sequence.get("available", True) else " (not available: %s)" % sequence.get("reason")
            print(text.visible("%-*s : %s%s" % (width, sequence["name"], sequence.get("description", ""), reason)))

    def get_sequence_options(self, sequence):
        """For each recipe of a sequence the list of its options: short names, then long ones."""
        return [options.names(step) for step in self._steps(sequence)]

    def show_sequence_options(self, sequence):
        """Prints the options of each recipe of a sequence with their defaults."""
        for step in self._steps(sequence):
            for line in options.described(step):
                print(text.visible(line))

    def __repr__(self):
        return "<Processor of the DPU at %s>" % self.address

    # Parts

    @property
    def _connection(self):
        address = self.address
        if self._api is None or self._api.address != address:
            self._api = api.Api(address, self._environment)
        return self._api

    def _say(self, message):
        """One line in the form of the field: ``[host] HH:MM:SS - message``."""
        host = socket.gethostname().split(".")[0]
        print("[%s] %s - %s" % (host, text.time_of_day(datetime.datetime.now()), text.visible(message)), flush=True)

    def _log(self, line, written):
        print(line)
        written.append(line)
        self._keep(lambda: self._session_log.write(line))

    def _keep(self, write):
        try:
            write()
        except OSError as error:
            raise DpuError("The log of this session cannot be written: %s. Start where you may write, or make room." % error)

    def _jobs(self, jobids):
        """The jobs that are meant: yours when none are named."""
        if jobids is None:
            return self.get_jobs()
        numbers = [_number(jobid) for jobid in _numbers(jobids)]
        if not numbers:
            return []
        found = {record["jobId"]: jobs.Job(record) for record in self._connection.get("/jobs", {"id": numbers})}
        missing = [str(number) for number in numbers if number not in found]
        if missing:
            raise DpuError("There is no job %s." % ", ".join(missing))
        return [found[number] for number in dict.fromkeys(numbers)]

    def _wait(self, jobid):
        bar = progress.Progress()
        job = None
        try:
            for _, record in self._connection.follow("/jobs/%d/events" % jobid, lambda _, data: data.get("status") in jobs.ENDED, self._say):
                job = jobs.Job(record)
                bar.show(job)
        finally:
            bar.clear()
        self._say(job.status_line)
        return job

    def _steps(self, sequence):
        return self._connection.get("/sequences/%s/options" % api.part(sequence))["steps"]

    def _known(self):
        known = addresses.known_dpus(self._environment)
        if not any(dpu.url == self.address for dpu in known):
            known.append(addresses.KnownDpu(self._own_name(), self.address))
        return known

    def _own_name(self):
        """What a DPU that is in no list calls itself; its address when it cannot be asked."""
        try:
            return self._connection.get("/health")["dpu"]
        except DpuError:
            return self.address

    def _require_token(self):
        if tokens.read(self.address, self._environment) is None:
            # A DPU that is away is another trouble: that is told instead.
            self._connection.get("/health")
            raise DpuNotAllowed("You are a visitor at %s, and have no jobs there: no token of yours was found in %s; 'dpu login' makes one." % (
                self.address, tokens.path_for(self.address, self._environment)))

    def _settings(self):
        """The Environment and the variables that override it go along with standard code as well."""
        configuration, variables = self._environment.shareable_text(), self._environment.overriding_variables()
        return {"variables": variables, "configuration": configuration} if configuration or variables else None

    def _ship(self, send_code):
        """Sends the code where the DPU does not have it yet; what names it in the submission, or None for the standard code."""
        tree = options.code_directory(send_code, self._environment.variable("AWEPIPE"))
        if tree is None:
            return None
        state = (tree, shipping.signature(tree))
        if self._shipped is None or self._shipped[0] != state:
            with shipping.pack(tree) as archive:
                if not self._connection.has("/code/" + archive.sha256):
                    self._say("Sending the code of %s to DPU (%d files, %s)" % (tree, archive.files, text.size_text(archive.size)))
                    self._connection.put("/code/" + archive.sha256, archive.file, archive.size)
                self._shipped = (state, archive.sha256)
        return {"sha256": self._shipped[1]}


def _put(body, name, value):
    if value is not None:
        body[name] = value


def _is_list(value):
    return isinstance(value, (list, tuple, set, frozenset, range)) or hasattr(value, "__next__")


def _numbers(value):
    return list(value) if _is_list(value) else [value]


def _number(jobid):
    number = getattr(jobid, "jobid", jobid)
    if isinstance(number, bool) or not isinstance(number, int):
        raise DpuError("A job identifier is a whole number such as 84820, not %r." % (jobid,))
    return number
