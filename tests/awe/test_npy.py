"""Arrays and tables without NumPy. The bytes are written here by hand, from the description of the format."""

import io
import struct
import unittest

from awe import npy
from awe.errors import DpuError


def file(descr, shape, data, order="False"):
    head = "{'descr': %s, 'fortran_order': %s, 'shape': %s, }" % (descr, order, shape)
    head = head.ljust(117) + "\n"
    return io.BytesIO(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode("latin-1") + data)


class NpyTest(unittest.TestCase):
    def test_a_plane_is_indexed_by_row_and_column(self):
        plane = npy.read(file("'<f4'", "(2, 3)", struct.pack("<6f", 0, 1, 2, 3, 4, 5)))
        self.assertEqual((plane.shape, len(plane), plane[1, 2], plane[-1][0]), ((2, 3), 2, 5.0, 3.0))
        self.assertEqual(plane.tolist(), [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]])
        with self.assertRaises(IndexError):
            plane[2]

    def test_big_endian_numbers_are_turned(self):
        self.assertEqual(npy.read(file("'>i2'", "(2,)", struct.pack(">2h", 1, -2))).tolist(), [1, -2])

    def test_a_table_has_columns_and_rows(self):
        descr = "[('x', '<f8'), ('n', '<i4', (2,)), ('name', '<U3'), ('flag', '|b1')]"
        data = b"".join(struct.pack("<d2i", x, n, n + 1) + name.ljust(3, "\0").encode("utf-32-le") + bytes([flag])
                        for x, n, name, flag in ((1.5, 1, "a,b", 1), (2.5, 3, "\u03b1", 0)))
        table = npy.read(file(descr, "(2,)", data))
        self.assertEqual((table.names, len(table)), (("x", "n", "name", "flag"), 2))
        self.assertEqual(table["x"], [1.5, 2.5])
        self.assertEqual(table[1], {"x": 2.5, "n": (3, 4), "name": "\u03b1", "flag": False})

    def test_hostile_files_are_refused(self):
        good = file("'<f4'", "(2,)", struct.pack("<2f", 0, 1)).getvalue()
        cases = [b"", good[:-1], good[:20], b"PK" + good[2:], file("'|O'", "(2,)", b"x" * 99).getvalue(),
                 file("'<f4'", "(1000000000000,)", b"").getvalue(), file("__import__('os')", "(1,)", b"").getvalue(),
                 file("'<f4'", "(-1,)", b"").getvalue(), file("'<f4'", "(2,)", b"", "True").getvalue(), file("[('a',)]", "(1,)", b"").getvalue()]
        for case in cases:
            with self.subTest(case[:60]), self.assertRaises(DpuError):
                npy.read(io.BytesIO(case))
