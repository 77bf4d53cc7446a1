"""Reads NumPy's ``.npy`` files, with NumPy where it is there, and without it.

Without NumPy an array is an :class:`Array` (its shape, and its values as an ``array.array`` in row-major order) and a table is a
:class:`Table` (columns by name, rows as tuples). Only what a DPU writes is read: no Fortran order, no Python objects, ever.
"""

import array
import ast
import struct
import sys

from .errors import DpuError

_MAGIC = b"\x93NUMPY"
_HEADER_LENGTH_MAX = 1 << 20
_CODES = {"i1": "b", "u1": "B", "i2": "h", "u2": "H", "i4": "i", "u4": "I", "i8": "q", "u8": "Q", "f4": "f", "f8": "d"}


def load(file, name="the file"):
    """An array or a table: NumPy's own where NumPy can be imported, else :class:`Array` or :class:`Table`."""
    try:
        import numpy
    except ImportError:
        return read(file, name)
    return numpy.load(file, allow_pickle=False)


def read(file, name="the file"):
    """The same without NumPy."""
    descr, shape = _head(file, name)
    if isinstance(descr, str):
        return Array(shape, _values(file, _code(descr, name), _count(shape), descr, name))
    if len(shape) != 1:
        raise DpuError("%s holds a table of %d dimensions, where there should be one." % (name, len(shape)))
    return _table(file, [_Field(entry, name) for entry in descr], shape[0], name)


class Array:
    """Numbers in rows: ``shape`` and ``values``; ``a[y, x]`` and ``a[y]`` (a row) work for planes."""

    def __init__(self, shape, values):
        self.shape = tuple(shape)
        self.values = values

    def __len__(self):
        return self.shape[0] if self.shape else 0

    def __getitem__(self, index):
        indices = index if isinstance(index, tuple) else (index,)
        if len(indices) > len(self.shape):
            raise IndexError("%d indices for %d dimensions" % (len(indices), len(self.shape)))
        at, rest = 0, self.shape
        for number in indices:
            length, rest = rest[0], rest[1:]
            if not -length <= number < length:
                raise IndexError("%d is outside of 0 to %d" % (number, length - 1))
            at = at * length + number % length
        size = _count(rest)
        return Array(rest, self.values[at * size:(at + 1) * size]) if rest else self.values[at]

    def __iter__(self):
        return (self[number] for number in range(len(self)))

    def tolist(self):
        return [row.tolist() for row in self] if len(self.shape) > 1 else list(self.values)

    def __repr__(self):
        return "<array of %s>" % " x ".join(map(str, self.shape))


class Table:
    """Columns of equal length: ``names``, ``t['x']`` (a column), ``t[0]`` (a row as a dictionary)."""

    def __init__(self, names, columns):
        self.names = tuple(names)
        self._columns = columns

    def __len__(self):
        return len(self._columns[0]) if self._columns else 0

    def __getitem__(self, key):
        if isinstance(key, str):
            if key not in self.names:
                raise KeyError("%s; there are %s" % (key, ", ".join(self.names)))
            return self._columns[self.names.index(key)]
        return dict(zip(self.names, (column[key] for column in self._columns)))

    def __iter__(self):
        return (self[number] for number in range(len(self)))

    def __repr__(self):
        return "<table of %d rows: %s>" % (len(self), ", ".join(self.names))


class _Field:
    """One column of a structured type: its name, how many values a row has, and how one is unpacked."""

    def __init__(self, entry, name):
        try:
            self.name, descr = entry[0], entry[1]
            self.shape = tuple(entry[2]) if len(entry) > 2 else ()
            self.order, self.kind, self.size = descr[0], descr[1], int(descr[2:])
        except (TypeError, IndexError, ValueError):
            raise DpuError("%s has a column that is not understood: %r" % (name, entry))
        if not isinstance(self.name, str) or self.kind not in "iufcbUSV" or self.kind in "iuf" and descr[1:] not in _CODES or self.kind == "c" and self.size not in (8, 16):
            raise DpuError("%s has a column that is not understood: %r" % (name, entry))
        self.bytes = _count(self.shape) * self.size * (4 if self.kind == "U" else 1)

    def unpack(self, data):
        if self.kind == "U":
            one = data.decode("utf-32-be" if self.order == ">" else "utf-32-le").rstrip("\0")
            return one
        if self.kind == "S":
            return data.rstrip(b"\0")
        if self.kind == "V":
            return data
        if self.kind == "c":
            parts = struct.unpack("%s%d%s" % (">" if self.order == ">" else "<", 2 * _count(self.shape), "f" if self.size == 8 else "d"), data)
            values = tuple(complex(*pair) for pair in zip(parts[::2], parts[1::2]))
            return values if self.shape else values[0]
        code = "?" if self.kind == "b" else _CODES["%s%d" % (self.kind, self.size)]
        values = struct.unpack("%s%d%s" % (">" if self.order == ">" else "<", _count(self.shape), code), data)
        return values if self.shape else values[0]


def _table(file, fields, rows, name):
    columns = [[] for _ in fields]
    length = sum(field.bytes for field in fields)
    for _ in range(rows):
        row, at = _exactly(file, length, name), 0
        for field, column in zip(fields, columns):
            column.append(field.unpack(row[at:at + field.bytes]))
            at += field.bytes
    return Table([field.name for field in fields], columns)


def _head(file, name):
    magic = _exactly(file, 8, name)
    if magic[:6] != _MAGIC or magic[6] not in (1, 2, 3):
        raise DpuError("%s is no .npy file." % name)
    width = 2 if magic[6] == 1 else 4
    length = int.from_bytes(_exactly(file, width, name), "little")
    if length > _HEADER_LENGTH_MAX:
        raise DpuError("%s has a header of %d bytes, which no array needs." % (name, length))
    try:
        head = ast.literal_eval(_exactly(file, length, name).decode("latin-1" if magic[6] < 3 else "utf-8").strip())
        descr, shape = head["descr"], head["shape"]
        if head["fortran_order"] or not all(isinstance(axis, int) and axis >= 0 for axis in shape):
            raise ValueError
    except (ValueError, SyntaxError, KeyError, TypeError):
        raise DpuError("The header of %s is not understood." % name)
    return descr, shape


def _values(file, code, count, descr, name):
    values = array.array(code)
    # In parts: a header that lies about its length must not make us allocate it.
    while len(values) < count:
        values.frombytes(_exactly(file, min(count - len(values), 1 << 20) * values.itemsize, name))
    if descr[0] in "<>" and (descr[0] == "<") != (sys.byteorder == "little"):
        values.byteswap()
    return values


def _code(descr, name):
    if descr[1:] == "b1":
        return "B"
    if descr[1:] not in _CODES:
        raise DpuError("%s holds values of the type %s, which is not read here." % (name, descr))
    return _CODES[descr[1:]]


def _count(shape):
    count = 1
    for axis in shape:
        count *= axis
    return count


def _exactly(file, length, name):
    data = file.read(length)
    if len(data) != length:
        raise DpuError("%s ends too early." % name)
    return data
