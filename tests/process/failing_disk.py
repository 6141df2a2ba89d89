#!/usr/bin/env python3
"""Disks of real nodes that fail once (S-26), and one that is slow (S-28).   BIN FOLDER

A failed write or sync, or a table that cannot be opened, costs nothing that was acknowledged, ends or renews that one node, and is noticed
by no client of the others. While each sync of n1 takes a second, the others answer as fast as before, at W=1 and W=2."""
import os
import shutil
import statistics
import sys
import time

import nodes
from python_client import ADD_UPDATE

KEYS, SLOW_MS, WRITES = 300, 1000, 200
SLACK_S = 0.002  # what two medians on a busy machine may differ by, beside the factor


def put(client, key, write_level=1):
    return client.ask(ADD_UPDATE, [b"default", key, b"v" * 500, 0, b"", [1, write_level], os.urandom(8), False])


class Disk:
    """What the disk of n1 does from now on."""

    def __init__(self, folder):
        self.file = os.path.join(folder, "disk-fault")
        os.environ["KIN_DISK_FAULTS"] = self.file

    def does(self, line):
        with open(self.file + ".new", "w") as out:
            out.write(line)
        os.rename(self.file + ".new", self.file)

    def is_well(self):
        os.unlink(self.file)

    def has_struck(self):  # of faults that strike once
        return not os.path.exists(self.file)


def start_on(cluster, module):
    cluster.start("n1", wrapper=("env", "LD_PRELOAD=" + module))


def fails_once(cluster, disk, module, what, provoke, acknowledged):
    """The disk of n1 fails in the midst of what `provoke` does; all that was acknowledged before and since is there."""
    other = cluster.client("n2")
    disk.does(what + " EIO")

    def struck():
        key = b"%s during %d" % (what.encode(), len(acknowledged))
        put(other, key)  # nobody else is hindered
        acknowledged.add(key)
        provoke()
        return disk.has_struck()

    nodes.until(struck, 20, "a %s of n1 fails" % what)

    def serves():
        if cluster.process["n1"].poll() is not None:
            start_on(cluster, module)
        try:
            return put(cluster.client("n1", 1000), b"again") is not None
        except (RuntimeError, TimeoutError):
            return False

    nodes.until(serves, 20, "n1 serves again")
    cluster.kill("n1")
    start_on(cluster, module)
    cluster.converge()
    client = cluster.client("n1")
    lost = [key for key in acknowledged if not client.get(key)[0]]
    assert not lost, "%s: %d of %d acknowledged writes are gone: %s" % (what, len(lost), len(acknowledged), lost[:3])
    print("a failed %s: %d acknowledged writes are there" % (what, len(acknowledged)))


def median_s(client, write_level):
    took = []
    for i in range(WRITES):
        start = time.monotonic()
        put(client, b"timed %d" % i, write_level)
        took.append(time.monotonic() - start)
    return statistics.median(took)


def main(bin_folder, folder, module):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    disk = Disk(folder)
    with nodes.Nodes(bin_folder, folder, 3, "fsync", "gossip: {interval_ms: 50}\n", up=["n2", "n3"]) as cluster:
        start_on(cluster, module)
        cluster.converge()

        acknowledged = {b"key %d" % i for i in range(KEYS)}
        client = cluster.client("n1")
        for key in acknowledged:
            put(client, key)

        def write():
            key = b"at n1 %d" % len(acknowledged)
            try:
                put(cluster.client("n1", 500), key)
                acknowledged.add(key)
            except (RuntimeError, TimeoutError) as failure:
                assert "applied 1" not in str(failure), failure

        for what in ("write", "sync"):
            fails_once(cluster, disk, module, what, write, acknowledged)
        for _ in range(2):  # each start makes a table of the log; of four LevelDB makes one, and opens it
            cluster.kill("n1")
            start_on(cluster, module)
        fails_once(cluster, disk, module, "map", write, acknowledged)

        others = {n: cluster.client(n) for n in ("n2", "n3")}
        usual = {(n, w): median_s(others[n], w) for n in others for w in (1, 2)}
        disk.does("sync %d" % SLOW_MS)
        start = time.monotonic()
        put(cluster.client("n1", 20000), b"slowly")
        assert time.monotonic() - start >= SLOW_MS / 1000, "the disk of n1 was not slow"
        for (n, w), before in usual.items():
            now = median_s(others[n], w)
            print("%s, W=%d: %.2f ms, %.2f ms while n1 is slow" % (n, w, 1000 * before, 1000 * now))
            assert now <= 2 * before + SLACK_S, "%s waits for the disk of n1" % n
        disk.is_well()
        cluster.converge(60)


if __name__ == "__main__":
    main(*sys.argv[1:])
