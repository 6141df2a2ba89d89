#!/usr/bin/env python3
"""Five real nodes under load for long, with a fault every two seconds: a kill, a pause, an isolated node, a cut link.

    soak.py BIN FOLDER [MINUTES] [SEED]

In the end the nodes converge, every key is read everywhere, kin-driver judges the history, the traces must obey ShiViz's
rules, and the memory of the nodes must have been flat in the second half."""
import os
import random
import shutil
import sys
import threading
import time

import causal_clients
import nodes
import shiviz_rules

CLIENTS, KEYS, KEYS_LAST_S, FAULT_EVERY_S, TELL_EVERY_S = 4, 6, 10, 2, 10
FLAT = 1.10  # the last quarter may take so much more memory than the one before it


class Faults(threading.Thread):
    """One fault after the other, each undone before the next."""

    def __init__(self, cluster, stop, seed):
        super().__init__()
        self.cluster, self.stop, self.dice = cluster, stop, random.Random(seed)
        self.counts = {kind: 0 for kind in ("kill", "pause", "isolate", "cut")}
        self.failed = None

    def run(self):
        try:
            while not self.stop.wait(FAULT_EVERY_S):
                self.strike(self.dice.choice(sorted(self.counts)))
        except Exception as failure:  # whatever it is, the main thread must know
            self.failed = failure
            self.stop.set()

    def strike(self, kind):
        self.counts[kind] += 1
        node, other = self.dice.sample(self.cluster.ids, 2)
        a_while = self.dice.uniform(0.2, 1.8)
        if kind == "kill":
            self.cluster.kill(node)
            self.stop.wait(a_while)
            self.cluster.start(node)
        elif kind == "pause":
            self.cluster.freeze(node)
            self.stop.wait(a_while)
            self.cluster.thaw(node)
        elif kind == "isolate":
            self.cluster.kin("fault", "isolate", node)
            self.stop.wait(a_while)
            self.cluster.kin("fault", "join", node)
        else:
            self.cluster.kin("fault", "link", node, other, "--drop", "100")
            self.stop.wait(a_while)
            self.cluster.kin("fault", "link", node, other, "--drop", "0")


class Memory:
    """The mean resident memory of the nodes, in MB, over time."""

    def __init__(self, cluster):
        self.cluster, self.samples = cluster, []

    def sample(self):
        sizes = []
        for node in self.cluster.ids:
            try:
                sizes.append(self.cluster.memory_mb(node))
            except (OSError, StopIteration):
                pass  # it is dead just now
        if sizes:
            self.samples.append(sum(sizes) / len(sizes))

    def quarter(self, number):
        n = len(self.samples) // 4
        part = self.samples[number * n:(number + 1) * n]
        return sum(part) / len(part)


def main(bin_folder, folder, minutes="10", seed=None):
    seed = int(seed or time.time())
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    print("five nodes for %s minutes, seed %d, in %s" % (minutes, seed, folder), flush=True)
    stop, begun, seconds = threading.Event(), time.monotonic(), float(minutes) * 60
    keys_so_far = set()

    def key(dice):
        # New keys all the time: a history of few keys would be long for each, and dear to judge.
        name = "t%d-k%d" % ((time.monotonic() - begun) // KEYS_LAST_S, dice.randrange(KEYS))
        keys_so_far.add(name)
        return name

    with nodes.Nodes(bin_folder, folder, 5) as cluster:
        clients = [causal_clients.Client(i, cluster, stop, seed, key) for i in range(CLIENTS)]
        faults, memory = Faults(cluster, stop, seed), Memory(cluster)
        for thread in clients + [faults]:
            thread.start()
        told = 0
        while not stop.wait(1) and time.monotonic() - begun < seconds:
            memory.sample()
            if time.monotonic() - begun >= told + TELL_EVERY_S:
                told += TELL_EVERY_S
                print("%4d s: %d operations, %d faults, %.0f MB a node" % (
                    told, sum(len(c.lines) for c in clients), sum(faults.counts.values()), memory.samples[-1]), flush=True)
        stop.set()
        for thread in clients + [faults]:
            thread.join()
        if faults.failed:
            raise faults.failed
        cluster.converge(60)
        operations, acknowledged, unknown = causal_clients.judge(cluster, clients, sorted(keys_so_far))
    print("%d operations, %d puts acknowledged, %d unknown; %s" % (
        operations, acknowledged, unknown, ", ".join("%s %d" % item for item in faults.counts.items())))
    assert acknowledged >= 10 * seconds, "too little happened to show anything"
    trace = [line.rstrip("\n") for n in cluster.ids for line in open(os.path.join(folder, "logs", n + ".trace"))]
    found = shiviz_rules.violations(trace)
    assert not found, "the traces break ShiViz's rules: %s" % found[:5]
    print("%d trace lines obey ShiViz's rules" % len(trace))
    third, last = memory.quarter(2), memory.quarter(3)
    print("memory: %.1f MB a node in the third quarter, %.1f MB in the last" % (third, last))
    assert last <= third * FLAT, "the nodes grow"
    print("held")


if __name__ == "__main__":
    main(*sys.argv[1:])
