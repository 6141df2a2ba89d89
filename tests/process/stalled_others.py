#!/usr/bin/env python3
"""Who does not read harms nobody else: a frozen peer, a dead peer, a client that never takes its replies (S-47, S-73).

    stalled_others.py BIN FOLDER

Each time n1 of three takes in the same load, and all of it is acknowledged. Afterwards all are alive again and hold the
same. A peer costs no memory: n1's own, at the highest, may differ from that of a run in which all are well by no more than
ROOM_MB, the peer's queue (common/transport/socket_options.cpp): 64 messages of 256 KiB. A silent peer is normally cut off
after a second or two, which ends the queue; that is put off here so that the queue alone must hold. A deaf client costs
its own queue, 256 messages of 256 KiB, and what one turn makes of its requests, 512 answers that stand in memory twice."""
import json
import os
import shutil
import sys

import msgpack
import zmq

import nodes

WRITES, VALUE_BYTES, DEPTH = 30000, 4 * 1024, 64   # 117 MB
KEYS = 500
ROOM_MB = 16 + 32                                  # the queue, and what two runs may differ by: half of it was seen
DEAF_ROOM_MB = 64 + 64 + 32
READS, READ_BYTES = 6000, 64 * 1024                # 375 MB


def load(cluster):
    cluster.fill("n1", WRITES, VALUE_BYTES, depth=DEPTH, keys=KEYS)


def all_well(cluster):
    load(cluster)


def frozen_peer(cluster):
    cluster.freeze("n3")
    load(cluster)
    counters = cluster.status("n1")["counters"]
    assert counters["transport_dropped_peer"] > 0, "its queue never was full: %s" % counters
    # What lies in the queue of somebody who does not read is no copy.
    told = json.loads(cluster.kin("-o", "json", "--timeout", "1s", "add_update", "counted", "v", "-W", "all", node="n1", ok=(7,)))
    assert told["status"] == "PARTIAL" and told["acks"] == {"got": 2, "wanted": 3}, told
    cluster.thaw("n3")


def dead_peer(cluster):
    cluster.kill("n3")
    load(cluster)
    cluster.start("n3")


def deaf_client(cluster):
    """It asks and never reads; another client of the same node has every write acknowledged, as if it were alone."""
    cluster.client("n1").put(b"large", os.urandom(READ_BYTES))
    deaf = zmq.Context.instance().socket(zmq.DEALER)
    deaf.setsockopt(zmq.LINGER, 0)
    deaf.setsockopt(zmq.RCVHWM, 1)
    deaf.setsockopt(zmq.SNDHWM, 0)
    deaf.connect("tcp://" + cluster.endpoint["n1"])
    for number in range(READS):
        envelope = [1, b"", 1, number, b"deaf", 0, 0, 60000, []]
        deaf.send(msgpack.packb(envelope) + msgpack.packb([b"default", b"large", [0, 0]], use_bin_type=True))
    load(cluster)
    counters = cluster.status("n1")["counters"]
    assert counters["calls"] >= READS, "the deaf client's reads were not taken up: %s" % counters
    deaf.close()


def run(bin_folder, folder, what):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    with nodes.Nodes(bin_folder, folder, 3, "os", "timeouts: {suspect_ms: 60000}\n", trace=False) as cluster:
        nodes.until(lambda: all(p["state"] == "reachable" for n in cluster.ids
                                for p in cluster.status(n)["tiers"][0]["peers"]), 10, "all hear each other")
        with nodes.OwnMemory(cluster, "n1") as own:
            what(cluster)
        cluster.converge(60)
        kept = {n: cluster.status(n)["keys"] for n in cluster.ids}
        assert all(keys >= KEYS for keys in kept.values()), "%s: keys %s" % (what.__name__, kept)
        print("%-12s most own memory of n1 %4.0f MB; after it returned n1 %.0f, n3 %.0f MB"
              % (what.__name__, own.most_mb, cluster.memory_mb("n1", "RssAnon"), cluster.memory_mb("n3", "RssAnon")))
    shutil.rmtree(folder)
    return own.most_mb


def main(bin_folder, folder):
    well = run(bin_folder, folder, all_well)
    for what in (frozen_peer, dead_peer):
        memory = run(bin_folder, folder, what)
        assert memory < well + ROOM_MB, "%s: %.0f MB, %.0f MB when all are well" % (what.__name__, memory, well)
    memory = run(bin_folder, folder, deaf_client)
    assert memory < well + DEAF_ROOM_MB, "a deaf client: %.0f MB, %.0f MB without it" % (memory, well)


if __name__ == "__main__":
    main(*sys.argv[1:])
