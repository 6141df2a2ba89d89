"""What grows, and what it costs: each measurement starts nodes of its own and returns the panels that are drawn of it.

Nodes, values, siblings and write amplification are measured with `kin bench` and kin-fill from outside; memory, bytes on
disk and bytes written are what the kernel says of the process. Nothing is averaged: a figure is one run, and of several
rounds the best one, since the other work of a machine only makes a run slower."""
import fcntl
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "process"))
import nodes  # noqa: E402

VALUE_BYTES = 100
KEY_BYTES = 16      # of kin-fill
PREFIX = "key-"     # makes those of kin bench as long


class Failed(Exception):
    """A measurement that cannot be trusted: the sentence says why."""


class Bench:
    """How long and how often is measured, and where."""

    def __init__(self, bin_folder, folder, seconds=2.0, rounds=1, quick=False, large=False):
        self.bin, self.folder, self.seconds, self.rounds, self.quick, self.large = bin_folder, folder, seconds, rounds, quick, large
        self.filled = {}

    def some(self, points, more=()):
        return points[:2] if self.quick else points + (list(more) if self.large else [])

    def say(self, sentence):
        print("   " + sentence, file=sys.stderr, flush=True)

    def cluster(self, count, durability):
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        return nodes.Nodes(self.bin, self.folder, count, durability, trace=False)

    def load(self, cluster, mix, *words, patience=0):
        """One load on n1: {rate, p50_ms, p99_ms}, of the round with the highest rate. `patience`: more seconds for the keys."""
        runs = []
        for _ in range(self.rounds):
            command = [os.path.join(self.bin, "kin"), "--config", cluster.config, "--node", "n1", "--timeout", "20s", "-o", "json", "bench",
                       mix, "--duration", "%dms" % (1000 * self.seconds), *(str(w) for w in words)]
            done = subprocess.run(command, capture_output=True, text=True, timeout=120 + 10 * self.seconds + patience)
            if done.returncode != 0:
                raise Failed("%s: exit %d: %s" % (" ".join(command[7:]), done.returncode, (done.stdout + done.stderr).strip()))
            result = json.loads(done.stdout)
            if result["failed"] or not result["operations"]:
                raise Failed("%s: %d operations, failed %s" % (" ".join(command[7:]), result["operations"], result["failures"]))
            kind, = result["kinds"].values()
            runs.append({"rate": round(result["rate"]), "p50_ms": kind["p50_us"] / 1000, "p99_ms": kind["p99_us"] / 1000})
        return max(runs, key=lambda run: run["rate"])

    def fill(self, cluster, count, value_bytes=VALUE_BYTES, depth=1024):
        """So many writes at n1, to as many keys; all must be acknowledged."""
        command = [os.path.join(self.bin, "kin-fill"), cluster.config, "n1", str(count), str(value_bytes), "0", str(depth)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120 + count / 500)
        if done.returncode != 0:
            raise Failed("kin-fill of %d keys: exit %d: %s" % (count, done.returncode, (done.stdout + done.stderr).strip()))


def panel(title, x, y, series):
    return {"title": title, "x": x, "y": y, "series": [{"name": name, "points": points} for name, points in series.items()]}


def axis(label, scale, unit=""):
    return {"label": label, "scale": scale, "unit": unit}


RATE = axis("operations a second", "log")


def by_nodes(bench):
    rate, wait = {}, {}
    for count in bench.some([1, 3, 5, 7]):
        with bench.cluster(count, "fsync") as cluster:
            cluster.converge()
            loads = {"write, W=quorum": ("put", "-W", "quorum"), "write, W=1": ("put", "-W", 1), "read, R=quorum": ("get", "-R", "quorum"),
                     "read, R=1": ("get", "-R", 1)}
            for name, (mix, *level) in loads.items():
                many = bench.load(cluster, mix, *level, "--depth", 64)
                rate.setdefault(name, []).append([count, many["rate"]])
                cluster.converge()
                if name in ("write, W=quorum", "read, R=1"):
                    one = bench.load(cluster, mix, *level, "--depth", 1)
                    short = name.split(",")[0]
                    wait.setdefault(short + ", p50", []).append([count, one["p50_ms"]])
                    wait.setdefault(short + ", p99", []).append([count, one["p99_ms"]])
                    cluster.converge()
        bench.say("%d nodes: %s" % (count, ", ".join("%s %d/s" % (name, points[-1][1]) for name, points in rate.items())))
    x = axis("nodes, all on this machine", "steps")
    return [panel("Throughput, 64 in flight", x, RATE, rate), panel("Latency, 1 in flight", x, axis("milliseconds", "log"), wait)]


def by_value(bench):
    rate, flow = {}, {}
    for size in bench.some([16, 256, 4096, 65536, 1048576]):
        with bench.cluster(3, "os") as cluster:
            cluster.converge()
            for name, mix, level in (("write, W=quorum", "put", "-W"), ("read, R=quorum", "get", "-R")):
                got = bench.load(cluster, mix, level, "quorum", "--value-size", size, "--keys", 64, "--depth", 16)["rate"]
                rate.setdefault(name, []).append([size, got])
                flow.setdefault(name, []).append([size, round(got * size / 1e6, 3)])
                cluster.converge()
        bench.say("%d B: %s" % (size, ", ".join("%s %d/s" % (name, points[-1][1]) for name, points in rate.items())))
    x = axis("bytes of a value", "steps", "bytes")
    return [panel("Operations, 16 in flight", x, RATE, rate), panel("The same in bytes", x, axis("MB of values a second", "log"), flow)]


def seconds_to_answer(cluster, n):
    """From the start of a process to its first answer to a client."""
    before = time.monotonic()
    cluster.start(n)
    cluster.kin("read", "no such key", node=n, ok=(3,))
    return time.monotonic() - before


def disk_bytes(folder):
    return sum(f.stat().st_size for f in pathlib.Path(folder).rglob("*") if f.is_file())


def of_keys(bench, keys):
    """One node with so many keys, measured once for all plots that show it."""
    if keys not in bench.filled:
        with bench.cluster(1, "os") as cluster:
            empty_mb = cluster.memory_mb("n1")
            bench.fill(cluster, keys)
            got = {"memory": (cluster.memory_mb("n1") - empty_mb) * (1 << 20), "disk": disk_bytes(os.path.join(bench.folder, "data"))}
            cluster.kill("n1")
            got["start"] = seconds_to_answer(cluster, "n1")
        bench.filled[keys] = got
        bench.say("%d keys: %.0f B of memory and %.0f B of disk a key, start %.0f ms"
                  % (keys, got["memory"] / keys, got["disk"] / keys, 1000 * got["start"]))
    return bench.filled[keys]


def key_counts(bench):
    return bench.some([10 ** 4, 10 ** 5, 10 ** 6], [10 ** 7])


def by_keys(bench):
    rate = {"get": [], "put": []}
    for keys in key_counts(bench):
        with bench.cluster(1, "os") as cluster:
            for what in rate:  # the keys are written before the first
                got = bench.load(cluster, what, "--keys", keys, "--prefix", PREFIX, "--value-size", VALUE_BYTES, "--depth", 64,
                                 patience=keys / 500)
                rate[what].append([keys, got["rate"]])
        bench.say("%d keys: get %d/s, put %d/s" % (keys, rate["get"][-1][1], rate["put"][-1][1]))
    return [panel("Throughput, 64 in flight, uniform keys", axis("keys of one node", "steps"), RATE, rate)]


def memory(bench):
    whole = {what: [[keys, round(of_keys(bench, keys)[what] / 1e6, 1)] for keys in key_counts(bench)] for what in ("memory", "disk")}
    each = {what: [[keys, round(of_keys(bench, keys)[what] / keys)] for keys in key_counts(bench)] for what in ("memory", "disk")}
    x = axis("keys of one node, %d B each and %d of value" % (KEY_BYTES, VALUE_BYTES), "steps")
    return [panel("What a node holds", x, axis("MB", "log"), whole), panel("The same by key", x, axis("bytes a key", "log"), each)]


def recovery(bench):
    start = [[keys, round(1000 * of_keys(bench, keys)["start"])] for keys in key_counts(bench)]
    copy = []
    for keys in bench.some([10 ** 3, 10 ** 4], [10 ** 5]):
        with bench.cluster(3, "os") as cluster:
            bench.fill(cluster, keys)
            cluster.converge(120)
            cluster.kill("n3")
            shutil.rmtree(os.path.join(bench.folder, "data", "n3"))
            before = time.monotonic()
            cluster.start("n3")
            cluster.converge(300)
            copy.append([keys, round(time.monotonic() - before, 2)])
            there = cluster.status("n3")["keys"]
            if there != keys:
                raise Failed("n3 has %d of %d keys after its disk was lost" % (there, keys))
        bench.say("an empty disk: %d keys in %.2f s" % (keys, copy[-1][1]))
    return [panel("Killed, started again: the first answer", axis("keys on its disk", "steps"), axis("milliseconds", "linear"), {"start": start}),
            panel("Disk lost: until it has all again", axis("keys of the others", "steps"), axis("seconds", "linear"), {"copy": copy})]


def by_siblings(bench):
    rate, wait = {}, {}
    levels = {"R=1": ("-R", 1), "R=quorum": ("-R", "quorum")}
    with bench.cluster(3, "os") as cluster:
        cluster.converge()
        for siblings in bench.some([1, 2, 4, 8, 16, 32, 64]):
            prefix = "s%d-" % siblings
            for i in range(siblings):
                value = ("value %d " % i).ljust(VALUE_BYTES, ".")
                answer = json.loads(cluster.kin("-o", "json", "add_update", prefix + 12 * "0", value, "--new-sibling", "-W", "all", node="n1"))
                if answer["siblings"] != i + 1:
                    raise Failed("%d siblings after %d writes" % (answer["siblings"], i + 1))
            for name, level in levels.items():
                words = ["get", *level, "--keys", 1, "--prefix", prefix, "--no-load", "--depth"]
                rate.setdefault(name, []).append([siblings, bench.load(cluster, *words, 64)["rate"]])
                wait.setdefault(name, []).append([siblings, bench.load(cluster, *words, 1)["p50_ms"]])
            bench.say("%d siblings: %s" % (siblings, ", ".join("%s %d/s" % (name, points[-1][1]) for name, points in rate.items())))
    x = axis("siblings of %d B each" % VALUE_BYTES, "steps")
    return [panel("Reads, 64 in flight", x, RATE, rate), panel("Latency, 1 in flight, p50", x, axis("milliseconds", "log"), wait)]


def catching_up(bench):
    seconds, each = [], []
    with bench.cluster(3, "os") as cluster:
        bench.fill(cluster, 20000)
        cluster.converge(120)
        for missed in bench.some([10, 100, 1000, 10000], [20000]):
            cluster.kill("n3")
            bench.fill(cluster, missed)
            before = time.monotonic()
            cluster.start("n3")
            cluster.converge(300)
            seconds.append([missed, round(time.monotonic() - before, 2)])
            received = cluster.status("n3")["counters"]["transport_received_bytes"]   # since its process began
            each.append([missed, round(received / missed)])
            bench.say("%d missed: %.2f s, %d B received" % (missed, seconds[-1][1], received))
    x = axis("updates missed, of 20 000 keys", "steps")
    return [panel("Until all nodes have the same", x, axis("seconds", "linear"), {"time": seconds}),
            panel("What it receives", x, axis("bytes a missed update", "log"), {"received": each})]


def written_bytes(cluster, n):
    with open("/proc/%d/io" % cluster.process[n].pid) as io:
        return next(int(line.split()[1]) for line in io if line.startswith("write_bytes"))


def settled_bytes(bench, cluster, n):
    """Once nothing in the node's data folder has changed for a second: compaction has ended. The kernel tells of changes."""
    folder = os.open(os.path.join(bench.folder, "data", n), os.O_RDONLY)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGIO})
    try:
        fcntl.fcntl(folder, fcntl.F_NOTIFY, fcntl.DN_MODIFY | fcntl.DN_CREATE | fcntl.DN_DELETE | fcntl.DN_MULTISHOT)
        deadline = time.monotonic() + 60
        while signal.sigtimedwait({signal.SIGIO}, 1):
            if time.monotonic() > deadline:
                raise Failed("%s still writes after a minute" % n)
    finally:
        os.close(folder)  # which ends the telling too
    return written_bytes(cluster, n)


def write_amplification(bench):
    """Of much data in many writes, which LevelDB sorts into tables, and of a few writes alone, which stay in its log."""
    factor = {}
    for size in bench.some([128, 1024, 8192, 65536]):
        many = 1024 if bench.quick else 40000000 // (size + KEY_BYTES)
        for name, depth, count in (("256 in flight", 256, many), ("1 in flight", 1, 200)):
            with bench.cluster(1, "fsync") as cluster:
                before = settled_bytes(bench, cluster, "n1")
                bench.fill(cluster, count, size, depth)
                written = settled_bytes(bench, cluster, "n1") - before
            factor.setdefault(name, []).append([size, round(written / (count * (size + KEY_BYTES)), 2)])
        bench.say("%d B: %s" % (size, ", ".join("%s %.1f" % (name, points[-1][1]) for name, points in factor.items())))
    return [panel("Bytes to disk over bytes of keys and values", axis("bytes of a value", "steps", "bytes"), axis("times", "log"), factor)]


# In the order of the page.
MEASUREMENTS = {
    "nodes": ("More nodes", by_nodes),
    "values": ("Larger values", by_value),
    "keys": ("More keys", by_keys),
    "siblings": ("More siblings", by_siblings),
    "catch-up": ("Missed updates", catching_up),
    "memory": ("Memory and disk by key", memory),
    "amplification": ("Write amplification", write_amplification),
    "recovery": ("Recovery", recovery),
}
