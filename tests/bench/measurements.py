"""What is measured, in the order of a round: kin and what it is compared with take turns, and one cluster is up at a time."""
import contextlib
import os

import redis
from cluster import Cluster
from programs import json_of


class Setup:
    """What all measurements of a run share. `folder` is theirs alone; `keys` is how many a load uses."""

    def __init__(self, bin_folder, folder, seconds, keys):
        self.bin, self.folder, self.seconds, self.keys = bin_folder, folder, seconds, keys
        self.keys_on_disk = 5 * keys

    def program(self, name):
        return os.path.join(self.bin, name)

    def bare(self, name, *words):
        return json_of([self.program(name), *(str(word) for word in words)], longest=10 * self.seconds + 120)


def echo(setup, depth):
    return setup.bare("zmq_echo", depth, setup.seconds)


def fan_out(setup, how):
    return setup.bare("zmq_fanout", 5, 3, 256, setup.seconds, setup.folder, how)


def bare_leveldb(setup, *words):
    return setup.bare("leveldb_limit", setup.folder, setup.seconds, *words)


def two_scans(setup):
    return {"rate": setup.bare("kin-scan", 2)["together"]}


# (what must be up meanwhile, {measurement: how it is taken there})
STAGES = [
    (contextlib.nullcontext, {
        "echo": lambda setup: echo(setup, 256),
        "echo-1": lambda setup: echo(setup, 1),
        "fdatasync": lambda setup: setup.bare("fsync_limit", setup.folder, setup.seconds),
    }),
    (lambda setup: redis.Redis(setup, durable=False), {
        "redis-get": lambda server: server.load("get"),
    }),
    (lambda setup: Cluster(setup, 1, "fsync"), {
        "get-single": lambda one: one.bench("get", "--one-a-message", depth=256),
        "get": lambda one: one.bench("get", depth=256),
        "put-durable": lambda one: one.bench("put", depth=256),
        "put-durable-1": lambda one: one.bench("put", depth=1),
    }),
    (lambda setup: redis.Redis(setup, durable=True), {
        "redis-set": lambda server: server.load("set"),
    }),
    (contextlib.nullcontext, {
        "leveldb-put": lambda setup: bare_leveldb(setup, "put-synced", 256),
        "leveldb-get": lambda setup: bare_leveldb(setup, "get", setup.keys_on_disk),
    }),
    (lambda setup: Cluster(setup, 1, "os", keys=setup.keys_on_disk, cache_bytes=0), {
        "get-disk": lambda one: one.bench("get", depth=256),
    }),
    (contextlib.nullcontext, {
        "fan-out-durable": lambda setup: fan_out(setup, "synced"),
    }),
    (lambda setup: Cluster(setup, 5, "fsync", tokens=True), {
        "put-5-durable": lambda five: five.bench("put", "-W", "3", depth=256),
        "token-write": lambda five: five.tokens("write"),
        "token-read": lambda five: five.tokens("read"),
        "get-1": lambda five: five.bench("get", depth=1),
        "get-1-beside-scan": lambda five: five.bench_beside_scan(),
    }),
    (contextlib.nullcontext, {
        "fan-out": lambda setup: fan_out(setup, "unsynced"),
    }),
    (lambda setup: Cluster(setup, 5, "os"), {
        "put-5": lambda five: five.bench("put", "-W", "3", depth=256),
        "put-5-w1": lambda five: five.bench("put", "-W", "1", depth=256),
        "get-5-r3": lambda five: five.bench("get", "-R", "3", depth=256),
        "put-5-64": lambda five: five.bench("put", "-W", "3", depth=64),
    }),
    (contextlib.nullcontext, {
        "sha": lambda setup: setup.bare("sha_limit"),
        "scan": lambda setup: setup.bare("kin-scan", 1),
        "two-scans": two_scans,
    }),
]


def take_round(setup, wanted, tell):
    """{measurement: {figure: value}} of all that is wanted; tell(measurement) comes before each."""
    samples = {}
    for place, takes in STAGES:
        names = [name for name in takes if name in wanted]
        if not names:
            continue
        tell(names[0])
        with place(setup) as there:
            for name in names:
                tell(name)
                if isinstance(there, Cluster):
                    there.converge()
                samples[name] = takes[name](there)
    return samples
