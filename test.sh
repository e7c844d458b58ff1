#!/usr/bin/env bash
# Runs the unit tests and the integration tests; the last line counts them.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"

usage() {
  cat <<'HELP'
usage: ./test.sh [--all-versions | --integration] [--filter <expression>]
       ./test.sh --faults [seconds [seed]]

Builds and runs all tests. The integration tests start real PostgreSQL clusters. The last line is "N passed, N failed, N skipped" over all
suites; the exit code is 0 only if every suite ran to its end, something ran, and nothing failed.

  --all-versions   run the integration tests on the distribution's PostgreSQL and on 16, 17 and 18 from npm
  --integration    leave the unit tests out
  --filter <e>     passed on to dotnet test
  --faults         break a primary and three standbys again and again under load, for 240 seconds in an order from a random seed; ends with one
                   line that starts with "faults:", and with exit code 0 only if no read failed, was stale or went back in time, nothing was
                   done twice and nothing ran on the wrong server

  ROUTING_TEST_POSTGRES   a major version (18) or 'system'; default: whatever is found first, else npm's newest
  ROUTING_TEST_CLUSTER    connection string of a running primary with standbys, for the tests that share one cluster
HELP
}

faults=0 fault_seconds=240 fault_seed=$((RANDOM))
versions=("${ROUTING_TEST_POSTGRES:-}")
unit=1
filter=()
while [ $# -gt 0 ]; do
  case "$1" in
    -h | --help) usage; exit 0 ;;
    --all-versions) versions=(system 16 17 18) ;;
    --integration) unit=0 ;;
    --faults)
      faults=1
      if [[ "${2:-}" =~ ^[0-9]+$ ]]; then fault_seconds="$2"; shift; fi
      if [[ "${2:-}" =~ ^[0-9]+$ ]]; then fault_seed="$2"; shift; fi
      ;;
    --filter)
      [ $# -gt 1 ] || { echo "test.sh: --filter needs an expression" >&2; exit 2; }
      filter=(--filter "$2")
      shift
      ;;
    *) echo "test.sh: unknown argument '$1'; see ./test.sh --help" >&2; exit 2 ;;
  esac
  shift
done

. "$root/eng/environment.sh"

# The tests behind poolers, those that cut the network, those in a browser and the one that publishes native code need these; where they cannot be installed,
# they are skipped, or fail in CI.
install_packages pgbouncer haproxy iproute2:ip chromium gcc libc6-dev:gcc

echo "Building the tests …" >&2
if [ "$faults" -eq 1 ]; then
  build "$root/tests/RoutingDataSource.IntegrationTests"
  echo "Breaking servers for $fault_seconds s, seed $fault_seed: ./test.sh --faults $fault_seconds $fault_seed" >&2
  export ROUTING_FAULTS_SECONDS="$fault_seconds" ROUTING_FAULTS_SEED="$fault_seed" ROUTING_FAULTS_REPORT="$TMPDIR/faults.txt"
  code=0
  dotnet test "$root/tests/RoutingDataSource.IntegrationTests" --no-build --nologo --disable-build-servers -v quiet \
    --filter FullyQualifiedName~FaultTests < /dev/null > "$TMPDIR/faults.log" 2>&1 || code=$?
  cat "$TMPDIR/faults.txt" 2> /dev/null || cat "$TMPDIR/faults.log"
  grep -q '^faults: ' "$TMPDIR/faults.txt" 2> /dev/null || { cat "$TMPDIR/faults.log" >&2; exit 1; }
  exit "$code"
fi
build "$root/tests/RoutingDataSource.Tests"
build "$root/tests/RoutingDataSource.AspNetCore.Tests"
build "$root/tests/RoutingDataSource.IntegrationTests"

passed=0 failed=0 skipped=0 broken=0

# A suite counts by its result file, which is written at its end: a suite that crashed has none, whatever the console said.
suite() {
  local name="$1" project="$2" code=0 counters
  local trx="$TMPDIR/results/$name.trx"
  echo "== $name"
  dotnet test "$root/tests/$project/$project.csproj" --no-build --nologo --disable-build-servers -v quiet \
    --logger "console;verbosity=minimal" --logger "trx;LogFileName=$trx" --results-directory "$TMPDIR/results" \
    --blame-hang-timeout 5m --blame-hang-dump-type none ${filter[@]+"${filter[@]}"} < /dev/null || code=$?
  if ! counters="$(grep -o '<Counters [^>]*>' "$trx" 2> /dev/null)"; then
    echo "test.sh: $name ended with code $code and left no results" >&2
    broken=1
    return
  fi
  local total ok bad executed
  total="$(attribute total)" executed="$(attribute executed)" ok="$(attribute passed)"
  bad=$((executed - ok))
  passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + total - executed))
  if [ "$code" -ne 0 ] && [ "$bad" -eq 0 ] || ! grep -q '<ResultSummary outcome="\(Completed\|Failed\)"' "$trx"; then
    echo "test.sh: $name did not run to its end (code $code)" >&2
    broken=1
  elif [ "$executed" -eq 0 ] && [ ${#filter[@]} -eq 0 ]; then
    echo "test.sh: $name ran no test" >&2
    broken=1
  fi
}

attribute() {
  sed -n "s/.*[[:space:]]$1=\"\([0-9]*\)\".*/\1/p" <<< "$counters"
}

if [ "$unit" -eq 1 ]; then
  suite unit RoutingDataSource.Tests
  suite web RoutingDataSource.AspNetCore.Tests
fi
for version in "${versions[@]}"; do
  name="integration${version:+-$version}"
  if [ -n "$version" ]; then export ROUTING_TEST_POSTGRES="$version"; fi
  suite "$name" RoutingDataSource.IntegrationTests
done

[ $((passed + failed)) -gt 0 ] || broken=1
echo
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$broken" -eq 0 ]
