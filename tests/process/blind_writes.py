#!/usr/bin/env python3
"""S-09: fifty clients that have seen nothing write one key at three nodes at the same time: all values are kept, up to the limit, and past it
each write is refused in clear words. Nothing is dropped in silence.

    blind_writes.py BIN FOLDER"""
import concurrent.futures
import os
import shutil
import sys
import threading

import nodes
from python_client import ADD_UPDATE, Kin

NOTHING_SEEN, SIBLINGS_MAX = 3, 64


def blind(client, value):
    return client.ask(ADD_UPDATE, [b"default", b"cart", value, NOTHING_SEEN, b"", [0, 0], os.urandom(8), False])


def main(bin_folder, folder):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    with nodes.Nodes(bin_folder, folder, 3, "os") as cluster:
        clients = [Kin(cluster.endpoint[cluster.ids[i % 3]]) for i in range(50)]
        written = {b"value of %d" % i for i in range(50)}
        together = threading.Barrier(50)

        def write(i):
            together.wait()
            blind(clients[i], b"value of %d" % i)

        with concurrent.futures.ThreadPoolExecutor(50) as threads:
            list(threads.map(write, range(50)))  # a refusal of one is raised here
        at = {n: Kin(cluster.endpoint[n]) for n in cluster.ids}
        for n in cluster.ids:
            nodes.until(lambda n=n: len(at[n].get(b"cart")[0]) == 50, 20, "all fifty values at " + n)
            assert set(at[n].get(b"cart")[0]) == written, n

        refused = 0
        for i in range(50, 80):
            try:
                blind(at["n1"], b"value of %d" % i)
                written.add(b"value of %d" % i)
            except RuntimeError as refusal:
                refused += 1
                assert str(refusal).startswith("status 11, applied 0") and "context" in str(refusal), refusal
        assert len(written) == SIBLINGS_MAX and refused == 30 - (SIBLINGS_MAX - 50), (len(written), refused)
        for n in cluster.ids:
            nodes.until(lambda n=n: set(at[n].get(b"cart")[0]) == written, 20, "exactly what was acknowledged at " + n)

        values, context = at["n2"].get(b"cart")
        now, _ = at["n2"].put(b"cart", b"one", context)
        assert now == [b"one"], now


if __name__ == "__main__":
    main(*sys.argv[1:3])
