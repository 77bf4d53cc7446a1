"""What looks like a secret, and therefore stays here: names and shapes are all that can be judged, so more is taken for one than is.

The DPU keeps the same rules (its ``SecretRules``), because not every client is ours; here they see to it that a secret never leaves the user's host.
"""

import re

_WORDS = ("password", "passwd", "passphrase", "passwort", "passcode", "pwd", "secret", "token", "key", "credential", "cred", "auth", "private",
          "cookie", "session", "signature", "otp", "apikey", "bearer")
_WHOLE_WORDS = {"pass", "pin", "pw", "psk", "salt"}
_TELLING_WORDS = ("password", "passwd", "passphrase", "secret", "token", "credential", "privatekey", "apikey", "bearer")
_TELLING_WHOLE_WORDS = {"pass", "passwd", "pwd", "pw"}
_PREFIXED = re.compile(r"(?:^|[\s\"',;=])(?:ghp_|gho_|github_pat_|glpat-|AKIA|ASIA|xoxb-|xoxp-|sk-|dpu-)[^\s\"',;=]{8,}")
# ``scheme://user:password@host``, and Oracle's ``user/password@database``.
_USER_AND_PASSWORD = re.compile(r"[^\s\"']*[/:][^\s\"']*@")
_RUN = re.compile(r"[A-Za-z0-9+=]{20,}")


def is_secret_name(name):
    """Whether something of this name is likely to be secret."""
    letters = "".join(filter(str.isalpha, name)).lower()
    return any(word in letters for word in _WORDS) or _has_word(name, _WHOLE_WORDS)


def is_secret_value(value):
    """Whether a text is likely to be, or to hold, a secret."""
    letters = "".join(filter(str.isalpha, value)).lower()
    return (any(word in letters for word in _TELLING_WORDS) or "-----BEGIN" in value or _has_word(value, _TELLING_WHOLE_WORDS)
            or _PREFIXED.search(value) is not None or _USER_AND_PASSWORD.search(value) is not None
            or any(_is_random(run) for run in _RUN.findall(value)))


def without_secrets(text):
    """The lines of a configuration that may go along; what goes on below a secret line, indented, and sections of secrets stay as a whole."""
    kept, in_section, below = [], False, False
    for line in text.splitlines():
        indented = line[:1].isspace()
        if line.lstrip().startswith("[") and not (indented and (below or in_section)):
            in_section, below = is_secret_name(line) or is_secret_value(line), False
            if not in_section:
                kept.append(line)
        elif not line.strip():
            kept.append(line)
        elif not in_section and not (below and indented):
            key, mark, value = _parts(line)
            below = is_secret_name(key) or is_secret_value(value) if mark else is_secret_name(line) or is_secret_value(line)
            if not below:
                kept.append(line)
    return "\n".join(kept) + "\n" if "".join(kept).strip() else None


def _parts(line):
    found = re.match(r"([^:=]*[^:=\s][^:=]*)([:=])(.*)", line)
    return found.groups() if found else (line, "", "")


def _has_word(text, words):
    return any(part.lower() in words for part in re.split(r"[^A-Za-z]+", text))


def _is_random(run):
    """A run of letters and digits that nobody would type."""
    upper, lower = re.search("[A-Z]", run), re.search("[a-z]", run)
    return re.search("[0-9]", run) is not None and bool(upper and lower or len(run) >= 32 and (upper or lower))
