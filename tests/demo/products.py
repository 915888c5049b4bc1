# SPDX-License-Identifier: Apache-2.0
"""What is measured: pairs of daemons, one at the client and one at the gateway, each with a tunnel
between 10.1.0.0/24 and 10.2.0.0/24."""
import os
import pathlib
import re
import shutil
import subprocess

from topology import CLIENT, CLIENT_NET, SERVER_NET, lab, run, within

TICKS = os.sysconf("SC_CLK_TCK")
PEER = {"client": "gateway", "gateway": "client"}
NET = {"client": CLIENT_NET, "gateway": SERVER_NET}
NO_UPDATES = "holdfast { address_update { accept = no } }\n"  # Both ends negotiate anew instead.


def seconds_of(pid):
    """Processor time so far, user and system."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def conf_of(name, network, version, proposals, esp, more=""):
    """swanctl.conf of one end: the client knows where the gateway is, the gateway takes whoever
    proves itself."""
    remote = f"remote_addrs = {network.gateway_address}" if name == "client" else ""
    return f"""
connections {{ move {{
  version = {version}
  {remote}
  proposals = {proposals}
  local {{
    auth = psk
    id = {name}.demo
  }}
  remote {{
    auth = psk
    id = {PEER[name]}.demo
  }}
  children {{ net {{
    local_ts = {NET[name]}
    remote_ts = {NET[PEER[name]]}
    esp_proposals = {esp}
  }} }}
}} }}
secrets {{ ike-1 {{
  id-1 = client.demo
  id-2 = gateway.demo
  secret = "a secret of the demo"
}} }}
{more}
"""


class Pair:
    """Two daemons that swanctl drives."""
    ends = ()

    def start(self):
        for end in self.ends:  # the gateway first
            end.start()
        self.ends[1].initiate()

    def spis(self):
        return self.ends[1].spis()

    def pids(self):
        """Of client and gateway."""
        return tuple(end.process.pid for end in reversed(self.ends))

    def seconds(self):
        """Processor time of client and gateway so far."""
        return tuple(map(seconds_of, self.pids()))

    def log(self, most=4000):
        """The last characters of each end's; None: all."""
        return "".join(f"---- {end.name}\n{end.log()[-(most or 0):]}" for end in self.ends)

    def stop(self):
        for end in self.ends:
            end.stop()


class HoldfastPair(Pair):
    """Ours. `card` as for holdfastd; `settings` are further sections of the configuration."""

    def __init__(self, network, folder, program, card="soft:", settings="", keys=None):
        # An object may own a card of its own kind without changing the class for others.
        kind = type("Ours", (lab.Holdfast,), {"program": str(program), "card": card})
        key_files = f"holdfast {{ key_files {{\n isakmp = {keys}/ikev1_decryption_table\n" \
                    f" esp = {keys}/esp_sa\n }} }}\n" if keys else ""
        self.ends = [kind(name, folder, conf_of(
            name, network, 1, "aes128-sha256-curve25519", "aes128gcm16",
            settings + (key_files if name == "client" else ""))) for name in ("gateway", "client")]


CHARON_CONF = """
charon-systemd {{
  load = openssl random nonce aes sha1 sha2 hmac gcm pem pkcs1 pkcs8 x509 revocation constraints \
pubkey gmp kdf vici kernel-libipsec kernel-netlink socket-default updown
  prefer_best_path = yes
  retransmit_timeout = 1.0
  journal {{ default = -1 }}
  plugins {{ vici {{ socket = unix://{folder}/vici }} }}
  filelog {{ log {{ path = {folder}/log
    default = 1
    flush_line = yes }} }}
}}
swanctl {{ load = pem pkcs1 pkcs8 x509 pubkey openssl random
  plugins {{ vici {{ socket = unix://{folder}/vici }} }} }}
"""


class Charon(lab.Charon):
    def launch(self):
        (self.folder / "strongswan.conf").write_text(CHARON_CONF.format(folder=self.folder))
        super().launch()


class MobikePair(Pair):
    """strongSwan, IKEv2 with MOBIKE, its userspace ESP; told to prefer the better path."""

    def __init__(self, network, folder):
        self.ends = [Charon(name, folder, conf_of(name, network, 2, "aes128-sha256-curve25519",
                                                  "aes128gcm16")) for name in ("gateway", "client")]

    @staticmethod
    def missing():
        """None, or why it cannot run here."""
        for program in ("charon-systemd", "swanctl"):
            if not shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin:/sbin"):
                return f"{program} is not installed"
        if not list(pathlib.Path("/usr/lib/ipsec/plugins").glob("*libipsec*")):
            return "libcharon-extra-plugins, with the userspace ESP, is not installed"
        return None


class WireguardPair:
    """wireguard-go."""

    def __init__(self, network, folder):
        self.network, self.folder, self.running = network, pathlib.Path(folder), {}

    def start(self):
        secret = {name: run("wg", "genkey").stdout.strip() for name in PEER}
        public = {name: run("wg", "pubkey", input=key).stdout.strip()
                  for name, key in secret.items()}
        for name, peer in PEER.items():
            interface = f"wg-{name}"
            out = open(self.folder / f"{name}.log", "w")
            self.running[name] = subprocess.Popen(
                within(name, "wireguard-go", "-f", interface), stdout=out, stderr=out)
            control = pathlib.Path(f"/run/wireguard/{interface}.sock")
            lab.wait_for("wireguard-go", 10, control.exists)
            endpoint = f"Endpoint = {bracketed(self.network.gateway_address)}:51820\n" \
                if name == "client" else ""
            conf = self.folder / f"{name}.conf"
            conf.write_text(f"[Interface]\nPrivateKey = {secret[name]}\n" +
                            ("ListenPort = 51820\n" if name == "gateway" else "") +
                            f"[Peer]\nPublicKey = {public[peer]}\nAllowedIPs = {NET[peer]}\n" +
                            endpoint)
            run(*within(name, "wg", "setconf", interface, conf))
            run("ip", "-n", name, "link", "set", interface, "up")
            source = ("src", CLIENT) if name == "client" else ()
            run("ip", "-n", name, "route", "add", NET[peer], "dev", interface, *source)
        run(*within("client", "ping", "-q", "-c", "1", "-W", "5", "-I", CLIENT, "10.2.0.1"))

    def spis(self):
        return []

    def pids(self):
        return tuple(self.running[name].pid for name in ("client", "gateway"))

    def seconds(self):
        return tuple(map(seconds_of, self.pids()))

    def log(self, most=2000):
        return "".join(path.read_text()[-(most or 0):] for path in self.folder.glob("*.log"))

    def stop(self):
        for process in self.running.values():
            process.terminate()
            process.wait(20)

    @staticmethod
    def missing():
        for program in ("wireguard-go", "wg"):
            if not shutil.which(program):
                return f"{program} is not installed"
        return None


def bracketed(address):
    return f"[{address}]" if ":" in address else address


def moves_of(log):
    """Microseconds of each move that a client of ours reports."""
    return [int(us) for us in re.findall(r"moved to \S+ in (\d+) microseconds", log)]
