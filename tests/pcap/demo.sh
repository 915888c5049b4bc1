#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# demo.sh PROGRAM [CARD]: opens a recording of two strongSwan daemons and compares with what their
# own tunnel interface saw. `./dev demo` builds the program and calls this.
set -euo pipefail
program=$(realpath "$1")
card="${2:-verilated:}"
cd "$(dirname "${BASH_SOURCE[0]}")/../vectors/captures"
capture=strongswan_aes128gcm16
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

echo "The wire between two strongSwan gateways (IKEv1, ESP in UDP, AES-GCM-128):"
echo
show() { # show FILE COUNT FILTER
  if command -v tshark >/dev/null; then
    { tshark -r "$1" -Y "$3" -c 400 2>/dev/null || true; } | head -n "$2"
  else
    echo "  (install tshark to see packets)"
  fi
}
show "${capture}_wire.pcap" 6 udpencap
echo
echo "\$ holdfast-replay ${capture}_wire.pcap --sa ${capture}_sas.toml --card $card --compare soft:"
echo
"$program" "${capture}_wire.pcap" --sa "${capture}_sas.toml" --card "$card" --compare soft: \
  --out "$folder/plain.pcap" --report "$folder/report.json"
echo
echo "What came out of the card:"
echo
show "$folder/plain.pcap" 6 ip
echo
echo "Try it with your own capture: docs/getting_started.md"
