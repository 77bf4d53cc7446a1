"""The Astro-WISE prompt of a DPU: ``from awe import dpu``.

``dpu`` is a :class:`Processor`; it asks nothing of its DPU before the first call.
"""

from .errors import DpuError, DpuNotAllowed, DpuRefused, DpuUnreachable
from .processor import Processor

__all__ = ["DpuError", "DpuNotAllowed", "DpuRefused", "DpuUnreachable", "Processor", "dpu"]

dpu = Processor()
