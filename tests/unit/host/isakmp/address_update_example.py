# SPDX-License-Identifier: Apache-2.0
"""Checks docs/protocol/address_update_examples.md with hashlib and `cryptography`, and none of ours.

    address_update_example.py PAGE

This is also the shortest description of how to make and open such a message.
"""
import hashlib
import hmac
import ipaddress
import re
import struct
import sys

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

MOVERS = (35010, 35013)  # UPDATE, CONFIRM; the other end sends ACK 35011 and NACK 35012
NATD_SOURCE, NATD_DESTINATION, OBSERVED, SENDER = 3, 4, 7, 14


def prf(key, *parts):
    return hmac.new(key, b"".join(parts), hashlib.sha256).digest()


def same(what, made, page):
    if made != page:
        sys.exit(f"{what}: {made.hex()} is made, {page.hex()} is on the page")


def values_of(block):
    """Lines `NAME  HEX`, continued by lines of hex alone."""
    values, name = {}, None
    for line in block.splitlines():
        if not line.startswith(" "):
            name, first = re.split(r"  +| (?=[0-9a-f]+$)", line, maxsplit=1)
            values[name] = first.strip()
        else:
            values[name] += line.strip()
    return {name: bytes.fromhex(text) for name, text in values.items()}


def fields_of(block):
    data = b""
    for line in block.splitlines():
        position, text, _ = line.split(None, 2)
        if int(position) != len(data) + 1:
            sys.exit(f"position {position} is {len(data) + 1}")
        data += bytes.fromhex(text)
    return data


def attributes_of(data):
    """Data attributes of RFC 2408, 3.3."""
    found = {}
    while data:
        kind, value = struct.unpack(">HH", data[:4])
        size = 0 if kind & 0x8000 else value
        if kind & 0x7fff in found:
            sys.exit("an attribute comes twice")
        found[kind & 0x7fff] = data[2:4] if kind & 0x8000 else data[4:4 + size]
        data = data[4 + size:]
    return found


def endpoint(text):
    address, port = text.rsplit(":", 1)
    return ipaddress.ip_address(address.strip("[]")).packed + struct.pack(">H", int(port))


def check_keys(keys):
    cookies = keys["CKY-I"] + keys["CKY-R"]
    before = b""
    for number, name in enumerate(("SKEYID_d", "SKEYID_a", "SKEYID_e")):
        before = prf(keys["SKEYID"], before, keys["g^xy"], cookies, bytes([number]))
        same(name, before, keys[name])
    same("cipher key", keys["SKEYID_e"][:16], keys["cipher key"])


def check_message(keys, title, source, target, notification, page):
    hash_ = prf(keys["SKEYID_a"], page["message ID"], notification)
    same(f"{title}: HASH", hash_, page["HASH"])
    iv = hashlib.sha256(keys["last block"] + page["message ID"]).digest()[:16]
    same(f"{title}: IV", iv, page["IV"])
    plain = bytes([11, 0, 0, 36]) + hash_ + notification
    plain += bytes(-len(plain) % 16)
    same(f"{title}: plain", plain, page["plain"])
    cipher = Cipher(algorithms.AES(keys["cipher key"]), modes.CBC(iv)).encryptor()
    datagram = (keys["CKY-I"] + keys["CKY-R"] + bytes([8, 0x10, 5, 1]) + page["message ID"] +
                struct.pack(">I", 28 + len(plain)) + cipher.update(plain) + cipher.finalize())
    same(f"{title}: datagram", datagram, page["datagram"])

    length, doi, protocol, spi_size, kind = struct.unpack(">xxHIBBH", notification[:12])
    if (length, doi, protocol, spi_size) != (len(notification), 1, 1, 0):
        sys.exit(f"{title}: the notification's header is wrong")
    attributes = attributes_of(notification[25 + 4 * notification[24]:])
    same(f"{title}: SENDER", keys["CKY-I" if kind in MOVERS else "CKY-R"], attributes[SENDER])
    cookies = keys["CKY-I"] + keys["CKY-R"]
    for number, where in ((NATD_SOURCE, source), (NATD_DESTINATION, target)):
        if number in attributes:
            same(f"{title}: NATD", hashlib.sha256(cookies + where).digest(), attributes[number])
    if OBSERVED in attributes:
        same(f"{title}: OBSERVED", target, attributes[OBSERVED])


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        page = file.read()
    head, *sections = re.split(r"(?m)^## (?=\d)", page)
    keys = values_of(re.search(r"(?s)```text\n(.*?)```", head)[1])
    check_keys(keys)
    for section in sections:
        fields, values = re.findall(r"(?s)```text\n(.*?)```", section)
        source, target = re.search(r"From `(.*?)` to `(.*?)`\.", section).groups()
        check_message(keys, section.splitlines()[0], endpoint(source), endpoint(target),
                      fields_of(fields), values_of(values))
    if len(sections) != 7:
        sys.exit(f"{len(sections)} messages, expected 7")
    print(f"{len(sections)} messages, every byte made again")


if __name__ == "__main__":
    main()
