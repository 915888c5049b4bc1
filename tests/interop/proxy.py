# SPDX-License-Identifier: Apache-2.0
"""Every IPsec packet that crosses the lab's router, in the hands of a test.

While a Proxy runs, the router forwards none of them itself: each goes to a function of the test,
which says what is sent in its place, and when. So a bad network and an attacker on the path are the
same program. Packets to hosts of the attacker go their way, and are counted there.
"""
import ctypes
import heapq
import os
import select
import socket
import struct
import threading
import time

CLONE_NEWNET = 0x40000000
ETH_P_IP = 0x0800
PACKET_HOST = 0
ESP, UDP = 50, 17
PORTS = (500, 4500)
INFORMATIONAL = 5
# linux/if_packet.h, linux/virtio_net.h
SOL_PACKET, PACKET_VNET_HDR, VNET_HDR_BYTES, GSO_NONE = 263, 15, 10, 0


def in_namespace(netns, make):
    """What `make` returns when it runs in a namespace; sockets stay there."""
    result = []

    def enter():
        folder = os.open(f"/run/netns/{netns}", os.O_RDONLY)
        try:
            if ctypes.CDLL(None, use_errno=True).setns(folder, CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), f"setns to {netns}")
            result.append(make())
        finally:
            os.close(folder)
    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    return result[0]


class Packet:
    """An IPv4 packet, as it came in at interface `came`."""

    def __init__(self, raw, came=""):
        self.raw, self.came = raw, came
        self.header = (raw[0] & 15) * 4
        self.protocol = raw[9]
        self.source, self.target = socket.inet_ntoa(raw[12:16]), socket.inet_ntoa(raw[16:20])
        self.ports = struct.unpack_from("!HH", raw, self.header) if self.protocol == UDP else (0, 0)

    def __len__(self):
        return len(self.raw)

    @property
    def is_ipsec(self):
        return self.protocol == ESP or any(port in PORTS for port in self.ports)

    @property
    def ike(self):
        """The ISAKMP message in it; empty if there is none."""
        if self.protocol != UDP:
            return b""
        payload = self.raw[self.header + 8:]
        if 500 in self.ports:
            return payload
        return payload[4:] if payload[:4] == bytes(4) else b""

    @property
    def is_informational(self):
        return len(self.ike) > 28 and self.ike[18] == INFORMATIONAL

    @property
    def is_esp(self):
        # 0xFF alone is a keepalive (RFC 3948, 2.3).
        return self.protocol == ESP or (4500 in self.ports and not self.ike and
                                        len(self.raw) > self.header + 9)

    def moved(self, source=None, target=None, ports=None):
        """The same with other addresses; a UDP checksum of 0 is none."""
        raw = bytearray(self.raw)
        if source:
            raw[12:16] = socket.inet_aton(source)
        if target:
            raw[16:20] = socket.inet_aton(target)
        if self.protocol == UDP:
            struct.pack_into("!HH", raw, self.header, *(ports or self.ports))
        return Packet(bytes(raw), self.came)

    def reflected(self):
        return self.moved(self.target, self.source, self.ports[::-1])

    def wire(self):
        raw = bytearray(self.raw)
        if self.protocol == UDP:
            raw[self.header + 6:self.header + 8] = bytes(2)
        return bytes(raw)


def datagrams(raw, came, size):
    """The packets in one that the kernel cuts at the wire, `size` bytes of UDP payload each; 0:
    it is one already."""
    packet = Packet(raw, came)
    payload = packet.header + 8
    if not size or packet.protocol != UDP:
        return [packet]
    packets = []
    for at in range(payload, len(raw), size):
        piece = bytearray(raw[:payload] + raw[at:at + size])
        struct.pack_into("!H", piece, 2, len(piece))
        struct.pack_into("!H", piece, packet.header + 4, len(piece) - packet.header)
        packets.append(Packet(bytes(piece), came))
    return packets


class Sink:
    """A host of the attacker: what comes there, by kind."""

    def __init__(self):
        self.esp, self.esp_bytes, self.ike, self.ike_bytes = 0, 0, 0, 0
        self.first = self.last = None

    def add(self, packet):
        if packet.is_esp:
            self.esp += 1
            self.esp_bytes += len(packet)
            self.last = time.monotonic()
            self.first = self.first or self.last
        elif packet.ike:
            self.ike += 1
            self.ike_bytes += len(packet)

    def __str__(self):
        return f"{self.esp} ESP packets of {self.esp_bytes} bytes, {self.ike} ISAKMP messages"


class Proxy:
    """`decide(packet)` gives the pairs (seconds from now, packet) that are sent instead of a packet.
    `hosts` maps namespaces of the attacker to their addresses; what comes there goes to
    `at_host(packet)`, which answers in the same way."""

    def __init__(self, router="r", hosts=None, decide=None, at_host=None):
        self.hosts = hosts or {}
        self.decide = decide or self.forward
        self.at_host = at_host or (lambda packet: [])
        self.sinks = {netns: Sink() for netns in self.hosts}
        self.sent, self.seen, self.sent_bytes_from = 0, [], {}
        self.router, self.error = router, None
        self.due, self.count = [], 0
        self.taps, self.out = {}, None
        self.wake_read, self.wake_write = os.pipe()
        self.is_ending = False
        self.lock = threading.Lock()
        self.thread = threading.Thread(target=self.run, daemon=True)

    @staticmethod
    def tap():
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_IP))
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        sock.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
        sock.setblocking(False)
        return sock

    @staticmethod
    def forward(packet):
        return [(0, packet)]

    def rules(self, text):
        from lab import run, within
        run(*within(self.router, "nft", text))

    def open(self):
        self.taps[in_namespace(self.router, self.tap)] = None
        for netns in self.hosts:
            self.taps[in_namespace(netns, self.tap)] = netns
        self.out = in_namespace(self.router, lambda: socket.socket(
            socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW))
        self.out.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)

    def add_host(self, netns, address):
        """One more, while it runs."""
        with self.lock:
            self.hosts[netns], self.sinks[netns] = address, Sink()
            self.rules(f"insert rule ip proxy hold ip daddr {address} accept")
            self.taps[in_namespace(netns, self.tap)] = netns
        os.write(self.wake_write, b".")

    def __enter__(self):
        self.open()
        spared = "".join(f"ip daddr {address} accept; " for address in self.hosts.values())
        self.rules("table ip proxy { chain hold { type filter hook forward priority filter; "
                   f"{spared} ip protocol esp drop; udp dport {{ 500, 4500 }} drop; "
                   "udp sport { 500, 4500 } drop; }; }")
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.is_ending = True
        os.write(self.wake_write, b".")
        self.thread.join()
        self.rules("delete table ip proxy")
        for sock in (*self.taps, self.out):
            sock.close()
        os.close(self.wake_read)
        os.close(self.wake_write)
        if self.error:
            raise self.error

    def inject(self, *packets, after=0):
        with self.lock:
            for packet in packets:
                self.schedule(after, packet)
        os.write(self.wake_write, b".")

    def schedule(self, after, packet):
        self.count += 1
        heapq.heappush(self.due, (time.monotonic() + after, self.count, packet))

    def send(self, packet):
        try:
            self.out.sendto(packet.wire(), (packet.target, 0))
        except OSError:
            return  # no route: it is lost
        self.sent += 1
        self.sent_bytes_from[packet.source] = \
            self.sent_bytes_from.get(packet.source, 0) + len(packet)

    def take(self, tap):
        for _ in range(64):
            try:
                raw, (came, _, kind, *_) = tap.recvfrom(65536)
            except BlockingIOError:
                return
            gso_type, _, gso_size = struct.unpack_from("=BHH", raw, 1)
            frame = raw[VNET_HDR_BYTES:]
            if kind != PACKET_HOST or len(frame) < 14 + 20:
                continue
            for packet in datagrams(frame[14:], came, gso_size if gso_type != GSO_NONE else 0):
                self.take_packet(packet, self.taps[tap])

    def take_packet(self, packet, host):
        if not packet.is_ipsec or (not host and packet.target in self.hosts.values()):
            return
        if host:
            self.sinks[host].add(packet)
        for after, then in (self.at_host if host else self.decide)(packet):
            self.schedule(after, then)

    def run(self):
        try:
            while not self.is_ending:
                wait = max(0, self.due[0][0] - time.monotonic()) if self.due else 1
                for ready in select.select([*self.taps, self.wake_read], [], [], wait)[0]:
                    with self.lock:
                        if ready == self.wake_read:
                            os.read(ready, 4096)
                        else:
                            self.take(ready)
                with self.lock:
                    while self.due and self.due[0][0] <= time.monotonic():
                        self.send(heapq.heappop(self.due)[2])
        except Exception as error:  # pylint: disable=broad-except
            self.error = error  # raised where the test ends
