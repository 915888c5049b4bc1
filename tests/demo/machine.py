# SPDX-License-Identifier: Apache-2.0
"""Where programs run on this machine, and before whom."""
import os


def threads_of(pids):
    return [int(thread) for pid in pids for thread in os.listdir(f"/proc/{pid}/task")]


def pin(pids, core):
    """All threads of these programs run on one core."""
    for thread in threads_of(pids):
        os.sched_setaffinity(thread, {core})


def prefer(pids, priority):
    """Puts all threads of these programs before what has no real-time priority; returns whether
    that is allowed."""
    try:
        for thread in threads_of(pids):
            os.sched_setscheduler(thread, os.SCHED_RR, os.sched_param(priority))
    except PermissionError:
        return False
    return True
