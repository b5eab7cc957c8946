#!/usr/bin/env bash
# A real Apache Kafka for tests and first steps: one broker and controller (KRaft), on loopback, in a folder of its own.
# The jars come from Maven Central as pom.xml pins them; nothing is installed. Several may run side by side.
#
#   kafka.sh fetch               the jars, into target/kafka/lib
#   kafka.sh start  [--dir DIR]  start, wait until it answers, print bootstrap=127.0.0.1:PORT (again: the same data)
#   kafka.sh up     [--dir DIR]  the same for people: prints lines for a shell, so that `cxpulse` finds its broker
#   kafka.sh stop   [--dir DIR]  stop it; its data stays
#   kafka.sh status [--dir DIR]  print bootstrap=… and succeed if it runs
#   kafka.sh clean  [--dir DIR]  stop it and remove its data
#   kafka.sh hold                start in a new folder, clean up when standard input ends: for a test that may be killed
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
target=$root/target/kafka
lib=$target/lib
# A name for the cluster: any 16 bytes in base64.
cluster_id=Y3hwdWxzZS10ZXN0cy0wMQ
start_seconds=60
stop_seconds=15

main() {
  local command=${1:-}
  [ $# -eq 0 ] || shift
  dir=${TMPDIR:-/tmp}/cxpulse-kafka-$(id -u)
  if [ "${1:-}" = --dir ] && [ -n "${2:-}" ]; then
    dir=$(realpath -m "$2")
    shift 2
  fi
  [ $# -eq 0 ] || fail "$command knows no \`$1\`; see the head of tests/kafka/kafka.sh"
  case $command in
    fetch) fetch ;;
    start)
      start
      status
      ;;
    up)
      start
      print_exports
      ;;
    stop) stop ;;
    status) status ;;
    clean)
      stop
      rm -rf "$dir"
      ;;
    hold) hold ;;
    *) sed -n '2,/^set/{s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" >&2 && exit 2 ;;
  esac
}

# The stamp is a copy of the pom, so that a new version fetches anew; the lock lets test binaries run side by side.
fetch() {
  mkdir -p "$target"
  exec 9>"$target/lock"
  flock 9
  if ! cmp -s "$here/pom.xml" "$target/fetched.xml"; then
    command -v mvn >/dev/null || fail "Kafka's jars need Maven: run \`make setup\`"
    say "fetching Kafka's jars (124 MB: a minute or two, once)"
    rm -rf "$lib"
    mvn -q -B -f "$here/pom.xml" dependency:copy-dependencies -DincludeScope=runtime "-DoutputDirectory=$lib" </dev/null >&2 ||
      fail "Maven could not fetch Kafka's jars, for the reason above"
    cp "$here/pom.xml" "$target/fetched.xml"
  fi
  exec 9>&-
}

start() {
  fetch
  command -v java >/dev/null || fail "Kafka needs Java 17 or newer: run \`make setup\`"
  mkdir -p "$dir"
  if running; then return; fi
  say "starting Kafka (a few seconds)"
  # Between the choice of a port and its use another may take it, so a broker that dies is tried again on other ports.
  local try
  for try in 1 2 3; do
    configure
    launch && return
    say "try $try of 3 failed; its log: $dir/kafka.log"
    rm -f "$dir/server.properties"
  done
  tail -n 20 "$dir/kafka.log" >&2
  fail "Kafka did not start"
}

# A folder that was configured before keeps its ports, so that clients find a restarted broker again.
configure() {
  [ -f "$dir/server.properties" ] && return
  local port controller_port
  port=$(free_port)
  controller_port=$(free_port "$port")
  {
    echo "listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller_port"
    echo "advertised.listeners=PLAINTEXT://127.0.0.1:$port"
    echo "controller.quorum.voters=1@127.0.0.1:$controller_port"
    echo "log.dirs=$dir/data"
    cat "$here/server.properties"
  } >"$dir/server.properties"
  echo "127.0.0.1:$port" >"$dir/bootstrap"
}

launch() {
  # Formatting anew is harmless: what is formatted stays as it is.
  java -Xmx128m -XX:TieredStopAtLevel=1 -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -cp "$lib/*" \
    kafka.tools.StorageTool format -t "$cluster_id" -c "$dir/server.properties" --ignore-formatted >"$dir/kafka.log" 2>&1 || return 1
  # A session of its own: a Ctrl-C meant for the test must not kill the broker under it.
  setsid java -Xms256m -Xmx1g -cp "$lib/*" kafka.Kafka "$dir/server.properties" </dev/null >>"$dir/kafka.log" 2>&1 &
  echo $! >"$dir/pid"
  wait_until "$start_seconds" answers_or_died && answers
}

stop() {
  running || return 0
  local pid
  pid=$(<"$dir/pid")
  kill "$pid"
  wait_until "$stop_seconds" not_running || kill -9 "$pid"
  rm -f "$dir/pid"
}

status() {
  running || fail "no broker runs in $dir"
  echo "bootstrap=$(<"$dir/bootstrap")"
}

# What to paste is printed alone, so that a shell can take it as it is: eval "$(make -s kafka-up)".
print_exports() {
  local program=$root/target/release
  say "Kafka answers at $(<"$dir/bootstrap"). \`make kafka-down\` stops it, \`make clean-kafka\` removes its data too."
  [ -x "$program/cxpulse" ] || say "\`make release\` builds the program."
  say "Paste these lines, so that cxpulse is found and finds its broker:"
  echo "export CXPULSE_BROKERS=$(<"$dir/bootstrap")"
  echo "export PATH=\"$program:\$PATH\""
}

# Whoever holds the other end of our standard input may die in any way: the end of input tells us in each of them.
hold() {
  dir=$(mktemp -d "${TMPDIR:-/tmp}/cxpulse-kafka-XXXXXX")
  trap let_go EXIT
  trap exit INT TERM HUP
  start
  status
  cat >/dev/null
}

# Nothing of the broker is left when this returns: no data, and no port that still answers.
let_go() {
  trap '' INT TERM HUP
  if running; then kill -9 "$(<"$dir/pid")"; fi
  wait 2>/dev/null
  rm -rf "$dir"
}

# A number in a file is not enough: the process must be this folder's broker, and no zombie (whose command line is empty).
running() {
  [ -f "$dir/pid" ] && tr '\0' ' ' 2>/dev/null <"/proc/$(<"$dir/pid")/cmdline" | grep -qF "kafka.Kafka $dir/server.properties"
}

not_running() { ! running; }
answers() { port_is_open "$(cut -d: -f2 "$dir/bootstrap")"; }
answers_or_died() { answers || not_running; }
port_is_open() { (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Below the range from which systems take ports for outgoing connections.
free_port() {
  local port
  while port=$((20000 + RANDOM % 12000)); [ "$port" = "${1:-}" ] || port_is_open "$port"; do :; done
  echo "$port"
}

wait_until() {
  local deadline=$((SECONDS + $1))
  until "$2"; do
    [ "$SECONDS" -lt "$deadline" ] || return 1
    sleep 0.1
  done
}

say() { echo "kafka.sh: $*" >&2; }
fail() {
  say "$*"
  exit 1
}

main "$@"
