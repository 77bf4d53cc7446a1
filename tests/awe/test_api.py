"""Requests, refusals, lost answers and broken streams, against a server that misbehaves on command."""

import contextlib
import hashlib
import io
import json
import os
import re

from awe import DpuError, DpuRefused, DpuUnreachable, Processor, api, results
from support import FakeDpu, HomeTest, as_json, problem

JOB = {"jobId": 5, "sequence": "Null", "user": "u", "status": "RUNNING", "counts": {"N": 0, "E": 0, "A": 0, "S": 1, "U": 0},
       "submitted": "2026-01-02T03:04:05.678Z", "started": None, "ended": None}
ENDED = dict(JOB, status="FINISHED", counts={"N": 75, "E": 0, "A": 0, "S": 0, "U": 0})


class ApiTest(HomeTest):
    def serve(self, answer):
        self.fake = FakeDpu(answer)
        self.addCleanup(self.fake.close)
        self.write(".dpu/tokens/" + self.fake.address[7:].replace(":", "_"), "secret")
        return Processor(self.fake.address, self.environment)

    def printed(self, call):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            value = call()
        return value, out.getvalue()

    def test_a_submission_whose_answer_is_lost_is_sent_again_under_the_same_key(self):
        def answer(method, path, body, headers):
            return None if len(self.fake.requests) < 3 else as_json({"jobId": 7, "dpu": "d", "estimatedSeconds": 9.2})

        dpu = self.serve(answer)
        jobid, _ = self.printed(lambda: dpu.run("Null", return_jobid=True))
        self.assertEqual(jobid, 7)
        keys = [headers["Idempotency-Key"] for _, _, _, headers in self.fake.requests]
        self.assertEqual((len(keys), len(set(keys))), (3, 1))

    def test_what_run_prints_and_sends(self):
        dpu = self.serve(lambda *_: as_json({"jobId": 82382, "dpu": "d", "estimatedSeconds": 9.2}))
        nothing, out = self.printed(lambda: dpu.run(
            "ReadNoise", instrument="", i="WFI", c="ccd50", d="2000-04-28", dpu_time=5, dpu_mem="2 GiB", dpu_aweversion="develop", dpu_privileges=2))
        self.assertIsNone(nothing)
        self.assertEqual(re.sub(r"(?m)^\[[^\]]+\] \d\d:\d\d:\d\d - ", "", out), (
            "Calling: Processor.run(ReadNoise, instrument= , i=WFI , c=ccd50 , d=2000-04-28)\n"
            "Estimated process time : 10 seconds\n"
            "Sending job with identifier 82382 to DPU\n"))
        method, path, body, headers = self.fake.requests[0]
        self.assertEqual((method, path, headers["Authorization"]), ("POST", "/api/v1/jobs", "Bearer secret"))
        self.assertEqual(json.loads(body.decode()), {
            "sequence": "ReadNoise", "arguments": [], "options": {"instrument": "", "i": "WFI", "c": "ccd50", "d": "2000-04-28"},
            "priority": 0, "tags": [], "estimatedSeconds": 5, "memoryBytes": 2 << 30, "version": "develop", "privileges": "project"})

    def test_a_refusal_is_a_sentence_and_is_not_sent_again(self):
        dpu = self.serve(lambda *_: problem(422, "unknown-recipe", "There is no recipe 'Bais'; did you mean 'Bias'?"))
        with self.assertRaises(DpuRefused) as caught:
            self.printed(lambda: dpu.run("Bais"))
        self.assertEqual((str(caught.exception), caught.exception.code), ("There is no recipe 'Bais'; did you mean 'Bias'?", "unknown-recipe"))
        self.assertEqual(len(self.fake.requests), 1)

    def test_lists_are_read_page_by_page(self):
        def answer(method, path, body, headers):
            if "before" in path:
                return as_json([dict(JOB, jobId=3)])
            return as_json([dict(JOB, jobId=5), dict(JOB, jobId=4)], headers={"Link": '</api/v1/jobs?limit=2&before=4>; rel="next"'})

        self.assertEqual(self.serve(answer).get_jobids(), [3, 4, 5])

    def test_a_job_that_runs_is_not_cancelled_and_the_others_are(self):
        dpu = self.serve(lambda method, path, *_: problem(409, "running", "Job 5 is running.") if "/5/" in path else as_json(dict(JOB, jobId=6)))
        _, out = self.printed(lambda: [dpu.cancel_job(5), dpu.cancel_job(6)])
        self.assertIn("Job 5 is running: dpu.cancel_job(5, force=True) stops it", out)
        self.assertEqual(len(out.splitlines()), 1)

    def test_waiting_goes_on_over_a_broken_stream(self):
        def event(job):
            return b": alive\n\nevent: status\ndata: " + json.dumps(job).encode() + b"\n\n"

        def answer(method, path, body, headers):
            return 200, "text/event-stream", event(JOB) + (event(ENDED) if len(self.fake.requests) > 1 else b"")

        dpu = self.serve(answer)
        job, out = self.printed(lambda: dpu.wait(5))
        self.assertEqual((job.status, job.tasks, len(self.fake.requests)), ("FINISHED", 75, 2))
        self.assertRegex(out.splitlines()[-1], r"^\[\S+\] \d\d:\d\d:\d\d - Jobid 5 has status FINISHED N/E/A/S/U 75/0/0/0/0$")

    def test_a_job_is_a_table_in_a_notebook_and_nothing_in_it_is_markup(self):
        dpu = self.serve(lambda *_: as_json(dict(ENDED, sequence="Null>Null<script>")))
        html = dpu.get_job(5)._repr_html_()
        self.assertIn("Null&gt;Null&lt;script&gt;", html)
        self.assertNotIn("<script>", html)

    def test_what_is_no_dpu_is_said(self):
        dpu = self.serve(lambda *_: (404, "text/html", b"<html>"))
        with self.assertRaisesRegex(DpuUnreachable, "is not a DPU"):
            dpu.get_sequence_identifiers()

    def result(self, content, **changes):
        record = dict(id="1/x", name="frame.fits.gz", type="bias", sizeBytes=len(content), sha256=hashlib.sha256(content).hexdigest(),
                      metadata={}, task="5/0/1", main=True, committed=True, path="/store/x")
        return results.Result(dict(record, **changes), api.Api(self.fake.address, self.environment))

    def test_a_download_goes_on_where_it_broke(self):
        content = bytes(range(256)) * 4

        def answer(method, path, body, headers):
            start = int((headers.get("Range") or "bytes=0-")[6:-1])
            self.assertEqual(headers.get("If-Range"), '"tag"' if start else None)
            told = {"Content-Length": str(len(content) - start), "ETag": '"tag"'}
            return (206 if start else 200), "application/octet-stream", content[start:start + 700], told

        self.serve(answer)
        where = self.result(content).download(self.home)
        with open(where, "rb") as file:
            self.assertEqual(file.read(), content)
        self.assertEqual([request[1] for request in self.fake.requests], ["/api/v1/files/1%2Fx/content"] * 2)

    def test_a_copy_with_another_checksum_is_not_kept_and_nothing_is_overwritten(self):
        self.serve(lambda *_: (200, "application/octet-stream", b"spoiled", {"Content-Length": "7"}))
        with self.assertRaisesRegex(DpuError, "checksum"):
            self.result(b"content").download(self.home)
        self.assertFalse([name for name in os.listdir(self.home) if "frame" in name or "part" in name])
        mine = self.write("frame.npy", "mine")
        with self.assertRaisesRegex(DpuError, "not overwritten"):
            self.result(b"content").download(self.home, format="npy")
        with open(mine) as file:
            self.assertEqual(file.read(), "mine")
        with self.assertRaisesRegex(DpuError, "no name for a file"):
            self.result(b"content", name="a/..").download(self.home)

    def test_a_file_that_ends_too_early_is_an_error(self):
        self.serve(lambda *_: (200, "application/octet-stream", b"", {"Content-Length": "10"}))
        with self.assertRaises(DpuUnreachable):
            self.result(b"content").read()
