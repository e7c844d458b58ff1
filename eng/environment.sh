# What every script of this repository sets up before it builds or runs anything. Sourced, with $root set to the clone.
# Nothing stays behind: no build server, no file outside the clone's ignored folders (bin, obj, .cache, artifacts) but NuGet's package cache.

fail() {
  echo "${0##*/}: $*" >&2
  exit 1
}

command -v dotnet > /dev/null || fail "the .NET SDK 10 is needed: https://dotnet.microsoft.com/download/dotnet/10.0"
dotnet --list-sdks | grep -q '^10\.' || fail "the .NET SDK 10 is needed; installed: $(dotnet --list-sdks | cut -d' ' -f1 | tr '\n' ' ')"

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false DOTNET_ADD_GLOBAL_TOOLS_TO_PATH=false
export DOTNET_CLI_USE_MSBUILD_SERVER=0 MSBUILDDISABLENODEREUSE=1 MSBUILDTERMINALLOGGER=off
export ROUTING_POSTGRES_CACHE="${ROUTING_POSTGRES_CACHE:-$root/.cache/postgres}"
export npm_config_cache="$root/.cache/npm" npm_config_update_notifier=false

# dotnet and MSBuild leave folders in the temporary one. The servers of a test cluster live there too, under another user when we are root,
# so it must not be inside the clone, which that user may not be able to enter. Memory with room to spare halves the start of a cluster.
temporary_root() {
  if [ -n "${TMPDIR:-}" ]; then
    echo "$TMPDIR"
  elif [ -w /dev/shm ] && [ "$(df -Pk /dev/shm | awk 'NR == 2 { print $1, ($4 > 4194304) }')" = 'tmpfs 1' ] && runs_programs /dev/shm; then
    echo /dev/shm
  else
    echo /tmp
  fi
}

runs_programs() {
  local probe code=0
  probe="$(mktemp "$1/routing.XXXXXX")"
  printf '#!/bin/sh\n' > "$probe"
  chmod 700 "$probe"
  "$probe" 2> /dev/null || code=$?
  rm -f "$probe"
  return "$code"
}

TMPDIR="$(mktemp -d "$(temporary_root)/routing.XXXXXX")"
chmod 755 "$TMPDIR"
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# run_until_told <program> [arguments]: ends with the program's exit code. A signal to the script alone reaches the program, which ends what it has
# started; by itself bash waits for a program in the foreground and then leaves, or leaves it behind.
run_until_told() {
  local code=0 signal=0
  "$@" <&0 &
  local program=$!
  trap 'signal=129; kill -TERM "$program" 2> /dev/null || true' HUP
  trap 'signal=130; kill -TERM "$program" 2> /dev/null || true' INT
  trap 'signal=143; kill -TERM "$program" 2> /dev/null || true' TERM
  wait "$program" || code=$?
  # A signal ends the first wait at once.
  while kill -0 "$program" 2> /dev/null; do
    wait "$program" || code=$?
  done
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  [ "$signal" -eq 0 ] || return "$signal"
  return "$code"
}

# build <project> [arguments]: quiet unless it fails.
build() {
  local log="$TMPDIR/build.log"
  if ! dotnet build "$@" --nologo --disable-build-servers -p:UseSharedCompilation=false -v quiet > "$log" 2>&1; then
    cat "$log" >&2
    fail "the build failed"
  fi
}

# has <program>: whether it is in PATH or where the distribution puts servers.
has() {
  command -v "$1" > /dev/null || [ -x "/usr/sbin/$1" ]
}

# install_packages <package[:program]>...: installs what is missing where that is possible; whoever needs it looks again.
install_packages() {
  local package missing=()
  for package in "$@"; do
    has "${package#*:}" || missing+=("${package%:*}")
  done
  [ ${#missing[@]} -gt 0 ] && [ "$(id -u)" -eq 0 ] && command -v apt-get > /dev/null || return 0
  echo "Installing ${missing[*]} …" >&2
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } > "$TMPDIR/apt.log" 2>&1 \
    || echo "${0##*/}: ${missing[*]} could not be installed" >&2
}
