
# What stands above are values. POSIX sh; ends a node that was started by ssh.
set -u
data=${data:-$HOME/.local/share/dpu-node/$name}
pid=$(cat "$data/node.pid" 2> /dev/null) || {
    echo "no node was started in $data" >&2
    exit 2
}
# The number may be another's by now: the node has its data directory on its command line.
is_ours() {
    [ -r "/proc/$pid/cmdline" ] && tr '\0' '\n' < "/proc/$pid/cmdline" | grep -qxF -- "$data"
}
if ! is_ours; then
    rm -f "$data/node.pid"
    echo "the node in $data has ended already"
    exit 0
fi
kill -TERM "$pid"
left=$patience
while is_ours; do
    if [ "$left" -le 0 ]; then
        echo "process $pid has not ended within $patience s: $(tail -n 1 "$data/node.log" 2> /dev/null)" >&2
        exit 1
    fi
    left=$((left - 1))
    sleep 1
done
rm -f "$data/node.pid"
echo "the node in $data has ended"
