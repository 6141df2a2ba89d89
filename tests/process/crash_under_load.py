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
import time

import nodes
import shiviz_rules

KEYS, CLIENTS = 6, 4


class Client(threading.Thread):
    def __init__(self, number, cluster, stop, seed):
        super().__init__()
        self.name, self.cluster, self.stop, self.random = "c%d" % number, cluster, stop, random.Random(seed + number)
        self.lines, self.count, self.contexts = [], 0, {}
        self.connection = {}

    def run(self):
        while not self.stop.is_set():
            self.step(self.random.choice(self.cluster.ids), "k%d" % self.random.randrange(KEYS))

    def step(self, node, key):
        self.count += 1
        line = {"id": "%s-%d" % (self.name, self.count), "key": key, "node": node, "start_ns": time.monotonic_ns()}
        if node not in self.connection:
            self.connection[node] = self.cluster.client(node, 400)
        kin, dice = self.connection[node], self.random.random()
        try:
            if dice < 0.3:
                self.read(kin, line, key)
            elif dice < 0.36:
                self.delete(kin, line, key)
            else:
                self.put(kin, line, key)
            line["outcome"] = "ok"
        except TimeoutError:
            line["outcome"] = "unknown"
            self.connection.pop(node)        # a late reply must not be taken for the next one's
        except RuntimeError as refusal:
            line["outcome"] = "fail" if "applied 0" in str(refusal) else "unknown"
        line["end_ns"] = None if line["outcome"] == "unknown" else time.monotonic_ns()
        self.lines.append(line)

    def read(self, kin, line, key):
        line.update(op="get", values=[])
        values, context = kin.get(key.encode())
        line["values"] = [v.decode() for v in values]
        self.contexts[key] = (line["id"], context)

    def put(self, kin, line, key):
        held = self.contexts.get(key) if self.random.random() < 0.5 else None
        line.update(op="put", value=line["id"], context=held[0] if held else "implied", replaced=[])
        body = [b"default", key.encode(), line["value"].encode(), 1 if held else 0, held[1] if held else b"", [0, 0],
                os.urandom(8), True]
        reply = kin.ask(2, body)
        line["replaced"] = [value.decode() for dot, value in reply[5]]
        self.contexts[key] = (line["id"], reply[4])

    def delete(self, kin, line, key):
        # A delete says what it saw: an implied one would have to list what it replaced.
        held = self.contexts.get(key)
        if not held:
            return self.read(kin, line, key)
        line.update(op="delete", context=held[0])
        kin.delete(key.encode(), held[1])


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
        clients = [Client(i, cluster, stop, int(seed)) for i in range(CLIENTS)]
        for client in clients:
            client.start()
        timer = threading.Timer(float(seconds), stop.set)
        timer.start()
        kills = nemesis(cluster, stop, random.Random(int(seed)))
        for client in clients:
            client.join()
        cluster.converge()
        lines = sorted((line for c in clients for line in c.lines), key=lambda line: line["start_ns"])
        for node in cluster.ids:
            for key in ("k%d" % i for i in range(KEYS)):
                start = time.monotonic_ns()
                values, _ = cluster.client(node).get(key.encode())
                lines.append({"id": "final-%s-%s" % (node, key), "op": "final", "key": key, "node": node, "start_ns": start,
                              "values": [v.decode() for v in values], "end_ns": time.monotonic_ns(), "outcome": "ok"})
    history = os.path.join(folder, "history.jsonl")
    with open(history, "w") as out:
        out.writelines(json.dumps(line) + "\n" for line in lines)
    acknowledged = sum(line["outcome"] == "ok" and line["op"] == "put" for line in lines)
    unknown = sum(line["outcome"] == "unknown" for line in lines)
    print("%d operations, %d puts acknowledged, %d unknown, %d kills" % (len(lines), acknowledged, unknown, kills))
    assert kills >= 5 and acknowledged >= 100, "too little happened to show anything"
    judged = subprocess.run([os.path.join(bin_folder, "kin-driver"), "check", "causal", history])
    assert judged.returncode == 0, "the history is not causal: %s" % history
    trace = [line.rstrip("\n") for n in cluster.ids for line in open(os.path.join(folder, "logs", n + ".trace"))]
    found = shiviz_rules.violations(trace)
    assert not found, "the traces break ShiViz's rules: %s" % found[:5]
    print("%d trace lines obey ShiViz's rules" % len(trace))


if __name__ == "__main__":
    main(*sys.argv[1:])
