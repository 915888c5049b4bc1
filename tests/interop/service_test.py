# SPDX-License-Identifier: Apache-2.0
"""Interop: holdfastd as systemd runs it: notifications, capabilities, system calls; the unit file.

    service_test.py HOLDFASTD BUILD_FOLDER [unittest arguments]

No systemd runs here: the daemon gets the socket, the watchdog and the capabilities that the unit
file names, and strace lists its system calls, which must all be among those of the unit file.
"""
import os
import pathlib
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

import lab
from lab import Holdfast, Lab, ping, run

WATCHDOG_US = 400_000
UNIT = pathlib.Path(__file__).parents[2] / "host/app/systemd/holdfastd.service.in"


def settings(key):
    """Values of a setting of the unit file, in its order."""
    return re.findall(f"^{key}=(.*)$", UNIT.read_text(), re.MULTILINE)


def allowed_system_calls():
    """SystemCallFilter of the unit file, as systemd understands it."""
    def members(name):
        if not name.startswith("@"):
            return {name}
        listed = run("systemd-analyze", "--no-pager", "syscall-filter", name).stdout
        words = re.findall(r"^    ([@\w-]+)$", listed, re.MULTILINE)
        return set().union(*(members(word) for word in words))
    allowed = members("@default")
    for value in settings("SystemCallFilter"):
        named = set().union(*(members(word) for word in value.lstrip("~").split()))
        allowed = allowed - named if value.startswith("~") else allowed | named
    return allowed


class Service(Holdfast):
    """With the capabilities, the notification socket and the watchdog of the unit file."""

    def launch(self):
        self.notifications = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notifications.bind(str(self.folder / "notify"))
        self.environment |= {"NOTIFY_SOCKET": str(self.folder / "notify"),
                             "WATCHDOG_USEC": str(WATCHDOG_US)}
        only = ",".join(["-all"] + [f"+{name[4:].lower()}"
                                    for name in settings("CapabilityBoundingSet")[0].split()])
        self.spawn("setpriv", "--no-new-privs", f"--bounding-set={only}", f"--inh-caps={only}",
                   "strace", "-f", "-qq", "-o", self.folder / "calls", self.program, "--config",
                   self.swanctl_dir / "swanctl.conf", "--card", self.card, "--vici",
                   f"unix://{self.folder}/vici", "--no-connections")

    def stop(self, how=signal.SIGTERM):
        """strace hands no signal on: the daemon is its child."""
        if self.process.poll() is None:
            children = f"/proc/{self.process.pid}/task/{self.process.pid}/children"
            for child in pathlib.Path(children).read_text().split():
                os.kill(int(child), how)
            self.process.wait(20)

    def notified(self):
        """What it told systemd since the last time."""
        told = []
        while select.select([self.notifications], [], [], 0)[0]:
            told += self.notifications.recv(4096).decode().split()
        return told

    def system_calls(self):
        lines = (self.folder / "calls").read_text()
        # Before it is our program, it is setpriv's and strace's.
        return set(re.findall(r"^\d+ +(\w+)\(", lines[lines.index("holdfastd"):], re.MULTILINE))


class UnitFile(unittest.TestCase):
    def test_the_daemon_lives_with_what_it_allows(self):
        with Lab(Service, Holdfast) as net:
            self.assertEqual(net.a.notified()[:1], ["READY=1"])
            net.a.initiate()
            ping("a")
            net.a.swanctl("--list-sas")
            lab.wait_for("the watchdog", 10, lambda: "WATCHDOG=1" in net.a.notified())
            net.a.swanctl("--terminate", "--ike", "t")
            net.a.stop()
            self.assertIn("STOPPING=1", net.a.notified())
            net.a.notifications.close()
            calls = net.a.system_calls()
            self.assertLessEqual({"socket", "epoll_wait"}, calls, "it was traced")
            self.assertEqual(calls - allowed_system_calls(), set())

    def test_cmake_installs_what_the_unit_file_starts(self):
        with tempfile.TemporaryDirectory(prefix="holdfast_install_") as folder:
            run("cmake", "--install", self.build, "--prefix", folder)
            found = {str(path.relative_to(folder)) for path in pathlib.Path(folder).rglob("*")}
            self.assertLessEqual({
                "sbin/holdfastd", "bin/holdfastctl", "bin/holdfast-replay", "bin/holdfast-card",
                "lib/systemd/system/holdfastd.service", "lib/sysusers.d/holdfast.conf",
                "etc/holdfast/holdfastd.conf"}, found)
            for program in ("sbin/holdfastd", "bin/holdfastctl", "bin/holdfast-replay",
                            "bin/holdfast-card"):
                self.assertTrue(run(f"{folder}/{program}", "--help").stdout)
            checked = run(f"{folder}/bin/holdfastctl", "check-config",
                          f"{folder}/etc/holdfast/holdfastd.conf")
            self.assertIn("0 errors, 0 warnings", checked.stdout)

            # The paths of the unit file are those of the prefix that cmake was configured for.
            unit = pathlib.Path(folder) / "lib/systemd/system/holdfastd.service"
            text = unit.read_text()
            prefix = re.search("^ExecStart=(.*)/sbin/holdfastd ", text, re.MULTILINE)[1]
            unit.write_text(text.replace(prefix, folder))
            verified = run("systemd-analyze", "verify", unit)
            self.assertNotIn("holdfastd", verified.stdout + verified.stderr)

    def test_a_reload_keeps_what_swanctl_loaded(self):
        """SIGHUP, as ExecReload of the unit file; with --no-connections the file has none."""
        with Lab(Holdfast, Holdfast) as net:
            net.a.initiate()
            spis = net.a.spis()
            (net.a.swanctl_dir / "swanctl.conf").write_text("holdfast { }\n")
            net.a.process.send_signal(signal.SIGHUP)
            lab.wait_for("the reload", 10, lambda: "configuration read again" in net.a.log())
            self.assertIn("t: IKEv1", net.a.swanctl("--list-conns").stdout)
            self.assertEqual(net.a.spis(), spis)
            ping("a")

    def test_the_sandbox_is_tight(self):
        """2.0 of 10 by systemd 252; what is left: the network, TUN, VFIO, the capabilities."""
        with tempfile.TemporaryDirectory(prefix="holdfast_unit_") as folder:
            unit = pathlib.Path(folder) / "holdfastd.service"
            unit.write_text(re.sub(r"@\w+@", "/usr", UNIT.read_text()))
            run("systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager",
                unit)


class Metrics(unittest.TestCase):
    """Off by default; then at a loopback port or a UNIX socket."""

    FETCH = """
import socket, sys
where = sys.argv[1]
if where.startswith('/'):
    s = socket.socket(socket.AF_UNIX)
    s.connect(where)
else:
    s = socket.create_connection(where.rsplit(':', 1))
s.sendall(b'GET /metrics HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n')
print(s.makefile().read())
"""

    def fetch(self, where):
        return run(*lab.within("a", sys.executable, "-c", self.FETCH, where)).stdout

    def value(self, text, series):
        return int(re.search(f"^{re.escape(series)} (\\d+)$", text, re.MULTILINE)[1])

    def judge(self, listen):
        def ask_for_metrics(net):
            conf = net.a.swanctl_dir / "swanctl.conf"
            conf.write_text(conf.read_text() +
                            f"holdfast {{ metrics {{ listen = {listen(net)} }} }}\n")
        with Lab(Holdfast, Holdfast, prepare=ask_for_metrics) as net:
            where = listen(net).removeprefix("unix://")
            before = self.fetch(where)
            self.assertTrue(before.startswith("HTTP/1.1 200 OK\n"), before[:80])
            self.assertEqual(self.value(before, "holdfast_child_sas"), 0)
            net.a.initiate()
            ping("a", count=3)
            text = self.fetch(where)
            self.assertEqual(self.value(text, "holdfast_child_sas"), 1)
            self.assertEqual(
                self.value(text, 'holdfast_isakmp_sas{state="ESTABLISHED"}'), 1)
            for way in ("inbound", "outbound"):
                self.assertEqual(self.value(
                    text, f'holdfast_card_packets_total{{direction="{way}",end="out"}}'), 3)
            # 3 messages each of Main Mode, 2 and 1 of Quick Mode.
            self.assertEqual(self.value(
                text, 'holdfast_isakmp_messages_total{direction="out"}'), 5)
            self.assertEqual(self.value(text, 'holdfast_packets_total{side="wire",direction="in"}'),
                             3)

    def test_at_a_loopback_port(self):
        self.judge(lambda net: "127.0.0.1:9190")

    def test_at_a_socket(self):
        self.judge(lambda net: f"unix://{net.a.folder}/metrics")

    def test_off_by_default(self):
        with Lab(Holdfast, Holdfast):
            self.assertEqual(run(*lab.within("a", "ss", "-Hltn")).stdout, "")


if __name__ == "__main__":
    lab.enter()
    Holdfast.program = sys.argv.pop(1)
    UnitFile.build = sys.argv.pop(1)
    unittest.main(verbosity=2)
