#!/usr/bin/env bash
# The simulator has no network, no LevelDB and no threads, so nothing of it can escape the seed.
#   stands_alone.sh KIN-SIM
set -euo pipefail
sim=$1
if ldd "$sim" | grep -E 'zmq|leveldb|spdlog|yaml'; then
  echo "$sim links what only the real node may" && exit 1
fi
symbols=$(nm --dynamic --undefined-only "$sim"; nm --defined-only --demangle "$sim")
if grep -E 'pthread_create|std::thread|random_device|clock_gettime|gettimeofday| zmq_|leveldb::' <<<"$symbols" |
  grep -vE 'sim_runs|steady_clock'; then
  echo "$sim uses threads, a clock or chance of its own" && exit 1
fi
