# SPDX-License-Identifier: Apache-2.0
"""The network of the demo and of ./dev bench handover, in namespaces of its own:

    client ─ A ─┐
      │        router ~ delay ~ gateway ─ server        client inside: 10.1.0.1, server: 10.2.0.1
      └──── B ──┘

Half of the round-trip time lies each way between router and gateway. There is one family outside,
IPv4 or IPv6; inside it is IPv4. The client has one access network, or both while it changes.
"""
import subprocess
import sys
import pathlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "interop"))
import lab  # noqa: E402
from lab import run, within  # noqa: E402

NAMES = ("client", "router", "gateway", "server")
CLIENT, SERVER = "10.1.0.1", "10.2.0.1"
CLIENT_NET, SERVER_NET = "10.1.0.0/24", "10.2.0.0/24"
# Access network -> address of the client, of the router.
ACCESS = {4: {"A": ("192.0.2.1", "192.0.2.254"), "B": ("203.0.113.1", "203.0.113.254")},
          6: {"A": ("2001:db8:a::1", "2001:db8:a::fe"), "B": ("2001:db8:b::1", "2001:db8:b::fe")}}
WAN = {4: ("198.51.100.254", "198.51.100.1"), 6: ("2001:db8:c::fe", "2001:db8:c::1")}
LENGTH = {4: 24, 6: 64}
TABLE = {"A": 101, "B": 102}  # What is sent from an address leaves by its network.


def other(access):
    return "B" if access == "A" else "A"


class Shell:
    """`ip` of a namespace, kept ready for commands: when one comes, no program has to start, which
    would take its time from what is measured."""

    def __init__(self, netns, family):
        self.process = subprocess.Popen(within(netns, "ip", f"-{family}", "-batch", "-"),
                                        stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def do(self, *commands):
        """All at once; what fails is told by close()."""
        self.process.stdin.write("\n".join(commands) + "\n")
        self.process.stdin.flush()

    def close(self):
        _, said = self.process.communicate(timeout=20)
        if self.process.returncode:
            raise AssertionError(f"ip says {said}")


class Network:
    """Up from construction until close(); the client begins in access network A."""

    def __init__(self, delay_program, rtt_ms=0, family=4):
        self.family, self.access, self.delay = family, "A", None
        self.gateway_address = WAN[family][1]
        for name in NAMES:
            run("ip", "netns", "add", name)
            run("ip", "-n", name, "link", "set", "lo", "up")
            run(*within(name, "sh", "-c", "for f in all default; do "
                        "echo 0 > /proc/sys/net/ipv6/conf/$f/accept_dad; "
                        "echo 0 > /proc/sys/net/ipv6/conf/$f/router_solicitations; done"))
        for name in ("router", "gateway"):
            run(*within(name, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward; "
                        "echo 1 > /proc/sys/net/ipv6/conf/all/forwarding"))
        for access in "AB":
            self.veth("client", f"acc{access}", "router", f"r{access}")
            self.ip("router", f"addr add {self.router_address(access)}/{LENGTH[family]} "
                    f"dev r{access}")
            self.ip("client", f"rule add from {self.address(access)} lookup {TABLE[access]}")
        self.make_wan(delay_program, rtt_ms)
        self.veth("gateway", "lan", "server", "eth")
        run("ip", "-n", "gateway", "addr", "add", "10.2.0.254/24", "dev", "lan")
        run("ip", "-n", "server", "addr", "add", f"{SERVER}/24", "dev", "eth")
        run("ip", "-n", "server", "route", "add", "default", "via", "10.2.0.254")
        run("ip", "-n", "client", "addr", "add", f"{CLIENT}/32", "dev", "lo")
        self.ip("client", *self.attaching("A"))

    def make_wan(self, delay_program, rtt_ms):
        if rtt_ms:
            self.delay = subprocess.Popen([str(delay_program), "router:wan", "gateway:wan",
                                           str(rtt_ms / 2)], stdout=subprocess.PIPE, text=True)
            if self.delay.stdout.readline() != "ready\n":
                raise AssertionError(f"{delay_program} does not start")
        else:
            self.veth("router", "wan", "gateway", "wan")
        for name, address in zip(("router", "gateway"), WAN[self.family]):
            self.ip(name, f"addr add {address}/{LENGTH[self.family]} dev wan")
            run("ip", "-n", name, "link", "set", "wan", "up")
        self.ip("gateway", f"route add default via {WAN[self.family][0]} dev wan")

    @staticmethod
    def veth(one, one_name, two, two_name):
        run("ip", "link", "add", "name", one_name, "netns", one, "type", "veth",
            "peer", "name", two_name, "netns", two)
        run("ip", "-n", one, "link", "set", one_name, "up")
        run("ip", "-n", two, "link", "set", two_name, "up")

    def ip(self, netns, *commands):
        """All in one process, so that they follow each other at once."""
        run("ip", "-n", netns, f"-{self.family}", "-batch", "-", input="\n".join(commands) + "\n")

    def address(self, access):
        return ACCESS[self.family][access][0]

    def router_address(self, access):
        return ACCESS[self.family][access][1]

    def attaching(self, access):
        """Commands of `ip` that give the client an address in an access network, and prefer this
        network. The last thing that the kernel tells about it is the default route."""
        address, router = ACCESS[self.family][access]
        route = f"default via {router} dev acc{access} src {address}"
        nodad = " nodad" if self.family == 6 else ""
        return (f"addr add {address}/{LENGTH[self.family]} dev acc{access}{nodad}",
                f"route replace {route} table {TABLE[access]}", f"route replace {route}")

    def detaching(self, access, is_last):
        """Those that take the client's address in an access network away, and what leads there.
        `is_last`: there is no other network."""
        commands = [f"addr del {self.address(access)}/{LENGTH[self.family]} dev acc{access}"]
        if self.family == 6 and is_last:
            # IPv4's goes with its preferred source.
            commands.insert(0, f"route del default dev acc{access}")
        return commands

    def close(self):
        for name in NAMES:
            run("ip", "netns", "del", name)
        if self.delay:
            self.delay.kill()
            self.delay.wait()
