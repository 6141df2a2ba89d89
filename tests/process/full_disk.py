#!/usr/bin/env python3
"""S-25: a full disk. Refused writes are never acknowledged, peers go on, and after space was freed everything that was
acknowledged is there after a restart.   BIN FOLDER

The disk is a small tmpfs; without the right to mount one, a limit on the size of files takes its place."""
import os
import shutil
import subprocess
import sys

import nodes


def main(bin_folder, folder):
    subprocess.run(["umount", os.path.join(folder, "data", "n1")], capture_output=True)
    shutil.rmtree(folder, ignore_errors=True)
    disk = os.path.join(folder, "data", "n1")
    os.makedirs(disk)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", disk], capture_output=True).returncode == 0
    wrapper = () if mounted else ("prlimit", "--fsize=2000000")
    acknowledged, refused = {}, 0
    try:
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
    finally:
        if mounted:
            subprocess.run(["umount", disk], check=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
