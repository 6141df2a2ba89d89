#!/usr/bin/env bash
# A first measurement: kin beside the bare libraries, interleaved, medians of ROUNDS rounds, printed as ratios.
#   run.sh BIN [ROUNDS=3] [SECONDS=2]
# Ratios are worth more than figures: both sides of each were measured in the same minutes on the same cores.
set -euo pipefail

bin=$1 rounds=${2:-3} seconds=${3:-2}
work=$(mktemp -d)
trap '"$bin/kin-driver" --dir "$work/run" down >/dev/null 2>&1 || true; rm -rf -- "$work"' EXIT

# up NODES DURABILITY: a fresh cluster in $work/run
up() {
  "$bin/kin-driver" --dir "$work/run" down >/dev/null 2>&1 || true
  rm -rf -- "$work/run"
  "$bin/kin-driver" up -n "$1" --dir "$work/run" --durability "$2" >/dev/null
}
load() { "$bin/kin-load" "$work/run/cluster.yml" n1 "$@" | sed -E 's/.*\| +([0-9]+) op.*/\1/'; }
rate() { sed -E 's/.*\| +([0-9]+) (req|write|put)\/s.*/\1/'; }
median() { sort -n | awk '{v[NR]=$1} END {print v[int((NR + 1) / 2)]}'; }

row() { # row NAME KIN-SAMPLES ANCHOR-NAME ANCHOR-SAMPLES
  local kin anchor spread
  kin=$(tr ' ' '\n' <<<"$2" | grep . | median)
  anchor=$(tr ' ' '\n' <<<"$4" | grep . | median)
  spread=$(tr ' ' '\n' <<<"$2" | grep . | sort -n | awk 'NR == 1 {low = $1} {high = $1} END {print high / low}')
  awk -v n="$1" -v k="$kin" -v m="$3" -v a="$anchor" -v s="$spread" 'BEGIN {
    printf "%-36s %9d/s   %-38s %9d/s   ratio %.2f%s\n", n, k, m, a, k / a, (s > 1.5 ? "   (noisy: rounds differ by " sprintf("%.1f", s) "x)" : "")}'
}

printf 'load average before: %s\n' "$(cut -d' ' -f1-3 /proc/loadavg)"
get="" echo_="" put="" sync_="" three="" fanout=""
for ((round = 1; round <= rounds; ++round)); do
  printf 'round %d of %d\n' "$round" "$rounds" >&2
  echo_+=" $("$bin/zmq_echo" 256 1 "$seconds" 1 codec | rate)"
  sync_+=" $("$bin/leveldb_limits" "$work" "$seconds" | grep 'sync 1 batch  256' | rate)"
  fanout+=" $("$bin/zmq_fanout" 5 3 256 "$seconds" 1 "$work" 1 | rate)"
  up 1 fsync
  put+=" $(load put 256 "$seconds")"
  get+=" $(load get 256 "$seconds")"
  up 5 fsync
  three+=" $(load put 256 "$seconds" 3)"
done
row "get, 1 node, 256 in flight" "$get" "ZeroMQ echo decoded, 256 in flight" "$echo_"
row "put, 1 node, durable, 256 in flight" "$put" "LevelDB synced batch of 256" "$sync_"
row "put, 5 nodes, W=3, durable" "$three" "bare fan-out, 5 nodes, LevelDB sync" "$fanout"
printf 'load average after: %s\n' "$(cut -d' ' -f1-3 /proc/loadavg)"
