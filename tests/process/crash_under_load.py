#!/usr/bin/env python3
"""kill -9 of nodes at any moment under load: nothing acknowledged is lost, no conflict missed or invented.

    crash_under_load.py BIN FOLDER [SECONDS] [SEED]

Clients write and read at all five nodes while one node after the other is killed and started again. Then the nodes
converge, every key is read everywhere, and kin-driver judges the history; the traces must obey ShiViz's rules."""
import json
import os
import random
import shutil
import subprocess
import sys
import threading

import causal_clients
import nodes
import shiviz_rules

KEYS, CLIENTS = 6, 4


def nemesis(cluster, stop, dice):
    kills = 0
    while not stop.wait(dice.uniform(0.05, 0.4)):
        node = dice.choice(cluster.ids)
        cluster.kill(node)
        kills += 1
        stop.wait(dice.uniform(0, 0.5))
        cluster.start(node)
    return kills


def main(bin_folder, folder, seconds="15", seed="1"):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    stop = threading.Event()
    with nodes.Nodes(bin_folder, folder, 5) as cluster:
        keys = ["k%d" % i for i in range(KEYS)]
        clients = [causal_clients.Client(i, cluster, stop, int(seed), lambda dice: dice.choice(keys))
                   for i in range(CLIENTS)]
        for client in clients:
            client.start()
        timer = threading.Timer(float(seconds), stop.set)
        timer.start()
        kills = nemesis(cluster, stop, random.Random(int(seed)))
        for client in clients:
            client.end()
        cluster.converge()
        operations, acknowledged, unknown = causal_clients.judge(cluster, clients, keys)
    print("%d operations, %d puts acknowledged, %d unknown, %d kills" % (operations, acknowledged, unknown, kills))
    assert kills >= 5 and acknowledged >= 100, "too little happened to show anything"
    trace = [line.rstrip("\n") for n in cluster.ids for line in open(os.path.join(folder, "logs", n + ".trace"))]
    found = shiviz_rules.violations(trace)
    assert not found, "the traces break ShiViz's rules: %s" % found[:5]
    print("%d trace lines obey ShiViz's rules" % len(trace))
    put_together(os.path.join(bin_folder, "kin"), folder, trace)


def put_together(kin, folder, trace):
    """What kin log makes of these traces: all their lines, and nothing before what it had seen."""
    def log(form):
        return subprocess.run([kin, "log", form, folder], capture_output=True, text=True, check=True, timeout=120).stdout

    merged = log("merge").splitlines()
    assert sorted(merged) == sorted(trace), "kin log merge has other lines than the traces"
    seen = {}
    for line in merged:
        match = shiviz_rules.LINE.match(line)
        host, clock = match["host"], json.loads(match["clock"])
        ahead = [h for h, n in clock.items() if h != host and n > seen.get(h, 0)]
        assert not ahead, "%s stands before what it had seen of %s" % (line[:120], ahead)
        seen[host] = clock[host]
    shiviz = log("shiviz").splitlines()
    assert shiviz[0] == r"(?<ts>\S+) (?<host>\S+) (?<clock>\{.*?\}) (?<event>.*)" and shiviz[1] == "", shiviz[:2]
    assert shiviz[2:] == merged, "kin log shiviz has another order than kin log merge"


if __name__ == "__main__":
    main(*sys.argv[1:])
