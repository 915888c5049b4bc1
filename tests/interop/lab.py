# SPDX-License-Identifier: Apache-2.0
"""A lab of network namespaces with IPsec gateways in it: ours, and strongSwan's.

    host a ── gateway a ── (router, NAT) ── gateway b ── host b      a: 10.1.0.1, b: 10.2.0.1

The inner hosts are addresses on lo of the gateways. No root is needed: call enter() first, which
starts the program again in namespaces of its own.
"""
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

INNER = {"a": "10.1.0.1", "b": "10.2.0.1"}
NETS = {"a": "10.1.0.0/16", "b": "10.2.0.0/16"}

CHARON_CONF = """
charon-systemd {{
  load = random nonce aes sha1 sha2 hmac gcm openssl pem pkcs1 pkcs8 x509 revocation constraints \
pubkey gmp kdf vici kernel-libipsec kernel-netlink socket-default updown
  retransmit_timeout = 1.0
  plugins {{ vici {{ socket = unix://{folder}/vici }} }}
  filelog {{ log {{ path = {folder}/log
    default = 1
    ike = 2
    flush_line = yes }} }}
}}
swanctl {{ load = pem pkcs1 pkcs8 x509 pubkey openssl random
  plugins {{ vici {{ socket = unix://{folder}/vici }} }} }}
"""


def enter(keeps_root=False):
    """Goes on only in namespaces of its own, where it is root. With `keeps_root`, whoever is root
    already stays root of the machine, and so may set real-time priorities."""
    if os.environ.get("HOLDFAST_IN_NAMESPACES"):
        subprocess.run(["mount", "-t", "tmpfs", "none", "/run"], check=True)
        pathlib.Path("/run/netns").mkdir()
        return
    if not os.access("/dev/net/tun", os.W_OK):
        sys.exit("/dev/net/tun is not writable: run once as root: chmod 666 /dev/net/tun")
    os.environ["HOLDFAST_IN_NAMESPACES"] = "1"
    # swanctl and others are not in the path of an ordinary user.
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    users = [] if keeps_root and os.geteuid() == 0 else ["--user", "--map-root-user"]
    os.execvp("unshare", ["unshare", *users, "--net", "--mount", "--pid", "--fork",
                          "--kill-child", "--mount-proc", sys.executable, *sys.argv])


def run(*command, check=True, **more):
    more.setdefault("timeout", 60)
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **more)
    if check and done.returncode:
        raise AssertionError(f"{' '.join(map(str, command))} ended with {done.returncode}:\n"
                             f"{done.stdout}{done.stderr}")
    return done


def within(netns, *command):
    return ("ip", "netns", "exec", netns, *command)


def wait_for(what, seconds, test):
    """Until `test` is true; a limit that only a hang reaches."""
    for _ in range(int(seconds * 20)):
        if test():
            return
        time.sleep(0.05)
    raise AssertionError(f"waited {seconds} s in vain for {what}")


class Network:
    """Namespaces a, r and b. With `nat`, gateway a is behind a NAT at the router."""

    def __init__(self, nat=False):
        for name in "arb":
            run("ip", "netns", "add", name)
            run("ip", "-n", name, "link", "set", "lo", "up")
        self.link("a", "wire", "192.0.2.1", "r", "ra", "192.0.2.254")
        self.link("b", "wire", "198.51.100.1", "r", "rb", "198.51.100.254")
        run(*within("r", "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"))
        run("ip", "-n", "a", "route", "add", "default", "via", "192.0.2.254")
        run("ip", "-n", "b", "route", "add", "default", "via", "198.51.100.254")
        for name, address in INNER.items():
            run("ip", "-n", name, "addr", "add", f"{address}/32", "dev", "lo")
        if nat:
            run(*within("r", "nft", 'table ip nat { chain post { type nat hook postrouting priority '
                        'srcnat; oifname "rb" masquerade random; }; }'))

    @staticmethod
    def link(one, one_name, one_address, two, two_name, two_address):
        run("ip", "link", "add", "name", one_name, "netns", one, "type", "veth",
            "peer", "name", two_name, "netns", two)
        for netns, name, address in ((one, one_name, one_address), (two, two_name, two_address)):
            run("ip", "-n", netns, "addr", "add", f"{address}/24", "dev", name)
            run("ip", "-n", netns, "link", "set", name, "up")

    def close(self):
        for name in "arb":
            run("ip", "netns", "del", name)


ADDRESS = {"a": "192.0.2.1", "b": "198.51.100.1"}


def swanctl_conf(name, proposals, esp, more="", child_more="", auth="psk", extra=""):
    """The configuration of one gateway. a knows where b is, b takes whoever proves itself."""
    peer = "b" if name == "a" else "a"
    remote = f"remote_addrs = {ADDRESS[peer]}" if name == "a" else ""
    local = f"local_addrs = {ADDRESS[name]}" if name == "b" else ""
    certs = f"certs = {name}.pem" if auth == "pubkey" else ""
    return f"""
connections {{ t {{
  version = 1
  {local}
  {remote}
  proposals = {proposals}
  {more}
  local {{
    auth = {auth}
    id = {name}.lab
    {certs}
  }}
  remote {{
    auth = {auth}
    id = {peer}.lab
  }}
  children {{ net {{
    local_ts = {NETS[name]}
    remote_ts = {NETS[peer]}
    esp_proposals = {esp}
    {child_more}
  }} }}
}} }}
secrets {{ ike-1 {{
  id-1 = a.lab
  id-2 = b.lab
  secret = "a secret of the lab"
}} }}
{extra}
"""


class Gateway:
    """One daemon in namespace `name`; swanctl drives it, whichever it is."""

    def __init__(self, name, folder, conf):
        self.name, self.folder = name, pathlib.Path(folder) / name
        self.swanctl_dir = self.folder / "swanctl"
        for sub in ("x509", "x509ca", "private"):
            (self.swanctl_dir / sub).mkdir(parents=True, exist_ok=True)
        (self.swanctl_dir / "swanctl.conf").write_text(conf)
        (self.folder / "strongswan.conf").write_text(CHARON_CONF.format(folder=self.folder))
        self.environment = dict(os.environ, SWANCTL_DIR=str(self.swanctl_dir),
                                STRONGSWAN_CONF=str(self.folder / "strongswan.conf"))
        self.environment.pop("NOTIFY_SOCKET", None)
        self.process = None

    def start(self):
        self.launch()
        wait_for(f"vici of {self.name}", 20, lambda: self.process.poll() is not None or
                 self.swanctl("--stats", check=False).returncode == 0)
        if self.process.poll() is not None:
            raise AssertionError(f"gateway {self.name} does not start:\n{self.log()}")
        self.swanctl("--load-all", "--noprompt")
        return self

    def spawn(self, *command):
        with open(self.folder / "out", "a") as out:
            self.process = subprocess.Popen(within(self.name, *map(str, command)),
                                            env=self.environment, stdout=out, stderr=out)

    def swanctl(self, *arguments, check=True):
        return run(*within(self.name, "swanctl", *arguments, "--uri", f"unix://{self.folder}/vici"),
                   env=self.environment, check=check)

    def initiate(self, child="net", check=True):
        return self.swanctl("--initiate", "--child", child, "--timeout", "20", check=check)

    def sas(self):
        return self.swanctl("--list-sas").stdout

    def spis(self):
        """Inbound SPIs of installed children."""
        return re.findall(r"in +([0-9a-f]{8})", self.sas())

    def log(self):
        logs = [self.folder / "log", self.folder / "out"]
        return "".join(path.read_text() for path in logs if path.exists())

    def stop(self, how=signal.SIGTERM):
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(20)


class Charon(Gateway):
    def launch(self):
        self.spawn("charon-systemd")


class Holdfast(Gateway):
    program = None  # set by the test
    card = "soft:"

    def launch(self):
        self.spawn(self.program, "--config", self.swanctl_dir / "swanctl.conf", "--card", self.card,
                   "--vici", f"unix://{self.folder}/vici", "--no-connections")


def ping(source="a", count=3, check=True, size=56):
    target = "b" if source == "a" else "a"
    return run(*within(source, "ping", "-q", "-c", count, "-i", "0.05", "-W", "5", "-s", size, "-I",
                       INNER[source], INNER[target]), check=check)


class Lab:
    """A network and its two gateways for the time of a `with`."""

    def __init__(self, a, b, proposals="aes128-sha256-curve25519", esp="aes128gcm16", nat=False,
                 auth="psk", prepare=None, **more):
        self.classes, self.nat, self.prepare = (a, b), nat, prepare
        self.arguments = dict(proposals=proposals, esp=esp, auth=auth, **more)

    def __enter__(self):
        self.temporary = tempfile.TemporaryDirectory(prefix="holdfast_lab_")
        self.network = Network(self.nat)
        self.a, self.b = (kind(name, self.temporary.name, swanctl_conf(name, **self.arguments))
                          for kind, name in zip(self.classes, "ab"))
        try:
            if self.prepare:
                self.prepare(self)
            self.b.start()
            self.a.start()
        except BaseException:
            self.__exit__(True, None, None)
            raise
        return self

    def __exit__(self, kind, *_):
        if kind:
            for gateway in (self.a, self.b):
                print(f"---- {gateway.name}, {type(gateway).__name__}\n{gateway.log()[-6000:]}")
        for gateway in (self.a, self.b):
            gateway.stop()
        self.network.close()
        self.temporary.cleanup()
