"""The token that says who asks, and whether whoever listens may be sent it."""

import os
import socket
import struct

from . import addresses
from .errors import DpuNotAllowed

_LISTENING = "0A"


def path_for(address, environment):
    """Where a service leaves the token for its own user."""
    return addresses.file_for(address, "tokens", environment)


def login_path_for(address, environment):
    """Where ``dpu login`` keeps a token; it goes before the other one, so that whoever logged in is that user until he logs out."""
    return path_for(address, environment) + ".login"


def read(address, environment):
    """The token for a DPU, or None for a visitor.

    A token never goes over plain HTTP to another host, nor to a program of another user that listens on this one.
    """
    if not environment.home:
        return None
    token = _read(login_path_for(address, environment), address) or _read(path_for(address, environment), address)
    if token is None:
        return None
    if addresses.is_loopback(address):
        _refuse_strangers(address)
    elif not address.startswith("https://"):
        raise DpuNotAllowed("Your token is not sent to %s in plain text: give that DPU's address as https://…" % address)
    return token


def _read(path, address):
    try:
        with open(path, encoding="ascii") as file:
            token = file.read().strip()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise DpuNotAllowed("Your token for %s cannot be read: %s" % (address, error))
    if token and (not token.isprintable() or " " in token):
        raise DpuNotAllowed("%s holds no token: that is one line of letters." % path)
    return token or None


def _refuse_strangers(address):
    """Any user of a host may listen on a loopback port whose service has stopped. The kernel knows whose a listening socket is."""
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for owner in owners(address, _text_of(table)):
            if owner != os.geteuid():
                raise DpuNotAllowed(
                    "The program that listens at %s belongs to another user (uid %d), not to you: your token is not sent to it."
                    % (address, owner))


def owners(address, table):
    """The users whose sockets would accept a connection to the address, by the text of one of the kernel's tables."""
    host, port = addresses.place_of(address)
    for line in table.splitlines()[1:]:
        columns = line.split()
        if len(columns) > 7 and columns[3] == _LISTENING and _accepts(columns[1], host, port):
            yield int(columns[7])


def _accepts(local, host, port):
    digits, _, own_port = local.rpartition(":")
    if int(own_port, 16) != port:
        return False
    listener = _unpack(digits)
    if listener is None or listener in ("0.0.0.0", "::") or host == "localhost":
        return listener is not None
    return host == listener or "::ffff:" + host == listener


def _unpack(digits):
    """The kernel prints each 32-bit word of the address in the byte order of the machine."""
    if len(digits) not in (8, 32):
        return None
    packed = b"".join(struct.pack("=I", int(digits[at:at + 8], 16)) for at in range(0, len(digits), 8))
    return socket.inet_ntop(socket.AF_INET if len(packed) == 4 else socket.AF_INET6, packed)


def _text_of(path):
    try:
        with open(path, encoding="ascii") as file:
            return file.read()
    except OSError:
        # Another system than Linux has no such table, and a kernel without IPv6 no tcp6.
        return ""
