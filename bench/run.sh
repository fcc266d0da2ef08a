#!/usr/bin/env bash
# Runs every benchmark of a finished build, several times over, and says on what.
#
#   bench/run.sh BUILD_DIRECTORY [ARGUMENT OF GOOGLE BENCHMARK...]
#
# Machines are noisy: the same program can run twice as slow for half an hour. Compare only numbers
# of one run, by their median.

set -euo pipefail
build=$1
shift

grep -m 1 '^model name' /proc/cpuinfo || uname -m
printf 'cores: %s, kernel: %s, temporary files on: %s\n' "$(nproc)" "$(uname -r)" \
  "$(stat -f -c %T "${TMPDIR:-/var/tmp}")"
for program in "$build"/bench/*_bench; do
  printf '\n%s\n' "$(basename "$program")"
  TMPDIR=${TMPDIR:-/var/tmp} "$program" --benchmark_repetitions=5 \
    --benchmark_report_aggregates_only=true --benchmark_min_time=0.2 "$@"
done

printf '\nlog_cost\n'
TMPDIR=${TMPDIR:-/var/tmp} "$build/bench/log_cost"
