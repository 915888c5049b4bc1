# SPDX-License-Identifier: Apache-2.0
"""holdfast-card, a card in a process of its own, and somebody in the middle of its link."""
import contextlib
import os
import pathlib
import re
import signal
import socket
import struct
import subprocess
import threading

import lab

# vfio-user: commands, and the flag of a reply.
VERSION, REGION_READ, REGION_WRITE, DEVICE_RESET = 1, 9, 10, 13
HEADER = struct.Struct("<HHIII")
ACCESS = struct.Struct("<QII")
BAR0 = 0
EMPTY = 4  # CommandResult of a row without SA

HEADERS = pathlib.Path(__file__).parents[2] / "driver/include/holdfast"


def csr(name):
    """Offset of a register, as the driver knows it."""
    return int(re.search(rf"CsrOffset k{name}\{{(0x[0-9a-f]+)\}}",
                         (HEADERS / "csr.h").read_text())[1], 16)


def receive(sock, fds=None):
    """One message whole; descriptors that come with it are added to `fds`."""
    data = b""
    while len(data) < HEADER.size or len(data) < HEADER.unpack_from(data)[2]:
        wanted = (HEADER.unpack_from(data)[2] if len(data) >= HEADER.size else HEADER.size)
        part, came, _, _ = socket.recv_fds(sock, wanted - len(data), 8)
        if fds is not None:
            fds += came
        if not part:
            raise EOFError
        data += part
    return data


def ask(sock, command, payload=b""):
    """A command of our own, with an id that the driver does not use while it waits for nothing."""
    sock.sendall(HEADER.pack(0xFFFF, command, HEADER.size + len(payload), 0, 0) + payload)
    return receive(sock)[HEADER.size:]


def read(sock, offset):
    return struct.unpack("<I", ask(sock, REGION_READ, ACCESS.pack(offset, BAR0, 4))[ACCESS.size:])[0]


def write(sock, offset, value):
    ask(sock, REGION_WRITE, ACCESS.pack(offset, BAR0, 4) + struct.pack("<I", value))


def rows_with_an_sa(sock, rows=8):
    """How many of the first rows of the SA table hold an SA, by the card's own word."""
    count = 0
    for row in range(rows):
        write(sock, csr("CommandSaIndex"), row)
        write(sock, csr("CommandCommand"), 3)  # read_sa
        for _ in range(10_000):
            if not (status := read(sock, csr("CommandStatus"))) & 1:
                break
        else:
            raise AssertionError("the card is busy for good")
        count += status >> 8 & 0xF != EMPTY
    return count


class Card:
    """The process, at a socket in `folder`."""
    program = None  # set by the test

    def __init__(self, folder, kind="soft:"):
        self.path, self.kind = pathlib.Path(folder) / "card", kind
        self.out = pathlib.Path(folder) / "card.out"
        self.start()

    def start(self):
        with open(self.out, "a") as out:
            self.process = subprocess.Popen([self.program, "--listen", str(self.path), "--card",
                                             self.kind], stdout=out, stderr=out)
        lab.wait_for("the card", 30, self.path.exists)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(20)
        self.path.unlink()

    def stop(self):
        self.process.terminate()
        self.process.wait(20)

    @contextlib.contextmanager
    def client(self):
        """A driver of our own, when nobody else has the card."""
        with socket.socket(socket.AF_UNIX) as sock:
            sock.settimeout(20)
            sock.connect(str(self.path))
            ask(sock, VERSION, struct.pack("<HH", 0, 0) + b'{"capabilities":{}}\0')
            yield sock


class Middle:
    """Hands messages on between the daemon and a card, and can send one of its own: what the card
    does then, somebody else made it do."""

    def __init__(self, card):
        self.card, self.path = card, card.path.with_name("middle")
        self.turn = threading.Lock()
        self.server = None
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.path))
        self.listener.listen()
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                client = self.listener.accept()[0]
            except OSError:
                return
            with client, socket.socket(socket.AF_UNIX) as self.server:
                self.server.connect(str(self.card.path))
                with contextlib.suppress(EOFError, OSError):
                    while True:
                        self.hand_on(client)

    def hand_on(self, client):
        fds = []
        message = receive(client, fds)
        with self.turn:
            socket.send_fds(self.server, [message], fds)
            for fd in fds:
                os.close(fd)
            reply = receive(self.server)
        client.sendall(reply)

    def reset_card(self):
        with self.turn:
            ask(self.server, DEVICE_RESET)

    def rows_with_an_sa(self):
        with self.turn:
            return rows_with_an_sa(self.server)

    def close(self):
        self.listener.close()
