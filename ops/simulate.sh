#!/usr/bin/env bash
# Runs the seeded simulation of a cluster, longer than the tests do. It prints how many seeds failed, and how the first one went.
#   ops/simulate.sh 10000         so many seeds, from 1 on
#   ops/simulate.sh 10000 50001   so many, from 50001 on
#   DPU_SEED=42 ops/simulate.sh   one, again
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1
if [ -z "${DPU_SEED:-}" ]; then
    export DPU_SEEDS=${1:?how many seeds?} DPU_FIRST_SEED=${2:-1}
fi
exec dotnet test tests/Dpu.Simulation.Tests -c Release --nologo -v quiet \
    --filter "FullyQualifiedName~ClusterSimulationTests.Whatever_fails" --logger "console;verbosity=detailed"
