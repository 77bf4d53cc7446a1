"""The user's Environment: ``$HOME/.awe/Environment.cfg``, and the variables that override it.

The file has sections in brackets, then lines ``key : value`` or ``key = value``; comments stand behind ``#`` or ``;`` at the
beginning of a line. Keys are compared without regard to case, and of several lines the last one counts.
"""

import getpass
import os
import re

from .errors import DpuError

_LINE = re.compile(r"([^#;\[:=][^:=]*)[:=](.*)")
_SECRET = re.compile("passw|passphrase|secret|token|credential|private|key", re.IGNORECASE)


def is_secret_name(name):
    """Whether something of this name is for nobody else to see: it is never sent along with a job."""
    return _SECRET.search(name) is not None


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
        """The file without its secrets, as it goes along with a job; None when there is none."""
        text = self.text()
        if text is None:
            return None
        return "".join(line for line in text.splitlines(True) if not _is_secret_line(line))

    def overriding_variables(self):
        """The variables that override lines of the file, by the key's name in the file's spelling; without secrets."""
        found = {}
        for key in sorted(self.read()):
            for name in (key.upper(), key):
                if self.variable(name) is not None and not is_secret_name(key):
                    found[name] = self.variable(name)
        return found

    @property
    def user(self):
        """Who sits at the prompt: ``database_user``, else the name of the login."""
        return self.get("database_user") or _login()


def _is_secret_line(line):
    found = _LINE.match(line)
    return found is not None and is_secret_name(found.group(1))


def _login():
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return str(os.getuid())
