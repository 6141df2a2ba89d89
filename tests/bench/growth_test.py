#!/usr/bin/env python3
"""growth.py: a small measurement on real nodes makes data, a plot and a page that agree; what is wrong is refused in
words, and leaves all files as they were.

    growth_test.py BIN FOLDER"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as xml

import svg_plot

SVG = "{http://www.w3.org/2000/svg}"


def one_panel(points, x="steps", y="linear"):
    return {"title": "t", "panels": [{"title": "p", "x": {"label": "x", "scale": x}, "y": {"label": "y", "scale": y},
                                      "series": [{"name": "a & b", "points": points}]}]}


def places(text):
    """Of the points of each line, as they are drawn."""
    return [[tuple(float(n) for n in pair.split(",")) for pair in line.get("points").split()] for line in xml.fromstring(text).iter(SVG + "polyline")]


def refused(plot, word):
    try:
        svg_plot.draw(plot)
    except ValueError as why:
        assert word in str(why), why
        return
    raise AssertionError("drawn, although " + word)


def drawing():
    line, = places(svg_plot.draw(one_panel([[1, 0], [2, 50], [3, 100]])))
    (x1, y1), (x2, y2), (x3, y3) = line
    assert x2 - x1 == x3 - x2 > 0, line
    assert y1 - y2 == y2 - y3 > 0, line              # upwards, 0 on the axis
    assert y1 == svg_plot.HEIGHT - svg_plot.BOTTOM and y3 == svg_plot.TOP, line
    line, = places(svg_plot.draw(one_panel([[1, 1], [10, 10], [100, 100]], "log", "log")))
    assert abs((line[1][1] - line[0][1]) - (line[2][1] - line[1][1])) < 0.2, line
    assert "a &amp; b" in svg_plot.draw(one_panel([[1, 1]]))
    assert [svg_plot.number(n) for n in (0.25, 7, 999, 1234, 1500000)] == ["0.25", "7", "999", "1.23k", "1.5M"]
    assert [svg_plot.number(n, "bytes") for n in (16, 4096, 1048576)] == ["16 B", "4 KiB", "1 MiB"]
    # Names of lines that end at one place are written under each other.
    ends = svg_plot.apart([50, 50, 51, 20], 0, 52)
    assert all(abs(a - b) >= svg_plot.NEAREST for i, a in enumerate(ends) for b in ends[:i]), ends
    assert max(ends) <= 52 and ends[3] == min(ends), ends
    assert sorted(svg_plot.apart([3, 2, 1], 0, 100)) == [1, 1 + svg_plot.NEAREST, 1 + 2 * svg_plot.NEAREST]
    refused(one_panel([]), "no points")
    refused(one_panel([[1, 0]], y="log"), "no place for 0")
    refused(one_panel([[1, float("nan")]]), "finite")
    refused(one_panel([[1, -1]]), "no place for -1")
    refused(one_panel([[1, 1]], x="cubic"), "no scale cubic")


class Program:
    def __init__(self, bin_folder, folder):
        self.bin, self.work, self.out = bin_folder, os.path.join(folder, "work"), pathlib.Path(folder, "out")

    def __call__(self, *words, code=0, bin_folder=None):
        command = ["/usr/bin/python3", str(pathlib.Path(__file__).with_name("growth.py")), "--bin", bin_folder or self.bin, "--work", self.work,
                   "--out", str(self.out), *words]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert done.returncode == code, (words, done.returncode, done.stdout, done.stderr)
        return done.stderr

    def files(self):
        return {str(f.relative_to(self.out)): f.read_bytes() for f in self.out.rglob("*") if f.is_file()}


def main(bin_folder, folder):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    drawing()
    growth = Program(bin_folder, folder)

    assert "invalid choice: 'everything'" in growth("--only", "everything", code=2)
    assert "--seconds" in growth("--seconds", "0", code=2)
    assert "no program kin-node" in growth("--only", "siblings", code=2, bin_folder=folder)
    assert "holds no data yet" in growth("--draw", code=2)
    assert growth.files() == {}, growth.files().keys()

    told = growth("--only", "siblings", "--quick", "--seconds", "0.2")
    assert "[1/1] more siblings" in told and "2 siblings" in told, told
    files = growth.files()
    assert sorted(files) == ["growth.md", "performance/growth.json", "performance/siblings.svg"], sorted(files)
    data = json.loads(files["performance/growth.json"])
    one = data["measurements"]["siblings"]
    assert one["command"] == "./dev bench growth --only siblings --seconds 0.2 --quick", one
    rate, wait = one["panels"]
    for series in rate["series"] + wait["series"]:
        assert [x for x, _ in series["points"]] == [1, 2] and all(y > 0 for _, y in series["points"]), series
    # Not both can be true of one load: so many at once and so long each.
    for fast, slow in zip(rate["series"], wait["series"]):
        for (_, a_second), (_, p50_ms) in zip(fast["points"], slow["points"]):
            assert 0.1 < a_second * p50_ms / 1000 < 1000, (fast, slow)

    # The plot has a line for each series, higher for more, and the page quotes the figures of the data.
    lines = places(files["performance/siblings.svg"])
    assert len(lines) == len(rate["series"] + wait["series"]), lines
    for line, series in zip(lines, rate["series"] + wait["series"]):
        down, up = ([p for _, p in sorted(zip([y for _, y in series["points"]], line))])
        assert up[1] <= down[1], (line, series)
    page = " ".join(files["growth.md"].decode().split())
    for _, y in rate["series"][0]["points"]:
        assert " %s " % svg_plot.number(y) in page, (y, page)
    assert one["command"] in page and "performance/siblings.svg" in page, page

    # The same data gives the same files; data of another shape is refused, and nothing is written.
    growth("--draw")
    assert growth.files() == files
    whole = files["performance/growth.json"].decode()
    broken = [whole[:len(whole) // 2], "[]", whole.replace('"panels"', '"pannels"'), whole.replace('"siblings":', '"cousins":'),
              whole.replace('"scale": "log"', '"scale": "cubic"'),
              re.sub(r'"load": [0-9.]+', '"load": "high"', whole), whole.replace('"name": "R=1"', '"name": "R=2"')]
    for text in broken:
        assert text != whole
        (growth.out / "performance" / "growth.json").write_text(text)
        before = growth.files()
        for words in (("--draw",), ("--only", "siblings", "--quick", "--seconds", "0.2")):
            assert "growth.json is not what this program writes" in growth(*words, code=2)
        assert growth.files() == before
    print("growth: data, plot, page and refusals hold")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
