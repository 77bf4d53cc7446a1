"""Whom a token is shown to."""

import os

from awe import tokens
from awe.errors import DpuNotAllowed
from support import HomeTest

HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"


def line(local, state, user):
    return "   0: %s 00000000:0000 %s 00000000:00000000 00:00000000 00000000  %d        0 1 1\n" % (local, state, user)


class TokenTest(HomeTest):
    def token(self, place):
        self.write(".dpu/tokens/" + place, "secret\n")

    def test_it_is_read_for_its_address(self):
        self.token("dpu.example_8470")
        self.assertEqual(tokens.read("https://dpu.example:8470", self.environment), "secret")
        self.assertIsNone(tokens.read("https://other.example:8470", self.environment))

    def test_who_logged_in_is_that_user_until_he_logs_out(self):
        self.token("dpu.example_8470")
        login = self.write(".dpu/tokens/dpu.example_8470.login", "dpu-user:u1:mine\n")
        self.assertEqual(tokens.read("https://dpu.example:8470", self.environment), "dpu-user:u1:mine")
        os.unlink(login)
        self.assertEqual(tokens.read("https://dpu.example:8470", self.environment), "secret")

    def test_it_never_goes_in_plain_text_to_another_host(self):
        self.token("dpu.example_8470")
        with self.assertRaisesRegex(DpuNotAllowed, "plain text"):
            tokens.read("http://dpu.example:8470", self.environment)

    def test_a_file_that_holds_more_than_a_token_is_refused(self):
        self.write(".dpu/tokens/dpu.example_8470", "two words\n")
        with self.assertRaisesRegex(DpuNotAllowed, "no token"):
            tokens.read("https://dpu.example:8470", self.environment)

    def test_the_owner_of_a_listener_is_seen(self):
        table = HEAD + line("0100007F:2116", "0A", 1000) + line("0100007F:2116", "01", 7) + line("0100007F:2117", "0A", 8)
        self.assertEqual(list(tokens.owners("http://127.0.0.1:8470", table)), [1000])
        self.assertEqual(list(tokens.owners("http://localhost:8470", table)), [1000])
        self.assertEqual(list(tokens.owners("http://127.0.0.2:8470", table)), [])
        everywhere = HEAD + line("00000000000000000000000000000000:2116", "0A", 5)
        self.assertEqual(list(tokens.owners("http://127.0.0.1:8470", everywhere)), [5])
