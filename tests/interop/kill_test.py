# SPDX-License-Identifier: Apache-2.0
"""kill -9 at random moments: of Main Mode, Quick Mode, traffic, renewals and reloads. What the next
start finds must be put in order, and meanwhile nothing may leave in clear.

    kill_test.py HOLDFASTD HOLDFAST_CARD [unittest arguments]

HOLDFAST_SEED sets the moments; each is printed.
"""
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest

import lab
import linked_card
from card_stop_test import Linked
from flow import Flow
from lab import Holdfast, Lab, run, within
from proxy import ETH_P_IP, Proxy, in_namespace

TABLE = "18502"
NUM_ROUNDS = 2


class FromItsFile(Linked):
    """With connections of its own file, as on a machine that starts; its card stays when it dies."""

    def launch(self):
        self.process_of_card = getattr(self, "process_of_card", None) or \
            linked_card.Card(self.folder, self.kind)
        self.spawn(self.program, "--config", self.swanctl_dir / "swanctl.conf", "--card",
                   f"link:{self.process_of_card.path}", "--vici", f"unix://{self.folder}/vici")

    def start(self):
        self.mark = len(self.log())
        self.launch()
        return self

    def says(self, text, seconds=20):
        """Waits for a line of the log since the last start; looks often, to be there in time."""
        for _ in range(seconds * 1000):
            if text in self.log()[self.mark:]:
                return
            if self.process.poll() is not None:
                raise AssertionError(f"gateway {self.name} ended:\n{self.log()[self.mark:]}")
            time.sleep(0.001)
        raise AssertionError(f"waited in vain for '{text}' in:\n{self.log()[self.mark:]}")


class Wire:
    """IPv4 packets with an inner address that cross the router: on any of its wires, either way."""

    def __init__(self):
        self.packets, self.clear = 0, []
        self.sock = in_namespace("r", lambda: socket.socket(
            socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_IP)))
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self.sock.settimeout(0.1)
        self.is_ending = False
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        inner = [socket.inet_aton(address) for address in lab.INNER.values()]
        while not self.is_ending:
            try:
                packet = self.sock.recv(64)
            except TimeoutError:
                continue
            self.packets += 1
            if packet[12:16] in inner or packet[16:20] in inner:
                self.clear.append(packet.hex())

    def stop(self):
        self.is_ending = True
        self.thread.join()
        self.sock.close()


def begin_and_protect(net):
    """a begins by itself; b protects what is a's, also while a is not there."""
    for gateway, action in ((net.a, "start"), (net.b, "trap")):
        conf = gateway.swanctl_dir / "swanctl.conf"
        conf.write_text(conf.read_text().replace("    esp_proposals",
                                                 f"    start_action = {action}\n    esp_proposals"))


class Messages:
    """ISAKMP messages at the router: each takes its time, so that a moment between two can be met."""
    LONG = 0.03

    def __init__(self):
        self.left, self.came = 0, threading.Event()

    def wait_for(self, number):
        """Until so many more have come; then there are LONG seconds to the next."""
        self.came.clear()
        self.left = number
        return self.came

    def decide(self, packet):
        if not packet.ike:
            return [(0, packet)]
        self.left -= 1
        if self.left == 0:
            self.came.set()
        return [(self.LONG, packet)]


class Kill(unittest.TestCase):
    def setUp(self):
        seed = int(os.environ.get("HOLDFAST_SEED", random.randrange(1 << 32)))
        print(f"HOLDFAST_SEED={seed}", flush=True)
        self.random = random.Random(seed)
        self.messages = Messages()

    def wait_a_while(self, most):
        wait = self.random.uniform(0, most)
        time.sleep(wait)
        return f"{1000 * wait:.1f} ms later"

    # Each makes a moment of its kind, in a gateway that is up, and returns its description.

    def at_message(self, first, last, begin):
        number = self.random.randint(first, last)
        came = self.messages.wait_for(number)
        begin()
        self.assertTrue(came.wait(20), f"message {number}")
        return f"message {number}, {self.wait_a_while(Messages.LONG)}"

    def in_main_mode(self, gateway):
        return self.at_message(1, 6, lambda: self.start_again(gateway))

    def in_quick_mode(self, gateway):
        return self.at_message(7, 9, lambda: self.start_again(gateway))

    @staticmethod
    def start_again(gateway):
        gateway.stop(signal.SIGKILL)
        gateway.start()

    def rekey(self, gateway, *what):
        """Its answer is not waited for: the daemon is killed before."""
        process = subprocess.Popen(within(gateway.name, "swanctl", "--rekey", *what,
                                          "--uri", f"unix://{gateway.folder}/vici"), env=gateway.environment,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(process.wait, 20)

    def in_rekey_of_the_child(self, gateway):
        return self.at_message(1, 3, lambda: self.rekey(gateway, "--child", "net"))

    def in_renewal_of_the_isakmp_sa(self, gateway):
        return self.at_message(1, 7, lambda: self.rekey(gateway, "--ike", "t"))

    def in_traffic(self, _):
        return self.wait_a_while(0.5)

    def in_reload(self, gateway):
        conf = gateway.swanctl_dir / "swanctl.conf"
        conf.write_text(conf.read_text() + "# changed\n")
        gateway.process.send_signal(signal.SIGHUP)
        return self.wait_a_while(0.003)

    def check_what_is_left(self, gateway):
        """Right after the kill: no interface, no way into the clear, no key in the card."""
        netns = gateway.name
        self.assertNotIn("holdfast", run("ip", "-n", netns, "-br", "link").stdout)
        route = run("ip", "-n", netns, "route", "get", lab.INNER["b"], check=False)
        self.assertIn("No route to host", route.stdout + route.stderr)
        with gateway.process_of_card.client() as sock:
            self.assertEqual(linked_card.rows_with_an_sa(sock), 0)

    def check_order(self, gateway):
        """After a start nothing is there twice."""
        netns = gateway.name
        self.assertEqual(run("ip", "-n", netns, "rule").stdout.count(f"lookup {TABLE}"), 1)
        routes = run("ip", "-n", netns, "route", "show", "table", TABLE).stdout.splitlines()
        self.assertEqual(sorted(route.split()[0] for route in routes), ["10.2.0.0/16", "unreachable"])
        self.assertIn("ESTABLISHED", gateway.sas())
        self.assertEqual(len(re.findall("INSTALLED", gateway.sas())), 1)

    def test_at_random_moments(self):
        moments = [self.in_main_mode, self.in_quick_mode, self.in_traffic,
                   self.in_rekey_of_the_child, self.in_renewal_of_the_isakmp_sa,
                   self.in_reload] * NUM_ROUNDS
        self.random.shuffle(moments)
        with Lab(FromItsFile, Holdfast, prepare=begin_and_protect) as net:
            net.a.says("child net up")
            for gateway, peer in ((net.a, "b"), (net.b, "a")):  # from now on, and for good
                lab.wait_for("the route", 10, lambda: "holdfast0" in run(
                    "ip", "-n", gateway.name, "route", "get", lab.INNER[peer]).stdout)
            wire = Wire()
            with Proxy(decide=self.messages.decide), Flow() as flow:
                for moment in moments:
                    when = moment(net.a)
                    net.a.stop(signal.SIGKILL)
                    killed = time.monotonic()
                    self.check_what_is_left(net.a)
                    net.a.start()
                    net.a.says("child net up")
                    back = flow.wait_until_back(killed, 60)
                    print(f"killed {moment.__name__}, {when}: "
                          f"packets run again after {back:.2f} s", flush=True)
                    self.check_order(net.a)
                self.assertEqual(flow.doubled(), 0)
            self.assertEqual(wire.clear, [])
            self.assertGreater(wire.packets, 1000)
            # It would have seen them: a clean stop takes everything away.
            net.a.stop()
            run(*within("a", "ping", "-c", "1", "-W", "1", "-I", lab.INNER["a"], lab.INNER["b"]),
                check=False)
            lab.wait_for("a packet in clear", 10, lambda: wire.clear)
            self.assertEqual(run("ip", "-n", "a", "route", "show", "table", TABLE, check=False)
                             .stdout, "")
            wire.stop()


if __name__ == "__main__":
    lab.enter()
    Holdfast.program = sys.argv.pop(1)
    linked_card.Card.program = sys.argv.pop(1)
    unittest.main(verbosity=2)
