#!/usr/bin/env bash
# Runs the benchmarks and comparisons on a real cluster.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"

usage() {
  cat <<'HELP'
usage: ./bench.sh quick | peers | scale [--smoke]
       ./bench.sh micro
       ./bench.sh [<filter>] [arguments of BenchmarkDotNet]
       ./bench.sh --allocations

Starts what it measures: a primary with two standbys, and what stands between (pgpool-II, PgBouncer and HAProxy, installed with apt-get when
missing and allowed to). Nothing is left running.

  quick            all ratios, in less than three minutes
  peers            RoutingDataSource beside plain Npgsql, NpgsqlMultiHostDataSource, HAProxy, PgBouncer before HAProxy and pgpool-II, all workloads;
                   about ten minutes
  scale            how cost grows with nodes, clients, length of text, sessions and number of texts, and that replicas add capacity
  micro            BenchmarkDotNet: all benchmarks, then --allocations
  <filter>         BenchmarkDotNet: what the filter names, for example '*SelectBenchmarks*'; reports are left in artifacts/bench
  --allocations    what one call allocates, exactly, compared with plain Npgsql; fails if any pattern allocates more
  --smoke          a few seconds that show that the part works; the figures mean nothing and are not kept

quick, peers and scale print lines "ratio <name> <value>" and write bench/results/<date>-<part>.md with plots.
HELP
}

case "${1:-}" in
  -h | --help) usage; exit 0 ;;
  micro | peers | scale | quick)
    [ $# -eq 1 ] || { [ $# -eq 2 ] && [ "$2" = --smoke ] && [ "$1" != micro ]; } || { usage >&2; exit 2; }
    ;;
esac

. "$root/eng/environment.sh"

install_services() {
  local missing=()
  command -v haproxy > /dev/null || missing+=(haproxy)
  command -v pgbouncer > /dev/null || missing+=(pgbouncer)
  command -v pgpool > /dev/null || missing+=(pgpool2)
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" -eq 0 ] && command -v apt-get > /dev/null; then
    echo "Installing ${missing[*]} …" >&2
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } > "$TMPDIR/apt.log" 2>&1 \
      || { cat "$TMPDIR/apt.log" >&2; echo "bench.sh: ${missing[*]} could not be installed and will be left out" >&2; }
  else
    echo "bench.sh: ${missing[*]} will be left out; install them as root: apt-get install ${missing[*]}" >&2
  fi
}

# Where distributions put daemons, which an ordinary user's PATH may not have.
PATH="$PATH:/usr/sbin:/usr/local/sbin"
case "${1:-}" in peers | quick) install_services ;; esac

echo "Building bench/RoutingDataSource.Benchmarks …" >&2
build "$root/bench/RoutingDataSource.Benchmarks" -c Release
benchmarks=(dotnet "$root/bench/RoutingDataSource.Benchmarks/bin/Release/net10.0/RoutingDataSource.Benchmarks.dll")

case "${1:-}" in
  --allocations) "${benchmarks[@]}" --allocations ;;
  peers | scale | quick) "${benchmarks[@]}" "$1" "${2:-$root/bench/results}" < /dev/null ;;
  micro)
    "${benchmarks[@]}" --filter '*' --artifacts "$root/artifacts/bench" < /dev/null
    "${benchmarks[@]}" --allocations
    ;;
  *)
    filter="${1:-*}"
    [ $# -eq 0 ] || shift
    "${benchmarks[@]}" --filter "$filter" --artifacts "$root/artifacts/bench" "$@" < /dev/null
    ;;
esac
