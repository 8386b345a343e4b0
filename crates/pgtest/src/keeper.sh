# Keeps a PostgreSQL server for as long as its standard input is open: when the tests end, however they end, so does the
# server, and its folder is removed. Runs as a user other than root, because initdb refuses root.
#
# Commands on standard input, an answer of one line each: `create NAME`, `crash`, `stop`, `start`.
set -u
for bin in /usr/lib/postgresql/*/bin; do PATH="$bin:$PATH"; done
umask 077
dir=$(mktemp -d "${TMPDIR:-/tmp}/pgtest.XXXXXX") || exit 1
server=
cd "$dir" || exit 1
trap '' INT HUP
trap 'cleanup; exit 1' TERM

cleanup() {
  [ -n "$server" ] && kill -QUIT "$server" 2>/dev/null && wait "$server" 2>/dev/null
  cd /
  rm -rf "$dir"
}

start() {
  for round in 1 2 3 4 5; do
    # Nothing but this socket: two servers never meet.
    postgres -D "$dir/data" -k "$dir" -c listen_addresses= -c max_connections=200 -c shared_buffers=32MB \
      -c deadlock_timeout=100ms -c fsync="$1" -c full_page_writes="$1" >>"$dir/log" 2>&1 </dev/null &
    server=$!
    while kill -0 "$server" 2>/dev/null; do
      pg_isready -q -h "$dir" && return 0
      sleep 0.03
    done
    # After a crash, the last of the old processes may still be leaving.
    sleep 0.2
  done
  tail -n 3 "$dir/log" >&2
  return 1
}

say() { if [ "$1" = 0 ]; then echo ok; else echo "failed: $(tail -n 1 "$dir/log" 2>/dev/null)"; fi; }

fsync=$1
if ! initdb -D "$dir/data" -U primetime -A trust -E UTF8 --locale=C -N >"$dir/log" 2>&1; then
  cat "$dir/log" >&2
  cleanup
  exit 1
fi
start "$fsync" || { cleanup; exit 1; }
echo "$dir"
while read -r command name; do
  case $command in
    create) createdb -h "$dir" -U primetime "$name" >>"$dir/log" 2>&1; say $? ;;
    crash) kill -KILL "$server"; wait "$server" 2>/dev/null; server=; say 0 ;;
    stop) kill -INT "$server"; wait "$server" 2>/dev/null; server=; say 0 ;;
    start) start "$fsync"; say $? ;;
    *) say 1 ;;
  esac
done
cleanup
