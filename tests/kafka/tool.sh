#!/usr/bin/env bash
# Kafka's own command-line tools: for tests, a client that shares no code with ours.
#
#   tool.sh topics   --list | --create --topic T --partitions N | …
#   tool.sh produce  --topic T   standard input: headers TAB key TAB value; headers are name:value,…; NULL is none
#   tool.sh consume  --topic T [--max-messages N]   from the start: CreateTime:ms, Partition:n, Offset:n, headers, key, value
#   tool.sh perf     [acks=1 …] --topic T --num-records N --throughput -1 …   producer settings first
#   tool.sh configs | groups | offsets …            as Kafka documents them
#
# The broker is $CXPULSE_TEST_BOOTSTRAP, else the one of `kafka.sh start`.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
lib=$(cd "$here/../.." && pwd)/target/kafka/lib
tools=org.apache.kafka.tools
command=${1:-}
[ $# -eq 0 ] || shift

case $command in
  topics) class=$tools.TopicCommand ;;
  configs) class=kafka.admin.ConfigCommand ;;
  groups) class=$tools.consumer.group.ConsumerGroupCommand ;;
  offsets) class=$tools.GetOffsetShell ;;
  perf) class=$tools.ProducerPerformance ;;
  produce)
    class=$tools.ConsoleProducer
    set -- --property parse.headers=true --property parse.key=true --property null.marker=NULL "$@"
    ;;
  consume)
    class=$tools.consumer.ConsoleConsumer
    set -- --from-beginning --property print.timestamp=true --property print.partition=true \
      --property print.offset=true --property print.headers=true --property print.key=true "$@"
    ;;
  *) sed -n '2,/^set/{s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" >&2 && exit 2 ;;
esac

"$here/kafka.sh" fetch
bootstrap=${CXPULSE_TEST_BOOTSTRAP:-}
[ -n "$bootstrap" ] || bootstrap=$("$here/kafka.sh" status)
bootstrap=${bootstrap#bootstrap=}
if [ "$command" = perf ]; then
  set -- --producer-props "bootstrap.servers=$bootstrap" "$@"
else
  set -- --bootstrap-server "$bootstrap" "$@"
fi

exec java -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dorg.slf4j.simpleLogger.defaultLogLevel=warn \
  -cp "$lib/*" "$class" "$@"
