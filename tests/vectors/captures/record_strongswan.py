#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Records two strongSwan daemons talking: ESP on the wire, plain packets at the tunnel interface.

    record_strongswan.py [NAME ...]

makes, for each run of RUNS (all by default), in this folder:

    strongswan_NAME_wire.pcap    what passed the wire between the two gateways: IKE and ESP in UDP
    strongswan_NAME_plain.pcap   the same traffic, decrypted, at the tunnel interface of gateway a
    strongswan_NAME_sas.toml     the SAs of both directions with the keys that charon logged
    strongswan_NAME_esp_sa       the same keys for Wireshark

Needs charon-systemd, swanctl, libcharon-extra-plugins (kernel-libipsec), iproute2 and ping; no
root: everything happens in private namespaces. The keys are of no use to anybody: they are made for
this run and forgotten by both daemons when it ends.
"""
import contextlib
import os
import pathlib
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
ETH_P_ALL = 3
LINKTYPE_ETHERNET, LINKTYPE_RAW = 1, 101

# Name of the run -> ESP proposal of charon, outer addresses of the gateways a and b.
RUNS = {
    "aes128gcm16": ("aes128gcm16", "192.0.2.1", "192.0.2.2"),
    "aes256gcm16": ("aes256gcm16", "192.0.2.1", "192.0.2.2"),
    "aes192gcm16_ipv6": ("aes192gcm16", "2001:db8::1", "2001:db8::2"),
}
# One child an address family: IKEv1 has one selector a child.
CHILDREN = {"net4": ("10.1.0.0/24", "10.2.0.0/24"), "net6": ("fd01::/64", "fd02::/64")}
INNER = {"a": ("10.1.0.1", "fd01::1"), "b": ("10.2.0.1", "fd02::1")}
UDP_SIZES = (0, 1, 2, 3, 4, 5, 13, 64, 100, 511, 512, 1000, 1300, 1352)
TCP_BYTES = (1, 700, 5000)

CHARON_CONF = """
charon-systemd {{
  load = random nonce aes sha1 sha2 hmac gcm openssl pem gmp kdf vici kernel-libipsec \
kernel-netlink socket-default updown
  install_virtual_ip = no
  plugins {{ vici {{ socket = unix://{folder}/charon.vici }} }}
  filelog {{ log {{ path = {folder}/log
    default = 1
    chd = 4
    flush_line = yes }} }}
}}
swanctl {{ load = pem openssl random
  plugins {{ vici {{ socket = unix://{folder}/charon.vici }} }} }}
"""

SWANCTL_CONF = """
connections {{ t {{
  version = 1
  local_addrs = {own}
  remote_addrs = {peer}
  proposals = aes128-sha256-modp2048
  local {{ auth = psk
    id = {own_id}.lab }}
  remote {{ auth = psk
    id = {peer_id}.lab }}
  children {{ {children} }}
}} }}
secrets {{ ike-1 {{ id-1 = a.lab
  id-2 = b.lab
  secret = "holdfast capture" }} }}
"""


def enter_namespaces():
    """Starts this script again in namespaces of its own, where it is root."""
    os.environ["HOLDFAST_IN_NAMESPACES"] = "1"
    os.execvp("unshare", ["unshare", "--user", "--map-root-user", "--net", "--mount", "--pid",
                          "--fork", "--kill-child", "--mount-proc", sys.executable, *sys.argv])


def run(*command, **more):
    return subprocess.run(command, check=True, capture_output=True, text=True, **more).stdout


def in_netns(name, *command):
    return ("ip", "netns", "exec", name, *command)


def make_network(own, peer):
    for name in "ab":
        run("ip", "netns", "add", name)
        run("ip", "-n", name, "link", "set", "lo", "up")
        for setting in ("all", "default"):
            run(*in_netns(name, "sh", "-c",
                          f"echo 0 > /proc/sys/net/ipv6/conf/{setting}/accept_dad;"
                          f"echo 0 > /proc/sys/net/ipv6/conf/{setting}/router_solicitations"))
    run("ip", "link", "add", "name", "wire", "netns", "a", "type", "veth",
        "peer", "name", "wire", "netns", "b")
    for name, address in (("a", own), ("b", peer)):
        length = 64 if ":" in address else 24
        run("ip", "-n", name, "link", "set", "wire", "up")
        run("ip", "-n", name, "addr", "add", f"{address}/{length}", "dev", "wire")
        for inner in INNER[name]:
            run("ip", "-n", name, "addr", "add", inner, "dev", "lo")


@contextlib.contextmanager
def in_network(name):
    """Sockets made inside belong to network namespace `name`."""
    with open("/proc/self/ns/net") as home, open(f"/run/netns/{name}") as there:
        setns(there.fileno())
        try:
            yield
        finally:
            setns(home.fileno())


def setns(fd):
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(fd, 0x40000000) != 0:  # CLONE_NEWNET
        raise OSError(ctypes.get_errno(), "setns")


class Recorder:
    """Writes what passes one interface into a pcap file with nanosecond stamps."""

    SO_TIMESTAMPNS = 35

    def __init__(self, name, interface, path, link_type, protocols=None):
        with in_network(name):
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.socket.setsockopt(socket.SOL_SOCKET, self.SO_TIMESTAMPNS, 1)
        with in_network(name):
            self.socket.bind((interface, 0))
        self.protocols = protocols
        self.file = open(path, "wb")
        self.file.write(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65535, link_type))
        self.is_running = True
        self.thread = threading.Thread(target=self.loop)
        self.thread.start()

    def loop(self):
        while self.is_running:
            if not select.select([self.socket], [], [], 0.1)[0]:
                continue
            data, extra, _, address = self.socket.recvmsg(65535, 64)
            if self.protocols and address[1] not in self.protocols:
                continue
            stamp = next(d for level, kind, d in extra if kind == self.SO_TIMESTAMPNS)
            seconds, nanoseconds = struct.unpack("qq", stamp)
            self.file.write(struct.pack("<IIII", seconds, nanoseconds, len(data), len(data)) + data)

    def stop(self):
        self.is_running = False
        self.thread.join()
        self.file.close()
        self.socket.close()


class Gateway:
    def __init__(self, name, lab, own, peer, proposal):
        self.name, self.folder = name, lab / name
        (self.folder / "swanctl").mkdir(parents=True)
        other = "b" if name == "a" else "a"
        children = ""
        for child, (net_a, net_b) in CHILDREN.items():
            local, remote = (net_a, net_b) if name == "a" else (net_b, net_a)
            children += (f"{child} {{ local_ts = {local}\n remote_ts = {remote}\n"
                         f" esp_proposals = {proposal}\n rekey_time = 0\n }}\n")
        conf = self.folder / "strongswan.conf"
        conf.write_text(CHARON_CONF.format(folder=self.folder))
        (self.folder / "swanctl/swanctl.conf").write_text(SWANCTL_CONF.format(
            own=own, peer=peer, own_id=name, peer_id=other, children=children))
        self.environment = dict(os.environ, STRONGSWAN_CONF=str(conf),
                                SWANCTL_DIR=str(self.folder / "swanctl"))
        self.environment.pop("NOTIFY_SOCKET", None)
        self.process = subprocess.Popen(in_netns(name, "charon-systemd"), env=self.environment,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def swanctl(self, *arguments):
        return run(*in_netns(self.name, "swanctl", *arguments), env=self.environment, timeout=30)

    def wait_ready(self):
        for _ in range(100):
            if (self.folder / "charon.vici").exists() and "ipsec0" in run(
                    *in_netns(self.name, "ip", "-o", "link")):
                return
            time.sleep(0.1)
        raise RuntimeError(f"charon {self.name} does not start:\n" + self.log())

    def log(self):
        return (self.folder / "log").read_text()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)


def ping(source, destination, size):
    run(*in_netns("a", "ping", "-q", "-c", "2", "-i", "0.05", "-W", "2", "-s", str(size),
                  "-I", source, destination))


def datagrams(here, there):
    """Every size of UDP_SIZES from a to b and back."""
    family = socket.AF_INET6 if ":" in here else socket.AF_INET
    with in_network("a"):
        client = socket.socket(family, socket.SOCK_DGRAM)
        client.bind((here, 4000))
    with in_network("b"):
        server = socket.socket(family, socket.SOCK_DGRAM)
        server.bind((there, 4001))
    client.settimeout(3)
    server.settimeout(3)
    for size in UDP_SIZES:
        payload = bytes(i & 0xFF for i in range(size))
        client.sendto(payload, (there, 4001))
        received, sender = server.recvfrom(4096)
        server.sendto(received[::-1], sender)
        assert client.recvfrom(4096)[0] == payload[::-1]
    client.close()
    server.close()


def stream(here, there, num_bytes):
    """One TCP connection that sends `num_bytes` from a to b and back."""
    family = socket.AF_INET6 if ":" in here else socket.AF_INET
    with in_network("b"):
        server = socket.create_server((there, 4002), family=family)

    def echo():
        connection, _ = server.accept()
        with connection:
            left = num_bytes
            while left:
                data = connection.recv(4096)
                connection.sendall(data)
                left -= len(data)

    thread = threading.Thread(target=echo)
    thread.start()
    with in_network("a"):
        client = socket.socket(family, socket.SOCK_STREAM)
    client.bind((here, 0))
    client.connect((there, 4002))
    client.sendall(b"\x5a" * num_bytes)
    left = num_bytes
    while left:
        left -= len(client.recv(4096))
    client.close()
    thread.join()
    server.close()


def keys_of(log):
    """(SPI, key with salt) of each SA that charon added, in the order of its log.

    charon logs, at level 4 of `chd`, the two keys of a child as hex dumps and then the SPIs.
    """
    found = []
    keys = {}
    lines = log.splitlines()
    for number, line in enumerate(lines):
        dump = re.search(r"encryption (initiator|responder) key => (\d+) bytes", line)
        if dump:
            data = b""
            for following in lines[number + 1:]:
                if len(data) == int(dump[2]):
                    break
                row = re.search(r"\s\d+: ((?:[0-9A-F]{2} ?)+)", following)
                data += bytes.fromhex(row[1])
            keys[dump[1]] = data
        sas = re.search(r"CHILD_SA (\S+)\{\d+\} established with SPIs (\w+)_i (\w+)_o", line)
        if sas:
            found.append((sas[1], int(sas[2], 16), int(sas[3], 16), dict(keys)))
    return found


def write_keys(name, version, proposal, own, peer, children):
    toml = [f"# Made by record_strongswan.py, run {name}, with {version}.",
            "# Both SAs of each child, as if this card stood at both gateways.", ""]
    table = []
    outer = "IPv6" if ":" in own else "IPv4"
    for child, spi_in, spi_out, keys in children:
        net_a, net_b = CHILDREN[child]
        for spi, key, local, remote, source, destination in (
                (spi_out, keys["initiator"], peer, own, net_a, net_b),
                (spi_in, keys["responder"], own, peer, net_b, net_a)):
            toml += ["[[sa]]", 'direction     = "inbound"', f"spi           = 0x{spi:08x}",
                     f'suite         = "{proposal}"', f'key           = "{key.hex()}"',
                     f'local         = "{local}"', f'peer          = "{remote}"',
                     'encap         = "udp"', 'replay_window = 128',
                     f'selector      = {{ source = "{source}", destination = "{destination}" }}',
                     ""]
            table.append(f'"{outer}","{remote}","{local}","0x{spi:08x}",'
                         f'"AES-GCM with 16 octet ICV [RFC4106]","0x{key.hex()}","NULL",""')
    (HERE / f"strongswan_{name}_sas.toml").write_text("\n".join(toml))
    (HERE / f"strongswan_{name}_esp_sa").write_text("\n".join(table) + "\n")


def record(name):
    proposal, own, peer = RUNS[name]
    lab = pathlib.Path(tempfile.mkdtemp(prefix="holdfast-"))
    make_network(own, peer)
    gateways = [Gateway("a", lab, own, peer, proposal), Gateway("b", lab, peer, own, proposal)]
    recorders = []
    try:
        for gateway in gateways:
            gateway.wait_ready()
            gateway.swanctl("--load-all", "--noprompt")
        # 0x0800 and 0x86DD: without ARP.
        recorders = [Recorder("a", "wire", HERE / f"strongswan_{name}_wire.pcap",
                              LINKTYPE_ETHERNET, (0x0800, 0x86DD)),
                     Recorder("a", "ipsec0", HERE / f"strongswan_{name}_plain.pcap", LINKTYPE_RAW)]
        for child in CHILDREN:
            gateways[0].swanctl("--initiate", "--child", child, "--timeout", "10")
        for here, there in zip(INNER["a"], INNER["b"]):
            for size in (0, 8, 56, 1000):
                ping(here, there, size)
            datagrams(here, there)
            for num_bytes in TCP_BYTES:
                stream(here, there, num_bytes)
        time.sleep(0.5)
        children = keys_of(gateways[0].log())
        assert len(children) == len(CHILDREN), gateways[0].log()
        version = gateways[0].swanctl("--version").strip()
        write_keys(name, version, proposal, own, peer, children)
    finally:
        for recorder in recorders:
            recorder.stop()
        for gateway in gateways:
            gateway.stop()
        for namespace in "ab":
            run("ip", "netns", "del", namespace)
    shutil.rmtree(lab)
    print(f"{name}: " + ", ".join(f"{p.name} {p.stat().st_size} bytes"
                                  for p in sorted(HERE.glob(f"strongswan_{name}_*"))))


def main():
    if "HOLDFAST_IN_NAMESPACES" not in os.environ:
        enter_namespaces()
    run("mount", "-t", "tmpfs", "none", "/run")
    os.makedirs("/run/netns")
    for name in sys.argv[1:] or RUNS:
        record(name)


if __name__ == "__main__":
    main()
