# SPDX-License-Identifier: Apache-2.0
"""Interop: holdfastd and strongSwan's charon, each as initiator and as responder.

    daemon_test.py HOLDFASTD [unittest arguments]
"""
import sys
import unittest

import lab
from lab import Charon, Holdfast, Lab, ping, run, within


class Pairs(unittest.TestCase):
    """Each way round: who initiates, who answers."""

    def up_and_ping(self, first, second, **more):
        with Lab(first, second, **more) as net:
            net.a.initiate()
            ping("a")
            ping("b", size=1300)
            self.assertIn("ESTABLISHED", net.a.sas())
            self.assertIn("ESTABLISHED", net.b.sas())
            net.a.swanctl("--terminate", "--ike", "t")
            lab.wait_for("the other end to forget", 10, lambda: "ESTABLISHED" not in net.b.sas())

    def test_groups_and_suites(self):
        for group, esp in (("modp2048", "aes128gcm16"), ("ecp256", "aes256gcm16"),
                           ("curve25519", "aes256gcm16-curve25519"),
                           ("modp3072", "aes192gcm16-modp2048")):
            for first, second in ((Holdfast, Charon), (Charon, Holdfast)):
                with self.subTest(group=group, esp=esp, initiator=first.__name__):
                    self.up_and_ping(first, second, proposals=f"aes256-sha256-{group}", esp=esp)

    def test_two_of_ours(self):
        self.up_and_ping(Holdfast, Holdfast)


if __name__ == "__main__":
    lab.enter()
    Holdfast.program = sys.argv.pop(1)
    unittest.main(verbosity=2)
