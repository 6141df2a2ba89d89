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
import strikes

CLIENTS, KEYS, KEYS_LAST_S, STRIKE_EVERY_S, TELL_EVERY_S = 4, 6, 10, 2, 10
AGREE_WITHIN_S = 5  # after the last fault (G-11)
FLAT = 1.10  # the last quarter may take so much more memory than the one before it


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
        faults = strikes.Strikes(cluster, stop, random.Random(seed),
                                 (strikes.kill, strikes.pause, strikes.isolate, strikes.cut), 0.2, 1.5)
        striking, memory = strikes.Striking(faults, STRIKE_EVERY_S), Memory(cluster)
        for thread in clients + [striking]:
            thread.start()
        told = 0
        while not stop.wait(1) and time.monotonic() - begun < seconds:
            memory.sample()
            if time.monotonic() - begun >= told + TELL_EVERY_S:
                told += TELL_EVERY_S
                print("%4d s: %d operations, %d faults, %.0f MB a node" % (
                    told, sum(len(c.lines) for c in clients), faults.number(), memory.samples[-1]), flush=True)
        stop.set()
        for thread in clients + [striking]:
            thread.end()
        cluster.converge(AGREE_WITHIN_S)
        operations, acknowledged, unknown = causal_clients.judge(cluster, clients, sorted(keys_so_far))
    print("%d operations, %d puts acknowledged, %d unknown; %s" % (operations, acknowledged, unknown, faults.told()),
          flush=True)
    assert faults.number() >= 0.95 * seconds / STRIKE_EVERY_S, "only %d strikes" % faults.number()
    assert acknowledged >= 10 * seconds, "too little happened to show anything"
    found = shiviz_rules.violations(
        shiviz_rules.Files([os.path.join(folder, "logs", n + ".trace") for n in cluster.ids]), every=1000)
    assert not found, "the traces break ShiViz's rules: %s" % found[:5]
    print("the traces obey ShiViz's rules")
    third, last = memory.quarter(2), memory.quarter(3)
    print("memory: %.1f MB a node in the third quarter, %.1f MB in the last" % (third, last))
    assert last <= third * FLAT, "the nodes grow"
    print("held")


if __name__ == "__main__":
    main(*sys.argv[1:])
