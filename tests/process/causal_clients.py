#!/usr/bin/env python3
"""Clients of the causal tier that write, read and delete at all nodes, and keep the history that kin-driver judges."""
import json
import os
import random
import subprocess
import time

import workers


class Client(workers.Worker):
    """Works until `stop` is set. `key` gives the key for the next operation, from a random generator."""

    def __init__(self, number, cluster, stop, seed, key):
        super().__init__(stop)
        self.key = key
        self.name, self.cluster, self.random = "c%d" % number, cluster, random.Random(seed + number)
        self.lines, self.count, self.contexts = [], 0, {}
        self.connection = {}

    def step(self):
        node, key = self.random.choice(self.cluster.ids), self.key(self.random)
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


def judge(cluster, clients, keys):
    """Writes history.jsonl and has it judged. Returns operations, acknowledged puts, and those whose end is unknown."""
    lines = sorted((line for c in clients for line in c.lines), key=lambda line: line["start_ns"])
    for node in cluster.ids:
        connection = cluster.client(node)
        for key in keys:
            start = time.monotonic_ns()
            values, _ = connection.get(key.encode())
            lines.append({"id": "final-%s-%s" % (node, key), "op": "final", "key": key, "node": node, "start_ns": start,
                          "values": [v.decode() for v in values], "end_ns": time.monotonic_ns(), "outcome": "ok"})
    history = os.path.join(cluster.folder, "history.jsonl")
    with open(history, "w") as out:
        out.writelines(json.dumps(line) + "\n" for line in lines)
    judged = subprocess.run([os.path.join(cluster.bin, "kin-driver"), "check", "causal", history])
    assert judged.returncode == 0, "the history is not causal: %s" % history
    acknowledged = sum(line["outcome"] == "ok" and line["op"] == "put" for line in lines)
    return len(lines), acknowledged, sum(line["outcome"] == "unknown" for line in lines)
