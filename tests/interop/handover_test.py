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
from lab import Holdfast, Lab, ping, run, within

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
        return Lab(kind, kind, prepare=self.prepare)

    prepare = None

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


SIX = {"a": "2001:db8:1::1", "b": "2001:db8:2::1"}


class Families(Handover):
    """From IPv4 to IPv6 and back, on the same wire; b has both all the time."""
    test_new_path_first = test_old_path_gone_first = None
    names_both = True

    def prepare(self, net):
        if self.names_both:
            conf = net.a.swanctl_dir / "swanctl.conf"
            conf.write_text(conf.read_text().replace(
                f"remote_addrs = {lab.ADDRESS['b']}",
                f"remote_addrs = {lab.ADDRESS['b']}, {SIX['b']}"))
        for netns, name, address in (("r", "ra", "2001:db8:1::fe"), ("r", "rb", "2001:db8:2::fe"),
                                     ("b", "wire", SIX["b"])):
            run("ip", "-n", netns, "addr", "add", f"{address}/64", "dev", name, "nodad")
        run(*within("r", "sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/all/forwarding"))
        run("ip", "-n", "b", "route", "add", "default", "via", "2001:db8:2::fe")

    @staticmethod
    def add(is_ipv6):
        if is_ipv6:
            run("ip", "-n", "a", "addr", "add", f"{SIX['a']}/64", "dev", "wire", "nodad")
            run("ip", "-n", "a", "route", "replace", "default", "via", "2001:db8:1::fe")
        else:
            run("ip", "-n", "a", "addr", "add", f"{lab.ADDRESS['a']}/24", "dev", "wire")
            run("ip", "-n", "a", "route", "replace", "default", "via", "192.0.2.254")

    @staticmethod
    def drop(is_ipv6):
        run("ip", "-n", "a", "-6" if is_ipv6 else "-4", "addr", "flush", "dev", "wire", "scope",
            "global")

    def at(self, net, is_ipv6):
        """Both ends, at both ends."""
        addresses = SIX if is_ipv6 else lab.ADDRESS
        lab.wait_for(f"the move to {addresses['a']}", 10, lambda: all(
            f"'{name}.lab' @ {addresses[name]}[" in gateway.sas()
            for name in "ab" for gateway in (net.a, net.b)))

    def judge(self, card, keeps_old):
        """a knows both addresses of b from its configuration."""
        self.card = card
        with self.lab() as net:
            net.a.initiate()
            spis = net.a.spis()
            self.at(net, False)
            for is_ipv6 in (True, False, True, False):
                if keeps_old:
                    self.add(is_ipv6)
                self.drop(not is_ipv6)
                if not keeps_old:
                    self.add(is_ipv6)
                self.at(net, is_ipv6)
                ping("a")
                ping("b", size=1300)
            self.assertEqual(net.a.spis(), spis, "the same SAs")

    def test_new_family_first(self):
        self.judge("soft:", True)

    def test_old_family_gone_first(self):
        self.judge("soft:", False)

    def test_in_rtl(self):
        self.judge("verilated:", False)

    def test_an_address_that_b_told(self):
        """Its update to another address of IPv4 is answered with b's address of IPv6."""
        self.names_both = False
        with self.lab() as net:
            net.a.initiate()
            spis = net.a.spis()
            access = Access()
            access.add()
            access.prefer_second()
            self.moved(net, SECOND)
            access.drop()
            self.drop(False)
            self.add(True)
            self.at(net, True)
            ping("a")
            self.assertEqual(net.a.spis(), spis, "the same SAs")


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
