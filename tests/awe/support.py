"""A home directory of a test's own, and a small server that answers as a DPU would."""

import http.server
import json
import os
import shutil
import tempfile
import threading
import unittest

from awe.environment import Environment


class HomeTest(unittest.TestCase):
    """A test with a home directory of its own."""

    def setUp(self):
        self.home = tempfile.mkdtemp(prefix="awe-test-")
        self.addCleanup(shutil.rmtree, self.home)
        self.variables = {"HOME": self.home}
        self.environment = Environment(self.variables)

    def write(self, name, content, mode="w"):
        path = os.path.join(self.home, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, mode) as file:
            file.write(content)
        return path


class FakeDpu:
    """Answers each request with what ``answer(method, path, body, headers)`` returns: status, content type, bytes; or breaks off at None."""

    def __init__(self, answer):
        requests = self.requests = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def handle_any(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                requests.append((self.command, self.path, body, dict(self.headers)))
                found = answer(self.command, self.path, body, dict(self.headers))
                if found is None:
                    self.close_connection = True
                    return
                status, kind, content = found[:3]
                self.send_response(status)
                self.send_header("Content-Type", kind)
                for name, value in (found[3] if len(found) > 3 else {}).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_HEAD = handle_any

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = "http://127.0.0.1:%d" % self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()


def as_json(value, status=200, headers=None):
    return status, "application/json", json.dumps(value).encode(), headers or {}


def problem(status, code, detail):
    return status, "application/problem+json", json.dumps({"title": "Refused", "status": status, "code": code, "detail": detail}).encode(), {}
