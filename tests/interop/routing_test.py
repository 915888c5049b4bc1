# SPDX-License-Identifier: Apache-2.0
"""Interop: Debian's FRR runs OSPF and RIP through the tunnel; packets follow the routes they bring.

    routing_test.py HOLDFASTD [unittest arguments]

The daemon installs no routes here (`routing { install = no }`), its child protects everything, and
FRR at both ends sees holdfast0 as a point-to-point link.
"""
import pathlib
import subprocess
import sys
import unittest

import lab
from lab import Holdfast, Lab, ping, run, within

FRR = pathlib.Path("/usr/lib/frr")
LINK = {"a": "10.255.0.1", "b": "10.255.0.2"}
OTHER = {"a": "b", "b": "a"}

OSPF = """
interface holdfast0
 ip ospf network point-to-point
 ip ospf dead-interval minimal hello-multiplier 5
 ip ospf mtu-ignore
router ospf
 ospf router-id {own}
 timers throttle spf 10 50 500
 timers throttle lsa all 0
 timers lsa min-arrival 0
 network {own}/32 area 0
 network {peer}/32 area 0
 network {inner}/32 area 0
"""
RIP = """
router rip
 version 2
 timers basic 5 15 10
 network holdfast0
 network lo
"""


def allow_group_frrvty():
    """FRR wants to be in that group; here there is no user but root."""
    copy = pathlib.Path("/run/group")  # a file system of our own
    kept = [line for line in pathlib.Path("/etc/group").read_text().splitlines()
            if not line.startswith("frrvty:")]
    copy.write_text("\n".join([*kept, "frrvty:x:0:root", ""]))
    run("mount", "--bind", copy, "/etc/group")
    pathlib.Path("/run/frr").mkdir()


class Router:
    """zebra and one routing daemon of FRR in the namespace of a gateway."""

    def __init__(self, gateway, daemon, conf):
        self.folder = gateway.folder / "frr"
        self.folder.mkdir()
        self.name = gateway.name
        (self.folder / "zebra.conf").write_text("")
        (self.folder / f"{daemon}.conf").write_text(conf.format(
            own=LINK[self.name], peer=LINK[OTHER[self.name]], inner=lab.INNER[self.name]))
        self.processes = []
        for program in ("zebra", daemon):
            self.start(program)

    def start(self, program):
        with open(self.folder / f"{program}.out", "w") as out:
            self.processes.append(subprocess.Popen(within(
                self.name, FRR / program, "-u", "root", "-g", "root", "-f",
                self.folder / f"{program}.conf", "-i", self.folder / f"{program}.pid", "-z",
                self.folder / "zserv.api", "--vty_socket", self.folder, "--log",
                f"file:{self.folder / program}.log", "-A", "127.0.0.1"), stdout=out, stderr=out))
        lab.wait_for(program, 20, lambda: (self.folder / f"{program}.vty").exists())

    def logs(self):
        files = [*self.folder.glob("*.log"), *self.folder.glob("*.out")]
        return "".join(f"---- {path.name} of {self.name}\n{path.read_text()[-2000:]}"
                       for path in sorted(files))

    def stop(self):
        for process in reversed(self.processes):
            process.terminate()
            process.wait(20)


def routes(name, protocol):
    return run("ip", "-n", name, "route", "show", "proto", protocol).stdout


class Routing(unittest.TestCase):
    def judge(self, daemon, protocol, conf, card="soft:"):
        class Routed(Holdfast):
            pass
        Routed.card = card

        def protect_everything(net):
            for gateway in (net.a, net.b):
                path = gateway.swanctl_dir / "swanctl.conf"
                text = path.read_text()
                for network in lab.NETS.values():
                    text = text.replace(network, "0.0.0.0/0")
                path.write_text(text + "holdfast { routing { install = no } }\n")

        with Lab(Routed, Routed, prepare=protect_everything) as net:
            for name, own in LINK.items():
                run("ip", "-n", name, "addr", "add", own, "peer", LINK[OTHER[name]], "dev",
                    "holdfast0")
            net.a.initiate()
            self.assertEqual(routes("a", protocol), "")
            routers = [Router(gateway, daemon, conf) for gateway in (net.a, net.b)]
            try:
                for name in "ab":
                    lab.wait_for(f"a route by {protocol}", 60,
                                 lambda: f"{lab.INNER[OTHER[name]]} " in routes(name, protocol))
                    self.assertIn("dev holdfast0", routes(name, protocol))
                ping("a")
                ping("b", size=1300)
                # The connection goes, and with it the neighbour and the route.
                net.a.swanctl("--terminate", "--ike", "t")
                if protocol == "ospf":
                    lab.wait_for("the route to go", 60, lambda: not routes("a", protocol))
            except BaseException:
                for router in routers:
                    print(router.logs())
                raise
            finally:
                for router in routers:
                    router.stop()

    def test_ospf(self):
        self.judge("ospfd", "ospf", OSPF)

    def test_rip(self):
        self.judge("ripd", "rip", RIP)

    def test_ospf_through_the_rtl(self):
        self.judge("ospfd", "ospf", OSPF, card="verilated:")


if __name__ == "__main__":
    lab.enter()
    allow_group_frrvty()
    Holdfast.program = sys.argv.pop(1)
    unittest.main(verbosity=2)
