# SPDX-License-Identifier: Apache-2.0
"""Shows what the project is for: the address of a client moves, and its connection stays.

    demo_roam.py HOLDFASTD [CARD]

CARD is "verilated:" (the RTL at both ends, the default) or "soft:". Everything happens in network
namespaces of its own; no root is needed.
"""
import re
import sys
import time

import lab
from handover_test import SECOND, Access, Handover, Probes
from lab import ADDRESS, Holdfast, Lab

RATES = {"verilated:": 50, "soft:": 1000}  # probes a second that the card carries easily


def moves_of(gateway):
    """(from, to, microseconds) of each move, from the log."""
    log = gateway.log()
    began = re.findall(r"moving from (\S+) to (\S+),", log)
    took = re.findall(r"moved to \S+ in (\d+) microseconds", log)
    return [(*ends, int(us)) for ends, us in zip(began, took)]


def wait_moved(net, address):
    lab.wait_for(f"the move to {address}", 20, lambda: all(
        f"'a.lab' @ {address}" in gateway.sas() for gateway in (net.a, net.b)))


def new_path_first(net, access):
    access.add()
    access.prefer_second()
    wait_moved(net, SECOND)


def and_back(net, access):
    access.prefer_first()
    wait_moved(net, ADDRESS["a"])


def old_path_gone(net, access):
    Handover.drop_first()
    access.prefer_second()
    wait_moved(net, SECOND)


STEPS = ((f"{ADDRESS['a']} → {SECOND}, both networks up", new_path_first),
         (f"{SECOND} → {ADDRESS['a']}, both networks up", and_back),
         (f"{ADDRESS['a']} gone, {SECOND} is left", old_path_gone))


def main():
    lab.enter()
    Holdfast.program = sys.argv[1]
    Holdfast.card = sys.argv[2] if len(sys.argv) > 2 else "verilated:"
    rate = RATES.get(Holdfast.card, 50)
    print(f"""
  client a ── network A {ADDRESS['a']} ──┐
      │                           router ── gateway b {ADDRESS['b']}
      └────── network B {SECOND} ─┘

Both ends run holdfastd with card {Holdfast.card} {rate} probes a second go through the tunnel each
way, while the client changes its network three times.
""", flush=True)
    with Lab(Holdfast, Holdfast) as net:
        net.a.initiate()
        access = Access()
        before = net.a.spis()
        print(f"  {'the address moves':44} {'to b: lost':>11} {'gap':>7} {'to a: lost':>11} "
              f"{'gap':>7} {'move':>8}", flush=True)
        for title, step in STEPS:
            probes = Probes(rate, 3)
            time.sleep(1.5)
            step(net, access)
            results = probes.results()
            up, down = results["a->b"], results["b->a"]
            took = moves_of(net.a)[-1][2] / 1000
            print(f"  {title:44} {up[1]:4} of {up[0]:4} {up[3] * 1000:4.0f} ms {down[1]:4} of "
                  f"{down[0]:4} {down[3] * 1000:4.0f} ms {took:5.1f} ms", flush=True)
        after = net.a.spis()
        print(f"""
  SPI before {before[0]}, after {after[0]}: {"the same SA, its keys and sequence numbers lived on"
              if before == after else "NOT THE SAME SA"}.
  gap:  the longest time without a packet at the receiver; probes come every {1000 / rate:.0f} ms
  move: from the kernel's news to the other end's final, authenticated answer
""")
        print(net.a.sas())
    print("Try it yourself: docs/getting_started.md")


if __name__ == "__main__":
    main()
