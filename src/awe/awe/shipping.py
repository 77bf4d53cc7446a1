"""Packs a tree of code into an archive that depends on its files alone: the same tree is the same archive, known by its SHA-256."""

import fnmatch
import hashlib
import os
import tempfile
import zipfile

from .errors import DpuError

#: What belongs to tools and not to the code, and what nobody should send along by mistake.
_LEFT_OUT_FOLDERS = {".git", ".hg", ".svn", "CVS", "__pycache__", ".ssh", ".gnupg", ".venv", ".tox", ".mypy_cache", ".pytest_cache"}
_LEFT_OUT_FILES = ("*.pyc", "*.pyo", "*~", ".#*", ".netrc", ".pgpass", ".env", "*.pem", "*.key", "*.p12", "id_rsa*", "id_dsa*", "id_ecdsa*", "id_ed25519*")
_MOMENT = (1980, 1, 1, 0, 0, 0)


class Archive:
    """A tree as one file: ``path``, ``sha256``, ``size`` (bytes), ``files`` (how many). ``close`` removes it."""

    def __init__(self, file, sha256, size, files):
        self.file = file
        self.sha256 = sha256
        self.size = size
        self.files = files

    def close(self):
        self.file.close()

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self.close()


def files_of(tree):
    """The files of a tree that are shipped, as sorted pairs of a name with ``/`` and a path; configuration files like any other."""
    if not os.path.isdir(tree):
        raise DpuError("The code %s (AWEPIPE or send_code) is no directory." % tree)
    real = os.path.realpath(tree)
    found = []
    for folder, folders, names in os.walk(tree, onerror=_unreadable):
        folders[:] = sorted(name for name in folders if name not in _LEFT_OUT_FOLDERS)
        for name in folders:
            if os.path.islink(os.path.join(folder, name)):
                raise DpuError("%s is a link to a folder: code is shipped from one real tree." % os.path.join(folder, name))
        for name in names:
            path = os.path.join(folder, name)
            if any(fnmatch.fnmatch(name, pattern) for pattern in _LEFT_OUT_FILES):
                continue
            if not os.path.isfile(path):
                raise DpuError("%s is no file that could be shipped." % path)
            if os.path.islink(path) and not os.path.realpath(path).startswith(real + os.sep):
                raise DpuError("%s is a link out of the tree: what it points to is not shipped." % path)
            found.append((os.path.relpath(path, tree).replace(os.sep, "/"), path))
    if not found:
        raise DpuError("The tree %s has no files to ship." % tree)
    return sorted(found)


def signature(tree):
    """Changes when a file of the tree does; much cheaper than packing it."""
    marks = []
    for name, path in files_of(tree):
        state = os.stat(path)
        marks.append((name, state.st_size, state.st_mtime_ns, state.st_mode & 0o111))
    return tuple(marks)


def pack(tree):
    """Packs a tree into a temporary file."""
    file = tempfile.TemporaryFile()
    try:
        names = files_of(tree)
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            for name, path in names:
                _add(archive, name, path)
        size = file.tell()
        file.seek(0)
        digest = hashlib.sha256()
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
        file.seek(0)
        return Archive(file, digest.hexdigest(), size, len(names))
    except OSError as error:
        file.close()
        raise DpuError("The code %s cannot be packed: %s" % (tree, error))
    except BaseException:
        file.close()
        raise


def _add(archive, name, path):
    # Neither times nor owners: they would make another archive of the same code.
    entry = zipfile.ZipInfo(name, _MOMENT)
    entry.create_system = 3
    entry.external_attr = (0o100755 if os.access(path, os.X_OK) else 0o100644) << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    with open(path, "rb") as source:
        archive.writestr(entry, source.read())


def _unreadable(error):
    raise DpuError("The code cannot be packed: %s" % error)
