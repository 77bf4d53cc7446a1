"""``python3 -m awe``: the prompt. ``python3 -m awe FILE [ARG…]`` and ``-c CODE [ARG…]`` run a program with ``dpu`` ready."""

import os
import runpy
import sys

from awe import DpuError, DpuNotAllowed, DpuRefused, DpuUnreachable, Processor, dpu
from awe import prompt as _prompt
from awe.environment import Environment as _Environment


def _run(arguments):
    sys.argv = arguments
    try:
        if arguments[0] == "-c":
            exec(compile(arguments[1], "<command>", "exec"), {"__name__": "__main__", "dpu": dpu})
        else:
            sys.path.insert(0, os.path.dirname(os.path.abspath(arguments[0])))
            runpy.run_path(arguments[0], init_globals={"dpu": dpu}, run_name="__main__")
    except DpuError as error:
        print("awe: %s" % error, file=sys.stderr)
        sys.exit(1)


if len(sys.argv) > 1 and (sys.argv[1] != "-c" or len(sys.argv) > 2):
    _run(sys.argv[1:])
elif len(sys.argv) > 1:
    sys.exit("awe: behind -c stands the code to run.")
elif not sys.flags.interactive:
    # The interpreter itself is the prompt, with its history and its completion.
    os.execv(sys.executable, [sys.executable, "-i", "-m", "awe"])
else:
    _prompt.install()
    _prompt.welcome(dpu, _Environment())
