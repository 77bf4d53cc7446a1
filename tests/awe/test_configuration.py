"""The Environment, the list of DPUs, and which one is meant."""

from awe import addresses, hocon
from awe.errors import DpuError
from support import HomeTest


class EnvironmentTest(HomeTest):
    def test_the_last_line_counts_whatever_its_case_and_comments_do_not(self):
        self.write(".awe/Environment.cfg", "[global]\n# dpu_name : none\n; dpu_name = none\ndpu_name : first\nDPU_Name = the : last\n")
        self.assertEqual(self.environment.get("dpu_name"), "the : last")

    def test_a_variable_overrides_the_file(self):
        self.write(".awe/Environment.cfg", "database_user : AWFILE\n")
        self.assertEqual(self.environment.user, "AWFILE")
        self.variables["DATABASE_USER"] = "AWUPPER"
        self.assertEqual(self.environment.user, "AWUPPER")
        self.variables["database_user"] = "AWLOWER"
        self.assertEqual(self.environment.user, "AWLOWER")

    def test_what_goes_along_with_a_job_holds_no_secret(self):
        self.write(".awe/Environment.cfg", "[global]\ndatabase_user : AW\ndatabase_password : hush\n  and more\nAPI_KEY = hush\n"
                   "db = scott/tiger@prod\n# old password: hush\ncolour : red\n[credentials]\nname : hush\n[other]\nn : 1\n")
        self.variables.update(DATABASE_USER="AW2", DATABASE_PASSWORD="hush", colour="blue", OTHER="x", AWEPIPE="/code", awe_mode="fast",
                              N="https://me:hush@host")
        self.assertEqual(self.environment.shareable_text(), "[global]\ndatabase_user : AW\ncolour : red\n[other]\nn : 1\n")
        self.assertEqual(self.environment.overriding_variables(), {"DATABASE_USER": "AW2", "awe_mode": "fast", "colour": "blue"})

    def test_without_a_file_there_is_nothing(self):
        self.assertIsNone(self.environment.shareable_text())
        self.assertEqual(self.environment.overriding_variables(), {})


class HoconTest(HomeTest):
    def test_the_forms_of_a_list_are_read(self):
        text = """
            // the list
            dpus = [
              { name = groningen, url = "https://dpu.example:8470", aliases = [rug, "the \\"big\\" one"] } # ours
              { name : munich
                url : \"\"\"https://m.example\"\"\", ca = ${CA} }
            ]
            more.deep { a = 1, b = two words }
            more.deep.c = true
        """
        read = hocon.parse(text, "f", {"CA": "ab"})
        self.assertEqual(read["dpus"], [
            {"name": "groningen", "url": "https://dpu.example:8470", "aliases": ["rug", 'the "big" one']},
            {"name": "munich", "url": "https://m.example", "ca": "ab"}])
        self.assertEqual(read["more"], {"deep": {"a": "1", "b": "two words", "c": "true"}})

    def test_what_is_not_known_is_an_error_with_its_place(self):
        for text, words in (("a = 1\ninclude \"x\"", "f:2"), ("a += 1", "whole list"), ("a = [1", "']'"), ("a { b = 1", "'}'"),
                            ("a = ${no.such}", "no environment variable"), ("a", "'='"), ("a = \"\\q\"", "no escape"), ("a = $", "f:1")):
            with self.subTest(text), self.assertRaises(DpuError) as caught:
                hocon.parse(text, "f", {})
            self.assertIn(words, str(caught.exception))


class AddressTest(HomeTest):
    def list(self, text):
        self.write(".dpu/client.conf", text)

    def test_a_name_an_alias_and_an_address_are_found(self):
        self.list('dpus = [ { name = groningen, url = "https://dpu.example:8470/", aliases = [rug] } ]')
        for name in ("groningen", "rug"):
            self.assertEqual(addresses.find(name, self.environment), "https://dpu.example:8470")
        self.assertEqual(addresses.find("127.0.0.1:99", self.environment), "http://127.0.0.1:99")
        self.assertEqual(addresses.find("https://[::1]:5", self.environment), "https://[::1]:5")

    def test_an_unknown_name_is_told_with_the_nearest(self):
        self.list('dpus = [ { name = groningen, url = "https://dpu.example:8470" } ]')
        with self.assertRaisesRegex(DpuError, "Did you mean 'groningen'"):
            addresses.find("gronigen", self.environment)
        with self.assertRaisesRegex(DpuError, "no address"):
            addresses.find("ftp://x", self.environment)

    def test_the_default_is_the_embedded_one_unless_said_otherwise(self):
        self.assertEqual(addresses.default_dpu(self.environment), "http://127.0.0.1:8470")
        self.write(".awe/Environment.cfg", "dpu_name : groningen\n")
        self.assertEqual(addresses.default_dpu(self.environment), "groningen")
        self.variables["DPU_NAME"] = "munich"
        self.assertEqual(addresses.default_dpu(self.environment), "munich")

    def test_files_of_an_address_have_the_names_that_the_service_gives_them(self):
        where = addresses.file_for("http://localhost:8470", "tokens", self.environment)
        self.assertTrue(where.endswith("/.dpu/tokens/127.0.0.1_8470"))
        self.assertTrue(addresses.file_for("https://[::1]:5", "ca", self.environment).endswith("/.dpu/ca/__1_5"))
