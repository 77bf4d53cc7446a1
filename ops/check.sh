#!/usr/bin/env bash
# Builds everything and runs all tests. As root it installs what the tests can use (astropy, sqlite3, iproute2, curl, Slurm, Grid Engine, sshd, source-extractor and its kin, Chromium); without root, tests that need
# something that is missing are skipped by name. The last line counts: N passed, N failed, N skipped.
#   ops/check.sh            everything
#   ops/check.sh Kernel     only the test projects whose name holds the word
set -uo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1
only=${1:-}
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

install_packages() {
    local missing=()
    /usr/bin/python3 -c 'import astropy' 2>/dev/null || missing+=(python3-astropy)
    command -v sqlite3 >/dev/null || missing+=(sqlite3)
    command -v ip >/dev/null || missing+=(iproute2)
    command -v slurmctld >/dev/null || missing+=(slurm-wlm)
    command -v munged >/dev/null || missing+=(munge)
    command -v sge_qmaster >/dev/null || missing+=(gridengine-master gridengine-exec gridengine-client)
    command -v sshd >/dev/null || missing+=(openssh-server openssh-client)
    command -v curl >/dev/null || missing+=(curl)
    command -v source-extractor >/dev/null || missing+=(source-extractor)
    command -v SWarp >/dev/null || missing+=(swarp)
    command -v scamp >/dev/null || missing+=(scamp)
    command -v psfex >/dev/null || missing+=(psfex)
    command -v chromium >/dev/null || missing+=(chromium fonts-dejavu-core)
    [ ${#missing[@]} = 0 ] && return
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get update -qq >/dev/null 2>&1
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null 2>&1 && return
    fi
    echo "${missing[*]}: not there and cannot be installed: tests that need them are skipped by name."
}

build() {
    dotnet build DpuActors.sln -c Release -p:UseSharedCompilation=true -v quiet -clp:NoSummary
}

# Style and analyzers are errors of the build already; what is left is white space.
format() {
    dotnet format whitespace DpuActors.sln --verify-no-changes --no-restore
}

# With a program that is there in place of ours, which need not be installed. Without systemd nothing is said.
verify_units() {
    command -v systemd-analyze >/dev/null || return 0
    local folder="$results/units" unit
    mkdir -p "$folder"
    for unit in ops/systemd/*.service; do
        sed 's#^ExecStart=/opt/dpu/dpu#ExecStart=/bin/true#' "$unit" >"$folder/$(basename "$unit")"
    done
    systemd-analyze verify --man=no "$folder"/*.service
}

run_tests() {
    local failed=0 project name
    for project in tests/*"$only"*.Tests/*.Tests.csproj; do
        name=$(basename "$project" .csproj)
        dotnet test "$project" -c Release --no-build --nologo -v quiet \
            --logger "trx;LogFileName=$results/$name.trx" --logger "console;verbosity=minimal" || failed=1
    done
    return $failed
}

# Sums the counters of the result files; a project whose host died wrote none and counts as one failure.
count() {
    local passed=0 failed=0 skipped=0 line project name
    for project in tests/*"$only"*.Tests/*.Tests.csproj; do
        name=$(basename "$project" .csproj)
        if line=$(grep -o '<Counters [^>]*' "$results/$name.trx" 2>/dev/null); then
            field() { sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" <<<"$line"; }
            passed=$((passed + $(field passed)))
            failed=$((failed + $(field failed) + $(field error) + $(field timeout) + $(field aborted)))
            skipped=$((skipped + $(field total) - $(field executed)))
        else
            failed=$((failed + 1))
        fi
    done
    echo "$passed passed, $failed failed, $skipped skipped"
    [ "$failed" = 0 ] && [ "$passed" -gt 0 ]
}

install_packages
if ! build; then
    echo "0 passed, 1 failed, 0 skipped"
    exit 1
fi
status=0
if [ -z "$only" ]; then
    format || { echo "dotnet format would change files (see above)."; status=1; }
    verify_units || { echo "systemd-analyze finds fault with a unit (see above)."; status=1; }
fi
run_tests || status=1
count || status=1
exit $status
