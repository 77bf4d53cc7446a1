"""Products as the prompt gives them, compared with what astropy reads in the same files. Needs NumPy and astropy.

    products.py --make DIRECTORY    writes files of every kind there, with ORIGIN = TEST
    products.py QUERY               compares the files of a query; the address of the DPU is in DPU_NAME

Prints how many arrays, tables and VOTables were the same.
"""

import io
import os
import sys
import tempfile
import warnings

import numpy
from astropy.io import fits
from astropy.io.votable import parse

from awe import dpu, npy

warnings.simplefilter("error")


def make(directory):
    random = numpy.random.default_rng(842)

    def write(name, *hdus):
        hdus[0].header["ORIGIN"] = "TEST"
        fits.HDUList(list(hdus)).writeto(os.path.join(directory, name))

    for kind in ("u1", "i1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8"):
        if kind[0] == "f":
            pixels = random.normal(100, 10, (40, 50)).astype(kind)
            pixels[3, 4] = numpy.nan
        else:
            limits = numpy.iinfo(kind)
            pixels = random.integers(limits.min, limits.max, (40, 50), dtype=kind, endpoint=True)
        write("array-%s.fits" % kind, fits.PrimaryHDU(pixels))
    write("cube.fits.gz", fits.PrimaryHDU(random.normal(size=(3, 4, 5))))
    scaled = fits.ImageHDU(numpy.arange(200, dtype="i2").reshape(10, 20))
    scaled.header["BLANK"] = 7
    scaled.scale("int16", bscale=0.5, bzero=100)
    write("scaled.fits", fits.PrimaryHDU(), scaled)
    rows = 1000
    write("table.fits", fits.PrimaryHDU(), fits.BinTableHDU.from_columns([
        fits.Column("x", "D", unit="deg", array=random.normal(size=rows)),
        fits.Column("flux", "E", unit="W m-2 / um", array=numpy.where(numpy.arange(rows) % 7, random.normal(size=rows), numpy.nan)),
        fits.Column("short", "I", array=random.integers(-30000, 30000, rows)),
        fits.Column("word", "I", bzero=32768, array=random.integers(0, 65535, rows).astype("u2")),
        fits.Column("n", "J", array=random.integers(-9, 9, rows)),
        fits.Column("long", "K", array=random.integers(-2 ** 60, 2 ** 60, rows)),
        fits.Column("byte", "B", array=random.integers(0, 255, rows)),
        fits.Column("flag", "L", array=random.integers(0, 2, rows).astype(bool)),
        fits.Column("vector", "3E", array=random.normal(size=(rows, 3))),
        fits.Column("complex", "C", array=random.normal(size=rows) + 1j),
        fits.Column("name", "12A", array=["<%d & 'co', %s>" % (n % 100, "ab"[n % 2]) for n in range(rows)])]))


def first(path):
    with fits.open(path, memmap=False) as hdus:
        hdu = next(hdu for hdu in hdus if hdu.data is not None)
        # Of a table each column is asked for by itself: only then is it scaled.
        return hdu.data, isinstance(hdu, fits.BinTableHDU)


def same(expected, found, what):
    assert expected.shape == found.shape, (what, expected.shape, found.shape)
    if expected.dtype.kind in "SU":
        assert [str(x).rstrip() for x in expected.ravel()] == [x.decode() for x in found.ravel()], what
    else:
        assert found.dtype == expected.dtype.newbyteorder("="), (what, expected.dtype, found.dtype)
        numpy.testing.assert_array_equal(expected, found, str(what))


def compare(result, counts):
    with tempfile.TemporaryDirectory() as folder:
        expected, is_table = first(result.download(folder))
        found, plain = result.data(), npy.read(io.BytesIO(result.read("npy")))
        if is_table:
            for name in expected.dtype.names:
                same(expected[name], found[name], (result, name))
                assert len(plain[name]) == len(expected), name
            counts["tables"] += 1
            compare_votable(expected, parse(result.download(folder, "votable"), verify="exception").get_first_table().array, counts)
        else:
            same(expected, found, result)
            numpy.testing.assert_array_equal(expected, numpy.array(plain.values).reshape(plain.shape))
            if expected.ndim == 2:
                assert result.png()[:8] == b"\x89PNG\r\n\x1a\n"
            counts["arrays"] += 1


def compare_votable(expected, table, counts):
    assert list(table.dtype.names) == list(expected.dtype.names)
    for name in expected.dtype.names:
        column = numpy.ma.filled(table[name], numpy.nan) if expected[name].dtype.kind == "f" else numpy.ma.getdata(table[name])
        if expected[name].dtype.kind in "SU":
            assert [str(x) for x in column] == [str(x).rstrip() for x in expected[name]], name
        else:
            numpy.testing.assert_array_equal(column, expected[name], name)
    counts["votables"] += 1


if __name__ == "__main__":
    if sys.argv[1] == "--make":
        make(sys.argv[2])
        sys.exit()
    counts = {"arrays": 0, "tables": 0, "votables": 0}
    for found in dpu.find_files(sys.argv[1]):
        compare(found, counts)
    print(" ".join("%s=%d" % pair for pair in sorted(counts.items())))
