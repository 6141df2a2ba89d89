"""A cluster of kin-node processes on loopback for as long as a block lasts, and loads on it."""
import os
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "process"))
from nodes import free_ports  # noqa: E402
from programs import BenchError, end_group, json_of, output_of, start  # noqa: E402
from token_scan import TokenScan  # noqa: E402

TOKENS = 2000  # that all nodes hold; n1 writes them


class Cluster:
    """n1..nN; all keys of the load are written, and at all nodes, when the block begins."""

    def __init__(self, setup, count, durability, keys=None, cache_bytes=None, tokens=False):
        self.setup, self.count, self.keys = setup, count, keys or setup.keys
        self.folder = os.path.join(setup.folder, "cluster")
        self.config = os.path.join(self.folder, "cluster.yml")
        self.nodes = []
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        self.write_files(durability, cache_bytes, tokens)

    def write_files(self, durability, cache_bytes, tokens):
        ports = free_ports(self.count)
        self.endpoints = ["127.0.0.1:%d" % port for port in ports]
        with open(self.config, "w") as out:
            out.write("cluster: bench\nnodes:\n")
            for i, port in enumerate(ports):
                out.write("  - {id: n%d, host: 127.0.0.1, port: %d}\n" % (i + 1, port))
            out.write("storage: {dir: %s/data, durability: %s}\n" % (self.folder, durability))
            out.write("log: {dir: %s/logs}\n" % self.folder)
            if cache_bytes is not None:
                out.write("limits: {cache_bytes: %d}\n" % cache_bytes)
            if tokens:
                out.write("tokens_file: tokens.yml\n")
        if tokens:
            with open(os.path.join(self.folder, "tokens.yml"), "w") as out:
                for i in range(TOKENS):
                    out.write('- {token: "b%d", writer: "%s", readers: ["%s"]}\n' % (i, self.endpoints[0], '", "'.join(self.endpoints)))

    def __enter__(self):
        try:
            for i in range(self.count):
                self.start_node("n%d" % (i + 1))
            self.run_bench("get", "--depth", "256", "--duration", "1ms")  # writes all keys first
            self.converge()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for node in self.nodes:
            end_group(node)
        shutil.rmtree(self.folder, ignore_errors=True)

    def start_node(self, name):
        with open(os.path.join(self.folder, name + ".err"), "w+") as err:
            node = start([self.setup.program("kin-node"), "--config", self.config, "--id", name],
                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=err)
            self.nodes.append(node)
            if not node.stdout.readline():  # it says when it listens
                err.seek(0)
                raise BenchError("kin-node %s did not start: %s" % (name, err.read().strip()))

    def command(self, *words, timeout="20s"):
        return [self.setup.program("kin"), "--config", self.config, "--node", "n1", "--timeout", timeout, *words]

    def converge(self):
        output_of([self.setup.program("kin"), "--config", self.config, "cluster", "wait", "--converged", "--timeout", "100s"])

    def cpu_seconds(self):
        """User and system time of all nodes so far. Read thread by thread, since there it is in nanoseconds and /proc/PID/stat
        counts ticks; a node's threads live as long as it does."""
        nanoseconds = 0
        for node in self.nodes:
            for thread in os.listdir("/proc/%d/task" % node.pid):
                with open("/proc/%d/task/%s/schedstat" % (node.pid, thread)) as times:
                    nanoseconds += int(times.read().split()[0])
        return nanoseconds / 1e9

    def run_bench(self, mix, *words):
        command = self.command("-o", "json", "bench", mix, "--keys", str(self.keys), "--prefix", "key-", *words)
        result = json_of(command, longest=self.setup.seconds + 300)
        if result["failed"]:
            raise BenchError("%d operations failed, %s: %s" % (result["failed"], result["failures"], " ".join(command)))
        if result["not_found"]:
            raise BenchError("%d reads found nothing, so nothing is known of reading: %s"
                             % (result["not_found"], " ".join(command)))
        return result

    def bench(self, mix, *words, depth):
        """One load at n1 as a sample: rate, p50_us, p99_us, and what an operation costs each node and the client in cpu_us and
        client_cpu_us."""
        words = [mix, "--no-load", "--depth", str(depth), "--duration", "%dms" % (1000 * self.setup.seconds), *words]
        if mix == "get":
            self.run_bench(*words)  # the first read of a key packs its answer
        cpu = self.cpu_seconds()
        result = self.run_bench(*words)
        cpu = self.cpu_seconds() - cpu
        if not result["operations"]:
            raise BenchError("no operation ended within %g s" % self.setup.seconds)
        (kind,) = result["kinds"].values()
        return {"rate": result["rate"], "p50_us": kind["p50_us"], "p99_us": kind["p99_us"],
                "cpu_us": 1e6 * cpu / result["operations"] / self.count,
                "client_cpu_us": 1e6 * result["client_cpu_seconds"] / result["operations"]}

    def tokens(self, what):
        return json_of([self.setup.program("kin-token-load"), self.config, "n1", what, "256", str(self.setup.seconds)])

    def bench_beside_scan(self):
        """Reads, one at a time, at a node that scans for a token all the while."""
        output_of(self.command("token", "create", "--if-absent", "--id", "b0"))
        with TokenScan(self.endpoints[0], b"b0", 4_000_000_000) as scan:
            sample = self.bench("get", depth=1)
            if scan.ended():
                raise BenchError("the scan of %d numbers ended before the reads did" % scan.numbers)
            return sample
