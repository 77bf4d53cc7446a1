"""What looks like a secret."""

import unittest

from awe import confidential


class ConfidentialTest(unittest.TestCase):
    def test_names(self):
        for name in ("database_password", "API-KEY", "authTicket", "my_pin", "pw", "SessionId"):
            self.assertTrue(confidential.is_secret_name(name), name)
        for name in ("database_user", "dpu_name", "spinning", "compass", "project"):
            self.assertFalse(confidential.is_secret_name(name), name)

    def test_values(self):
        for value in ("https://me:hush@host/x", "scott/tiger@prod", "-----BEGIN X", "x ghp_0123456789abcdef", "aB3dE5fG7hI9jK1lM3nO5", "my password is hush",
                      "0123456789abcdef0123456789abcdef"):
            self.assertTrue(confidential.is_secret_value(value), value)
        for value in ("/home/me/tree", "me@host", "2000-04-28", "db.astro.rug.astro-wise.org", "AVeryLongWordWithoutDigits", "https://dpu.example:8470"):
            self.assertFalse(confidential.is_secret_value(value), value)
