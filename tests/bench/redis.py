"""Redis from Debian's packages, on a port of its own for as long as a block lasts."""
import csv
import os
import shutil
import subprocess

from cluster import free_ports
from programs import BenchError, end_group, output_of, start

CLIENTS, DEPTH = 4, 64  # 256 in flight, as its own load program is fastest


def lacking():
    return [name for name in ("redis-server", "redis-cli", "redis-benchmark") if shutil.which(name) is None]


class Redis:
    """All keys of the load are there when the block begins."""

    def __init__(self, setup, durable):
        self.setup, self.durable = setup, durable
        self.folder = os.path.join(setup.folder, "redis")

    def __enter__(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        (self.port,) = free_ports(1)
        command = ["redis-server", "--bind", "127.0.0.1", "--port", str(self.port), "--dir", self.folder, "--save", "",
                   "--appendonly", "yes" if self.durable else "no", "--appendfsync", "always", "--loglevel", "notice"]
        self.server = start(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            self.await_server()
            self.fill()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        end_group(self.server)
        shutil.rmtree(self.folder, ignore_errors=True)

    def await_server(self):
        """It says when it listens, and little afterwards: the pipe has room for all of it."""
        last = b""
        for line in self.server.stdout:
            if b"Ready to accept connections" in line:
                return
            last = line
        raise BenchError("redis-server ended: " + last.decode(errors="replace").strip())

    def fill(self):
        """The keys that redis-benchmark asks for with -r; a GET of a key that is not there would be cheaper."""
        sets = b"".join(b"SET key:%012d %s\r\n" % (i, b"v" * 100) for i in range(self.setup.keys))
        output_of(["redis-cli", "-h", "127.0.0.1", "-p", str(self.port), "--pipe"], given=sets)

    def rate_of(self, what, requests):
        table = output_of(["redis-benchmark", "-h", "127.0.0.1", "-p", str(self.port), "-c", str(CLIENTS), "-P", str(DEPTH),
                           "-n", str(requests), "-t", what, "-r", str(self.setup.keys), "-d", "100", "--csv"])
        (row,) = csv.DictReader(table.splitlines())
        return {"rate": float(row["rps"]), "p50_us": 1000 * float(row["p50_latency_ms"]),
                "p99_us": 1000 * float(row["p99_latency_ms"])}

    def load(self, what):
        """redis-benchmark is told how many, not how long; a short run tells how many that are."""
        seconds = self.setup.seconds
        first = self.rate_of(what, 20_000)["rate"]
        return self.rate_of(what, max(20_000, int(first * seconds)))
