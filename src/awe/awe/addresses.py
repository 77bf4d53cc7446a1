"""Which DPU is meant: a name of the list ``~/.dpu/client.conf``, or an address; and the key of its authority."""

import difflib
import os
import re
from urllib.parse import urlsplit

from . import hocon
from .errors import DpuError

#: Where an embedded DPU listens unless told otherwise.
DEFAULT = "http://127.0.0.1:8470"


class KnownDpu:
    """A DPU of the user's list."""

    def __init__(self, name, url, aliases=(), ca=None):
        self.name = name
        self.url = url
        self.aliases = list(aliases)
        self.ca = ca

    def is_called(self, name):
        return name == self.name or name in self.aliases


def known_dpus(environment):
    """The DPUs of the user's list in its order; none when there is no list."""
    path = list_path(environment)
    if not environment.home:
        return []
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except (FileNotFoundError, NotADirectoryError):
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise DpuError("The list of DPUs %s cannot be read: %s" % (path, error))
    entries = hocon.parse(text, path, os.environ).get("dpus", [])
    if not isinstance(entries, list):
        raise DpuError("%s: 'dpus' is a list such as [ { name = groningen, url = \"https://host:8470\" } ]" % path)
    return [_entry(entry, path) for entry in entries]


def list_path(environment):
    return os.path.join(environment.home, ".dpu", "client.conf")


def default_dpu(environment):
    """What is used when nothing was selected: ``DPU_NAME``, else ``dpu_name`` of the Environment, else the embedded one."""
    return environment.get("dpu_name", DEFAULT)


def find(text, environment):
    """The address that a name or a written address stands for."""
    address = parse_address(text)
    if address is not None:
        return address
    if "://" in text:
        raise DpuError("'%s' is no address of a DPU: write http://host:port or https://host:port." % text)
    known = known_dpus(environment)
    for dpu in known:
        if dpu.is_called(text):
            return dpu.url
    names = [name for dpu in known for name in [dpu.name] + dpu.aliases]
    near = difflib.get_close_matches(text, names, 1)
    if near:
        hint = "Did you mean '%s'?" % near[0]
    elif names:
        hint = "Known are: %s." % ", ".join(names)
    else:
        hint = "List it under 'dpus' in %s, or give an address such as http://host:8470." % list_path(environment)
    raise DpuError("There is no DPU called '%s'. %s" % (text, hint))


def parse_address(text):
    """``http://host:port`` of a written address, ``host:port`` included; None when it is a name."""
    written = text if "://" in text or ":" not in text else "http://" + text
    try:
        parts = urlsplit(written)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    host = "[%s]" % parts.hostname if ":" in parts.hostname else parts.hostname
    return "%s://%s%s" % (parts.scheme, host, "" if port is None else ":%d" % port)


def place_of(address):
    """Host and port; the port that the scheme has where none is written."""
    parts = urlsplit(address)
    return parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)


def file_for(address, folder, environment):
    """Where something about an address is kept: ``~/.dpu/<folder>/<host>_<port>``. ``localhost`` and ``127.0.0.1`` share one."""
    host, port = place_of(address)
    host = "127.0.0.1" if host == "localhost" else host
    return os.path.join(environment.home, ".dpu", folder, "%s_%d" % (re.sub(r"[^A-Za-z0-9.-]", "_", host), port))


def is_loopback(address):
    host = place_of(address)[0]
    return host in ("localhost", "::1") or re.match(r"127\.\d+\.\d+\.\d+$", host) is not None


def _entry(entry, path):
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
        raise DpuError("%s: an entry of dpus is an object such as { name = groningen, url = \"https://host:8470\" }" % path)
    url = parse_address(entry.get("url", ""))
    if url is None:
        raise DpuError("%s: the url of %s is '%s'; expected an address such as https://host:8470" % (path, entry["name"], entry.get("url", "")))
    return KnownDpu(entry["name"], url, entry.get("aliases", []), entry.get("ca") or None)
