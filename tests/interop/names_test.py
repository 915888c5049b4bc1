# SPDX-License-Identifier: Apache-2.0
"""Peers that the configuration knows by name, looked up in /etc/hosts.

    names_test.py HOLDFASTD [unittest arguments]

strongSwan's charon stands beside: with a name and an address, both take what is written first.
"""
import pathlib
import sys
import unittest

import lab
from lab import Charon, Holdfast, Lab, ping, run

FIRST, SECOND = lab.ADDRESS["b"], "198.51.100.2"


def own_hosts():
    """A hosts file of our own; names that do not stand in it are known to nobody, at once."""
    for name in ("hosts", "resolv.conf"):
        copy = pathlib.Path("/run") / name  # a file system of our own
        copy.write_text("")
        run("mount", "--bind", copy, f"/etc/{name}")


def say(hosts):
    """In place: another file would not be seen through the mount."""
    pathlib.Path("/etc/hosts").write_text("".join(f"{address} {name}\n"
                                                  for name, address in hosts.items()))


class Names(unittest.TestCase):
    def lab(self, remote, kind=Holdfast):
        """Gateway b has two addresses; a goes to `remote`."""
        def prepare(net):
            run("ip", "-n", "b", "addr", "add", f"{SECOND}/24", "dev", "wire")
            for gateway, old, new in ((net.a, f"remote_addrs = {FIRST}", f"remote_addrs = {remote}"),
                                      (net.b, f"local_addrs = {FIRST}",
                                       f"local_addrs = {FIRST}, {SECOND}")):
                conf = gateway.swanctl_dir / "swanctl.conf"
                self.assertIn(old, conf.read_text())
                conf.write_text(conf.read_text().replace(old, new))
        return Lab(kind, Holdfast, prepare=prepare)

    def goes_to(self, net, address):
        net.a.initiate()
        self.assertIn(f"'b.lab' @ {address}[", net.a.sas())
        ping("a")

    def test_a_name_alone(self):
        say({"gw.lab": FIRST})
        with self.lab("gw.lab") as net:
            self.goes_to(net, FIRST)
            ping("b")

    def test_a_name_that_leads_elsewhere_later(self):
        say({"gw.lab": FIRST})
        with self.lab("gw.lab") as net:
            self.goes_to(net, FIRST)
            net.a.swanctl("--terminate", "--ike", "t")
            say({"gw.lab": SECOND})
            self.goes_to(net, SECOND)

    def test_what_is_written_first(self):
        say({"gw.lab": FIRST})
        for kind in (Holdfast, Charon):
            for remote, address in ((f"gw.lab, {SECOND}", FIRST), (f"{SECOND}, gw.lab", SECOND)):
                with self.subTest(kind=kind.__name__, remote=remote), \
                        self.lab(remote, kind) as net:
                    self.goes_to(net, address)

    def test_a_name_that_nobody_knows(self):
        """The address after it is taken; without one it is said which name it was."""
        say({})
        with self.lab(f"nowhere.lab, {FIRST}") as net:
            self.goes_to(net, FIRST)
        with self.lab("nowhere.lab") as net:
            done = net.a.initiate(check=False)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("nowhere.lab", done.stdout + done.stderr)


if __name__ == "__main__":
    lab.enter()
    own_hosts()
    Holdfast.program = sys.argv.pop(1)
    unittest.main(verbosity=2)
