# SPDX-License-Identifier: Apache-2.0
"""Interop: tshark reads ISAKMP and ESP of a connection with the key files that holdfastd wrote.

    keys_test.py HOLDFASTD [unittest arguments]
"""
import contextlib
import os
import pathlib
import select
import sys
import tempfile
import unittest

import lab
from lab import Charon, Holdfast, Lab, ping, run

sys.path.append(str(pathlib.Path(__file__).parents[1] / "vectors/captures"))
from record_strongswan import LINKTYPE_ETHERNET, Recorder  # noqa: E402

PINGS = 3


@contextlib.contextmanager
def recording(path):
    """What passes the router on the side of gateway a."""
    recorder = Recorder("r", "ra", path, LINKTYPE_ETHERNET)
    try:
        yield
        lab.wait_for("the recorder", 10, lambda: not select.select([recorder.socket], [], [], 0)[0])
    finally:
        recorder.stop()


def tshark(capture, keys, *options):
    environment = dict(os.environ, WIRESHARK_CONFIG_DIR=str(keys), HOME=str(keys))
    done = run("tshark", "-n", "-r", capture, "-o", "esp.enable_encryption_decode:TRUE", "-o",
               "esp.enable_authentication_check:TRUE", *options, env=environment)
    return done.stdout.splitlines()


class KeyFiles(unittest.TestCase):
    def record(self, first, second, **more):
        """A connection, pings and its end. Returns the capture, the keys, and an empty folder."""
        def ask_for_keys(net):
            keys.mkdir()
            conf = net.a.swanctl_dir / "swanctl.conf"
            conf.write_text(conf.read_text() + f"""
                holdfast {{ key_files {{ isakmp = {keys}/ikev1_decryption_table
                                         esp = {keys}/esp_sa }} }}\n""")
        temporary = tempfile.TemporaryDirectory(prefix="holdfast_keys_")
        self.addCleanup(temporary.cleanup)
        folder = pathlib.Path(temporary.name)
        keys, nothing = folder / "keys", folder / "nothing"
        nothing.mkdir()
        with Lab(first, second, prepare=ask_for_keys, **more) as net:
            with recording(folder / "capture.pcap"):
                net.a.initiate()
                ping("a", count=PINGS)
                before = set(net.a.spis())
                net.a.swanctl("--rekey", "--child", "net")
                lab.wait_for("new SPIs", 10, lambda: set(net.a.spis()) - before)
                ping("a", count=PINGS)
                net.a.swanctl("--terminate", "--ike", "t")
            self.assertIn("all session keys are written to", net.a.log())
            self.assertNotIn("all session keys are written to", net.b.log())
        return folder / "capture.pcap", keys, nothing

    def judge(self, *arguments, **more):
        capture, keys, nothing = self.record(*arguments, **more)
        for name in ("ikev1_decryption_table", "esp_sa"):
            self.assertEqual((keys / name).stat().st_mode & 0o777, 0o600)

        identities = ("-Y", "isakmp.exchangetype == 2 && isakmp.id.data.fqdn", "-T", "fields",
                      "-e", "isakmp.id.data.fqdn")
        self.assertEqual(tshark(capture, keys, *identities), ["a.lab", "b.lab"])
        self.assertEqual(tshark(capture, nothing, *identities), [], "without keys")

        subnets = set(tshark(capture, keys, "-Y", "isakmp.exchangetype == 32 && "
                             "isakmp.id.data.ipv4_subnet", "-T", "fields", "-e",
                             "isakmp.id.data.ipv4_addr"))
        self.assertEqual(subnets, {"10.1.0.0,10.2.0.0"}, "client identities of Quick Mode")
        self.assertNotEqual(tshark(capture, keys, "-Y", "isakmp.exchangetype == 5 && "
                                   "isakmp.delete.doi"), [], "Deletes")

        verdicts = tshark(capture, keys, "-Y", "esp", "-T", "fields", "-e", "esp.icv_good")
        self.assertEqual(verdicts, ["1"] * 4 * PINGS, "ICVs of all pings, before and after rekey")
        types = ("-Y", "esp && icmp", "-T", "fields", "-e", "icmp.type")
        self.assertEqual(sorted(tshark(capture, keys, *types)), ["0"] * 2 * PINGS + ["8"] * 2 * PINGS)
        self.assertEqual(tshark(capture, nothing, *types), [], "without keys")

    def test_raw_esp(self):
        self.judge(Holdfast, Holdfast)

    def test_in_udp_with_strongswan(self):
        self.judge(Holdfast, Charon, proposals="aes256-sha384-ecp256", esp="aes256gcm16-ecp256")


if __name__ == "__main__":
    lab.enter()
    Holdfast.program = sys.argv.pop(1)
    unittest.main(verbosity=2)
