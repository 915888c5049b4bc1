#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# demo.sh PROGRAM [CARD]: opens a recording of two strongSwan daemons and shows it beside what their
# own tunnel interface saw; results stay in build/demo. `./dev demo` builds the program and calls
# this.
set -euo pipefail
program=$(realpath "$1")
card="${2:-verilated:}"
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
capture=tests/vectors/captures/strongswan_aes128gcm16
folder=build/demo
mkdir -p "$folder"

echo "The wire between two strongSwan gateways (IKEv1, ESP in UDP, AES-GCM-128):"
echo
show() { # show FILE COUNT FILTER
  if command -v tshark >/dev/null; then
    { tshark -r "$1" -Y "$3" -c 400 2>/dev/null || true; } | head -n "$2"
  else
    echo "  (install tshark to see packets)"
  fi
}
show "${capture}_wire.pcap" 6 esp
echo
echo "\$ holdfast-replay ${capture}_wire.pcap \\"
echo "    --sa ${capture}_sas.toml --card $card --compare soft: \\"
echo "    --out $folder/plain.pcap --report $folder/report.json"
echo
"$program" "${capture}_wire.pcap" --sa "${capture}_sas.toml" --card "$card" --compare soft: \
  --out "$folder/plain.pcap" --report "$folder/report.json"
echo
echo "What came out of the card:"
echo
show "$folder/plain.pcap" 6 ip
echo
echo "What one gateway's own tunnel interface recorded at the same time:"
echo
show "${capture}_plain.pcap" 6 ip
echo
echo "Try it with your own capture: docs/getting_started.md"
