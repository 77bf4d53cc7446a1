"""Which servers are believed over TLS: those that the system's roots answer for, or the one whose own authority has a pinned key.

A pin is the SHA-256 of the authority's public key (DER, SubjectPublicKeyInfo), as ``dpu serve`` shows it: in
``~/.dpu/ca/<host>_<port>``, or as ``ca`` in the list of DPUs. With a pin, the system's roots and the server's name do not count.
"""

import hashlib
import re
import socket
import ssl

from . import addresses
from .errors import DpuNotAllowed, DpuUnreachable

# OpenSSL's X509_V_FLAG_PARTIAL_CHAIN, which the ssl module names since Python 3.10.
_PARTIAL_CHAIN = 0x80000

_HANDSHAKE = 22
_CERTIFICATE = 11
_HANDSHAKE_LENGTH_MAX = 1 << 20


def pin_for(address, environment):
    """The pin of the DPU at an address, or None where the system's roots decide."""
    if not environment.home:
        return None
    path = addresses.file_for(address, "ca", environment)
    try:
        with open(path, encoding="ascii") as file:
            pin = file.read().strip()
    except (FileNotFoundError, NotADirectoryError):
        pin = next((dpu.ca for dpu in addresses.known_dpus(environment) if dpu.url == address and dpu.ca), None)
    except (OSError, UnicodeDecodeError) as error:
        raise DpuNotAllowed("Whom to believe at %s cannot be read: %s" % (address, error))
    if pin and not re.match(r"[0-9a-f]{64}$", pin):
        raise DpuNotAllowed(
            "The pin of %s (%s or 'ca' in your list of DPUs) is no SHA-256 of an authority's public key: that has 64 hexadecimal letters, small ones."
            % (address, path))
    return pin or None


class Trust:
    """Makes TLS contexts for one DPU. The authority's certificate is fetched once, and believed for its key only."""

    def __init__(self, address, pin):
        self._address = address
        self._pin = pin
        self._context = None

    def context(self, timeout):
        """A context that lets only the right server through."""
        if self._context is None:
            self._context = ssl.create_default_context() if self._pin is None else self._pinned(timeout)
        return self._context

    def forget(self):
        """The next context is made anew: the server may have another certificate now."""
        self._context = None

    def _pinned(self, timeout):
        chain = _chain_of(addresses.place_of(self._address), timeout)
        # Behind the server's own certificate: that one is no authority.
        authority = next((der for der in chain[1:] if public_key_sha256(der) == self._pin), None)
        if authority is None:
            raise DpuNotAllowed(
                "The certificate of %s was not issued by the authority that you know it by: this is another DPU, or somebody in between, "
                "or the DPU's authority was made anew." % self._address)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_REQUIRED
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        # The only root, whether or not it was issued by another one: signatures, times and uses are checked up to it when the connection is made.
        context.verify_flags |= _PARTIAL_CHAIN
        context.load_verify_locations(cadata=ssl.DER_cert_to_PEM_cert(authority))
        return context


def public_key_sha256(certificate):
    """What a pin is made of: SHA-256 of the SubjectPublicKeyInfo of a certificate in DER."""
    try:
        return hashlib.sha256(_public_key(certificate)).hexdigest()
    except (IndexError, ValueError):
        raise DpuNotAllowed("The server shows a certificate that is none.")


def _public_key(certificate):
    """Certificate ::= { tbs { [0] version OPTIONAL, serial, algorithm, issuer, validity, subject, subjectPublicKeyInfo, … }, … }."""
    at, _ = _inside(certificate, 0)
    at, _ = _inside(certificate, at)
    if certificate[at] == 0xA0:
        at = _end(certificate, at)
    for _ in range(5):
        at = _end(certificate, at)
    return certificate[at:_end(certificate, at)]


def _inside(der, at):
    """Begin and end of an element's content."""
    length = der[at + 1]
    start = at + 2
    if length >= 0x80:
        count = length & 0x7F
        length = int.from_bytes(der[start:start + count], "big")
        start += count
    if start + length > len(der):
        raise ValueError("an element ends behind its certificate")
    return start, start + length


def _end(der, at):
    return _inside(der, at)[1]


def _chain_of(place, timeout):
    """The certificates that a server shows, unverified. Up to TLS 1.2 they are sent in the clear; Python's ssl tells nothing but the first."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    outgoing = ssl.MemoryBIO()
    hello = context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname=None if _is_number(place[0]) else place[0])
    try:
        hello.do_handshake()
    except ssl.SSLWantReadError:
        pass
    with socket.create_connection(place, timeout) as connection:
        connection.sendall(outgoing.read())
        with connection.makefile("rb") as stream:
            return _certificates(stream)


def _certificates(stream):
    messages = b""
    while len(messages) < 4 or messages[0] != _CERTIFICATE or len(messages) < 4 + int.from_bytes(messages[1:4], "big"):
        if len(messages) >= 4 and messages[0] != _CERTIFICATE and len(messages) >= 4 + int.from_bytes(messages[1:4], "big"):
            messages = messages[4 + int.from_bytes(messages[1:4], "big"):]
            continue
        head = stream.read(5)
        if len(head) < 5 or head[0] != _HANDSHAKE or len(messages) > _HANDSHAKE_LENGTH_MAX:
            raise DpuUnreachable("What answers does not speak TLS as a DPU does.")
        messages += stream.read(int.from_bytes(head[3:5], "big"))
    body = messages[7:4 + int.from_bytes(messages[1:4], "big")]
    chain = []
    while len(body) > 3:
        length = int.from_bytes(body[:3], "big")
        chain.append(body[3:3 + length])
        body = body[3 + length:]
    return chain


def _is_number(host):
    return ":" in host or re.match(r"[0-9.]+$", host) is not None
