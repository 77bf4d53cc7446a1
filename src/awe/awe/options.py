"""Options of recipes and of ``run`` itself: as they are sent, and as they are shown."""

import datetime
import math
import os

from . import text
from .errors import DpuError

_PRIVILEGES = {"1": "mydb", "2": "project", "3": "users", "4": "world"}


def shown(sequence, given):
    """The call as the field prints it: ``ReadNoise, instrument= , i=WFI , c=ccd50``."""
    listed = " , ".join("%s=%s" % pair for pair in given.items())
    return sequence + (", " + listed if listed else "")


def as_json(given):
    """The options as JSON has them; None means "not given"."""
    return {name: _value(name, value) for name, value in given.items() if value is not None}


def names(step):
    """Short names, then long ones."""
    listed = step["options"]
    return [option["short"] for option in listed if option.get("short")] + [option["long"] for option in listed]


def described(step):
    """The options with their defaults, in the words of the field."""
    yield "Recognized options for the astro.recipes.%s OptionsParser are:" % step["recipe"]
    for option in step["options"]:
        name = '"%s"' % option["long"]
        if option.get("short"):
            name = '"%s" or %s' % (option["short"], name)
        yield "%s (default: %s)" % (name, _default(option))


def seconds(name, value):
    if value is not None and (isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < math.inf):
        raise DpuError("%s is a number of seconds, not %r." % (name, value))
    return value


def whole_seconds(estimate):
    """An estimate is never shown as less than it is."""
    return math.ceil(estimate)


def size(name, value):
    try:
        return None if value is None else text.parse_size(value, name)
    except ValueError as error:
        raise DpuError("%s." % error)


def privileges(value):
    """The word for privileges; their numbers are understood too."""
    if value is None:
        return None
    word = _PRIVILEGES.get(str(value).split()[0] if str(value).split() else "", str(value).lower())
    if word not in _PRIVILEGES.values():
        raise DpuError("Privileges are %s (1 to 4), not %r." % (", ".join(_PRIVILEGES.values()), value))
    return word


def code_directory(send_code, awepipe):
    """Which tree is shipped; None for none."""
    if send_code is False or send_code == 0:
        return None
    if send_code is None:
        return awepipe
    if send_code is True or send_code == 1:
        if awepipe is None:
            raise DpuError("send_code=True ships the tree that the variable AWEPIPE names, which is not set.")
        return awepipe
    try:
        return os.fspath(send_code)
    except TypeError:
        raise DpuError("send_code is a directory, True or False, not %r." % (send_code,))


def _value(name, value):
    # NumPy's numbers, without knowing NumPy.
    if hasattr(value, "item") and getattr(value, "shape", None) == ():
        value = value.item()
    if isinstance(value, (datetime.date, datetime.datetime)):
        return value.isoformat()[:10]
    if isinstance(value, float) and not math.isfinite(value):
        raise DpuError("Option '%s' cannot be %r." % (name, value))
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    if isinstance(value, dict):
        return {str(key): _value(name, item) for key, item in value.items()}
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, (list, tuple, set, frozenset)) or hasattr(value, "tolist"):
        return [_value(name, item) for item in (value.tolist() if hasattr(value, "tolist") else value)]
    raise DpuError("Option '%s' cannot be %r: give a text, a number, True or False, a list or a dictionary." % (name, value))


def _default(option):
    value = option.get("default")
    if value is None:
        # What has to be given has no default.
        return "" if option.get("required") else "None"
    return value if isinstance(value, str) else str(value)
