#!/usr/bin/env python3
"""A node that was down for k of many writes receives the k entries it lacks, and no more: counted in bytes.

    returning_node.py BIN FOLDER

Three nodes hold KEYS keys. n3 is killed, k keys are written, n3 comes back; all bytes that reach it until all are equal
are counted, gossip that says nothing new included."""
import os
import shutil
import sys

import nodes

KEYS, VALUE_BYTES = 20000, 100
ONE_ENTRY = 400      # bytes on the wire: key, value, dots, clock, names, and what a message adds to it
IDLE = 40 * 1024     # some seconds of reports with nothing new in them; more than the difference between two runs


def received_on_return(cluster, missed):
    cluster.kill("n3")
    cluster.fill("n1", missed, VALUE_BYTES)
    cluster.start("n3")
    cluster.converge()
    status = cluster.status("n3")
    assert status["keys"] == KEYS, status
    return status["counters"]["transport_received_bytes"]   # since the process began


def main(bin_folder, folder):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    with nodes.Nodes(bin_folder, folder, 3, "os") as cluster:
        cluster.fill("n1", KEYS, VALUE_BYTES)
        cluster.converge()
        received = {missed: received_on_return(cluster, missed) for missed in (1, 50, 500, 5000)}
    for missed, bytes_received in received.items():
        print("missed %4d of %d keys: %7d bytes received" % (missed, KEYS, bytes_received))
        least = missed * VALUE_BYTES
        most = missed * ONE_ENTRY + IDLE
        assert least <= bytes_received <= most, "%d bytes for %d entries, not %d to %d" % (bytes_received, missed, least, most)
    assert received[500] > 2 * received[50], received
    assert received[5000] > 5 * received[500], received


if __name__ == "__main__":
    main(*sys.argv[1:])
