#!/usr/bin/env bash
# Builds everything and runs all tests. Needs the .NET 10 SDK; installs the rest (Debian packages) or says what is missing.
# Ends with one line: N passed, N failed, N skipped.
set -uo pipefail
cd "$(dirname "$0")"

need() { # need COMMAND PACKAGE: makes sure that a command is there
  command -v "$1" >/dev/null 2>&1 && return
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$2"; } >/dev/null 2>&1
  fi
  command -v "$1" >/dev/null 2>&1 && return
  echo "test.sh: '$1' is missing and could not be installed. Install it first, on Debian with: apt-get install $2" >&2
  exit 1
}
command -v dotnet >/dev/null 2>&1 || { echo "test.sh: the .NET 10 SDK is missing. Install it from https://dotnet.microsoft.com/download" >&2; exit 1; }
need curl curl
need jq jq
need sqlite3 sqlite3
need node nodejs
need npm npm

# A SCIM server that others wrote, for the Governance side to govern.
scimmy=tests/interop/scimmy
if [ ! "$scimmy/node_modules/.package-lock.json" -nt "$scimmy/package-lock.json" ] && ! npm ci --prefix "$scimmy" --no-audit --no-fund --silent; then
  echo "test.sh: \"npm ci\" failed in $scimmy: it takes Node.js 18 or later and a package registry. The tests against SCIMMY are skipped." >&2
  rm -rf "$scimmy/node_modules"
fi

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
dotnet build Rollcall.slnx --configuration Release --nologo --verbosity quiet || { echo "0 passed, 1 failed"; exit 1; }

passed=0 failed=0 skipped=0
count() { # count REPORT STATUS NAME: adds up the runner's own totals; a runner that ended without them has failed
  local total=0 errors=0 f=0 s=0
  read -r total errors f s < <(sed -nE 's/.*Total: ([0-9]+), Errors: ([0-9]+), Failed: ([0-9]+), Skipped: ([0-9]+).*/\1 \2 \3 \4/p' "$1" | tail -1)
  f=$((${f:-0} + ${errors:-0})) s=${s:-0} total=${total:-0}
  if [ "$2" != 0 ] && [ "$f" = 0 ] || [ "$total" = 0 ]; then f=$((f + 1)) total=$((total + 1)); fi
  printf '%s: %s passed, %s failed, %s skipped\n' "$3" $((total - f - s)) "$f" "$s"
  passed=$((passed + total - f - s)) failed=$((failed + f)) skipped=$((skipped + s))
}

report=$(mktemp); trap 'rm -f "$report"' EXIT
for project in tests/*.Tests; do
  name=$(basename "$project")
  dotnet "artifacts/bin/$name/release/$name.dll" -noColor >"$report" 2>&1
  status=$?
  # Failures and skipped tests with their reasons, not the whole log.
  [ "$status" = 0 ] && grep -F '[SKIP]' "$report"
  [ "$status" = 0 ] || tail -n 200 "$report"
  count "$report" "$status" "$name"
done

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
