"""The rows of the table: what is divided by what, and how much it shall be."""
import dataclasses
import os
import statistics

import redis
from programs import BenchError

NOISY = 1.5  # rounds that differ by more tell nothing


@dataclasses.dataclass(frozen=True)
class Row:
    name: str
    load: str
    against: str   # empty: the figure itself is compared with floor and aim
    figure: tuple  # (measurement, field)
    anchors: tuple = ()  # the same; they are added up
    floor: float = None
    aim: float = None
    lower: bool = False  # is better

    def measurements(self):
        return {name for name, _ in (self.figure, *self.anchors)}

    def anchor_of(self, samples):
        return sum(samples[name][field] for name, field in self.anchors) if self.anchors else 1.0


ROWS = [
    Row("get", "get, one a message", "ZeroMQ echo, decoded", ("get-single", "rate"), (("echo", "rate"),), 0.6, 0.9),
    Row("get-redis", "get, coalesced", "Redis GET", ("get", "rate"), (("redis-get", "rate"),), 0.5, 0.85),
    Row("get-disk", "get, none in memory", "LevelDB random get", ("get-disk", "rate"), (("leveldb-get", "rate"),), 0.5, 0.75),
    Row("put", "put, durable", "LevelDB, 256 a sync", ("put-durable", "rate"), (("leveldb-put", "rate"),), 0.4, 0.6),
    Row("put-redis", "put, durable", "Redis SET, fsync always", ("put-durable", "rate"), (("redis-set", "rate"),), 0.6, 1.0),
    Row("put-one", "put, durable, 1 at once, p50", "fdatasync p50 + echo p50", ("put-durable-1", "p50_us"),
        (("fdatasync", "p50_us"), ("echo-1", "p50_us")), 1.5, 1.2, lower=True),
    Row("five-durable", "put, 5 nodes, W=3, durable", "bare fan-out, synced", ("put-5-durable", "rate"),
        (("fan-out-durable", "rate"),), 0.6, 1.1),
    Row("five", "put, 5 nodes, W=3", "bare fan-out", ("put-5", "rate"), (("fan-out", "rate"),), 0.6, 1.2),
    Row("w3", "put, 5 nodes, W=3", "put, 5 nodes, W=1", ("put-5", "rate"), (("put-5-w1", "rate"),), 0.75, 0.9),
    Row("r3", "get, 5 nodes, R=3", "put, 5 nodes, W=3", ("get-5-r3", "rate"), (("put-5", "rate"),), 1.0, 2.0),
    Row("cpu-get", "node's CPU a get", "", ("get-single", "cpu_us"), (), 1.5, 0.9, lower=True),
    Row("cpu-put", "node's CPU a put, each of 5", "", ("put-5", "cpu_us"), (), 2.5, 1.7, lower=True),
    Row("cpu-client", "client's CPU a get, coalesced", "", ("get", "client_cpu_us"), (), lower=True),
    Row("tail", "put, 5 nodes, 64 at once, p99", "its p50", ("put-5-64", "p99_us"), (("put-5-64", "p50_us"),), 4, 2,
        lower=True),
    Row("token-write", "token write, durable", "put, 5 nodes, W=3, durable", ("token-write", "rate"),
        (("put-5-durable", "rate"),), 0.8, 0.95),
    Row("token-read", "token read", "get, 5 nodes, R=3", ("token-read", "rate"), (("get-5-r3", "rate"),), 0.7, 0.95),
    Row("scan", "token scan, one core", "OpenSSL, one core", ("scan", "rate"), (("sha", "rate"),), 0.9, 1.3),
    Row("two-scans", "two token scans, together", "one", ("two-scans", "rate"), (("scan", "rate"),)),
    Row("beside-scan", "get, 1 at once, p50, in a scan", "outside a scan", ("get-1-beside-scan", "p50_us"),
        (("get-1", "p50_us"),), lower=True),
]


def why_left_out(row):
    """A sentence where this machine cannot measure the row; else nothing."""
    lacking = redis.lacking()
    if lacking and any(name.startswith("redis") for name in row.measurements()):
        return "no %s here; packages-bench.txt lists what has them" % ", ".join(lacking)
    if row.name == "two-scans" and len(os.sched_getaffinity(0)) < 2:
        return "two at once need two cores"
    return None


def spread(values):
    return max(values) / min(values)


def measured(row, rounds):
    """The row as it stands in the JSON, from the samples of all rounds."""
    name, field = row.figure
    figures = [samples[name][field] for samples in rounds]
    anchors = [row.anchor_of(samples) for samples in rounds]
    if min(figures + anchors) <= 0:
        raise BenchError("%s: nothing could be counted in so short a time; use more --seconds" % row.name)
    ratios = [figure / anchor for figure, anchor in zip(figures, anchors)]
    widest = max(spread(figures), spread(anchors), spread(ratios))
    ratio = statistics.median(ratios)
    return {
        "row": row.name, "load": row.load, "against": row.against or None, "lower_is_better": row.lower,
        "unit": "/s" if field == "rate" else "us",
        "figure": {"median": statistics.median(figures), "rounds": figures},
        "anchor": {"median": statistics.median(anchors), "rounds": anchors} if row.anchors else None,
        "ratio": {"median": ratio, "rounds": ratios},
        "floor": row.floor, "aim": row.aim, "reached": reached(row, ratio),
        "spread": widest, "noisy": widest > NOISY,
    }


def reached(row, ratio):
    """'aim', 'floor' or 'below'; nothing where the row has no floor."""
    def meets(bar):
        return ratio <= bar if row.lower else ratio >= bar
    if row.floor is None:
        return None
    return "aim" if meets(row.aim) else "floor" if meets(row.floor) else "below"
