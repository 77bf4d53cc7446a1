"""The archive of a tree of code."""

import os
import zipfile

from awe import options, shipping
from awe.errors import DpuError
from support import HomeTest


class ShippingTest(HomeTest):
    def tree(self):
        self.write("tree/astro/ReadNoise.py", "x = 1\n")
        self.write("tree/astro/Config.cfg", "[a]\n")
        os.chmod(self.write("tree/bin/run, it", "#!/bin/sh\n"), 0o755)
        return os.path.join(self.home, "tree")

    def test_the_same_tree_is_the_same_archive(self):
        tree = self.tree()
        with shipping.pack(tree) as first:
            os.utime(os.path.join(tree, "astro", "ReadNoise.py"), (1, 1))
            with shipping.pack(tree) as second:
                self.assertEqual(first.sha256, second.sha256)
        self.write("tree/astro/ReadNoise.py", "x = 2\n")
        with shipping.pack(tree) as third:
            self.assertNotEqual(first.sha256, third.sha256)

    def test_configuration_goes_along_and_what_is_no_code_does_not(self):
        tree = self.tree()
        for name in (".git/config", "astro/__pycache__/ReadNoise.pyc", ".netrc", "host.pem", ".ssh/config"):
            self.write("tree/" + name, "x")
        with shipping.pack(tree) as archive, zipfile.ZipFile(archive.file) as opened:
            self.assertEqual(opened.namelist(), ["astro/Config.cfg", "astro/ReadNoise.py", "bin/run, it"])
            self.assertEqual([info.external_attr >> 16 for info in opened.infolist()], [0o100644, 0o100644, 0o100755])

    def test_links_out_of_the_tree_are_refused_by_name(self):
        tree = self.tree()
        os.symlink(self.write("outside", "x"), os.path.join(tree, "inside"))
        with self.assertRaisesRegex(DpuError, "inside"):
            shipping.pack(tree)

    def test_which_tree_is_shipped(self):
        self.assertEqual(options.code_directory(None, "/a"), "/a")
        self.assertIsNone(options.code_directory(None, None))
        self.assertIsNone(options.code_directory(False, "/a"))
        self.assertEqual(options.code_directory("/b", "/a"), "/b")
        with self.assertRaisesRegex(DpuError, "AWEPIPE"):
            options.code_directory(True, None)
