#!/usr/bin/env python3
"""What is said of a whole cluster is said after asking all of it, or it is said who was not asked.

    asking_all.py BIN FOLDER"""
import json
import os
import shutil
import signal
import subprocess
import sys

import nodes


def catches_ctrl_c(pid):
    with open("/proc/%d/status" % pid) as status:
        caught = [line.split()[1] for line in status if line.startswith("SigCgt:")]
    return int(caught[0], 16) & 1 << signal.SIGINT - 1


def main(bin_folder, folder):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    with nodes.Nodes(bin_folder, folder, 3, "os", "gossip: {interval_ms: 50}\n") as cluster:
        def kin(*words, given=""):
            done = subprocess.run([os.path.join(bin_folder, "kin"), *words], input=given, capture_output=True, text=True,
                                  timeout=60)
            return done.returncode, done.stdout, done.stderr

        lone = ["--endpoints", cluster.endpoint["n1"]]
        wait = ["cluster", "wait", "--converged", "--timeout"]
        cluster.kin("add_update", "cart", "apples", "-W", "all", "--timeout", "10s", node="n2")
        cluster.converge()

        # One node alone is always the same as itself.
        cluster.kin("fault", "isolate", "n1")
        cluster.kin("add_update", "cart", "pears", node="n1")
        code, out, err = kin("--config", cluster.config, "--node", "n1", *wait, "1s")
        assert code == 7 and "differs" in err, (code, out, err)
        code, out, err = kin("--config", cluster.config, "shell", given="use n2\n%s 1s\n" % " ".join(wait))
        assert code == 7 and "differs" in err, (code, out, err)
        code, out, err = kin(*lone, *wait, "1s")
        assert code == 2 and "n2 is not among those that were named" in err, (code, out, err)
        two = ["--endpoints", cluster.endpoint["n2"] + "," + cluster.endpoint["n3"]]
        code, out, err = kin(*two, *wait, "1s")
        assert code == 2 and "n1 is not among" in err, (code, out, err)

        # Who was not asked is said, and how to ask all.
        out = cluster.kin("cluster", "status", node="n2")
        assert "n1, n3 were not asked: leave out --node" in out, out
        code, out, err = kin(*two, "cluster", "status")
        assert code == 0 and "n1 was not asked: give --config" in out, (code, out, err)
        for words, missing in ((lone, ["n2", "n3"]), (two, ["n1"]), (["--config", cluster.config], [])):
            code, out, err = kin(*words, "explain", "cart")
            assert code == 0 and ("not asked" in out) == bool(missing), (words, out, err)
            assert not missing or "  %s not asked: give --config" % (" and ".join(missing) + " were" * (len(missing) > 1)
                                                                     + " was" * (len(missing) == 1)) in out, out
            code, out, err = kin(*words, "-o", "json", "explain", "cart")
            assert json.loads(out)["not_asked"] == missing, out
        cluster.kin("fault", "join", "n1")
        code, out, err = kin("--config", cluster.config, "--node", "n1", *wait, "30s")
        assert code == 0 and "converged" in out, (code, out, err)
        code, out, err = kin("--endpoints", ",".join(cluster.endpoint.values()), *wait, "30s")
        assert code == 0 and "converged" in out, (code, out, err)

        # Ctrl-C while a node is waited for that stands still.
        cluster.process["n3"].send_signal(signal.SIGSTOP)
        for words in (["status"], ["lag"], ["wait", "--converged"], ["remove", "n3"]):
            waiting = subprocess.Popen([os.path.join(bin_folder, "kin"), "--config", cluster.config, "--timeout", "20s", "-o",
                                        "json", "cluster", *words], stdout=subprocess.PIPE, text=True)
            nodes.until(lambda: catches_ctrl_c(waiting.pid), 20, "kin waits")
            waiting.send_signal(signal.SIGINT)
            said = json.loads(waiting.communicate(timeout=10)[0])
            assert waiting.returncode == 130 and said["status"] == "INTERNAL" and said["applied"] == "no", (words, said)
        cluster.process["n3"].send_signal(signal.SIGCONT)

        # Who answers is not removed by mistake.
        said = cluster.kin("-o", "json", "cluster", "remove", "n3", ok=(2,))
        assert json.loads(said)["status"] == "USAGE" and "--force" in said, said
        assert cluster.kin("-o", "raw", "add_update", "alive", "v", "-W", "all", node="n3") == ""

        # Who was removed need not be asked.
        cluster.kill("n3")
        code, out, err = kin("--config", cluster.config, "--node", "n1", *wait, "1s")
        assert code == 7 and "n3 does not answer" in err, (code, out, err)
        # A node that hears of it and does not answer may have done it.
        cluster.kin("fault", "offline", "n2")
        cluster.kill("n1")
        code, out, err = kin("--config", cluster.config, "--timeout", "1500ms", "-o", "json", "cluster", "remove", "n3")
        assert code == 7 and json.loads(out)["applied"] == "unknown", (code, out, err)
        cluster.start("n1")
        cluster.kin("fault", "online", "n2")
        cluster.kin("cluster", "remove", "n3")
        code, out, err = kin("--endpoints", cluster.endpoint["n1"] + "," + cluster.endpoint["n2"], *wait, "30s")
        assert code == 0 and "converged" in out, (code, out, err)
    print("asking-all: ok")


if __name__ == "__main__":
    main(*sys.argv[1:])
