#!/usr/bin/env python3
"""./dev bench on two tiny rows: what it prints and writes, what it says of an earlier run, what it refuses, and that nothing
of it is left when it is ended. And its micro-benchmarks: that each of them does what it measures.

    bench_table.py BIN FOLDER"""
import json
import os
import shutil
import signal
import subprocess
import sys
import time

import bench
import measurements
import programs
import results
import rows
import tables
from cluster import Cluster
from programs import BenchError

BENCH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bench.py")


def until(condition, what, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "not within %g s: %s" % (seconds, what)


def processes_of(folder):
    """Those whose command line names the folder, and are not this test."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/cmdline" % pid, "rb") as line:
                words = line.read().decode(errors="replace")
        except OSError:
            continue
        if folder in words and int(pid) != os.getpid() and "bench_table" not in words:
            found.append(words.replace("\0", " "))
    return found


def every_measurement_is_known():
    known = [name for _, takes in measurements.STAGES for name in takes]
    wanted = set().union(*(row.measurements() for row in rows.ROWS))
    assert len(known) == len(set(known)) and set(known) == wanted, set(known) ^ wanted
    assert len({row.name for row in rows.ROWS}) == len(rows.ROWS)


def row(lower=False):
    return rows.Row("r", "load", "anchor", ("a", "rate"), (("b", "rate"),), 1.5 if lower else 0.6, 1.2 if lower else 0.9, lower)


def taken(*pairs, lower=False):
    return rows.measured(row(lower), [{"a": {"rate": a}, "b": {"rate": b}} for a, b in pairs])


def rows_say_what_they_reach():
    one = taken((50, 100), (70, 100), (65, 100))
    assert one["ratio"] == {"median": 0.65, "rounds": [0.5, 0.7, 0.65]} and one["reached"] == "floor", one
    assert abs(one["spread"] - 1.4) < 1e-9 and not one["noisy"], one
    assert taken((90, 100))["reached"] == "aim" and taken((59, 100))["reached"] == "below"
    # Less is better, and the bars are met by what is on the good side of them.
    assert [taken((x, 100), lower=True)["reached"] for x in (120, 121, 150, 151)] == ["aim", "floor", "floor", "below"]
    # Either side alone, or the two against each other, may be what differs.
    assert taken((100, 100), (160, 160))["noisy"] and taken((100, 100), (100, 160))["noisy"]
    assert taken((100, 140), (140, 100))["noisy"] and not taken((100, 100), (149, 149))["noisy"]


def a_busy_machine_is_told():
    cores = os.cpu_count()
    assert not bench.too_busy(cores) and bench.too_busy(cores + 1)
    settings = {"rounds": 2, "seconds": 1, "pinned": False}
    for busy in (False, True):
        result = {"rows": [taken((50, 100), (90, 100))], "left_out": [], "settings": settings, "load_before": (0, 0, 0),
                  "load_after": (0, 0, 0), "busy": busy}
        text = tables.result_text(result, tables.Paint(False))
        assert ("others used the cores" in text) == busy and "too noisy to tell: 1 of 1 rows" in text, text
        assert "noisy 1.8x" in text and "\x1b" not in text and "\x1b" in tables.result_text(result, tables.Paint(True)), text


def runs_are_compared():
    def word(then, now, lower=False):
        return results.change_of(taken(*then, lower=lower), taken(*now, lower=lower))["word"]
    slow, fast, wide = ((50, 100), (52, 100)), ((60, 100), (62, 100)), ((50, 100), (90, 100))
    assert word(slow, fast) == "better" and word(fast, slow) == "worse"
    assert word(slow, fast, lower=True) == "worse" and word(fast, slow, lower=True) == "better"
    assert word(slow, ((52, 100), (60, 100))) == "no difference"
    assert word(slow, ((53, 100), (53, 100))) == "no difference" and word(slow, ((54, 100), (54, 100))) == "better"
    assert word(slow, wide) == "too noisy to tell" == word(wide, slow)


def interrupts_lose_no_process():
    """One that comes while a process is being started: it must be known, and ended."""
    begin, began = programs.subprocess.Popen, []

    def interrupted_begin(*words, **streams):
        began.append(begin(*words, **streams))
        os.kill(os.getpid(), signal.SIGTERM)
        return began[0]

    before = [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)]
    programs.take_interrupts()
    programs.subprocess.Popen = interrupted_begin
    try:
        programs.start(["sleep", "100"])
        assert False, "the interrupt was lost"
    except KeyboardInterrupt:
        pass
    finally:
        programs.subprocess.Popen = begin
        for number, handler in zip((signal.SIGINT, signal.SIGTERM), before):
            signal.signal(number, handler)
        programs.end_all()
        ended = began[0].poll()
        began[0].kill()
    assert ended == -signal.SIGKILL, "the process is not known: %s" % ended
    programs.Started.interrupted = False


class Bench:
    def __init__(self, bin_folder, folder):
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        self.folder, self.bin = folder, os.path.join(folder, "bin")
        os.symlink(os.path.abspath(bin_folder), self.bin)  # a run keeps its files beside this

    def command(self, *words):
        return [sys.executable, BENCH, self.bin, *words]

    def run(self, *words, code=0, **environment):
        done = subprocess.run(self.command(*words), capture_output=True, text=True, timeout=120,
                              env={**os.environ, **environment})
        assert done.returncode == code, (words, done.returncode, done.stdout, done.stderr)
        return done

    def refused(self, *words, said):
        done = self.run(*words, code=2)
        assert done.stdout == "" and said in done.stderr, (words, said, done.stderr)

    def file(self, name, text=None):
        path = os.path.join(self.folder, name)
        if text is not None:
            with open(path, "w") as out:
                out.write(text)
        return path


TINY = ("--rounds", "1", "--seconds", "0.2", "--keys", "500")


def measures(runner):
    kept = runner.file("first.json")
    table = runner.run("--rows", "cpu-get,get", *TINY, "--json", kept)
    assert table.stderr == "round 1 of 1\n" and "\x1b" not in table.stdout, table
    assert "ZeroMQ echo, decoded" in table.stdout and "load average before: " in table.stdout, table.stdout
    result = results.read(kept)
    assert [one["row"] for one in result["rows"]] == ["get", "cpu-get"] and result["left_out"] == [], result
    get, cpu = result["rows"]
    assert get["figure"]["median"] > 100 and get["anchor"]["median"] > 100, get
    assert abs(get["ratio"]["median"] - get["figure"]["median"] / get["anchor"]["median"]) < 1e-9, get
    assert (get["floor"], get["aim"], get["unit"]) == (0.6, 0.9, "/s") and get["reached"] in ("aim", "floor", "below"), get
    assert cpu["anchor"] is None and cpu["unit"] == "us" and 0 < cpu["ratio"]["median"] < 1000, cpu
    (samples,) = result["rounds"]
    assert samples["get-single"]["cpu_us"] == cpu["ratio"]["median"] and samples["get-single"]["client_cpu_us"] > 0, samples
    assert result["settings"]["keys"] == 500 and len(result["load_before"]) == len(result["load_after"]) == 3, result

    again = runner.run("--rows", "cpu-get", *TINY[:-1], "600", "-o", "json", "--compare", kept)
    result = json.loads(again.stdout)
    (change,) = result["compared"]["rows"]
    assert change["then"] == cpu["ratio"]["median"] and change["now"] == result["rows"][0]["ratio"]["median"], change
    assert abs(change["change"] - change["now"] / change["then"]) < 1e-9, change
    assert result["compared"]["only_then"] == ["get"] and result["compared"]["settings_differ"] == ["keys"], result["compared"]
    return kept


def reads_must_find(runner):
    setup = measurements.Setup(runner.bin, runner.file("alone"), 0.1, 100)
    with Cluster(setup, 1, "os") as one:
        sample = one.bench("get", depth=4)
        assert sample["rate"] > 0 and 0 < sample["p50_us"] <= sample["p99_us"], sample
        one.keys = 200  # of which half were never written
        try:
            assert not one.bench("get", depth=4), "reads of nothing were measured"
        except BenchError as told:
            assert "found nothing" in str(told), told


def refuses(runner, kept):
    with open(kept) as text:
        good = json.load(text)

    def changed(**fields):
        return json.dumps({**good, **fields})

    odd_ratio = {"median": 1, "rounds": [float("nan")]}
    cut = runner.file("cut.json", changed()[:100])
    runner.refused("--compare", cut, said=cut + " does not parse")
    for name, text, said in (
            ("other.json", '{"mix": "a"}', "is no result of ./dev bench"), ("list.json", "[]", "is no result of ./dev bench"),
            ("old.json", changed(version=0), "is of version 0 and this is version 1"),
            ("rowless.json", changed(rows=None), "is cut short"), ("row.json", changed(rows=[{"row": "get"}]), "row 1 is not"),
            ("nan.json", changed(rows=[{**good["rows"][0], "ratio": odd_ratio}]), "row 1 is not")):
        runner.refused("--compare", runner.file(name, text), said=said)
    runner.refused("--compare", runner.file("absent.json"), said="cannot be read: No such file")
    runner.refused("--json", runner.file("absent/result.json"), said="cannot be written")
    runner.refused("--rows", "get,fve", said="no row 'fve'; did you mean five?")
    runner.refused("--rounds", "0", said="'0' is no number from 1 to 100")
    runner.refused("--seconds", "nan", said="'nan' is no number")
    runner.refused("--bogus", said="--bogus")

    # A program that is not there, and one that fails, end the run with a word, and nothing is written.
    empty = runner.file("nothing")
    os.makedirs(os.path.join(empty, "bin"))
    command = [sys.executable, BENCH, os.path.join(empty, "bin"), "--rows", "get", *TINY, "--json", empty + "/x.json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and "zmq_echo" in done.stderr and os.listdir(empty) == ["bin"], (done, os.listdir(empty))

    left_out = runner.run("--rows", "get-redis", *TINY, PATH="/nonexistent")
    assert "left out: get-redis: no redis-server, redis-cli, redis-benchmark here" in left_out.stdout, left_out.stdout


def measures_parts(runner):
    def micro(*words, code=0):
        done = subprocess.run([os.path.join(runner.bin, "kin-micro"), *words], capture_output=True, text=True, timeout=60)
        assert done.returncode == code, (words, done)
        return done.stdout

    parts = json.loads(micro("--benchmark_min_time=0.001", "--benchmark_format=json"))["benchmarks"]
    assert {part["name"].partition("_")[0] for part in parts} == {"codec", "entry", "clock", "store", "node"}, parts
    assert all(part["cpu_time"] > 0 and not part.get("error_occurred") for part in parts), parts
    micro("--benchmark_bogus", code=2)
    micro("--benchmark_filter=nothing", code=2)


def leaves_nothing(runner):
    running = subprocess.Popen(runner.command("--rows", "cpu-get", "--rounds", "1", "--seconds", "50", "--keys", "100"),
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    until(lambda: any("--no-load" in one for one in processes_of(runner.folder + "/bench-")), "a load on a node")
    running.send_signal(signal.SIGTERM)
    out, err = running.communicate(timeout=20)
    assert running.returncode == 130 and out == "" and "interrupted" in err, (running.returncode, out, err)
    # They are ended, not left to end: a load with nodes gone would stay for as long as its time-outs.
    until(lambda: not processes_of(runner.folder + "/bench-"), "no process is left", seconds=5)
    assert not [name for name in os.listdir(runner.folder) if name.startswith("bench-")], os.listdir(runner.folder)


def main(bin_folder, folder):
    every_measurement_is_known()
    rows_say_what_they_reach()
    a_busy_machine_is_told()
    runs_are_compared()
    interrupts_lose_no_process()
    runner = Bench(bin_folder, folder)
    refuses(runner, measures(runner))
    reads_must_find(runner)
    measures_parts(runner)
    leaves_nothing(runner)
    print("./dev bench: the table, its file, the comparison and the refusals hold")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
