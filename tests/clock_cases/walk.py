"""Asks kin-clock-cases every case of a table, and compares its answers with the expected ones.

usage: walk.py PROGRAM CASES

A case is one JSON object a line: {"case": what it shows, "request": ..., "expected": ...}. Where the answer must be an
error, expected is {"error": a part of its text}. Lines that begin with # are comments."""
import json
import subprocess
import sys


def agrees(answer, expected):
    if "error" in expected:
        return list(answer) == ["error"] and expected["error"] in answer["error"]
    return answer == expected


def main(program, table):
    with open(table, encoding="utf-8") as lines:
        cases = [json.loads(line) for line in lines if line.strip() and not line.startswith("#")]
    asked = "".join((c["request"] if isinstance(c["request"], str) else json.dumps(c["request"])) + "\n" for c in cases)
    answers = subprocess.run([program], input=asked, capture_output=True, check=True, text=True).stdout.splitlines()
    assert len(answers) == len(cases), f"{len(cases)} requests, {len(answers)} answers"
    wrong = 0
    for case, line in zip(cases, answers):
        if not agrees(json.loads(line), case["expected"]):
            wrong += 1
            print(f"{case['case']}\n  expected {json.dumps(case['expected'])}\n  got      {line}")
    print(f"{len(cases)} cases, {wrong} wrong")
    return 1 if wrong or not cases else 0


sys.exit(main(*sys.argv[1:]))
