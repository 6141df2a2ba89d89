#!/usr/bin/env bash
# kin-driver's commands on a cluster of real processes: up, status, faults, toggle, down, and what each refuses.
#   driver_cli.sh BIN RUN       BIN: the folder of the programs; RUN: a folder that may be overwritten
set -euo pipefail

bin=$1
run=$2
rm -rf -- "$run"
mkdir -p -- "$run"
cd -- "$run"
driver=("$bin/kin-driver" --dir "$run/cluster")
trap '"${driver[@]}" down >/dev/null 2>&1 || true' EXIT

fail() {
  printf 'FAILED: %s\n' "$*" >&2
  exit 1
}

# expect_exit CODE COMMAND...: what it printed is then in $output.
expect_exit() {
  local wanted=$1 got=0
  shift
  output=$("$@" 2>&1) || got=$?
  ((got == wanted)) || fail "exit $got instead of $wanted: $* -> $output"
}

expect_text() { [[ $output == *"$1"* ]] || fail "\"$1\" is not in: $output"; }

kin() { "$bin/kin" --config "$run/cluster/cluster.yml" --no-color "$@"; }

pid_of() {
  "${driver[@]}" -o json status |
    python3 -c 'import json,sys; print([n["pid"] for n in json.load(sys.stdin)["nodes"] if n["node"]==sys.argv[1]][0])' "$1"
}

echo "-- nothing is up"
expect_exit 6 "${driver[@]}" status
expect_text "no cluster is up"
expect_exit 6 "${driver[@]}" kill n1
expect_exit 6 "${driver[@]}" down

echo "-- up"
expect_exit 0 "${driver[@]}" up -n 3 --durability os
expect_text "n3"
expect_exit 5 "${driver[@]}" up -n 3
expect_text "a cluster is up"
[[ -d $run/cluster/n1 && -s $run/cluster/logs/n1.log && -s $run/cluster/logs/n1.trace ]] || fail "no data or logs"
expect_exit 0 kin --node n1 add_update cart apples
expect_exit 0 kin cluster wait --converged --timeout 30s
expect_exit 0 kin --node n3 read cart
expect_text apples

echo "-- the tokens of the pattern moved to the new addresses"
grep -q '"1020"' "$run/cluster/tokens.yml" || fail "token 1020 is missing"
! grep -q ':7001' "$run/cluster/tokens.yml" || fail "an address of the pattern is left"

echo "-- what is refused"
expect_exit 2 "${driver[@]}" kill n9
expect_text "there is no node n9"
expect_exit 2 "${driver[@]}" fly n1
expect_text "kin-driver: there is no command 'fly' in kin-driver"
expect_exit 2 "${driver[@]}" sttaus
expect_text "did you mean 'kin-driver status'?"
expect_exit 2 "${driver[@]}" isolate n1 n2
expect_text "kin-driver: 'n2' is not expected here"
expect_text "see kin-driver isolate --help"
expect_exit 2 "${driver[@]}" up --fressh
expect_text "did you mean --fresh?"
expect_exit 2 "${driver[@]}" check casual x
expect_text "did you mean 'kin-driver check causal'?"
expect_exit 0 "${driver[@]}" restart --help
for code in "1 internal" "5 there already" "11 an expectation did not hold" "130 interrupted"; do expect_text "$code"; done
expect_exit 0 "${driver[@]}" check --help
expect_text "1 violation"
expect_exit 2 "${driver[@]}" up -n 0
expect_exit 2 "${driver[@]}" run no-such-scenario
expect_text "there is no scenario"

echo "-- kill and restart"
old=$(pid_of n2)
expect_exit 0 "${driver[@]}" kill n2
expect_exit 6 "${driver[@]}" kill n2
expect_text "n2 is down already"
expect_exit 6 "${driver[@]}" pause n2
expect_text "kin-driver --dir $run/cluster restart n2"
expect_exit 0 "${driver[@]}" status
expect_text down
expect_exit 0 "${driver[@]}" restart n2
[[ $(pid_of n2) != "$old" ]] || fail "n2 has the same process"
expect_exit 0 kin --node n2 read cart
expect_text apples
old=$(pid_of n2)
expect_exit 0 "${driver[@]}" restart n2
[[ $(pid_of n2) != "$old" ]] || fail "restart of a running node starts a new process"

echo "-- one object for programs, and nothing else on standard output"
expect_json() {  # CODE STATUS NODES COMMAND...
  local got=0 code=$1 status=$2 nodes=$3
  shift 3
  output=$("${driver[@]}" -o json "$@" 2>/dev/null) || got=$?
  ((got == code)) || fail "exit $got instead of $code: $* -> $output"
  python3 -c 'import json, sys
object = json.loads(sys.stdin.read())
sys.exit(object["status"] != sys.argv[1] or ",".join(object.get("nodes", [])) != sys.argv[2])' "$status" "$nodes" \
    <<<"$output" || fail "not $status of \"$nodes\": $* -> $output"
}
expect_json 0 OK n3 toggle n3
expect_text "n3 is offline now"
expect_json 0 OK n3 toggle n3
expect_json 0 OK n3 kill n3
expect_json 6 UNAVAILABLE "" pause n3
expect_json 0 OK n3 restart n3
expect_json 2 USAGE "" kill n9
expect_json 5 ALREADY_EXISTS "" up -n 3
expect_json 2 USAGE "" fly n1
expect_json 2 USAGE "" run no-such-scenario
expect_json 2 USAGE "" report "$run/nothing"

echo "-- restart while another process holds the node's port, and on damaged data"
expect_exit 0 "${driver[@]}" kill n2
exec 3< <(exec "$bin/kin-node" --config "$run/cluster/cluster.yml" --id n2 --data-dir "$run/stranger" \
  --log-dir "$run/stranger" 2>&1)
stranger=$!
trap 'kill $stranger 2>/dev/null || true; "${driver[@]}" down >/dev/null 2>&1 || true' EXIT
read -r -t 20 -u 3 line || fail "the stranger did not start"
[[ $line == *"listening on"* ]] || fail "the stranger: $line"
expect_exit 6 "${driver[@]}" restart n2
expect_text "n2 was not started: another process, not of this cluster, holds 127.0.0.1:"
expect_text "(n2.1 answers there)"
kill -TERM "$stranger"
wait "$stranger" || fail "the stranger did not end in order"
for file in "$run"/cluster/n2/db/MANIFEST-*; do printf nonsense >"$file"; done
expect_exit 6 "${driver[@]}" restart n2
expect_text "n2 ended with exit status 1: "
expect_text "damaged"
expect_text "kin-driver --dir $run/cluster restart n2 --set-aside-damaged"
expect_exit 0 "${driver[@]}" restart n2 --set-aside-damaged
expect_text "The damaged data is now in"
expect_exit 0 kin cluster wait --converged --timeout 30s
expect_exit 0 kin --node n2 read cart
expect_text apples

echo "-- pause and resume"
expect_exit 0 "${driver[@]}" pause n3
expect_exit 5 "${driver[@]}" pause n3
expect_exit 0 "${driver[@]}" status
expect_text paused
expect_exit 0 "${driver[@]}" resume n3
expect_exit 5 "${driver[@]}" resume n3
expect_exit 0 kin --node n3 read cart

echo "-- faults of the network, and toggle"
expect_exit 0 "${driver[@]}" isolate n1
expect_exit 0 "${driver[@]}" status
expect_text isolated
expect_exit 0 "${driver[@]}" join n1
expect_exit 0 "${driver[@]}" toggle n1
expect_text "n1 is offline now"
expect_exit 7 kin --node n1 --timeout 300ms read cart
expect_exit 0 "${driver[@]}" toggle n1
expect_text "n1 is online now"
expect_exit 0 kin --node n1 read cart
expect_exit 0 "${driver[@]}" offline n1
expect_exit 0 "${driver[@]}" online n1

echo "-- down, one of them paused, and up again on the same data"
expect_exit 0 "${driver[@]}" pause n3
expect_exit 0 "${driver[@]}" down
expect_text "n3 ended"
expect_exit 6 "${driver[@]}" status
expect_exit 2 "${driver[@]}" up -n 2
expect_text "holds the data of n3"
expect_exit 0 "${driver[@]}" up
expect_text "starting 3 nodes"
expect_exit 0 kin --node n2 read cart
expect_text apples
expect_exit 0 "${driver[@]}" down
echo "-- a member that was removed"
expect_exit 0 "${driver[@]}" up
expect_exit 2 kin cluster remove n3
expect_text "n3 answers"
expect_exit 0 "${driver[@]}" kill n3
expect_exit 0 kin cluster remove n3
expect_exit 0 "${driver[@]}" status
expect_text "removed for ever"
expect_text "1 of 1"
expect_exit 5 "${driver[@]}" restart n3
expect_text "n3 was removed from the cluster for ever"
expect_exit 0 "${driver[@]}" down
expect_exit 0 "${driver[@]}" up
expect_exit 0 "${driver[@]}" -o json status
expect_text '"state":"removed"'  # its process ends when it hears of it, which may be a moment later
expect_exit 0 kin --node n2 read cart
expect_exit 0 "${driver[@]}" down
touch "$run/cluster/run.jsonl"
expect_exit 0 "${driver[@]}" up -n 2 --fresh
[[ ! -e $run/cluster/run.jsonl ]] || fail "the record of an earlier run is left"
expect_exit 3 kin --node n2 read cart

echo "-- a number that another process has now is left alone"
sed -i 's/"start_ticks": [0-9]*/"start_ticks": 1/' "$run/cluster/driver.json"
pids=$(pgrep -f "kin-node --config $run/cluster/cluster.yml" || true)
expect_exit 6 "${driver[@]}" kill n1
expect_exit 0 "${driver[@]}" down
for pid in $pids; do
  kill -0 "$pid" 2>/dev/null || fail "process $pid was ended"
  kill -TERM "$pid"
done

echo "-- a node that ends at its start, with words and without"
mkdir "$run/programs"
cp "$bin/kin-driver" "$run/programs/"
broken_up() {
  printf '#!/bin/sh\n%s\n' "$1" >"$run/programs/kin-node"
  chmod +x "$run/programs/kin-node"
  expect_exit 6 "$run/programs/kin-driver" --dir "$run/broken" up -n 2 --fresh --like "$run/narrow.yml"
}
cat >"$run/narrow.yml" <<'YAML'
cluster: narrow
nodes: [{id: n1, host: 127.0.0.1, port: 7001}, {id: n2, host: 127.0.0.1, port: 7002}]
YAML
broken_up 'echo no luck; exit 42'
expect_text "ended with exit status 42: no luck"
broken_up 'kill -SEGV $$'
expect_text "ended with signal 11 (Segmentation fault): it said nothing"
broken_up 'echo first; echo last; exit 1'
expect_text "ended with exit status 1: first
last"

echo "-- a pattern that does not fit"
cat >"$run/wide.yml" <<'YAML'
cluster: wide
nodes: [{id: n1, host: 127.0.0.1, port: 7001}, {id: n2, host: 127.0.0.1, port: 7002}]
buckets: [{name: default, tier: causal, read: 1, write: 2}]
YAML
expect_exit 2 "$bin/kin-driver" --dir "$run/other" up -n 1 --like "$run/wide.yml"
expect_text "cluster.yml:"

echo "-- list, run --keep, JSON and histories"
expect_exit 0 "${driver[@]}" list
expect_text seed-b-conflict
cat >"$run/story.yml" <<'YAML'
# A story of two nodes
nodes: 2
steps:
  - client: add_update k v
    at: n1
    expect: {clock: [1,0]}
  - wait: converged
  - check: causal
YAML
expect_exit 0 "${driver[@]}" -o json run "$run/story.yml" --keep --history "$run/history.jsonl"
expect_text '"verdict":"held"'
expect_exit 0 kin --node n2 read k
expect_exit 0 "${driver[@]}" down
expect_exit 0 "${driver[@]}" check causal "$run/history.jsonl"
expect_text clean
sed -i 's/\[1,0\]/[2,0]/' "$run/story.yml"
expect_exit 11 "${driver[@]}" run "$run/story.yml"
expect_text "clock is [1,0], expected [2,0]"
expect_text "story.yml:4"
expect_exit 6 "${driver[@]}" status
expect_exit 3 "${driver[@]}" check causal "$run/story.yml"
expect_text "story.yml:1:"
grep -v '"op":"final"' "$run/history.jsonl" >"$run/no-finals.jsonl"
expect_exit 2 "${driver[@]}" check causal "$run/no-finals.jsonl"
sed 's/"values":\["v"\]/"values":[]/' "$run/history.jsonl" >"$run/lost.jsonl"
expect_exit 1 "${driver[@]}" check causal "$run/lost.jsonl"
expect_text lost
sed '1s/"op":"[a-z]*"/"op":"leap"/' "$run/history.jsonl" >"$run/leap.jsonl"
expect_exit 3 "${driver[@]}" check causal "$run/leap.jsonl"
expect_text 'leap.jsonl:1: "op" is "leap"'
sed '2s/"end_ns":[0-9]*/"end_ns":1/' "$run/history.jsonl" >"$run/back.jsonl"
expect_exit 3 "${driver[@]}" check causal "$run/back.jsonl"
expect_text "back.jsonl:2: it ends before it starts"

echo "-- histories of registers"
register() { printf '{"client":"%s","op":"%s","key":"k","value":%s,"start_ns":%s,"end_ns":%s,"outcome":"ok"}\n' "$@"; }
{ register a write 1 1 2 && register b read 1 3 4; } >"$run/register.jsonl"
expect_exit 0 "${driver[@]}" check linearizable "$run/register.jsonl"
expect_text "clean: 2 operations"
register b read null 5 6 >>"$run/register.jsonl"
expect_exit 1 "${driver[@]}" check linearizable "$run/register.jsonl"
expect_text "not linearizable, key k:"
expect_text "read by b (line 3) showed null"
expect_exit 1 "${driver[@]}" -o json check linearizable "$run/register.jsonl"
expect_text '"order":[1,2],"lines":[3]'
register b leap 1 7 8 >>"$run/register.jsonl"
expect_exit 3 "${driver[@]}" check linearizable "$run/register.jsonl"
expect_text 'register.jsonl:4: "op" is "leap"'
register b read 1 8 7 >"$run/register.jsonl"
expect_exit 3 "${driver[@]}" check linearizable "$run/register.jsonl"
expect_text "register.jsonl:1: it ends before it starts"
expect_exit 3 "${driver[@]}" check linearizable "$run/no-such-file"
for i in {1..22}; do register "c$i" write "$i" 1 100; done >"$run/register.jsonl"
register b read 0 101 102 >>"$run/register.jsonl"
expect_exit 2 "${driver[@]}" check linearizable "$run/register.jsonl"
expect_text "not judged: key k: the search took more than"
echo "all as expected"
