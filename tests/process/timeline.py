"""The page with the space-time diagram, of real nodes, in a real browser: the conflict of the introduction, hostile keys and
values, thousands of events, damaged traces. Pictures are left in the folder."""
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import xml.dom.minidom

from browser import Browser
from nodes import Nodes

bin_folder, folder = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
shutil.rmtree(folder, ignore_errors=True)
os.makedirs(folder)

EVIL_KEY = "</script><script>window.owned=1</script>"
EVIL_VALUE = '<img src=x onerror="window.owned=2"><!--\u2028 & "\'\\'


def kin(*words, ok=0):
    done = subprocess.run([os.path.join(bin_folder, "kin"), *words], capture_output=True, text=True, timeout=60)
    assert done.returncode == ok, (words, done.returncode, done.stdout, done.stderr)
    return done


def at(name):
    return os.path.join(folder, name)


def history_of_nodes():
    os.makedirs(at("few"))
    with Nodes(bin_folder, at("few"), 5, durability="os", values="full") as nodes:
        nodes.kin("add_update", "cart", "apples", node="n1")
        nodes.converge()
        for n in ("n1", "n2"):
            nodes.kin("fault", "isolate", n)
        nodes.kin("add_update", "cart", "pears", node="n1")
        nodes.kin("add_update", "cart", "plums", node="n2")
        for n in ("n1", "n2"):
            nodes.kin("fault", "join", n)
        nodes.converge()
        context = json.loads(nodes.kin("-o", "json", "read", "cart", "--allow-siblings", node="n3"))["context"]
        nodes.kin("add_update", "cart", "both", "--context", context, node="n3")
        nodes.converge()
        nodes.kill("n5")
        nodes.kin("add_update", EVIL_KEY, EVIL_VALUE, node="n1")
        nodes.start("n5")
        nodes.converge()


def check_clean(page):
    assert not page.problems, page.problems
    outside = [url for url in page.requests if not url.startswith("file://")]
    assert not outside, outside
    assert page.value("window.owned") is None


def conflict_of_the_introduction():
    history_of_nodes()
    told = json.loads(kin("-o", "json", "log", "timeline", at("few"), "--html", at("few.html")).stdout)
    assert told["writes"] == 5 and told["nodes"] == 5 and told["conflicts"] == 5 and told["left_out"] == 0, told
    text = open(at("few.html"), encoding="utf-8").read()
    assert EVIL_KEY not in text and "<img src=x" not in text
    assert len(re.findall(r"</script", text)) == len(re.findall(r"<script", text)) == 4
    assert not re.search(r"(?:src|href)\s*=\s*[\"']?(?:https?:)?//", text.split("d3js.org", 1)[0])
    with Browser(at("few")) as page:
        page.open(at("few.html"))
        check_clean(page)
        assert page.texts("text.node") == ["n1", "n2", "n3", "n4", "n5"]
        assert page.count(".event.write") == 5 and page.count(".event.conflict-begin") == 5
        assert page.count("rect.conflict") == 5 and page.count("rect.fault:not(.down)") == 2 and page.count("rect.down") == 1
        # Each write reached the four others, one or several with a message; what the cut-off nodes pushed was lost.
        learnt = "JSON.parse(document.getElementById('timeline-data').textContent).events.flatMap(e => e.learnt || []).length"
        assert page.value(learnt) == 4 * 5, page.value(learnt)
        assert 10 <= page.count(".message.news") <= 4 * 5, page.count(".message.news")
        assert page.count(".message.lost") >= 8, page.count(".message.lost")
        tip = page.hover(".event.write")
        assert "apples" in tip and "[1,0,0,0,0]" in tip and "cart" in tip, tip
        # A write comes by a push, or by gossip where that was quicker.
        news = page.hover(".message.news")
        assert "brought cart n1.1:1" in news and ("push" in news or "entries" in news), news
        rows = page.texts("section:last-of-type td")
        assert EVIL_KEY in rows and EVIL_VALUE.replace("\\", "\\\\") in rows, rows
        assert "pears (n1.1:2), plums (n2.1:1)" in page.texts("section td")
        before = page.count(".message")
        page.click(".controls input[type=checkbox]")
        assert page.count(".message") > before + 20
        page.picture(at("few-all.png"))
        page.click(".controls input[type=checkbox]")
        assert page.count(".message") == before
        page.type("input.key", "cart")
        assert page.count(".event.write") == 4 and page.count("rect.conflict") == 5
        page.type("input.key", "no such key")
        assert page.count("input.key.unknown") == 1 and page.count(".event.write") == 4
        page.type("input.key", EVIL_KEY)
        assert page.count(".event.write") == 1 and page.count("rect.conflict") == 0
        page.type("input.key", "")
        page.click(".event.write")
        assert page.count(".message.dim") > 0 and page.count(".message.news:not(.dim)") == 4
        page.click(".event.write")
        first = page.value("document.querySelector('.event.write').getAttribute('transform')")
        page.click(".controls button:nth-of-type(2)")
        assert page.value("document.querySelector('.event.write').getAttribute('transform')") != first
        page.click(".controls button:nth-of-type(3)")
        assert page.value("document.querySelector('.event.write').getAttribute('transform')") == first
        check_clean(page)
        page.picture(at("light.png"))
        page.print(at("few.pdf"))
    with Browser(at("few"), dark=True) as page:
        page.open(at("few.html"))
        page.picture(at("dark.png"))
        assert page.value("getComputedStyle(document.body).backgroundColor") == "rgb(21, 24, 28)"


def one_key():
    kin("log", "timeline", at("few"), "--key", "cart", "--html", at("cart.html"))
    assert EVIL_VALUE[:8] not in open(at("cart.html"), encoding="utf-8").read()
    with Browser(at("few")) as page:
        page.open(at("cart.html"))
        check_clean(page)
        assert page.count(".event.write") == 4 and page.value("document.querySelector('input.key').value") == "cart"
        page.picture(at("cart.png"))
    gone = kin("log", "timeline", at("few"), "--key", "nothing", "--html", at("nothing.html"), ok=3)
    assert "nothing" in gone.stderr and not os.path.exists(at("nothing.html"))
    kin("-b", "other", "log", "timeline", at("few"), "--key", "cart", "--html", at("nothing.html"), ok=3)


def a_picture():
    kin("log", "timeline", at("few"), "--svg", at("few.svg"))
    picture = xml.dom.minidom.parse(at("few.svg"))
    assert len([c for c in picture.getElementsByTagName("circle") if c.getAttribute("class") == "write"]) == 5
    assert len([r for r in picture.getElementsByTagName("rect") if r.getAttribute("class") == "conflict"]) == 5
    assert not picture.getElementsByTagName("script") and not picture.getElementsByTagName("img")
    kin("log", "timeline", at("few"), "--key", "cart", "--svg", at("cart.svg"))
    for colours in (False, True):
        with Browser(at("few"), dark=colours) as page:
            page.open(at("cart.svg"))
            assert not page.problems, page.problems
            page.picture(at("cart-svg-%s.png" % ("dark" if colours else "light")), full=False)
    assert "say where it goes" in kin("log", "timeline", at("few"), ok=2).stderr


def broken_traces():
    shutil.copytree(at("few/logs"), at("torn"))
    with open(at("torn/n2.trace"), "ab") as trace:
        trace.write(b'2026-11-21T12:00:00.000000Z n2.1 {"n2')
    told = kin("log", "timeline", at("torn"), "--html", at("torn.html"))
    assert "n2.trace: its last line is cut off, and left out" in told.stderr, told.stderr
    assert "its last line is cut off" in open(at("torn.html")).read()
    with open(at("torn/n2.trace"), "ab") as trace:
        trace.write(b"\nmore\n")
    lines = open(at("torn/n2.trace"), "rb").read().count(b"\n")
    os.remove(at("torn.html"))
    failed = kin("log", "timeline", at("torn"), "--html", at("torn.html"), ok=2)
    assert "n2.trace:%d: no line of a trace" % (lines - 1) in failed.stderr, failed.stderr
    assert not os.path.exists(at("torn.html"))
    assert not glob.glob(at("torn.html*"))
    with open(at("kept.html"), "w") as page:
        page.write("before")
    kin("log", "timeline", at("torn"), "--html", at("kept.html"), ok=2)
    assert open(at("kept.html")).read() == "before"
    assert "cannot be written" in kin("log", "timeline", at("few"), "--html", at("no/folder.html"), ok=2).stderr


def thousands_of_events():
    os.makedirs(at("many"))
    with Nodes(bin_folder, at("many"), 5, durability="os") as nodes:
        for round_ in range(6):
            for n in nodes.ids:
                nodes.fill(n, 8, 20, first=100 * round_, depth=1, keys=2000)
            nodes.kin("fault", "isolate", nodes.ids[round_ % 5])
            for n in nodes.ids:
                nodes.kin("add_update", "shared", "%s-%d" % (n, round_), node=n)
            nodes.kin("fault", "join", nodes.ids[round_ % 5])
            nodes.converge()
        nodes.kill("n4")
        nodes.fill("n1", 8, 20, first=5000, depth=1, keys=6000)
        nodes.start("n4")
        nodes.converge()
    told = json.loads(kin("-o", "json", "log", "timeline", at("many"), "--html", at("many.html")).stdout)
    assert told["events"] > 2000, told
    with Browser(at("many")) as page:
        page.open(at("many.html"))
        check_clean(page)
        assert page.count(".event.write") == told["writes"]
        page.picture(at("many.png"), full=False)
        for _ in range(3):
            page.click(".controls button:nth-of-type(2)")
        page.picture(at("many-zoomed.png"), full=False)
        page.type("input.key", "shared")
        page.picture(at("many-key.png"), full=False)
        check_clean(page)


conflict_of_the_introduction()
one_key()
a_picture()
broken_traces()
thousands_of_events()
print("timeline: fine")
