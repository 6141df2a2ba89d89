"""The page about growth: what each plot shows, in sentences whose every figure comes from the data that is drawn."""
import textwrap

from svg_plot import number

WIDTH = 125     # of a line of the page


def series(panel, name):
    return next(s["points"] for s in panel["series"] if s["name"] == name)


def ends(panel, name):
    """`1.2k with 1, 300 with 7`, of the first and the last point."""
    points, unit = series(panel, name), panel["x"].get("unit", "")
    return tuple(x for point in (points[0], points[-1]) for x in (number(point[1]), number(point[0], unit)))


def wrapped(text):
    return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def of_nodes(panels):
    rate, wait = panels
    return ("Durable (`fsync`), 100-byte values. Writes at W=quorum: %s a second with %s node, %s with %s; at W=1 %s and %s. "
            % (*ends(rate, "write, W=quorum"), *ends(rate, "write, W=1")[::2]) +
            "Reads at R=1: %s and %s; at R=quorum %s and %s. " % (*ends(rate, "read, R=1")[::2], *ends(rate, "read, R=quorum")[::2]) +
            "Every node takes every write, to its own disk, and here they share the cores and one disk: what the plot shows is the "
            "price of more copies on one machine, and a bound from below for nodes that have machines of their own. W=1 answers sooner, but all copies "
            "are made just the same, so at full load it is not faster. A read at R=1 is "
            "answered by one node, however many there are. With one operation in flight a write waits for its own sync and for those "
            "of the others, which run at the same time: p50 %s ms with %s node, %s ms with %s." % ends(wait, "write, p50"))


def of_values(panels):
    rate, flow = panels
    return ("Three nodes, `os` durability, 64 keys. Writes: %s a second of %s, %s of %s. " % ends(rate, "write, W=quorum") +
            "Reads: %s a second of %s, %s of %s. " % ends(rate, "read, R=quorum") +
            "Small values pay for the operation, large ones for their bytes, which the right plot shows: %s MB of values a second at %s, "
            "%s at %s for writes, each of which is sent to two peers and written three times here." % ends(flow, "write, W=quorum"))


def of_keys(panels):
    return ("One node, `os` durability, 16-byte keys, 100-byte values. Reads: %s a second of %s keys, %s of %s. "
            % ends(panels[0], "get") + "Updates: %s a second of %s keys, %s of %s. " % ends(panels[0], "put") +
            "A node keeps the entries that were used last unpacked, within a bound in bytes (`limits`, 192 MiB); where the keys no "
            "longer fit into that, LevelDB is asked, and the page cache behind it. An update reads the entry that it "
            "replaces there too; most of its price is the writing.")


def of_siblings(panels):
    rate, wait = panels
    return ("Three nodes, one key whose values have not seen each other; 64 is where a node refuses one more. Reads at R=1: %s a second "
            "with %s value, %s with %s; at R=quorum %s and %s. " % (*ends(rate, "R=1"), *ends(rate, "R=quorum")[::2]) +
            "One in flight at R=1: p50 %s ms with %s value, %s ms with %s. " % ends(wait, "R=1") +
            "An answer carries all values, each with its clock and who wrote it, so it costs what it carries.")


def of_catching_up(panels):
    seconds, each = panels
    return ("Three nodes of 20 000 keys; one is killed, keys are updated, it is started again, and the clock runs from its start until "
            "all three hold the same: %s s for %s missed updates, %s s for %s; for few of them it is the start of the process, and until "
            "its peers are connected again. " % ends(seconds, "time") +
            "What it receives is %s bytes a missed update for %s of them, %s for %s: an entry with its key, value, dot and clock, and where "
            "few were missed the reports around it. What it has already is not sent." % ends(each, "received"))


def of_memory(panels):
    each = panels[1]
    return ("The resident memory of a node, less that of an empty one, and the files in its folder. Memory is %s bytes a key for %s keys "
            "and %s for %s; disk is %s and %s. " % (*ends(each, "memory"), *ends(each, "disk")[::2]) +
            "Memory holds entries up to a bound, LevelDB's write buffer and its cache, and does not follow the number of keys; the "
            "disk does, with the dot map beside the entries.")


def of_amplification(panels):
    panel = panels[0]
    return ("What the kernel counts as written for the process (`write_bytes` of /proc/PID/io), until compaction is silent, over the bytes of "
            "keys and values; durable, distinct keys, random values. 40 MB of them with 256 in flight: %s times at %s, %s times at %s: the log, "
            "then the tables, then what compaction rewrites, and the dot map. " % ends(panel, "256 in flight") +
            "200 writes with one in flight: %s times at %s, %s at %s: they are in the log alone, but each syncs by itself, and the smallest "
            "thing that a disk takes is a page." % ends(panel, "1 in flight"))


def of_recovery(panels):
    start, copy = panels
    return ("Left: `kill -9`, and the time from the start of the process to the first answer to a `kin read`, which is itself a process: "
            "%s ms with %s keys, %s ms with %s. At most one write buffer of log is read again, whatever the store holds. " % ends(start, "start") +
            "Right: one of three nodes lost its disk: it has all keys again after %s s of %s keys, %s s of %s." % ends(copy, "copy"))


TEXTS = {"nodes": of_nodes, "values": of_values, "keys": of_keys, "siblings": of_siblings, "catch-up": of_catching_up,
         "memory": of_memory, "amplification": of_amplification, "recovery": of_recovery}


def page(data):
    """Markdown. `data`: what growth.py writes."""
    machine = data["machine"]
    out = ["# Growth", "", wrapped(
           "What more nodes, larger values, more keys, siblings and missed updates cost, and what a node keeps and writes. Written by "
           "`./dev bench growth`, like the plots; the figures are those of [growth.json](performance/growth.json), one short run each, "
           "and the best of several where the command has `--rounds`. The machine has %d cores and %d GB of memory and ran other work at the same time, "
           "nodes and clients share it: shapes can be trusted, single points to a factor of two." % (machine["cores"], machine["memory_gb"])), ""]
    for name, one in data["measurements"].items():
        out += ["## " + one["title"], "", "![%s](performance/%s.svg)" % (one["title"], name), "", wrapped(TEXTS[name](one["panels"])), "",
                "`%s`, %s, load average %.1f before it." % (one["command"], one["measured"], one["load"]), ""]
    return "\n".join(out[:-1]) + "\n"
