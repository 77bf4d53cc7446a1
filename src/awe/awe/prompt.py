"""The prompt: what is said when it starts, and how it shows values and errors."""

import builtins
import sys
import traceback

from .errors import DpuError

_PRIVILEGES = {"mydb": "1 (MyDB)", "project": "2 (Project)", "users": "3 (Users)", "world": "4 (World)"}


def install():
    """Makes an interpreter a prompt of ours: its words, and errors as sentences."""
    sys.ps1 = "awe> "
    sys.ps2 = "     "
    sys.displayhook = show_value
    sys.excepthook = show_error


def show_value(value):
    """Like Python's own, but what a call has printed already is not shown twice."""
    if value is None:
        return
    builtins._ = value
    if getattr(value, "awe_shown", False):
        return
    print(repr(value))


def show_error(kind, error, trace):
    """An error of a DPU is a sentence; others are the user's own and shown whole."""
    if isinstance(error, DpuError):
        print("%s: %s" % (kind.__name__, error), file=sys.stderr)
    elif isinstance(error, KeyboardInterrupt):
        print("KeyboardInterrupt", file=sys.stderr)
    else:
        traceback.print_exception(kind, error, _below_ours(trace))


def _below_ours(trace):
    return trace


def welcome(dpu, environment):
    """What a session begins with."""
    print("Python %s on %s" % (sys.version, sys.platform))
    print()
    print('Type "help", "copyright", "credits" or "license" for more information.')
    print()
    print()
    print("               Welcome to the Astro-WISE Environment")
    print()
    print()
    print("Importing Astro-WISE packages. Please wait...")
    print()
    print("Initializing Distributed Processing Unit...")
    print()
    for line in profile(dpu, environment):
        print(line)
    print(flush=True)


def profile(dpu, environment):
    who, trouble = {}, None
    try:
        who = dpu.whoami()
    except DpuError as error:
        trouble = error
    from .options import privileges
    yield "Current profile:"
    yield "- username : %s" % (who.get("name") or environment.user)
    yield "- database : %s" % (environment.get("database_name") or dpu_place(dpu))
    yield "- project  : %s" % (environment.get("project") or who.get("project") or "common")
    yield "- current privileges : %s" % _PRIVILEGES[privileges(environment.get("privileges")) or who.get("privileges") or "project"]
    if trouble is not None:
        yield ""
        yield str(trouble)


def dpu_place(dpu):
    try:
        return dpu.address.partition("://")[2]
    except DpuError:
        return ""
