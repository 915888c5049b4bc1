# SPDX-License-Identifier: Apache-2.0
"""Secrets and certificates that are taken away while the daemon runs: what needs them fails from
then on, and what does not goes on untouched.

    credentials_test.py HOLDFASTD [unittest arguments]

Connection t is that of the lab; u stands beside it, with identities and credentials of its own.
"""
import re
import signal
import sys
import unittest

import lab
from lab import Holdfast, Lab, ping, run

SECOND = "198.51.100.2"  # of gateway b, for connection u: it says which is meant
ID = {"a": "c.lab", "b": "d.lab"}
SECRET = """
secrets { ike-2 {
  id-1 = c.lab
  id-2 = d.lab
  secret = "another secret of the lab"
} }
"""


def connection_u(name, auth):
    peer = "b" if name == "a" else "a"
    where = f"remote_addrs = {SECOND}" if name == "a" else f"local_addrs = {SECOND}"
    nets = ("10.3.0.0/16", "10.4.0.0/16") if name == "a" else ("10.4.0.0/16", "10.3.0.0/16")
    return f"""
connections {{ u {{
  version = 1
  {where}
  proposals = aes128-sha256-curve25519
  local {{
    auth = {auth}
    id = {ID[name]}
  }}
  remote {{
    auth = {auth}
    id = {ID[peer]}
  }}
  children {{ other {{
    local_ts = {nets[0]}
    remote_ts = {nets[1]}
    esp_proposals = aes128gcm16
  }} }}
}} }}
"""


def issue(folder, authority, name, gateway):
    """A certificate for `name`, and its key, in the folders of the gateway."""
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    own = gateway.swanctl_dir
    if not (folder / f"{authority}.pem").exists():
        run("openssl", "req", "-x509", *key, "-keyout", folder / f"{authority}.key", "-out",
            folder / f"{authority}.pem", "-days", "30", "-subj", f"/O=Lab/CN={authority}")
    run("openssl", "req", *key, "-keyout", own / f"private/{name}.key", "-out", folder / "csr",
        "-subj", f"/O=Lab/CN={name}", "-addext", f"subjectAltName=DNS:{name}")
    run("openssl", "x509", "-req", "-in", folder / "csr", "-CA", folder / f"{authority}.pem",
        "-CAkey", folder / f"{authority}.key", "-CAcreateserial", "-days", "30",
        "-copy_extensions", "copy", "-out", own / f"x509/{name}.pem")
    (own / f"x509ca/{authority}.pem").write_text((folder / f"{authority}.pem").read_text())


class FromFile(Holdfast):
    """Reads its connections and credentials itself."""

    def launch(self):
        self.spawn(self.program, "--config", self.swanctl_dir / "swanctl.conf", "--card", self.card,
                   "--vici", f"unix://{self.folder}/vici")

    def start(self):
        self.launch()
        lab.wait_for(f"vici of {self.name}", 20, lambda:
                     self.swanctl("--stats", check=False).returncode == 0)
        return self

    def load(self, *_):
        times = self.log().count("configuration read again")
        self.process.send_signal(signal.SIGHUP)
        lab.wait_for("the reload", 10, lambda:
                     self.log().count("configuration read again") > times)


class FromSwanctl(Holdfast):
    def load(self, *more):
        self.swanctl("--load-creds", "--noprompt", *more)


def cookies(gateway, connection):
    return re.findall(rf"^{connection}: #\d+, ESTABLISHED, IKEv1, ([0-9a-f_]+)", gateway.sas(),
                      re.MULTILINE)


class Credentials(unittest.TestCase):
    def lab(self, kind, auth):
        def prepare(net):
            run("ip", "-n", "b", "addr", "add", f"{SECOND}/24", "dev", "wire")
            for gateway in (net.a, net.b):
                conf = gateway.swanctl_dir / "swanctl.conf"
                text = conf.read_text().replace(f"certs = {gateway.name}.pem", "")
                conf.write_text(text + connection_u(gateway.name, auth) + SECRET)
                if auth == "pubkey":
                    issue(net.a.folder.parent, "ca", f"{gateway.name}.lab", gateway)
                    issue(net.a.folder.parent, "other", ID[gateway.name], gateway)
        return Lab(kind, Holdfast, auth=auth, prepare=prepare)

    def is_up_again(self, net):
        net.a.initiate("other")
        self.assertEqual(len(cookies(net.a, "u")), 1)
        net.a.swanctl("--terminate", "--ike", "u")
        lab.wait_for("the end of u", 10, lambda: not cookies(net.b, "u"))

    def judge(self, kind, auth, take, give, *more):
        """`take` and `give` change the files of gateway a."""
        with self.lab(kind, auth) as net:
            net.a.initiate()
            before = cookies(net.a, "t"), net.a.spis()
            self.assertEqual(len(before[0]), 1)
            self.is_up_again(net)

            take(net.a)
            net.a.load(*more)
            self.assertNotEqual(net.a.initiate("other", check=False).returncode, 0)
            self.assertEqual(cookies(net.a, "u"), [])

            give(net.a)
            net.a.load(*more)
            self.is_up_again(net)
            self.assertEqual((cookies(net.a, "t"), net.a.spis()), before, "t is untouched")
            ping("a")

    def secret(self, kind):
        def change(old, new):
            def at(gateway):
                conf = gateway.swanctl_dir / "swanctl.conf"
                text = conf.read_text()
                self.assertIn(old, text)
                conf.write_text(text.replace(old, new) if old else text + new)
            return at
        self.judge(kind, "psk", change(SECRET, ""), change("", SECRET))

    def files(self, kind, *names):
        """Those of folders that are named, with all that was loaded cleared before each load."""
        kept = {}

        def take(gateway):
            for name in names:
                kept[name] = (gateway.swanctl_dir / name).read_text()
                (gateway.swanctl_dir / name).unlink()

        def give(gateway):
            for name in names:
                (gateway.swanctl_dir / name).write_text(kept[name])
        self.judge(kind, "pubkey", take, give, "--clear")

    def test_secret_by_sighup(self):
        self.secret(FromFile)

    def test_secret_by_load_creds(self):
        self.secret(FromSwanctl)

    def test_key_and_certificate_by_sighup(self):
        self.files(FromFile, "private/c.lab.key", "x509/c.lab.pem")

    def test_key_and_certificate_by_load_creds(self):
        self.files(FromSwanctl, "private/c.lab.key", "x509/c.lab.pem")

    def test_authority_by_sighup(self):
        self.files(FromFile, "x509ca/other.pem")

    def test_authority_by_load_creds(self):
        self.files(FromSwanctl, "x509ca/other.pem")


if __name__ == "__main__":
    lab.enter()
    Holdfast.program = sys.argv.pop(1)
    unittest.main(verbosity=2)
