#!/usr/bin/env python3
"""Fresh clusters of five real nodes under faults, one after the other: kills, pauses, isolated nodes, cut links. What the
clients of each did and saw is judged by kin-driver check causal.

    causal_histories.py BIN FOLDER [HISTORIES] [SECONDS] [SEED]"""
import os
import random
import shutil
import sys
import threading
import time

import causal_clients
import nodes
import strikes

CLIENTS, KEYS = 4, 3
AGREE_WITHIN_S = 5  # after the last fault (G-11)


def one_history(bin_folder, folder, seconds, seed):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    stop = threading.Event()
    keys = ["k%d" % i for i in range(KEYS)]
    with nodes.Nodes(bin_folder, folder, 5) as cluster:
        clients = [causal_clients.Client(i, cluster, stop, seed, lambda dice: dice.choice(keys)) for i in range(CLIENTS)]
        faults = strikes.Strikes(cluster, stop, random.Random(seed),
                                 (strikes.kill, strikes.pause, strikes.isolate, strikes.cut), 0.1, 0.8)
        faults.beset(clients, seconds)
        begin = time.monotonic()
        cluster.converge(AGREE_WITHIN_S)
        agreed_s = time.monotonic() - begin
        operations, acknowledged, unknown = causal_clients.judge(cluster, clients, keys)
    print("seed %d: %d operations, %d puts acknowledged, %d unknown; %s; equal after %.2f s" % (
        seed, operations, acknowledged, unknown, faults.told(), agreed_s), flush=True)
    return operations, acknowledged, faults.number(), agreed_s


def main(bin_folder, folder, histories="20", seconds="5", seed=None):
    seed = int(seed or time.time())
    done = [one_history(bin_folder, os.path.join(folder, str(i)), float(seconds), seed + i) for i in range(int(histories))]
    operations, acknowledged, faults, _ = (sum(column) for column in zip(*done))
    print("%d histories, %d operations, %d faults, all causal; all nodes equal after %.2f s at most" % (
        len(done), operations, faults, max(one[3] for one in done)))
    assert acknowledged >= 100 * len(done) and faults >= 2 * len(done), "too little happened to show anything"


if __name__ == "__main__":
    main(*sys.argv[1:])
