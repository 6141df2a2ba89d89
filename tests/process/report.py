"""The page about a run, in a real browser: a run that held, one that did not, nodes that were killed and paused, and what
is damaged."""
import json
import os
import shutil
import subprocess
import sys

from browser import Browser

bin_folder, folder = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
shutil.rmtree(folder, ignore_errors=True)
os.makedirs(folder)
EVIL = "<script>window.owned=1</script>"


def at(name):
    return os.path.join(folder, name)


def driver(*words, ok=0):
    done = subprocess.run([os.path.join(bin_folder, "kin-driver"), *words], capture_output=True, text=True, timeout=120)
    assert done.returncode == ok, (words, done.returncode, done.stdout, done.stderr)
    return done


def check_clean(page):
    assert not page.problems, page.problems
    assert page.requests and all(url.startswith("file://") for url in page.requests), page.requests
    assert page.value("window.owned") is None


def a_run_that_held():
    driver("run", "seed-b-conflict", "--dir", at("held"))
    told = json.loads(driver("-o", "json", "report", at("held")).stdout)
    assert told == [{"run": at("held"), "file": at("held/report.html"), "verdict": "held"}], told
    with Browser(folder) as page:
        page.open(at("held/report.html"))
        check_clean(page)
        assert page.texts("h1") == ["seed-b-conflict: held"] and page.count("h1 .held") == 1
        steps = len([line for line in open(at("held/run.jsonl")) if json.loads(line)["kind"] == "step"])
        assert page.count("table.steps tbody tr") == steps >= page.count("text.mark") > 5
        text = page.value("document.querySelector('table.steps').innerText")
        assert "why" not in text.split("\n")[0] and "two clients update two replicas at the same time" in text
        rows = page.value("Array.from(document.querySelectorAll('table.states tbody tr'), r => "
                          "Array.from(r.cells, c => c.innerText.trim()))")
        both = [row for row in rows if all("pears" in cell and "plums" in cell for cell in row[1:])]
        assert both and len(both[0]) == 6, rows
        assert all("running" in cell for cell in rows[-1][1:]), rows[-1]
        assert page.count(".timeline .event.write") == 4
        assert page.count("path.call") >= 5 and page.texts("#latencies tbody td")[0] == "get"
        page.picture(at("held.png"))
        page.print(at("held.pdf"))
    with Browser(folder, dark=True) as page:
        page.open(at("held/report.html"))
        page.picture(at("held-dark.png"))


def a_run_that_did_not_hold():
    with open(at("evil.yml"), "w") as scenario:
        scenario.write("""# Not as expected %s
nodes: 3
steps:
  - client: ["add_update", "%s", "%s"]
    at: n1
    why: "%s"
  - pause: n3
  - resume: n3
  - kill: n2
  - client: ["add_update", "k", "v"]
    at: n1
    expect: {status: CONFLICT}
""" % (EVIL, EVIL, EVIL, EVIL))
    driver("run", at("evil.yml"), "--dir", at("evil"), ok=11)
    driver("report", at("evil"), "--html", at("evil.html"))
    assert EVIL not in open(at("evil.html")).read()
    with Browser(folder) as page:
        page.open(at("evil.html"))
        check_clean(page)
        assert page.texts("h1 .wrong") == ["did not hold"] and page.count("table.steps .wrong") >= 1
        assert EVIL in page.value("document.querySelector('table.steps').innerText")
        ends = page.value("Array.from(document.querySelector('table.states tbody tr:last-child').cells, c => c.innerText)")
        assert "running" in ends[1] and "down" in ends[2] and "running" in ends[3], ends
        labels = [page.value("JSON.parse(document.getElementById('timeline-data').textContent).spans.map(s => s.label)")]
        assert "killed" in labels[0] and "paused" in labels[0], labels
        page.picture(at("evil.png"))


def several_and_damaged():
    driver("run", "reads-never-tick", "seed-a-no-conflict", "--dir", at("two"))
    told = driver("report", "--dir", at("two")).stdout
    assert told.count(": held; open it in a browser") == 2, told
    assert "2 runs" in driver("report", at("two"), "--html", at("x.html"), ok=2).stderr
    assert "there is no run in" in driver("report", at("nothing"), ok=2).stderr
    run = at("two/reads-never-tick")
    page = open(run + "/report.html").read()
    with open(run + "/run.jsonl", "a") as record:
        record.write('{"kind":"step","num')
    driver("report", run)
    assert "The last line of the record was cut off" in open(run + "/report.html").read()
    with open(run + "/run.jsonl", "a") as record:
        record.write("\n")
    lines = open(run + "/run.jsonl").read().count("\n")
    with open(run + "/report.html", "w") as out:
        out.write(page)
    assert "run.jsonl:%d: " % lines in driver("report", run, ok=2).stderr
    assert open(run + "/report.html").read() == page
    for wrong in ('{"kind":"no such"}', '{"kind":"verdict","verdict":1,"seconds":1}', '{"kind":"fault","node":"n1"}'):
        with open(run + "/run.jsonl", "w") as record:
            record.write(wrong + "\n")
        assert "run.jsonl:1: " in driver("report", run, ok=2).stderr


a_run_that_held()
a_run_that_did_not_hold()
several_and_damaged()
print("report: fine")
