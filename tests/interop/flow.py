# SPDX-License-Identifier: Apache-2.0
"""Numbered datagrams through the tunnel both ways, for as long as a test wants, each direction
judged at its receiver."""
import bisect
import select
import socket
import struct
import threading
import time

import lab
from proxy import in_namespace

PORT = 4243


class Direction:
    def __init__(self):
        self.sent, self.received, self.doubled = [], {}, 0

    def lost(self, since, until):
        """Numbers of what was sent in that time and never came."""
        return [number for number in range(bisect.bisect_left(self.sent, since),
                                           bisect.bisect_left(self.sent, until))
                if number not in self.received]


class Flow:
    """`pairs`: (namespace, inner address, peer's namespace, peer's inner address)."""

    def __init__(self, rate=100, size=200, pairs=(("a", lab.INNER["a"], "b", lab.INNER["b"]),)):
        self.rate, self.filler = rate, bytes(max(0, size - 8))
        self.sockets = {}
        for one, one_address, other, other_address in pairs:
            ends = [in_namespace(netns, lambda address=address: self.socket(address))
                    for netns, address in ((one, one_address), (other, other_address))]
            self.sockets[ends[0]] = ((other_address, ends[1].getsockname()[1]),
                                     Direction(), f"{one}->{other}")
            self.sockets[ends[1]] = ((one_address, ends[0].getsockname()[1]),
                                     Direction(), f"{other}->{one}")
            self.sockets[ends[0]] += (self.sockets[ends[1]][1],)
            self.sockets[ends[1]] += (self.sockets[ends[0]][1],)
        self.is_ending = False
        self.thread = threading.Thread(target=self.run, daemon=True)

    @staticmethod
    def socket(address):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        sock.bind((address, 0))
        sock.setblocking(False)
        return sock

    def __enter__(self):
        self.thread.start()
        lab.wait_for("the flow", 10, lambda: all(d.received for d in self.directions.values()))
        return self

    def __exit__(self, *_):
        self.is_ending = True
        self.thread.join()
        for sock in self.sockets:
            sock.close()

    @property
    def directions(self):
        return {name: direction for _, direction, name, _ in self.sockets.values()}

    def take(self, sock):
        incoming = self.sockets[sock][3]
        try:
            while True:
                number = struct.unpack_from("!Q", sock.recv(4096))[0]
                if number in incoming.received:
                    incoming.doubled += 1
                incoming.received.setdefault(number, time.monotonic())
        except BlockingIOError:
            pass
        except OSError:
            pass  # what ICMP says of an earlier datagram

    def run(self):
        begin = time.monotonic()
        while not self.is_ending:
            now = time.monotonic()
            for sock, (peer, outgoing, _, _) in self.sockets.items():
                while len(outgoing.sent) < (now - begin) * self.rate:
                    outgoing.sent.append(now)
                    try:
                        sock.sendto(struct.pack("!Q", len(outgoing.sent) - 1) + self.filler, peer)
                    except OSError:
                        pass  # counts as lost
            for ready in select.select(list(self.sockets), [], [], 0.5 / self.rate)[0]:
                self.take(ready)

    def lost(self, since, until):
        """Direction -> how many were sent in that time and never came."""
        return {name: len(direction.lost(since, until))
                for name, direction in self.directions.items()}

    def doubled(self):
        return sum(direction.doubled for direction in self.directions.values())

    def back_after(self, since, clean=0.3):
        """Seconds from `since` until nothing is lost any more for `clean` seconds, both ways;
        None if that has not happened yet."""
        now, lost = time.monotonic() - 0.1, 0.0
        for direction in self.directions.values():
            for number in direction.lost(since, now):
                lost = max(lost, direction.sent[number] - since + 1 / self.rate)
        for direction in self.directions.values():
            sent = direction.sent[bisect.bisect_left(direction.sent, since + lost):
                                  bisect.bisect_left(direction.sent, now)]
            # Enough of them, on a busy machine too.
            if len(sent) < clean * self.rate / 2 or sent[-1] - sent[0] < clean:
                return None
        return lost

    def wait_until_back(self, since, seconds):
        """Seconds until the flow is whole again, both ways."""
        back = None

        def is_back():
            nonlocal back
            back = self.back_after(since)
            return back is not None
        try:
            lab.wait_for("the flow", seconds, is_back)
        except AssertionError as error:
            now = time.monotonic()
            raise AssertionError(f"{error}; lost in the last second: {self.lost(now - 1.1, now - 0.1)}"
                                 ) from error
        return back
