#!/bin/sh
# Makes what the README and docs/example show from one result folder:
#
#   scripts/example.sh RESULT_DIR [DOCS]        DOCS: where to write, default docs
#
# DOCS/example (report.html, runs.jsonl, summary.csv, environment.json, README.md), DOCS/pictures
# (report.png, replay.gif; needs chromium, node and ImageMagick), and on standard output the README's table. Measure first on
# a machine that does nothing else: ./decodebench run --out RESULT_DIR
set -eu
root=$(cd "$(dirname "$0")/.." && pwd -P)
if [ $# -lt 1 ] || [ $# -gt 2 ]; then
  echo "usage: scripts/example.sh RESULT_DIR [DOCS]" >&2
  exit 2
fi
results=$1
docs=${2:-$root/docs}
for f in runs.jsonl summary.csv environment.json traces; do
  if [ ! -e "$results/$f" ]; then
    echo "example.sh: $results has no $f: give a folder that 'decodebench run' wrote" >&2
    exit 2
  fi
done
mkdir -p "$docs/example" "$docs/pictures"
"$root/decodebench" report "$results" -o "$docs/example/report.html" >/dev/null # builds when needed
cp "$results/runs.jsonl" "$results/summary.csv" "$results/environment.json" "$docs/example/"
. "$root/.mvn/find-jdk.sh"
frames=$(mktemp -d)
trap 'rm -rf "$frames"' EXIT
(cd "$root" && ./mvnw -q -Dquick -pl reports -am test-compile dependency:build-classpath -Dmdep.outputFile=target/test.classpath) >&2
"$DECODEBENCH_JDK/bin/java" -cp "$root/reports/target/test-classes:$root/reports/target/classes:$(cat "$root/reports/target/test.classpath")" \
  org.decodebench.reports.page.ExamplePictures "$results" "$docs" "$frames" >&2
# Four frames a second, the last one for three; one palette for all of them.
last=$(ls "$frames" | tail -n 1)
convert -delay 25 "$frames"/frame*.png -delay 300 "$frames/$last" +dither -colors 64 +map -layers OptimizeTransparency \
  -loop 0 "$docs/pictures/replay.gif"
"$root/decodebench" report "$results" --format markdown
