#!/usr/bin/env bash
# Runs the benchmarks on a real cluster.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"

case "${1:-}" in
  -h | --help)
    cat <<'HELP'
usage: ./bench.sh [<filter>] [arguments of BenchmarkDotNet]
       ./bench.sh --allocations

Builds bench/RoutingDataSource.Benchmarks and runs the benchmarks that the filter names (default '*'; for example '*SelectBenchmarks*').
The reports are left in artifacts/bench. --allocations compares what one call allocates, exactly, with plain Npgsql, and fails if any
pattern allocates more.
HELP
    exit 0
    ;;
esac

. "$root/eng/environment.sh"
echo "Building bench/RoutingDataSource.Benchmarks …" >&2
build "$root/bench/RoutingDataSource.Benchmarks" -c Release
benchmarks=(dotnet "$root/bench/RoutingDataSource.Benchmarks/bin/Release/net10.0/RoutingDataSource.Benchmarks.dll")

if [ "${1:-}" = --allocations ]; then
  "${benchmarks[@]}" --allocations
else
  filter="${1:-*}"
  [ $# -eq 0 ] || shift
  "${benchmarks[@]}" --filter "$filter" --artifacts "$root/artifacts/bench" "$@" < /dev/null
fi
