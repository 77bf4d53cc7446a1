"""The user's Environment: ``$HOME/.awe/Environment.cfg``, and the variables that override it.

The file has sections in brackets, then lines ``key : value`` or ``key = value``; comments stand behind ``#`` or ``;`` at the
beginning of a line. Keys are compared without regard to case, and of several lines the last one counts.
"""

import getpass
import os
import re

from . import confidential
from .errors import DpuError

_LINE = re.compile(r"([^#;\[:=][^:=]*)[:=](.*)")
_NAME = re.compile("[A-Za-z_][A-Za-z0-9_]*$")

# What says how programs are found or started, or belongs to the DPU: it refuses or leaves out such variables, so they need not travel.
_RESERVED = re.compile(
    "(DPU_|LD_|DYLD_|LC_|XDG_|BASH|PYTHON|PERL|RUBY|JAVA|NODE_|GIT_|SSH_)|(PATH|HOME|TMPDIR|TMP|TEMP|LANG|LANGUAGE|SHELL|IFS|ENV|AWEPIPE|EDITOR|PAGER)$",
    re.IGNORECASE)


class Environment:
    """The settings of one user, read when they are asked for: a file that is mended is read again."""

    def __init__(self, variables=None):
        self._variables = os.environ if variables is None else variables

    @property
    def home(self):
        """The home directory; empty when HOME is not set."""
        return self._variables.get("HOME", "")

    @property
    def path(self):
        return os.path.join(self.home, ".awe", "Environment.cfg")

    def variable(self, name):
        """An environment variable, or None when it is not set or empty."""
        return self._variables.get(name) or None

    def get(self, key, default=None):
        """The value of a key: a variable of that name (``dpu_name`` or ``DPU_NAME``), else the file's, else the default."""
        return self.variable(key) or self.variable(key.upper()) or self.read().get(key.lower()) or default

    def read(self):
        """What the file says, keys in small letters."""
        values = {}
        for line in (self.text() or "").splitlines():
            found = _LINE.match(line)
            if found:
                values[found.group(1).strip().lower()] = found.group(2).strip()
        return values

    def text(self):
        """The file as it stands, or None when there is none."""
        if not self.home:
            return None
        try:
            with open(self.path, encoding="utf-8") as file:
                return file.read()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise DpuError("The Environment %s cannot be read: %s" % (self.path, error))

    def shareable_text(self):
        """The file without its secrets, as it goes along with a job; None when there is nothing of it."""
        text = self.text()
        return None if text is None else confidential.without_secrets(text)

    def overriding_variables(self):
        """The variables that override lines of the file, whatever their case, and those of the environment itself, ``AWE…``; without secrets."""
        keys = set(self.read())
        return {
            name: value for name, value in sorted(self._variables.items())
            if (name.lower() in keys or name.upper().startswith("AWE")) and _NAME.match(name) and not _RESERVED.match(name)
            and not confidential.is_secret_name(name) and not confidential.is_secret_value(value)}

    @property
    def user(self):
        """Who sits at the prompt: ``database_user``, else the name of the login."""
        return self.get("database_user") or _login()


def _login():
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return str(os.getuid())
