"""The HTTP API of one DPU: requests, refusals as exceptions, streams of events, waits between tries."""

import base64
import binascii
import hashlib
import http.client
import json
import random
import socket
import ssl
import time
from urllib.parse import quote, urlencode

from . import addresses, tokens, trust
from .errors import DpuNotAllowed, DpuRefused, DpuUnreachable

#: Seconds: to connect, for an answer to begin, without a sign of life on a stream.
CONNECT_TIMEOUT = 10
ANSWER_TIMEOUT = 100
SILENCE_LIMIT = 90
#: Seconds for which a submission whose answer was lost is repeated, and a broken stream is asked for again.
SUBMIT_PATIENCE = 60
WATCH_PATIENCE = 600


class Api:
    """Speaks to the DPU at one address. Each request has a connection of its own, so that it may be used by several threads."""

    def __init__(self, address, environment):
        self.address = address
        self._environment = environment
        self._trust = None

    def get(self, path, query=None, at_most=None):
        """The JSON at a path; lists that come in pages are read to their end, or until there are enough."""
        answer, headers = self._json("GET", path + _query(query))
        while isinstance(answer, list) and _next_of(headers) is not None and (at_most is None or len(answer) < at_most):
            page, headers = self._json("GET", _next_of(headers))
            answer.extend(page)
        return answer

    def post(self, path, body, key=None):
        """Sends JSON and returns the JSON of the answer."""
        return self._json("POST", path, json.dumps(body).encode("utf-8"), {} if key is None else {"Idempotency-Key": key})[0]

    def submit(self, path, body, key, note):
        """Like ``post``, once however often it takes: when the answer is lost, the request is repeated under the same key."""
        waits = None
        while True:
            try:
                return self.post(path, body, key)
            except (DpuUnreachable, DpuNotAllowed, DpuRefused) as error:
                lost = isinstance(error, DpuUnreachable) and error.may_have_arrived
                passes = not isinstance(error, DpuRefused) or error.is_temporary
                if not (lost if waits is None else passes):
                    raise
                if waits is None:
                    note("%s Trying again." % error)
                    waits = backoff(SUBMIT_PATIENCE)
                if next(waits, None) is None:
                    raise DpuUnreachable("%s Whether it was accepted is not known: dpu.get_jobids() will tell." % error, True)

    def send(self, method, path, body=None, headers=None, timeout=ANSWER_TIMEOUT):
        """Sends a request and returns the answer, open for reading; refusals are raised."""
        with _translated(self.address):
            connection = self._connect(timeout)
            try:
                token = tokens.read(self.address, self._environment)
                all_headers = dict(headers or {}, Accept="*/*", Connection="close")
                if token is not None:
                    all_headers["Authorization"] = "Bearer " + token
                if body is not None:
                    all_headers.setdefault("Content-Type", "application/json; charset=utf-8")
                connection.request(method, path if path.startswith("/api/") else "/api/v1" + path, body, all_headers)
                answer = connection.getresponse()
                if answer.status >= 400:
                    self._raise(answer, answer.read(65536), token is not None)
                return answer
            except BaseException:
                connection.close()
                raise

    def has(self, path):
        """Whether there is something at a path."""
        # Not HEAD, whose refusals have no words.
        try:
            self.send("GET", path).close()
            return True
        except DpuRefused as refusal:
            if refusal.status == 404:
                return False
            raise

    def put(self, path, file, size):
        """Sends a file's bytes."""
        self.send("PUT", path, file, {"Content-Type": "application/zip", "Content-Length": str(size)}).close()

    def download(self, path, file, note):
        """Copies the bytes at a path into a file that can be rewound; a broken connection is made again, and goes on where it broke.

        Returns their SHA-256, and the one that the DPU told (None when it did not).
        """
        digest, received, tag, waits = hashlib.sha256(), 0, None, None
        while True:
            headers = {"Range": "bytes=%d-" % received, "If-Range": tag} if received else {}
            try:
                with self.send("GET", path, headers=headers, timeout=SILENCE_LIMIT) as answer:
                    if received and answer.status != 206:
                        # It is another file by now: from the beginning.
                        file.seek(0)
                        file.truncate()
                        digest, received = hashlib.sha256(), 0
                    tag = answer.getheader("ETag")
                    for block in iter(lambda: self._block(answer), b""):
                        file.write(block)
                        digest.update(block)
                        received, waits = received + len(block), None
                    if not answer.length:
                        return digest.hexdigest(), _digest_of(answer)
                lost = DpuUnreachable("The connection to the DPU at %s broke in the middle of a file." % self.address, True)
            except DpuUnreachable as error:
                lost = error
            if tag is None or not received:
                raise lost
            if waits is None:
                note("%s Trying again." % lost)
                waits = backoff(SUBMIT_PATIENCE)
            if next(waits, None) is None:
                raise lost

    def lines(self, path, query=None):
        """The JSON lines at a path, as they come."""
        with _translated(self.address):
            with self.send("GET", path + _query(query), timeout=SILENCE_LIMIT) as answer:
                for line in answer:
                    if line.strip():
                        yield _parse(line, self.address)

    def events(self, path, query=None):
        """The server-sent events at a path as pairs of a name and JSON, until the stream ends or breaks."""
        with _translated(self.address):
            with self.send("GET", path + _query(query), timeout=SILENCE_LIMIT) as answer:
                if not (answer.getheader("Content-Type") or "").startswith("text/event-stream"):
                    raise _not_a_dpu(self.address)
                name, data = "message", []
                for line in answer:
                    text = line.decode("utf-8").rstrip("\r\n")
                    field, _, value = text.partition(":")
                    value = value[1:] if value.startswith(" ") else value
                    if text == "" and data:
                        yield name, _parse("\n".join(data), self.address)
                    if text == "":
                        name, data = "message", []
                    elif field == "event":
                        name = value
                    elif field == "data":
                        data.append(value)

    def follow(self, path, is_last, note):
        """The events at a path until one is the last, also over lost connections and restarts of the DPU."""
        waits = None
        while True:
            lost = None
            try:
                for name, data in self.events(path):
                    waits = None
                    yield name, data
                    if is_last(name, data):
                        return
            except (DpuUnreachable, DpuRefused, DpuNotAllowed) as error:
                if isinstance(error, DpuRefused) and not error.is_temporary:
                    raise
                lost = error
            lost = lost or DpuUnreachable("The DPU at %s ended the stream too early." % self.address)
            if waits is None:
                note("%s Trying again." % lost)
                waits = backoff(WATCH_PATIENCE)
            if next(waits, None) is None:
                raise lost

    def _json(self, method, path, body=None, headers=None):
        with _translated(self.address):
            with self.send(method, path, body, headers) as answer:
                return _parse(answer.read(), self.address), answer.headers

    def _block(self, answer):
        with _translated(self.address):
            return answer.read(1 << 18)

    def _connect(self, timeout):
        host, port = addresses.place_of(self.address)
        connection = http.client.HTTPConnection(host, port, timeout=CONNECT_TIMEOUT)
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.address.startswith("https://"):
            if self._trust is None:
                self._trust = trust.Trust(self.address, trust.pin_for(self.address, self._environment))
            try:
                connection.sock = self._trust.context(CONNECT_TIMEOUT).wrap_socket(connection.sock, server_hostname=host)
            except ssl.SSLError:
                self._trust.forget()
                raise
        connection.sock.settimeout(timeout)
        return connection

    def _raise(self, answer, body, had_token):
        problem = None
        if "json" in (answer.getheader("Content-Type") or ""):
            try:
                problem = json.loads(body.decode("utf-8"))
            except ValueError:
                pass
        if not isinstance(problem, dict) or "title" not in problem:
            if answer.status in (404, 405):
                raise _not_a_dpu(self.address)
            problem = {"title": "The DPU answered %d %s" % (answer.status, answer.reason)}
        sentence = problem.get("detail") or problem["title"]
        if answer.status in (401, 403):
            if not had_token:
                sentence = "%s. You are a visitor there: no token of yours was found in %s; 'dpu login' makes one." % (
                    sentence.rstrip("."), tokens.path_for(self.address, self._environment))
            raise DpuNotAllowed(sentence)
        raise DpuRefused(sentence, answer.status, problem.get("code"), problem.get("errors") or [])


def backoff(patience):
    """Waits between tries: from 0.1 s, doubling up to 5 s, each shortened by up to half, until the patience is used up."""
    end = time.monotonic() + patience
    wait = 0.1
    while time.monotonic() < end:
        time.sleep(wait * (1 - random.random() / 2))
        yield wait
        wait = min(wait * 2, 5)


def part(text):
    """A text as one part of a path."""
    return quote(str(text), safe="")


class _translated:
    """What the transport throws becomes an exception of ours."""

    def __init__(self, address):
        self._address = address

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        place = "the DPU at " + self._address
        if isinstance(error, ConnectionRefusedError):
            raise DpuUnreachable("No DPU is listening at %s. Start one with 'dpu serve' or 'dpu demo', or select another." % self._address) from None
        if isinstance(error, socket.gaierror):
            raise DpuUnreachable("The host %s of the DPU is not known to this machine." % addresses.place_of(self._address)[0]) from None
        if isinstance(error, ssl.SSLCertVerificationError):
            raise DpuUnreachable(
                "The DPU at %s is not believed: %s. If it has an authority of its own, its key, as 'dpu serve' shows it, belongs into "
                "~/.dpu/ca/, or to 'ca' in your list of DPUs." % (self._address, error.verify_message)) from None
        if isinstance(error, socket.timeout):
            raise DpuUnreachable("The DPU at %s did not answer in time." % self._address, True) from None
        if isinstance(error, (OSError, http.client.HTTPException)):
            raise DpuUnreachable("The connection to %s broke: %s" % (place, error or type(error).__name__), True) from None
        return False


def _digest_of(answer):
    """The SHA-256 of ``Repr-Digest`` (RFC 9530) in hexadecimal; None when the answer does not tell it."""
    told = answer.getheader("Repr-Digest") or ""
    if not told.startswith("sha-256=:") or not told.endswith(":"):
        return None
    try:
        return base64.b64decode(told[9:-1], validate=True).hex()
    except binascii.Error:
        return None


def _parse(text, address):
    try:
        return json.loads(text if isinstance(text, str) else text.decode("utf-8"))
    except ValueError:
        raise _not_a_dpu(address)


def _not_a_dpu(address):
    return DpuUnreachable("What answers at %s is not a DPU (or one of another version)." % address)


def _query(query):
    return "?" + urlencode(query, doseq=True) if query else ""


def _next_of(headers):
    """The address of the next page, of a ``Link`` header; only within the API."""
    for link in (headers.get("Link") or "").split(","):
        target, _, rest = link.strip().partition(">")
        if 'rel="next"' in rest.replace(" ", "") and target.startswith("</api/"):
            return target[1:]
    return None
