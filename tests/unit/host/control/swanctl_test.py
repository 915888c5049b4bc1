# SPDX-License-Identifier: Apache-2.0
"""Debian's swanctl, unchanged, against our vici server with a stand-in for the daemon.

    swanctl_test.py STAND_IN HOLDFASTCTL

What swanctl prints and how it exits is what a user and a script see; so both are checked.
"""
import errno
import json
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import unittest

STAND_IN = HOLDFASTCTL = None
WAIT_S = 20

CONF = """
connections {
  gw {
    version = 1
    remote_addrs = 198.51.100.7
    proposals = aes128-sha256-modp2048
    local { auth = psk
      id = gw.lab
    }
    remote { auth = psk
      id = client@lab
    }
    children {
      net {
        local_ts = 10.1.0.0/16
        remote_ts = 10.2.0.0/16
        esp_proposals = aes128gcm16
      }
    }
  }
  silent {
    version = 1
    remote_addrs = 192.0.2.99
    local { auth = psk
    }
    remote { auth = psk
    }
    children {
      hush {
        remote_ts = 10.3.0.0/16
      }
    }
  }
}
pools {
  lan {
    addrs = 10.77.0.0/24
    dns = 10.1.0.53
  }
}
secrets {
  ike-gw {
    id = client@lab
    secret = 0x0102ff
  }
}
authorities {
  lab {
    cacert = ca.pem
  }
}
"""


FOLDERS = ("x509", "x509ca", "x509ocsp", "x509aa", "x509ac", "x509crl", "pubkey", "private", "rsa",
           "ecdsa", "bliss", "pkcs8", "pkcs12")


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


class StandInTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="holdfast-swanctl-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.conf = self.folder / "swanctl"
        for name in FOLDERS:
            (self.conf / name).mkdir(parents=True)
        self.write(CONF)
        self.make_certificates()
        self.socket = self.folder / "vici"
        self.env = {**os.environ, "SWANCTL_DIR": str(self.conf), "LC_ALL": "C"}
        self.daemon = self.start([STAND_IN, self.socket])
        self.assertEqual(self.daemon.stdout.readline(), "ready\n")

    def write(self, text):
        (self.conf / "swanctl.conf").write_text(text)

    def make_certificates(self):
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-keyout", self.folder / "ca.key", "-out", self.conf / "x509ca/ca.pem",
                "-days", "3650", "-subj", "/C=CH/O=Lab/CN=ca.lab")
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout",
                "-out", self.conf / "private/gw.pem")

    def start(self, command):
        process = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, text=True,
                                   env=self.env, stderr=subprocess.STDOUT)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def run_tool(self, command, code):
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True,
                              env=self.env, timeout=WAIT_S)
        self.assertEqual(done.returncode, code, f"{command}\n{done.stdout}\n{done.stderr}")
        return done.stdout + done.stderr

    def swanctl(self, *arguments, code=0):
        return self.run_tool(["swanctl", *arguments, "--uri", f"unix://{self.socket}"], code)

    def answer(self, command):
        """The body of the answer to a command without keys, as it is on the wire."""
        with socket.socket(socket.AF_UNIX) as client, client.makefile("rb") as reader:
            client.connect(str(self.socket))
            packet = bytes([0, len(command)]) + command.encode()
            client.sendall(struct.pack("!I", len(packet)) + packet)
            size, = struct.unpack("!I", reader.read(4))
            packet = reader.read(size)
        self.assertEqual(packet[0], 1)
        return packet[1:]

    def assert_lines(self, text, *lines):
        for line in lines:
            self.assertIn(line, text)

    def watch(self, command, event, wanted):
        """What `command` prints while an SA comes and goes, up to the line with `wanted`; `event`
        is the last one that it registers for."""
        watcher = self.start(["stdbuf", "-oL", *command])
        while self.daemon.stdout.readline() != f"listening {event}\n":
            self.assertIsNone(self.daemon.poll())
        self.up_and_down()
        lines = []
        while not lines or wanted not in lines[-1]:
            line = watcher.stdout.readline()
            self.assertTrue(line, f"ended before {wanted}: {lines}")
            lines.append(line)
        watcher.terminate()
        watcher.wait()
        return "".join(lines)

    def up_and_down(self):
        self.swanctl("--initiate", "--child", "net")
        self.swanctl("--terminate", "--ike", "gw")


class Swanctl(StandInTest):
    def test_load_all(self):
        text = self.swanctl("--load-all")
        self.assert_lines(text, "loaded certificate from", "loaded ECDSA key from",
                          "loaded ike secret 'ike-gw'", "loaded authority 'lab'",
                          "loaded pool 'lan'", "loaded connection 'gw'",
                          "loaded connection 'silent'",
                          "successfully loaded 2 connections, 0 unloaded")
        self.assertNotIn("fail", text)
        self.assert_lines(self.swanctl("--load-all"),
                          "successfully loaded 2 connections, 0 unloaded")

    def test_load_all_unloads_what_the_file_no_longer_has(self):
        self.swanctl("--load-all")
        self.write("connections { }\n")
        (self.conf / "private/gw.pem").unlink()
        self.assertIn(b"ike-gw", self.answer("get-shared"))
        self.assertEqual(self.answer("get-shared").count(b"ike-gw"), 1)
        self.assertRegex(self.answer("get-keys"), rb"\x05\x00\x08[0-9a-f]{8}\x06$")
        text = self.swanctl("--load-all")
        self.assert_lines(text, "no authorities found, 1 unloaded", "no pools found, 1 unloaded",
                          "no connections found, 2 unloaded")
        for command, name in (("get-shared", b"keys"), ("get-keys", b"keys"),
                              ("get-conns", b"conns"), ("get-authorities", b"authorities")):
            self.assertEqual(self.answer(command), b"\x04" + bytes([len(name)]) + name + b"\x06")
        self.assertEqual(self.swanctl("--list-conns"), "")
        self.assertNotIn("lan", self.swanctl("--list-pools"))

    def test_a_key_that_we_do_not_know(self):
        self.write(CONF.replace("version = 1", "frobnicate = yes", 1))
        text = self.swanctl("--load-all", code=22)
        self.assert_lines(text, "loading connection 'gw' failed: unknown option: frobnicate, "
                                "config discarded", "loaded connection 'silent'")

    def test_load_creds_clear(self):
        self.swanctl("--load-all")
        self.assert_lines(self.swanctl("--load-creds", "--clear"), "loaded ike secret 'ike-gw'")

    def test_list_conns(self):
        self.swanctl("--load-conns")
        self.assert_lines(
            self.swanctl("--list-conns"), "gw: IKEv1, reauthentication every 14400s",
            "  local:  %any", "  remote: 198.51.100.7", "  local pre-shared key authentication:",
            "    id: gw.lab", "    id: client@lab", "  net: TUNNEL, rekeying every 3600s",
            "    local:  10.1.0.0/16", "    remote: 10.2.0.0/16")

    def test_initiate_and_list_sas(self):
        self.swanctl("--load-all")
        self.assertEqual(self.swanctl("--list-sas"), "")
        self.assert_lines(self.swanctl("--initiate", "--child", "net"),
                          "[IKE] initiating Main Mode", "initiate completed successfully")
        self.assert_lines(
            self.swanctl("--list-sas"),
            "gw: #3, ESTABLISHED, IKEv1, 0102030405060708_i* f1f2f3f4f5f6f7f8_r",
            "  local  'gw.lab' @ 192.0.2.1[4500]", "  remote 'client@lab' @ 198.51.100.7[4500]",
            "  AES_CBC-128/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/MODP_2048",
            "  established 12s ago, rekeying in 13000s",
            "  net: #7, reqid 1, INSTALLED, TUNNEL-in-UDP, ESP:AES_GCM_16-128",
            "    installed 12s ago, rekeying in 3000s, expires in 3900s",
            "    in  c0ffee01,    168 bytes,     2 packets,     1s ago",
            "    out 0000abcd,      0 bytes,     0 packets",
            "    local  10.1.0.0/16", "    remote 10.2.0.0/16")
        self.assertEqual(self.swanctl("--list-sas", "--ike", "other"), "")

    def test_initiate_that_fails(self):
        self.swanctl("--load-all")
        self.assert_lines(self.swanctl("--initiate", "--child", "none", code=1),
                          "initiate failed: CHILD_SA config 'none' not found")
        self.assert_lines(self.swanctl("--initiate", "--child", "hush", "--timeout", "1", code=1),
                          "initiate failed: CHILD_SA 'hush' not established after 1000ms")
        self.swanctl("--initiate", "--child", "hush", "--timeout", "-1")

    def test_terminate_rekey_redirect(self):
        self.swanctl("--load-all")
        self.assert_lines(self.swanctl("--terminate", "--ike", "gw", code=1),
                          "terminate failed: no matching SAs to terminate found")
        self.swanctl("--initiate", "--child", "net")
        self.assert_lines(self.swanctl("--rekey", "--child", "net"),
                          "rekey completed successfully")
        self.assert_lines(self.swanctl("--rekey", "--child", "none", code=1),
                          "rekey failed: no matching SAs to rekey found")
        self.assert_lines(self.swanctl("--redirect", "--ike", "gw", "--gateway", "192.0.2.9",
                                       code=1), "no matching SAs to redirect found")
        self.assert_lines(self.swanctl("--terminate", "--ike", "gw"),
                          "[IKE] deleting the ISAKMP SA", "terminate completed successfully")
        self.assertEqual(self.swanctl("--list-sas"), "")

    def test_install_and_list_pols(self):
        self.swanctl("--load-all")
        self.swanctl("--install", "--child", "net")
        self.assert_lines(self.swanctl("--list-pols"), "gw/net, TUNNEL", "  local:  10.1.0.0/16",
                          "  remote: 10.2.0.0/16")
        self.swanctl("--uninstall", "--child", "net")
        self.assertEqual(self.swanctl("--list-pols"), "")
        self.assert_lines(self.swanctl("--uninstall", "--child", "net", code=1),
                          "policy 'net' not found")

    def test_stats_and_version(self):
        text = self.swanctl("--stats")
        self.assert_lines(text, "uptime: ", ", since ", "worker threads: 1 total, 0 idle",
                          "IKE_SAs: 0 total, 1 half-open", "mallinfo: sbrk ",
                          "loaded plugins: openssl card=soft:")
        self.assert_lines(self.swanctl("--version", "--daemon"), " 0.1.0 holdfastd (Linux, ")

    def test_lists(self):
        self.swanctl("--load-all")
        self.assert_lines(self.swanctl("--list-certs"), "List of X.509",
                          'subject:  "C=CH, O=Lab, CN=ca.lab"')
        self.assert_lines(self.swanctl("--list-authorities"), "lab:",
                          "  cacert: C=CH, O=Lab, CN=ca.lab")
        self.assert_lines(self.swanctl("--list-pools", "--leases"), "lan", "10.77.0.0",
                          "1 / 0 / 254", "10.77.0.1", "online   'client@lab'")
        self.assert_lines(self.swanctl("--list-algs"), "encryption:", "  AES_CBC[openssl]",
                          "  AES_GCM_16[soft:]", "  CURVE_25519[openssl]")
        self.assert_lines(self.swanctl("--counters"), "ike-rekey-init", "invalid-spi")
        self.swanctl("--load-conns")
        self.assert_lines(self.swanctl("--counters", "--all"), "gw", "silent")
        self.swanctl("--counters", "--reset")
        self.assert_lines(self.swanctl("--counters", "--name", "none", code=1), "'none'")

    def test_small_ones(self):
        self.swanctl("--reload-settings")
        self.swanctl("--flush-certs")

    def test_log(self):
        self.swanctl("--load-all")
        text = self.watch(["swanctl", "--log", "--uri", f"unix://{self.socket}"],
                          "log", "deleting")
        self.assert_lines(text, "01[IKE] initiating Main Mode",
                          "01[IKE] deleting the ISAKMP SA")
        self.assertNotIn("move", text)  # an event of our own, which it does not know

    def test_monitor_sa(self):
        self.swanctl("--load-all")
        text = self.watch(["swanctl", "--monitor-sa", "--raw", "--uri", f"unix://{self.socket}"],
                          "child-updown", "state=DELETING")
        self.assert_lines(text, "ike-updown event {up=yes gw {uniqueid=3 version=1 "
                                "state=ESTABLISHED", "child-updown event {up=yes gw {",
                          "ike-updown event {gw {uniqueid=3")
        self.assertNotIn("move", text)

    def test_a_killed_daemon_is_replaced(self):
        self.daemon.kill()
        self.daemon.wait()
        self.swanctl("--stats", code=errno.ECONNREFUSED)
        second = self.start([STAND_IN, self.socket])
        self.assertEqual(second.stdout.readline(), "ready\n")
        self.swanctl("--stats")
        third = self.start([STAND_IN, self.socket])
        self.assertIn("another daemon answers at this socket", third.stdout.read())
        self.assertEqual(third.wait(), 2)


class Holdfastctl(StandInTest):
    """Our own client, against the same stand-in."""

    def ctl(self, *arguments, code=0):
        return self.run_tool([HOLDFASTCTL, *arguments, "--uri", f"unix://{self.socket}"], code)

    def test_status(self):
        self.swanctl("--load-all")
        self.assertEqual(self.ctl("status"), "No security associations.\n")
        self.assertEqual(json.loads(self.ctl("status", "--json")), [])
        self.swanctl("--initiate", "--child", "net")
        lines = [line.split() for line in self.ctl("status").splitlines()]
        self.assertEqual(lines[0][:3], ["NAME", "ID", "STATE"])
        self.assertEqual(lines[1][:5], ["gw", "3", "ESTABLISHED", "192.0.2.1[4500]", "gw.lab"])
        self.assertEqual(lines[2][:5], ["net", "7", "INSTALLED", "10.1.0.0/16", "10.2.0.0/16"])
        sa, = json.loads(self.ctl("status", "--json"))
        self.assertEqual((sa["name"], sa["state"]), ("gw", "ESTABLISHED"))
        self.assertEqual(sa["child-sas"]["net-7"]["spi-in"], "c0ffee01")
        self.assertEqual(sa["child-sas"]["net-7"]["local-ts"], ["10.1.0.0/16"])

    def test_watch(self):
        self.swanctl("--load-all")
        command = [HOLDFASTCTL, "watch", "--uri", f"unix://{self.socket}"]
        text = self.watch(command, "child-updown", "ike-updown gw #3 down")
        self.assert_lines(text, "[IKE] <gw|3> initiating Main Mode",
                          "ike-updown gw #3 up: 192.0.2.1[4500] gw.lab <-> 198.51.100.7[4500]",
                          "child-updown gw/net #7 up: in c0ffee01 out 0000abcd",
                          "move gw #3 request 0: the peer 198.51.100.7[4500] -> "
                          "198.51.100.7[4500]: moved in 0.0 ms, children: 0",
                          "child-updown gw/net #7 down")
        text = self.watch([*command, "--json"], "child-updown", '"state":"DELETING"')
        events = [json.loads(line) for line in text.splitlines()]
        self.assertEqual([event["event"] for event in events],
                         ["log", "ike-updown", "child-updown", "holdfast-move", "log",
                          "child-updown", "ike-updown"])
        self.assertEqual(events[3]["message"]["step"], "moved")
        self.assertEqual(events[1]["message"]["up"], "yes")
        self.assertNotIn("up", events[-1]["message"])

    def test_check_config(self):
        path = self.conf / "swanctl.conf"
        good = CONF[:CONF.index("authorities {")]
        self.write(good)
        self.assert_lines(self.ctl("check-config", path),
                          "0 errors", "2 connections, 1 secrets, 1 pools")
        self.write(good.replace("version = 1", "frobnicate = 1")
                   .replace("10.77.0.0/24", "10.77.0.0/99"))
        text = self.ctl("check-config", path, code=1)
        number = 1 + path.read_text().splitlines().index("    frobnicate = 1")
        self.assert_lines(text, f"error: {path}:{number}: ", "frobnicate", "10.77.0.0/99")
        self.assertEqual(text.count("frobnicate"), 2)
        self.ctl("check-config", self.folder / "none", code=1)

    def test_doctor(self):
        findings = json.loads(self.run_tool(
            ["sh", "-c", f"{HOLDFASTCTL} doctor --json --uri unix://{self.socket} || true"], 0))
        self.assertEqual(list(findings), ["TUN", "CAP_NET_ADMIN", "CAP_NET_RAW",
                                          "CAP_NET_BIND_SERVICE", "VFIO", "huge pages", "card",
                                          "daemon"])
        self.assertEqual(findings["daemon"]["state"], "ok")
        self.assertIn("holdfastd 0.1.0 answers", findings["daemon"]["text"])
        self.assertEqual(findings["card"]["text"], "soft: needs nothing of this machine")
        text = self.ctl("doctor", "--card", "link:/none/card.sock", code=1)
        self.assert_lines(text, "no card listens at /none/card.sock")

    def test_usage(self):
        self.ctl("status", "--nonsense", code=2)
        self.daemon.kill()
        self.daemon.wait()
        self.assert_lines(self.ctl("status", code=2), "no daemon answers")


def main():
    global STAND_IN, HOLDFASTCTL
    STAND_IN, HOLDFASTCTL = sys.argv.pop(1), sys.argv.pop(1)
    unittest.main(verbosity=2)


if __name__ == "__main__":
    main()
