#!/usr/bin/env python3
"""A million 100-byte values cost a node less than 400 MB of memory, and nothing at start-up.

    million_keys.py BIN FOLDER [KEYS]

The other two members are down all the while: so the node must also remember, for each value, that they lack it. Starts
are measured after kill -9, when the log of the last writes has still to be read."""
import os
import shutil
import sys
import time

import nodes

MOST_MB = 400
FEW = 1000
STARTS = 3


def seconds_to_start(cluster):
    """From the start of the process to its first answer; the best of some, since the machine does other things too."""
    taken = []
    for _ in range(STARTS):
        cluster.kill("n1")
        before = time.monotonic()
        cluster.start("n1")
        cluster.client("n1", 60000).get(b"no such key")
        taken.append(time.monotonic() - before)
    return min(taken)


def fill_and_start(bin_folder, folder, keys):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    with nodes.Nodes(bin_folder, folder, 3, "os", up=["n1"], trace=False) as cluster:
        cluster.fill("n1", keys, 100)
        loaded = cluster.memory_mb("n1", "VmHWM")
        seconds = seconds_to_start(cluster)
        status = cluster.status("n1")
        assert status["keys"] == keys, "%d keys, not %d" % (status["keys"], keys)
        lacking = [peer["member"] for peer in status["tiers"][0]["peers"] if peer["blocks_forgetting"]]
        print("%d keys, held back for %s: %d; most memory %.0f MB, first answer after %.0f ms"
              % (keys, lacking, status["tiers"][0]["held_back"], loaded, 1000 * seconds))
        return loaded, seconds


def main(bin_folder, folder, keys="1000000"):
    _, few = fill_and_start(bin_folder, folder, FEW)
    memory, many = fill_and_start(bin_folder, folder, int(keys))
    shutil.rmtree(folder)   # a quarter of a gigabyte
    assert memory < MOST_MB, "%.0f MB resident, more than %d" % (memory, MOST_MB)
    # A log of at most one write buffer (16 MB) is read again: that is bounded, but it is not nothing.
    assert many < 2 * few + 0.1, "%.2f s to start with %s keys, %.2f s with %d" % (many, keys, few, FEW)


if __name__ == "__main__":
    main(*sys.argv[1:])
