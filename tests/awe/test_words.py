"""Options and log lines as they are shown and sent."""

import datetime
import unittest

from awe import logs, options, text
from awe.errors import DpuError

HOT_PIXELS = {"recipe": "HotPixels", "options": [
    {"long": "instrument", "short": "i", "default": None, "required": True},
    {"long": "template", "short": "tpl", "default": None, "required": False},
    {"long": "pars", "short": "p", "default": {}, "required": False},
    {"long": "red_filenames", "short": None, "default": [], "required": False},
    {"long": "commit", "short": "C", "default": False, "required": False}]}


class WordsTest(unittest.TestCase):
    def test_options_are_listed_shorts_first(self):
        self.assertEqual(options.names(HOT_PIXELS), ["i", "tpl", "p", "C", "instrument", "template", "pars", "red_filenames", "commit"])

    def test_options_are_described_in_the_words_of_the_field(self):
        self.assertEqual(list(options.described(HOT_PIXELS)), [
            "Recognized options for the astro.recipes.HotPixels OptionsParser are:", '"i" or "instrument" (default: )',
            '"tpl" or "template" (default: None)', '"p" or "pars" (default: {})', '"red_filenames" (default: [])', '"C" or "commit" (default: False)'])

    def test_values_go_as_json_has_them(self):
        given = {"C": 1, "d": datetime.date(2000, 4, 28), "f": "#842", "none": None, "files": ("a,b", 3), "pars": {"a.b": {"c": 1.5}}}
        self.assertEqual(options.as_json(given), {"C": 1, "d": "2000-04-28", "f": "#842", "files": ["a,b", 3], "pars": {"a.b": {"c": 1.5}}})
        for wrong in (float("nan"), object(), {"a": [complex(1, 2)]}):
            with self.assertRaisesRegex(DpuError, "Option 'x'"):
                options.as_json({"x": wrong})

    def test_a_size_has_a_unit(self):
        self.assertEqual(options.size("dpu_mem", "1.5 GiB"), 3 << 29)
        for wrong in (2000, "much", True):
            with self.assertRaisesRegex(DpuError, "dpu_mem"):
                options.size("dpu_mem", wrong)

    def test_a_line_keeps_a_time_of_its_own_and_steers_no_terminal(self):
        moment = text.parse_time("2026-01-02T03:04:05.678Z").strftime("%H:%M:%S")
        self.assertEqual(logs.line({"time": "2026-01-02T03:04:05.678Z", "text": "Making \x1b[2J"}), moment + " - Making \\x1b[2J")
        self.assertEqual(logs.line({"time": "2026-01-02T03:04:05Z", "text": "12:10:00 - Querying"}), "12:10:00 - Querying")

    def test_the_head_tells_whether_the_job_is_finished(self):
        now = datetime.datetime(2026, 1, 2, 12, 22, 16)
        self.assertEqual(list(logs.head("FINISHED", now)), ["12:22:16 - " + "+" * 44, "12:22:16 - job_status = 0", "12:22:16 - " + "+" * 44])
        self.assertIn("job_status = 1", list(logs.head("RUNNING", now))[1])
