"""What jobs made: files of the DPU's store, to be copied, or read as arrays and tables."""

import hashlib
import io
import os
import tempfile

from . import api, npy, text
from .errors import DpuError

#: What a product can be had as, and the end of its name then.
FORMATS = {None: None, "raw": None, "fits": ".fits", "votable": ".vot", "npy": ".npy", "png": ".png"}


class Result:
    """One file that a job made. Its bytes are fetched when they are asked for."""

    def __init__(self, record, connection):
        self._api = connection
        self.id = record["id"]
        self.name = record["name"]
        self.type = record["type"]
        self.size = record["sizeBytes"]
        self.sha256 = record["sha256"]
        self.metadata = dict(record["metadata"])
        self.task = record.get("task")
        self.main = record.get("main", True)
        self.committed = record.get("committed", False)
        #: Where it is on the DPU's own host.
        self.path = record["path"]

    def download(self, directory=".", format=None):
        """Copies it into a directory and returns the copy's path; ``format`` is ``fits``, ``votable``, ``npy`` or ``png``.

        It appears under its name when all bytes are there and their checksum is right. What is there already is not fetched
        again; what is there and different is never overwritten.
        """
        ending = _ending(format)
        target = os.path.join(os.path.abspath(os.fspath(directory)), self._plain_name(ending))
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if ending is None and _is_there(target, self.sha256):
            return target
        handle, temporary = tempfile.mkstemp(prefix=".", suffix=".part", dir=os.path.dirname(target))
        try:
            with os.fdopen(handle, "wb") as file:
                sha256 = self._copy(file, format)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(temporary, 0o666 & ~_umask())
            # In another form its checksum is known only now.
            if not _is_there(target, sha256):
                os.link(temporary, target)
        except FileExistsError:
            raise DpuError("%s is there already: it is not overwritten." % target)
        except OSError as error:
            raise DpuError("%s cannot be written: %s" % (target, error))
        finally:
            os.unlink(temporary)
        return target

    def read(self, format=None):
        """Its bytes."""
        buffer = io.BytesIO()
        self._copy(buffer, format)
        return buffer.getvalue()

    def data(self):
        """Its image as an array, or its table: NumPy's own where NumPy is there (see :mod:`awe.npy` for where it is not)."""
        return npy.load(io.BytesIO(self.read("npy")), self.name)

    def png(self):
        """A look at it, as the bytes of a PNG."""
        return self.read("png")

    def __repr__(self):
        return "<%s %s, %s>" % (text.visible(self.type), text.visible(self.name), text.size_text(self.size))

    def _cells(self):
        shown = ", ".join("%s=%s" % (key, self.metadata[key]) for key in sorted(self.metadata)[:6])
        return [self.name, self.type, text.size_text(self.size), self.task or "", shown]

    def _repr_html_(self):
        return ResultList([self])._repr_html_()

    def _copy(self, file, format):
        """Fetches the bytes into a file, checks them, and returns their checksum."""
        path = "/files/%s/content%s" % (api.part(self.id), "" if _ending(format) is None else "?format=" + format)
        sha256, told = self._api.download(path, file, _quiet)
        if sha256 != (self.sha256 if _ending(format) is None else told or sha256):
            raise DpuError("The copy of %s has another checksum than the DPU says: it is not kept." % self.name)
        return sha256

    def _plain_name(self, ending):
        """The name without folders: a catalog must not choose where on this machine it writes."""
        name = os.path.basename(self.name)
        if name in ("", ".", "..") or "\0" in name:
            raise DpuError("File %s is called '%s', which is no name for a file." % (self.id, text.visible(self.name)))
        if ending is None or name.endswith(ending):
            return name
        stem = name[:-3] if name.endswith(".gz") else name
        return os.path.splitext(stem)[0] + ending


class ResultList(list):
    """Results; a table in a notebook."""

    def download(self, directory=".", format=None):
        """Copies each into a directory and returns the copies' paths."""
        return [result.download(directory, format) for result in self]

    def _repr_html_(self):
        return text.table(["Name", "Type", "Size", "Made by", "Metadata"], [result._cells() for result in self])


def _ending(format):
    if format not in FORMATS:
        raise DpuError("There is no format %r: use %s." % (format, ", ".join(repr(name) for name in FORMATS if name)))
    return FORMATS[format]


def _is_there(target, sha256):
    if not os.path.exists(target):
        return False
    if _sha256_of(target) == sha256:
        return True
    raise DpuError("%s is there already and is another file: it is not overwritten." % target)


def _quiet(_):
    """A download that goes on by itself needs no word."""


def _sha256_of(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask
