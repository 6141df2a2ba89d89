#!/usr/bin/env python3
"""S-25: a full disk. Refused writes are never acknowledged, peers go on, and after space was freed everything that was
acknowledged is there after a restart.   BIN FOLDER

The disk is a small tmpfs; without the right to mount one, a limit on the size of files takes its place."""
import ctypes
import os
import shutil
import subprocess
import sys

import nodes


new_mounts = 0x00020000  # CLONE_NEWNS


def mount_small(disk):
    """Seen by this process and its children alone, so that it goes with them, however they end."""
    if ctypes.CDLL(None).unshare(new_mounts) != 0:
        return False
    return all(subprocess.run(words, capture_output=True).returncode == 0 for words in (
        ("mount", "--make-rprivate", "/"), ("mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", disk)))


def main(bin_folder, folder):
    shutil.rmtree(folder, ignore_errors=True)
    disk = os.path.join(folder, "data", "n1")
    os.makedirs(disk)
    mounted = mount_small(disk)
    wrapper = () if mounted else ("prlimit", "--fsize=2000000")
    acknowledged, refused = {}, 0
    with nodes.Nodes(bin_folder, folder, 3, extra="gossip: {interval_ms: 50}\n") as cluster:
        if not mounted:
            cluster.end("n1")
            cluster.start("n1", wrapper=wrapper)
        client = cluster.client("n1")
        for i in range(3000):
            key = b"key%d" % i
            try:
                client.put(key, os.urandom(2000))
                acknowledged[key] = True
            except (RuntimeError, TimeoutError) as failure:
                refused += 1
                assert "applied 1" not in str(failure), failure
                if refused == 3 or cluster.process["n1"].poll() is not None:
                    break
                client = cluster.client("n1")
        assert refused, "the disk never was full"
        cluster.client("n2").put(b"elsewhere", b"goes on")

        # Space is freed; the node is started again, if it stopped, and writes once more.
        cluster.end("n1")
        if mounted:
            subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
        cluster.start("n1")
        for i in range(200):
            cluster.client("n1").put(b"later%d" % i, b"x")
            acknowledged[b"later%d" % i] = True
        cluster.kill("n1")
        cluster.start("n1")
        client = cluster.client("n1")
        lost = [key for key in acknowledged if not client.get(key)[0]]
        assert not lost, "%d of %d acknowledged writes are gone: %s" % (len(lost), len(acknowledged), lost[:3])
        cluster.converge()
        assert client.get(b"elsewhere")[0] == [b"goes on"]
    print("%d acknowledged writes survived a full disk (%s)" % (len(acknowledged), "tmpfs" if mounted else "limit"))


if __name__ == "__main__":
    main(*sys.argv[1:])
