# SPDX-License-Identifier: Apache-2.0
"""The address of one end moves while probes run both ways; the connection stays.

    handover_test.py HOLDFASTD [unittest arguments]
"""
import json
import pathlib
import subprocess
import sys
import time
import unittest

import lab
from lab import Holdfast, Lab, run, within

PROBES = pathlib.Path(__file__).with_name("probes.py")
SECOND = "203.0.113.1"


class Probes:
    """Runs at both ends at once."""

    def __init__(self, rate, seconds):
        self.running = {
            name: subprocess.Popen(within(name, sys.executable, str(PROBES), lab.INNER[name],
                                          lab.INNER["b" if name == "a" else "a"], str(rate),
                                          str(seconds)), stdout=subprocess.PIPE, text=True)
            for name in "ab"}

    def results(self):
        """Direction -> (sent, lost, doubled, longest gap in seconds), judged at the receiver."""
        said = {name: json.loads(process.communicate(timeout=60)[0])
                for name, process in self.running.items()}
        found = {}
        for sender, receiver in (("a", "b"), ("b", "a")):
            sent = said[sender]["sent"]
            got = said[receiver]["received"]
            numbers = [number for _, number in got]
            times = [stamp for stamp, _ in got]
            gap = max((later - earlier for earlier, later in zip(times, times[1:])), default=None)
            found[f"{sender}->{receiver}"] = (sent, sent - len(set(numbers)),
                                              len(numbers) - len(set(numbers)), gap)
        return found


class Access:
    """A second access network for gateway a, at the same router."""

    def __init__(self):
        lab.Network.link("a", "other", SECOND, "r", "rc", "203.0.113.254")
        self.drop()

    @staticmethod
    def ip(*arguments):
        run("ip", "-n", "a", *arguments)

    def add(self):
        self.ip("addr", "add", f"{SECOND}/24", "dev", "other")

    def drop(self):
        self.ip("addr", "flush", "dev", "other", "scope", "global")

    def prefer_second(self):
        self.ip("route", "replace", "default", "via", "203.0.113.254", "src", SECOND)

    def prefer_first(self):
        self.ip("route", "replace", "default", "via", "192.0.2.254", "src", lab.ADDRESS["a"])


class Handover(unittest.TestCase):
    card, rate = "soft:", 500

    def lab(self):
        kind = type("Ours", (Holdfast,), {"card": self.card})
        return Lab(kind, kind)

    def moved(self, net, address):
        lab.wait_for(f"the move to {address}", 10,
                     lambda: f"'a.lab' @ {address}" in net.b.sas() and
                     f"'a.lab' @ {address}" in net.a.sas())

    def test_new_path_first(self):
        with self.lab() as net:
            net.a.initiate()
            access = Access()
            spis = net.a.spis()
            probes = Probes(self.rate, 4)
            time.sleep(1.5)
            access.add()
            access.prefer_second()
            self.moved(net, SECOND)
            time.sleep(0.5)
            access.prefer_first()
            self.moved(net, lab.ADDRESS["a"])
            results = probes.results()
            print(self.card, "new path first:", results)
            self.assertEqual(net.a.spis(), spis, "the same SAs")
            for direction, (sent, lost, doubled, _) in results.items():
                self.assertGreater(sent, self.rate * 3)
                self.assertEqual((lost, doubled), (0, 0), direction)

    def test_old_path_gone_first(self):
        with self.lab() as net:
            net.a.initiate()
            access = Access()
            spis = net.a.spis()
            probes = Probes(self.rate, 4)
            time.sleep(1.5)
            self.drop_first()
            time.sleep(0.2)
            access.add()
            access.prefer_second()
            self.moved(net, SECOND)
            results = probes.results()
            print(self.card, "old path gone first:", results)
            self.assertEqual(net.a.spis(), spis, "the same SAs")
            for direction, (sent, lost, doubled, gap) in results.items():
                self.assertGreater(lost, 0, "nothing reached anybody while there was no address")
                self.assertLess(lost, sent / 2, direction)
                self.assertEqual(doubled, 0, direction)

    @staticmethod
    def drop_first():
        run("ip", "-n", "a", "addr", "del", f"{lab.ADDRESS['a']}/24", "dev", "wire")


class FallBack(unittest.TestCase):
    def test_a_peer_without_updates_is_negotiated_with_anew(self):
        """A peer without address updates: strongSwan."""
        with Lab(Holdfast, lab.Charon) as net:
            net.a.initiate()
            access = Access()
            spis = net.a.spis()
            Handover.drop_first()
            access.add()
            access.prefer_second()
            lab.wait_for("a new connection", 30, lambda: net.a.spis() and
                         not set(spis) & set(net.a.spis()))
            lab.ping("a")


class HandoverInRtl(Handover):
    card, rate = "verilated:", 50


if __name__ == "__main__":
    lab.enter()
    Holdfast.program = sys.argv.pop(1)
    unittest.main(verbosity=2)
