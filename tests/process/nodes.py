"""Real kin-node processes on loopback, for tests that kill them. No test here sleeps: they wait for a condition, with a
deadline, or for a process."""
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import threading
import time
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "wire"))


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for s in sockets:
        s.bind(("127.0.0.1", 0))
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


def until(condition, seconds, what):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("not within %g s: %s" % (seconds, what))


class OwnMemory:
    """The most own memory of a node while the block runs, in `most_mb`. The kernel keeps no such figure, so it is read
    every few milliseconds."""

    def __init__(self, cluster, n):
        self.most_mb, self._cluster, self._node = 0, cluster, n
        self._ended, self._saw_it_end = threading.Event(), False
        self._thread = threading.Thread(target=self._watch)

    def _watch(self):
        while True:
            last = self._ended.wait(0.005)
            self.most_mb = max(self.most_mb, self._cluster.memory_mb(self._node, "RssAnon"))
            if last:
                self._saw_it_end = True
                return

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join()
        assert self._saw_it_end, "the memory of %s could not be read" % self._node


class Nodes:
    """n1..nN of one cluster file in `folder`; ended when the block ends. Those in `up` are started: all, if not told."""

    def __init__(self, bin_folder, folder, count, durability="fsync", extra="", up=None, trace=True, values="hash"):
        self.bin, self.folder, self.ids = bin_folder, folder, ["n%d" % i for i in range(1, count + 1)]
        self.endpoint = {n: "127.0.0.1:%d" % p for n, p in zip(self.ids, free_ports(count))}
        self.config, self.process = os.path.join(folder, "cluster.yml"), {}
        self.up = self.ids if up is None else up
        # A killed node's port may be taken by the nodes of another test: theirs is another cluster.
        self.name = "test-%08x" % zlib.crc32(os.path.abspath(folder).encode())
        with open(self.config, "w") as out:
            out.write("cluster: %s\nnodes:\n" % self.name)
            for n in self.ids:
                host, port = self.endpoint[n].split(":")
                out.write("  - {id: %s, host: %s, port: %s}\n" % (n, host, port))
            out.write("storage: {dir: %s/data, durability: %s}\nlog: {dir: %s/logs, trace: %s, values: %s}\nfaults: {enabled: true}\n%s"
                      % (folder, durability, folder, str(trace).lower(), values, extra))

    def __enter__(self):
        for n in self.up:
            self.start(n)
        return self

    def __exit__(self, *_):
        for n in self.ids:
            self.end(n)

    def start(self, n, *flags, wrapper=()):
        """Returns once the node has said that it listens."""
        command = [*wrapper, os.path.join(self.bin, "kin-node"), "--config", self.config, "--id", n, *flags]
        self.process[n] = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        line = self.process[n].stdout.readline()
        if not line:
            raise AssertionError("%s did not start: %s" % (n, self.process[n].stderr.read()))
        return line

    def kill(self, n):
        self.process[n].send_signal(signal.SIGKILL)
        self.process[n].wait()

    def freeze(self, n):
        self.process[n].send_signal(signal.SIGSTOP)

    def thaw(self, n):
        self.process[n].send_signal(signal.SIGCONT)

    def end(self, n):
        """An orderly end, of whoever still runs. That a node has fallen over by itself is the test's failure."""
        if n not in self.process:
            return
        if self.process[n].poll() is None:
            self.thaw(n)
            self.process[n].terminate()
            self.process[n].wait(10)
        if self.process[n].returncode in (-signal.SIGABRT, -signal.SIGSEGV, -signal.SIGBUS, -signal.SIGILL):
            raise AssertionError("%s crashed: %s" % (n, self.process[n].stderr.read()))

    def memory_mb(self, n, what="VmRSS"):
        """Resident memory of a node now; with VmHWM, at its highest; with RssAnon, its own, without the pages of its
        tables, which LevelDB maps and the kernel takes back when it likes."""
        with open("/proc/%d/status" % self.process[n].pid) as status:
            return next(int(line.split()[1]) for line in status if line.startswith(what)) / 1024

    def status(self, n):
        """What a node says of itself: `keys`, `tiers`, `counters` and more."""
        rows = json.loads(self.kin("-o", "json", "cluster", "status", node=n, ok=(0, 6)))["nodes"]
        return next(row for row in rows if row["node"] == n)

    def fill(self, n, count, value_bytes, first=0, depth=1024, keys=None):
        """`count` writes at one node, to keys number `first` and on (to `keys` of them); all must be acknowledged."""
        command = [os.path.join(self.bin, "kin-fill"), self.config, n]
        subprocess.run(command + [str(x) for x in (count, value_bytes, first, depth, keys or count)], check=True, timeout=200)

    def client(self, n, timeout_ms=2000):
        # Here and not above: who never asks for a client needs none of the packages that it needs.
        from python_client import Kin
        return Kin(self.endpoint[n], timeout_ms)

    def kin(self, *words, node=None, ok=(0,)):
        """The output of the program kin; its exit code must be one of `ok`."""
        command = [os.path.join(self.bin, "kin"), "--config", self.config]
        command += ["--node", node] if node else []
        done = subprocess.run(command + list(words), capture_output=True, text=True, timeout=60)
        if done.returncode not in ok:
            raise AssertionError("kin %s: exit %d\n%s%s" % (" ".join(words), done.returncode, done.stdout, done.stderr))
        return done.stdout

    def converge(self, seconds=30):
        self.kin("cluster", "wait", "--converged", "--timeout", "%ds" % seconds)
