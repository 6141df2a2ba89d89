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
        cluster.converge(60)
        operations, acknowledged, unknown = causal_clients.judge(cluster, clients, keys)
    print("seed %d: %d operations, %d puts acknowledged, %d unknown; %s" % (
        seed, operations, acknowledged, unknown, faults.told()), flush=True)
    return operations, acknowledged, faults.number()


def main(bin_folder, folder, histories="20", seconds="5", seed=None):
    seed = int(seed or time.time())
    done = [one_history(bin_folder, os.path.join(folder, str(i)), float(seconds), seed + i) for i in range(int(histories))]
    operations, acknowledged, faults = (sum(column) for column in zip(*done))
    print("%d histories, %d operations, %d faults, all causal" % (len(done), operations, faults))
    assert acknowledged >= 100 * len(done) and faults >= 2 * len(done), "too little happened to show anything"


if __name__ == "__main__":
    main(*sys.argv[1:])
