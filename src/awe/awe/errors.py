"""What can go wrong between a prompt and its DPU. Each message is a sentence for people."""


class DpuError(Exception):
    """A call to a DPU did not do what was asked."""


class DpuUnreachable(DpuError):
    """The DPU cannot be reached, or the connection broke, or what answers is no DPU.

    ``may_have_arrived`` is true when the request may have been carried out although no answer came.
    """

    def __init__(self, message, may_have_arrived=False):
        super().__init__(message)
        self.may_have_arrived = may_have_arrived


class DpuNotAllowed(DpuError):
    """The DPU wants to know who asks, or does not let them; or this client does not trust who listens at the address."""


class DpuRefused(DpuError):
    """The DPU understood the request and refused it: ``status`` (HTTP), ``code`` (stable, for programs), ``errors``."""

    def __init__(self, message, status=0, code=None, errors=()):
        super().__init__(message)
        self.status = status
        self.code = code
        self.errors = list(errors)

    @property
    def is_temporary(self):
        """True when the same request may succeed later: it is the DPU's state that was wrong, not the request."""
        return self.status >= 500 or self.status == 429
