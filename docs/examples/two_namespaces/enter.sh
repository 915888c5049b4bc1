#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A shell, or the command given, in namespaces of its own with two machines in them:
#     a: 192.0.2.1, inside 10.1.0.1       b: 192.0.2.2, inside 10.2.0.1
# Needs no root. Everything is gone when it ends.
set -euo pipefail
if [ -z "${HOLDFAST_IN_NAMESPACES:-}" ]; then
  [ -w /dev/net/tun ] || { echo "run once as root: chmod 666 /dev/net/tun" >&2; exit 1; }
  export HOLDFAST_IN_NAMESPACES=1
  exec unshare --user --map-root-user --net --mount --pid --fork --kill-child --mount-proc \
    bash "$0" "$@"
fi
mount -t tmpfs none /run
mkdir /run/netns
for n in a b; do
  ip netns add $n
  ip -n $n link set lo up
done
ip link add name wire netns a type veth peer name wire netns b
ip -n a addr add 192.0.2.1/24 dev wire
ip -n b addr add 192.0.2.2/24 dev wire
ip -n a addr add 10.1.0.1/32 dev lo
ip -n b addr add 10.2.0.1/32 dev lo
for n in a b; do ip -n $n link set wire up; done
unset HOLDFAST_IN_NAMESPACES
export PATH="$PATH:/usr/sbin:/sbin"  # swanctl and charon-systemd, which are not in a user's path
exec "${@:-bash}"
