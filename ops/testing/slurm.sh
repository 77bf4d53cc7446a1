#!/bin/sh
# A Slurm of one host for tests: munged, slurmctld and slurmd in a private directory, on ports of their own, without systemd and cgroups. Needs root, and Debian's slurm-wlm and munge.
#   ops/testing/slurm.sh up DIR PORT    starts it (PORT and PORT + 1 on loopback); prints what commands need in their environment, as NAME=value
#   ops/testing/slurm.sh down DIR       ends what `up` started there; the directory stays
set -eu
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH

fail() {
    echo "slurm.sh: $*" >&2
    exit 1
}

up() {
    mkdir -p "$dir/munge" "$dir/state" "$dir/spool" "$dir/log"
    # munged refuses directories that others can write to, and everything above them must be passable.
    chmod 711 "$dir" "$dir/munge"
    (umask 077 && head -c 1024 /dev/urandom > "$dir/munge/key")
    munged --force --socket="$dir/munge/socket" --key-file="$dir/munge/key" --log-file="$dir/munge/log" \
        --pid-file="$dir/munge/pid" --seed-file="$dir/munge/seed" || fail "munged does not start: $(tail -n 3 "$dir/munge/log")"

    # No cgroups: a container has none of its own. config_overrides: the node has the cpus that stand here, whatever the machine has.
    cat > "$dir/slurm.conf" << CONF
ClusterName=testing
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$dir/munge/socket
CredType=cred/munge
SlurmctldPort=$port
SlurmdPort=$((port + 1))
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool
SlurmctldPidFile=$dir/slurmctld.pid
SlurmdPidFile=$dir/slurmd.pid
SlurmctldLogFile=$dir/log/slurmctld
SlurmdLogFile=$dir/log/slurmd
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=2,bf_interval=2
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
ReturnToService=2
KillWait=10
NodeName=$host NodeAddr=127.0.0.1 CPUs=8 RealMemory=4000 State=UNKNOWN
PartitionName=main Nodes=$host Default=YES MaxTime=INFINITE State=UP OverSubscribe=NO
CONF
    SLURM_CONF=$dir/slurm.conf
    export SLURM_CONF
    slurmctld -c || fail "slurmctld does not start: $(tail -n 3 "$dir/log/slurmctld")"
    slurmd || fail "slurmd does not start: $(tail -n 3 "$dir/log/slurmd")"
    tries=0
    until [ "$(sinfo -h -o %T 2> /dev/null)" = idle ]; do
        tries=$((tries + 1))
        [ $tries -lt 150 ] || fail "the node does not become idle: $(sinfo 2>&1) $(tail -n 3 "$dir/log/slurmd")"
        sleep 0.2
    done
    echo "SLURM_CONF=$SLURM_CONF"
}

# Only what stands in our own pid files, and only while it is what we started.
end() {
    [ -r "$1" ] || return 0
    pid=$(cat "$1")
    [ "$(cat "/proc/$pid/comm" 2> /dev/null)" = "$2" ] || return 0
    kill "$pid" 2> /dev/null || return 0
    tries=0
    while [ -d "/proc/$pid" ] && [ $tries -lt 50 ]; do
        tries=$((tries + 1))
        sleep 0.1
    done
}

down() {
    if [ -r "$dir/slurm.conf" ]; then
        SLURM_CONF=$dir/slurm.conf scancel --user=root 2> /dev/null || true
    fi
    end "$dir/slurmd.pid" slurmd
    end "$dir/slurmctld.pid" slurmctld
    end "$dir/munge/pid" munged
}

[ $# -ge 2 ] || fail "expected: up DIR PORT | down DIR"
dir=$2
host=$(hostname -s)
case $1 in
    up)
        port=${3:?expected a port}
        up
        ;;
    down) down ;;
    *) fail "unknown command '$1': up or down" ;;
esac
