#!/usr/bin/env python3
"""S-42: a writer's process is there twice, on a copy of its data at another port. The newer one is right, the older one
notices and gives up, and no read ever shows something that one register could not show.

    token_twice.py BIN FOLDER"""
import json
import os
import shutil
import subprocess
import sys

import nodes


def second_config(cluster, folder, port):
    """The cluster file as the second process sees it: n1 listens elsewhere, on other data."""
    with open(cluster.config) as original:
        text = original.read()
    text = text.replace("port: " + cluster.endpoint["n1"].split(":")[1] + "}", "port: %d}" % port)
    text = text.replace(folder + "/data", folder + "/data2").replace(folder + "/logs", folder + "/logs2")
    with open(folder + "/tokens.yml") as tokens:
        second = tokens.read().replace(cluster.endpoint["n1"], "127.0.0.1:%d" % port)
    with open(folder + "/tokens2.yml", "w") as out:
        out.write(second)
    path = folder + "/second.yml"
    with open(path, "w") as out:
        out.write(text.replace("tokens.yml", "tokens2.yml"))
    return path


def main(bin_folder, folder):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    cluster = nodes.Nodes(bin_folder, folder, 3, "os", "tokens_file: tokens.yml\n")
    with open(folder + "/tokens.yml", "w") as out:
        out.write('- token: "1020"\n  writer: "%s"\n  readers: [%s]\n' % (
            cluster.endpoint["n1"], ", ".join('"%s"' % cluster.endpoint[n] for n in cluster.ids)))
    history = folder + "/history.jsonl"

    def token(config, node, *words):
        command = [os.path.join(bin_folder, "kin"), "--config", config, "--node", node, "--timeout", "700ms", "-o", "json",
                   "--history", history, "token", *words]
        return json.loads(subprocess.run(command, capture_output=True, text=True, timeout=60).stdout)

    def write(config, name):
        return token(config, "n1", "write", "--id", "1020", "--name", name, "--low", "0", "--mid", "5", "--high", "10")

    with cluster:
        assert token(cluster.config, "n1", "create", "--id", "1020")["status"] == "OK"
        assert write(cluster.config, "before")["status"] == "OK"
        second = second_config(cluster, folder, nodes.free_ports(1)[0])
        cluster.freeze("n1")
        shutil.copytree(folder + "/data/n1", folder + "/data2/n1")
        cluster.thaw("n1")
        process = subprocess.Popen([os.path.join(bin_folder, "kin-node"), "--config", second, "--id", "n1"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            assert process.stdout.readline(), process.stderr.read()
            said = []

            def first_gives_up():
                said.append(write(cluster.config, "first-%d" % len(said))["status"])
                write(second, "second-%d" % len(said))
                for node in ("n2", "n3"):
                    token(cluster.config, node, "read", "--id", "1020")
                return said[-1] in ("STALE", "UNAVAILABLE")

            nodes.until(first_gives_up, 30, "the first process gives up")
            print("the first process said:", " ".join(said))
        finally:
            process.kill()
            process.wait()
    judged = subprocess.run([os.path.join(bin_folder, "kin-driver"), "check", "linearizable", history],
                            capture_output=True, text=True)
    print(judged.stdout, judged.stderr)
    assert judged.returncode == 0


if __name__ == "__main__":
    main(*sys.argv[1:])
