# SPDX-License-Identifier: Apache-2.0
"""What passes the router, recorded by holdfast-record, each packet once; and what is to be seen in it."""
import dataclasses
import ipaddress
import os
import struct
import subprocess
import time

from topology import CLIENT_NET, SERVER_NET, within

SLL2 = 276  # LINKTYPE_LINUX_SLL2
IPV4, IPV6 = 0x0800, 0x86DD
UDP, ESP = 17, 50
# Both are /24 of IPv4.
INNER = tuple(ipaddress.ip_network(net).network_address.packed[:3]
              for net in (CLIENT_NET, SERVER_NET))


class Recorder:
    """Records between construction and stop()."""

    def __init__(self, program, path):
        self.process = subprocess.Popen(within("router", program, str(path)),
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline() != "ready\n":
            raise AssertionError(f"{program} does not start")

    def stop(self):
        """How many packets it missed."""
        self.process.stdin.close()
        missed = int(self.process.stdout.read().split()[1])
        self.process.wait(20)
        return missed


@dataclasses.dataclass
class Seen:
    """Times are of CLOCK_MONOTONIC, in ns."""
    isakmp: list = dataclasses.field(default_factory=list)  # (time, source, bytes)
    wireguard: list = dataclasses.field(default_factory=list)  # the same: its handshakes
    missed: int = 0  # packets that the recorder did not get
    esp: int = 0
    reused: int = 0  # ESP packets whose sequence number or IV was there already
    clear: int = 0  # packets of the inner networks
    ends: dict = dataclasses.field(default_factory=dict)  # SPI -> source and destination, last seen
    switches: list = dataclasses.field(default_factory=list)  # (time, them), where they change

    def switched_ns(self, own, peer, begin_ns, end_ns):
        """When ESP begins to go from `own` to `peer`; None if it does not."""
        ends = tuple(ipaddress.ip_address(address).packed for address in (own, peer))
        return next((at for at, found in self.switches if begin_ns <= at < end_ns and found == ends),
                    None)

    def messages_between(self, begin_ns, end_ns):
        return sum(begin_ns <= at < end_ns for at, *_ in self.isakmp or self.wireguard)


def records_of(path):
    """(nanoseconds of CLOCK_REALTIME, ethertype, packet from its IP header)."""
    data = path.read_bytes()
    magic, _, _, _, _, _, link_type = struct.unpack_from("<IHHiIII", data)
    if (magic, link_type) != (0xA1B23C4D, SLL2):
        raise AssertionError(f"{path} is not a capture of holdfast-record")
    at = 24
    while at + 16 <= len(data):
        seconds, nanoseconds, length, _ = struct.unpack_from("<IIII", data, at)
        packet = data[at + 16:at + 16 + length]
        at += 16 + length
        yield seconds * 1_000_000_000 + nanoseconds, struct.unpack_from("!H", packet)[0], packet[20:]


def layers_of(ethertype, packet):
    """(source, destination, protocol, what it carries)."""
    if ethertype == IPV4:
        header = (packet[0] & 15) * 4
        return packet[12:16], packet[16:20], packet[9], packet[header:]
    return packet[8:24], packet[24:40], packet[6], packet[40:]


def read(path):
    seen, used = Seen(), set()
    offset = time.time_ns() - time.monotonic_ns()
    for stamp, ethertype, packet in records_of(path):
        if ethertype not in (IPV4, IPV6):
            continue
        source, destination, protocol, content = layers_of(ethertype, packet)
        take(seen, used, stamp - offset, (source, destination), protocol, content)
    return seen


def take(seen, used, at, ends, protocol, content):
    is_inner = any(len(end) == 4 and end[:3] in INNER for end in ends)
    esp = content if protocol == ESP else None
    if protocol == UDP:
        ports, content = set(struct.unpack_from("!HH", content)), content[8:]
        if 51820 in ports:
            if content[:1] in (b"\1", b"\2", b"\3"):
                seen.wireguard.append((at, ends[0], len(content)))
            return
        # RFC 3948, 2.2 and 2.3: what does not begin with zeros is ESP, one byte is a keepalive.
        if 500 in ports or 4500 in ports and content[:4] == bytes(4):
            seen.isakmp.append((at, ends[0], len(content)))
            return
        if 4500 in ports:
            esp = content
    if not esp:
        seen.clear += is_inner
    elif len(esp) > 1:
        seen.esp += 1
        if seen.ends.get(esp[:4]) != ends:
            seen.ends[esp[:4]] = ends
            seen.switches.append((at, ends))
        # RFC 4106, 3.1: the IV of AES-GCM is sent.
        seen.reused += not used.isdisjoint({esp[:8], esp[:4] + b"iv" + esp[8:16]})
        used.update((esp[:8], esp[:4] + b"iv" + esp[8:16]))


def wireshark_folder(folder):
    """A folder of settings in which Wireshark opens ESP and ISAKMP."""
    os.makedirs(folder, exist_ok=True)
    (folder / "preferences").write_text("esp.enable_encryption_decode: TRUE\n"
                                        "esp.enable_authentication_check: TRUE\n"
                                        "nameres.network_name: FALSE\n")
