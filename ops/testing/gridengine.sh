#!/bin/sh
# A Grid Engine of one host for tests: sge_qmaster and sge_execd in a private directory, on ports of their own. Needs root, and Debian's gridengine-master, -exec and -client.
#   ops/testing/gridengine.sh up DIR PORT    starts it (PORT and PORT + 1); prints what commands need in their environment, as NAME=value
#   ops/testing/gridengine.sh down DIR       ends what `up` started there; the directory stays
set -eu
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH

fail() {
    echo "gridengine.sh: $*" >&2
    exit 1
}

environment() {
    SGE_ROOT=$dir/root SGE_CELL=testing SGE_QMASTER_PORT=$1 SGE_EXECD_PORT=$(($1 + 1))
    export SGE_ROOT SGE_CELL SGE_QMASTER_PORT SGE_EXECD_PORT
}

# Runs until it succeeds: the master answers a moment after its start.
patiently() {
    tries=0
    until "$@" > "$dir/said" 2>&1; do
        tries=$((tries + 1))
        [ $tries -lt 50 ] || fail "$*: $(cat "$dir/said")"
        sleep 0.2
    done
}

up() {
    common=$dir/root/testing/common
    mkdir -p "$common" "$dir/spool/qmaster/job_scripts" "$dir/spool/execd" "$dir/spool/database"
    for part in bin lib util utilbin; do
        ln -s "/var/lib/gridengine/$part" "$dir/root/$part"
    done
    environment "$port"
    echo "$port" > "$dir/port"
    echo "$host" > "$common/act_qmaster"
    # Whatever a loopback address is called here, it is this host.
    echo "$host localhost" > "$common/host_aliases"
    sed -e "s#/var/spool/gridengine/spooldb#$dir/spool/database#; s#/var/spool/gridengine/qmaster#$dir/spool/qmaster#; s#^admin_user.*#admin_user none#" \
        /usr/share/gridengine/default-bootstrap > "$common/bootstrap"
    /usr/share/gridengine/scripts/init_cluster "$SGE_ROOT" "$SGE_CELL" "$dir/spool/database" root > "$dir/said" 2>&1
    sge_qmaster || fail "sge_qmaster does not start"
    patiently qconf -as "$host"

    # The configuration that there is, with the lines that a test needs changed: jobs of root, quick reports, spools in our directory.
    mkdir -p "$dir/given"
    qconf -sconf | grep -v '^#' | sed -e "s#^execd_spool_dir .*#execd_spool_dir $dir/spool/execd#; s#^mailer .*#mailer /bin/true#" \
        -e 's/^min_uid .*/min_uid 0/; s/^min_gid .*/min_gid 0/; s/^load_report_time .*/load_report_time 00:00:05/; s/^administrator_mail .*/administrator_mail none/' \
        > "$dir/given/global"
    qconf -ssconf | sed -e 's/^schedule_interval .*/schedule_interval 0:0:2/; s/^flush_submit_sec .*/flush_submit_sec 1/; s/^flush_finish_sec .*/flush_finish_sec 1/' > "$dir/given/scheduler"
    cat > "$dir/given/host" << CONF
hostname $host
load_scaling NONE
complex_values NONE
user_lists NONE
xuser_lists NONE
projects NONE
xprojects NONE
usage_scaling NONE
report_variables NONE
CONF
    cat > "$dir/given/hosts" << CONF
group_name @allhosts
hostlist $host
CONF
    cat > "$dir/given/parallel" << 'CONF'
pe_name smp
slots 999
user_lists NONE
xuser_lists NONE
start_proc_args /bin/true
stop_proc_args /bin/true
allocation_rule $pe_slots
control_slaves FALSE
job_is_first_task TRUE
urgency_slots min
accounting_summary FALSE
qsort_args NONE
CONF
    qconf -Mconf "$dir/given/global" > "$dir/said" 2>&1
    qconf -Msconf "$dir/given/scheduler" > "$dir/said" 2>&1
    qconf -Ae "$dir/given/host" > "$dir/said" 2>&1
    qconf -Ahgrp "$dir/given/hosts" > "$dir/said" 2>&1
    qconf -Ap "$dir/given/parallel" > "$dir/said" 2>&1
    # A queue as the program makes one up, on our hosts.
    queue > "$dir/given/queue"
    qconf -Aq "$dir/given/queue" > "$dir/said" 2>&1
    sge_execd || fail "sge_execd does not start"
    tries=0
    until qhost -h "$host" 2> /dev/null | grep -q "^$host .* [0-9]"; do
        tries=$((tries + 1))
        [ $tries -lt 150 ] || fail "the execution daemon does not report: $(qhost 2>&1)"
        sleep 0.2
    done
    for name in SGE_ROOT SGE_CELL SGE_QMASTER_PORT SGE_EXECD_PORT; do
        eval "echo \"$name=\$$name\""
    done
}

queue() {
    echo "qname main.q
hostlist @allhosts
processors UNDEFINED
qtype BATCH INTERACTIVE
pe_list smp
slots 8
tmpdir /tmp
shell /bin/sh
shell_start_mode posix_compliant
notify 00:00:20
rerun FALSE
seq_no 0
nsuspend 1
suspend_interval 00:05:00
priority 0
min_cpu_interval 00:05:00
initial_state default"
    for name in load_thresholds suspend_thresholds ckpt_list prolog epilog starter_method suspend_method resume_method terminate_method owner_list user_lists xuser_lists \
        subordinate_list complex_values projects xprojects calendar; do
        echo "$name NONE"
    done
    for name in rt cpu fsize data stack core rss vmem; do
        printf 's_%s INFINITY\nh_%s INFINITY\n' "$name" "$name"
    done
}

# Only what stands in our own pid files, and only while it is what we started.
end() {
    pid=$(cat "$1" 2> /dev/null) || return 0
    [ "$(cat "/proc/$pid/comm" 2> /dev/null)" = "$2" ] || return 0
    kill "$pid" 2> /dev/null || return 0
    tries=0
    while [ -d "/proc/$pid" ] && [ $tries -lt 100 ]; do
        tries=$((tries + 1))
        sleep 0.1
    done
}

down() {
    [ -r "$dir/port" ] || return 0
    environment "$(cat "$dir/port")"
    qdel -u root > /dev/null 2>&1 || true
    for file in "$dir"/spool/execd/*/execd.pid; do
        end "$file" sge_execd
    done
    end "$dir/spool/qmaster/qmaster.pid" sge_qmaster
}

[ $# -ge 2 ] || fail "expected: up DIR PORT | down DIR"
dir=$2
host=$(hostname)
case $1 in
    up)
        port=${3:?expected a port}
        up
        ;;
    down) down ;;
    *) fail "unknown command '$1': up or down" ;;
esac
