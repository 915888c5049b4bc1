# SPDX-License-Identifier: Apache-2.0
"""Interop: holdfastd and strongSwan's charon, each as initiator and as responder.

    daemon_test.py HOLDFASTD [unittest arguments]
"""
import json
import re
import shutil
import signal
import subprocess
import sys
import unittest

import lab
from lab import Charon, Holdfast, Lab, ping, run, within


BOTH_WAYS = ((Holdfast, Charon), (Charon, Holdfast))


def make_certificates(kind):
    """A CA, and a certificate and key for each gateway, named by subjectAltName."""
    def prepare(net):
        folder = net.a.folder.parent
        key = ["-newkey", "rsa:2048"] if kind == "rsa" else \
            ["-newkey", "ec", "-pkeyopt", f"ec_paramgen_curve:{kind}"]
        run("openssl", "req", "-x509", "-nodes", *key, "-keyout", folder / "ca.key", "-out",
            folder / "ca.pem", "-days", "30", "-subj", "/C=CH/O=Lab/CN=CA")
        for gateway in (net.a, net.b):
            name = gateway.name
            run("openssl", "req", "-nodes", *key, "-keyout", gateway.swanctl_dir / f"private/{name}.key",
                "-out", folder / f"{name}.csr", "-subj", f"/C=CH/O=Lab/CN={name}.lab")
            (folder / "ext").write_text(f"subjectAltName=DNS:{name}.lab\nkeyUsage=digitalSignature\n")
            run("openssl", "x509", "-req", "-in", folder / f"{name}.csr", "-CA", folder / "ca.pem",
                "-CAkey", folder / "ca.key", "-CAcreateserial", "-days", "30", "-extfile",
                folder / "ext", "-out", gateway.swanctl_dir / f"x509/{name}.pem")
            shutil.copy(folder / "ca.pem", gateway.swanctl_dir / "x509ca/ca.pem")
    return prepare


def make_chains(net):
    """A root that both ends have, and for each an authority of its own that signs its certificate."""
    make_certificates("P-256")(net)
    folder = net.a.folder.parent
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]

    def issue(name, out, issuer, extensions, key_out):
        run("openssl", "req", "-nodes", *key, "-keyout", key_out, "-out", folder / "csr",
            "-subj", f"/C=CH/O=Lab/CN={name}")
        (folder / "ext").write_text("\n".join(extensions))
        run("openssl", "x509", "-req", "-in", folder / "csr", "-CA", issuer[0], "-CAkey", issuer[1],
            "-CAcreateserial", "-days", "30", "-extfile", folder / "ext", "-out", out)
        return out, key_out

    root = folder / "ca.pem", folder / "ca.key"
    for gateway in (net.a, net.b):
        name = gateway.name
        middle = issue(f"CA of {name}", gateway.swanctl_dir / "x509ca/middle.pem", root,
                       ["basicConstraints=critical,CA:TRUE", "keyUsage=keyCertSign,cRLSign"],
                       folder / f"{name}-ca.key")
        issue(f"{name}.lab", gateway.swanctl_dir / f"x509/{name}.pem", middle,
              [f"subjectAltName=DNS:{name}.lab", "keyUsage=digitalSignature"],
              gateway.swanctl_dir / f"private/{name}.key")


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
            for first, second in BOTH_WAYS:
                with self.subTest(group=group, esp=esp, initiator=first.__name__):
                    self.up_and_ping(first, second, proposals=f"aes256-sha256-{group}", esp=esp)

    def test_certificates(self):
        for kind in ("rsa", "P-256", "P-384"):
            for first, second in BOTH_WAYS:
                with self.subTest(kind=kind, initiator=first.__name__):
                    self.up_and_ping(first, second, proposals="aes128-sha256-ecp256",
                                     auth="pubkey", prepare=make_certificates(kind))

    def test_chains_of_certificates(self):
        """Each end has the root and its own intermediate authority, and must be sent the other."""
        for first, second in BOTH_WAYS:
            with self.subTest(initiator=first.__name__):
                self.up_and_ping(first, second, proposals="aes128-sha256-ecp256",
                                 auth="pubkey", prepare=make_chains)

    def test_a_certificate_of_another_authority_is_refused(self):
        def other_authority(net):
            make_certificates("rsa")(net)
            mine = (net.a.swanctl_dir / "x509ca/ca.pem").read_text()
            make_certificates("rsa")(net)
            (net.a.swanctl_dir / "x509ca/ca.pem").write_text(mine)
        with Lab(Holdfast, Charon, proposals="aes128-sha256-ecp256", auth="pubkey",
                 prepare=other_authority) as net:
            self.assertNotEqual(net.a.initiate(check=False).returncode, 0)
            self.assertNotIn("ESTABLISHED", net.a.sas())

    def test_two_of_ours(self):
        self.up_and_ping(Holdfast, Holdfast)

    def test_two_cards_in_rtl(self):
        """The RTL at both ends, raw ESP between them."""
        class Verilated(Holdfast):
            card = "verilated:"
        with Lab(Verilated, Verilated) as net:
            net.a.initiate()
            ping("a")
            ping("b", size=1300)
            self.assertIn("TUNNEL, ESP:AES_GCM_16-128", net.a.sas())

    def test_behind_nat(self):
        for first, second in BOTH_WAYS + ((Holdfast, Holdfast),):
            with self.subTest(initiator=first.__name__, responder=second.__name__):
                self.up_and_ping(first, second, nat=True)


def established(gateway):
    """Cookies of initiators of the ISAKMP SAs that stand."""
    return set(re.findall("ESTABLISHED, IKEv1, ([0-9a-f]{16})", gateway.sas()))


class Life(unittest.TestCase):
    """What happens to an SA while it lives."""

    def test_rekey_of_both_phases_from_either_side(self):
        for first, second in BOTH_WAYS:
            with self.subTest(initiator=first.__name__), Lab(first, second) as net:
                net.a.initiate()
                for gateway in (net.a, net.b):
                    before = set(gateway.spis())
                    gateway.swanctl("--rekey", "--child", "net")
                    lab.wait_for("new SPIs", 10, lambda: set(gateway.spis()) - before)
                    ping("a")
                    ping("b")
                for gateway in (net.a, net.b):
                    before = established(gateway)
                    gateway.swanctl("--rekey", "--ike", "t")
                    lab.wait_for("a new ISAKMP SA", 10, lambda: established(gateway) - before)
                    ping("a")
                    ping("b")

    def test_dpd_finds_the_dead_end(self):
        for first, second in BOTH_WAYS:
            with self.subTest(initiator=first.__name__), \
                    Lab(first, second, more="dpd_delay = 1s\n dpd_timeout = 3s") as net:
                net.a.initiate()
                ping("a")
                ours = net.a if first is Holdfast else net.b
                other = net.b if first is Holdfast else net.a
                other.stop(signal.SIGKILL)
                lab.wait_for("DPD", 20, lambda: "ESTABLISHED" not in ours.sas())

    def test_delete_of_a_child(self):
        for first, second in BOTH_WAYS:
            with self.subTest(initiator=first.__name__), Lab(first, second) as net:
                net.a.initiate()
                net.b.swanctl("--terminate", "--child", "net")
                lab.wait_for("the child to go", 10, lambda: "INSTALLED" not in net.a.sas())
                self.assertIn("ESTABLISHED", net.a.sas())
                net.a.initiate()
                ping("a")

    def test_trap_brings_the_connection_up_by_a_packet(self):
        with Lab(Holdfast, Charon, child_more="") as net:
            conf = net.a.swanctl_dir / "swanctl.conf"
            conf.write_text(conf.read_text().replace("children { net {",
                                                     "children { net {\n start_action = trap"))
            net.a.swanctl("--load-all", "--noprompt")
            ping("a", count=5)
            self.assertIn("ESTABLISHED", net.a.sas())

    def test_throughput_by_iperf(self):
        with Lab(Holdfast, Charon) as net:
            net.a.initiate()
            server = subprocess.Popen(within("b", "iperf3", "-s", "-1", "-B", lab.INNER["b"]),
                                      stdout=subprocess.DEVNULL)
            lab.wait_for("iperf3", 10, lambda: "5201" in run(*within("b", "ss", "-ltn")).stdout)
            done = run(*within("a", "iperf3", "-c", lab.INNER["b"], "-B", lab.INNER["a"], "-t", "1",
                               "-J"))
            server.wait(10)
            received = json.loads(done.stdout)["end"]["sum_received"]["bytes"]
            self.assertGreater(received, 1_000_000)

    def test_kill_and_start_again(self):
        with Lab(Holdfast, Holdfast) as net:
            for _ in range(3):
                net.a.initiate()
                ping("a")
                net.a.stop(signal.SIGKILL)
                net.a.start()
            net.a.initiate()
            ping("a")


class Strangers(unittest.TestCase):
    def test_ike_scan_gets_a_handshake(self):
        with Lab(Holdfast, Holdfast, proposals="aes128-sha1-modp2048") as net:
            done = run(*within("a", "ike-scan", "--sport=0", "--trans=(1=7,14=128,2=2,3=1,4=14)",
                               lab.ADDRESS["b"]))
            self.assertIn("Main Mode Handshake returned", done.stdout)
            self.assertIn("1 returned handshake", done.stdout)
            aggressive = run(*within("a", "ike-scan", "--sport=0", "--aggressive", "--id=x",
                                     "--retry=1", lab.ADDRESS["b"]))
            self.assertIn("0 returned handshake", aggressive.stdout)


if __name__ == "__main__":
    lab.enter()
    Holdfast.program = sys.argv.pop(1)
    unittest.main(verbosity=2)
