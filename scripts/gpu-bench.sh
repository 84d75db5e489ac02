#!/usr/bin/env bash
# Checks the device runtime, measures it and writes everything in one go, on any machine with a device
# that TornadoVM knows:
#
#   scripts/gpu-bench.sh [OUT]          in a checkout, with a JDK 25 and TORNADOVM_HOME
#   scripts/gpu-bench.sh pack FILE      makes a bundle with a small Java runtime and the SDK: .tar.xz, or .tar.gz,
#                                       half as large again, for a machine without xz
#   ./gpu-bench.sh [OUT]                in that bundle, unpacked: needs neither JDK nor network
#
# Settings: DEVICE=i:j (default: the first GPU, else the first device), SHAPE=15m|110m|1.1b (default:
# 1.1b on a GPU, 15m elsewhere), TYPE=F32|F16|BF16|Q8_0 of its weights (default BF16), WIDTHS=1,8,64,256,
# LIMIT=seconds for each step (default 240), TOTAL=seconds for all (default 600), MODEL=FILE.gguf to
# decode besides, and GPULLAMA3=DIR, a built checkout of GPULlama3.java, to decode the same file with. One
# step's failure does not stop the others; the exit code is 1 if any failed, 2 if there is nothing to run
# on.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
root=$here/..
limit=${LIMIT:-240} total=${TOTAL:-600} type=${TYPE:-BF16} widths=${WIDTHS:-1,8,64,256}

die() {
  echo "gpu-bench: $*" >&2
  exit 2
}

# Where things are: in a bundle beside this script, else in the checkout.
if [ -d "$here/runtime" ]; then
  java=$here/runtime/bin/java sdk=$here/sdk work=$here
  program=$here/lib/'*' tests=$here/test
  export SHARED=$here # a test's model is below data
else
  cd "$root" || exit 2
  root=$PWD
  . .mvn/find-jdk.sh
  [ -n "$DECODEBENCH_JDK" ] || die "needs a JDK 25: set JAVA_HOME"
  java=$DECODEBENCH_JDK/bin/java
  sdk=${TORNADOVM_HOME:-${HOME-}/.sdkman/candidates/tornadovm/current}
  [ -d "$sdk/share/java/tornado" ] || die "no TornadoVM SDK: set TORNADOVM_HOME"
  export TORNADOVM_HOME=$sdk SHARED=${SHARED:-$root/../shared}
  work=$root/tornado/target
  program="$root/reports/target/lib/*:$root/tornado/target/lib/*" tests=$work/bench-test
fi

build() {
  echo "gpu-bench: building" >&2
  (cd "$root" && ./mvnw -q -B -ntp -Dquick -DskipTests -pl core,ar,diffusion,speculative,reports,tornado -am package) ||
    die "the build failed"
  rm -rf "$tests/classes"
  cp -r "$root/tornado/target/test-classes" "$tests/classes"
}

# What the steps use, and no more. Nothing inside is compressed by itself, as the whole is smaller then.
pack() {
  case $1 in *.xz) compress=(xz -9e) ;; *) compress=(gzip -9) ;; esac
  build
  dir=$(mktemp -d)
  bundle=$dir/decodebench-gpu
  mkdir -p "$bundle/sdk/share/java"
  # Of these java.desktop draws the charts, and TornadoVM's PTX driver demands it.
  "$DECODEBENCH_JDK/bin/jlink" --output "$bundle/runtime" --strip-debug --no-header-files --no-man-pages \
    --add-modules java.desktop,java.logging,java.management,jdk.incubator.vector,jdk.internal.vm.ci,jdk.management,jdk.unsupported,jdk.zipfs || die "jlink failed"
  # What belongs to windows, sound and pictures.
  rm -f "$bundle"/runtime/lib/{libawt_xawt,libjawt,libjavajpeg,libjsound,liblcms,libmlib_image,libsplashscreen}.so
  jars "$bundle/lib" "$root"/reports/target/lib/*.jar "$root/tornado/target/lib/decodebench-tornado.jar"
  rm -f "$bundle"/lib/commons-math3-* # TornadoVM has it in a module, which comes first
  jars "$bundle/test" "$tests"/{junit,opentest4j,apiguardian,jspecify}-*.jar "$tests"/decodebench-core-*-tests.jar
  cp -r "$tests/classes" "$bundle/test/"
  cp -r "$sdk/lib" "$bundle/sdk/"
  jars "$bundle/sdk/share/java/graalJars" "$sdk"/share/java/graalJars/*.jar
  jars "$bundle/sdk/share/java/tornado" "$sdk"/share/java/tornado/*.jar
  for f in tornado-argfile.template tornado-argfile; do
    [ ! -r "$sdk/$f" ] || sed "s|$sdk|\${TORNADOVM_HOME}|g" "$sdk/$f" >"$bundle/sdk/tornado-argfile.template"
  done
  ! command -v strip >/dev/null || find "$bundle" -name '*.so' -exec strip --strip-unneeded {} +
  model=data/models/stories260K.gguf
  [ ! -r "$SHARED/$model" ] || install -D "$SHARED/$model" "$bundle/$model"
  cp "$here"/gpu-bench.{sh,yaml} "$here/tornado-args.sh" "$bundle/"
  tar -C "$dir" -c decodebench-gpu | "${compress[@]}" >"$1.part" && mv "$1.part" "$1"
  rm -rf "$dir"
  du -h "$1"
}

# jars FOLDER JAR…: those of them that a step may need, without compression and other platforms' libraries.
jars() {
  local to=$1 jar
  shift
  mkdir -p "$to"
  for jar; do
    case ${jar##*/} in
      # DJL's tokenizers, which only Hugging Face folders need.
      tokenizers-* | api-* | jna-[0-9]* | commons-compress-* | gson-*) continue ;;
      # Jinjava, for templates of chats.
      jinjava-* | guava-* | javassist-* | jackson-*-2.20* | snakeyaml-2* | commons-lang3-* | commons-net-* | re2j-* | big-math-* | \
        algebra-* | derive4j-* | immutable* | java-ipv6-* | hubspot-* | checker-qual-* | annotations-* | failureaccess-* | \
        listenablefuture-* | j2objc-* | error_prone_* | jsr305-*) continue ;;
      # TornadoVM's tests, examples, and what stands beside its runtime; Truffle and its languages.
      tornado-benchmarks-* | tornado-examples-* | tornado-fuzz-* | tornado-unittests-* | tornado-*-libs.jar | tornado-cu* | \
        tornado-matrices-* | ejml-* | lucene-* | log4j-* | junit-4* | hamcrest-* | jmh-core-1.29* | jopt-simple-4*) continue ;;
      truffle-api-* | polyglot-* | graal-sdk-*) continue ;;
    esac
    rm -rf "$dir/jar"
    mkdir "$dir/jar"
    (
      cd "$dir/jar" || exit
      "$DECODEBENCH_JDK/bin/jar" -xf "$jar"
      rm -rf org/decodebench/models/tales-{eagle,medusa,mdlm-from-ar,udlm} com/sun/jna/platform/{win32,mac}
      find . -regex '.*[.]\(so\|a\|dll\|jnilib\)' ! -ipath "*/linux?$(uname -m | tr _ '?')/*" -delete
      "$DECODEBENCH_JDK/bin/jar" --create --no-compress --no-manifest --file "$to/${jar##*/}" .
    ) || die "cannot pack $jar"
  done
  rm -rf "$dir/jar"
}

if [ "${1-}" = pack ]; then
  [ ! -d "$here/runtime" ] || die "pack works in a checkout"
  [ $# -eq 2 ] || die "pack FILE.tar.xz or FILE.tar.gz"
  pack "$2"
  exit
fi

out=${1:-$PWD/gpu-bench-$(date -u +%Y%m%dT%H%M%SZ)}
mkdir -p "$out" || exit 2
out=$(cd "$out" && pwd -P)
[ -d "$here/runtime" ] || build

args=$out/tornado.args
"$here/tornado-args.sh" "$sdk" >"$args" || die "no argument file in $sdk"
echo "-Ddecodebench.tornado.args=$args" >>"$args"
common=(--add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED --add-opens java.base/java.io=ALL-UNNAMED -XX:MaxRAMPercentage=80
  -Xlog:disable -Djava.awt.headless=true -Ddecodebench.home="$work" -Ddecodebench.stderr=3)
[ -z "${DEVICE-}" ] || common+=("-Ddecodebench.device=$DEVICE")
decodebench() {
  timeout "$(left)" "$java" "@$args" "${common[@]}" -cp "$program" org.decodebench.reports.cli.Main "$@" 3>&2 2>/dev/null
}
# Seconds that a step may take: what is left of all, at most the limit of one.
left() {
  local rest=$((total - SECONDS + began))
  [ "$rest" -lt "$limit" ] || rest=$limit
  [ "$rest" -gt 1 ] || rest=1
  echo "$rest"
}
began=$SECONDS

failed=0
say() { echo "$*" | tee -a "$out/summary.txt"; }
step() { # NAME: its output is in a file of that name
  name=$1
  shift
  start=$SECONDS
  if "$@" >"$out/$name.txt" 2>&1; then
    say "$name ok, $((SECONDS - start)) s"
  else
    say "$name FAILED (see $name.txt), $((SECONDS - start)) s"
    failed=1
  fi
}

environment() {
  date -u
  uname -a
  lscpu
  nvidia-smi
  clinfo -l
  "$java" -version
  :
}

devices() { decodebench devices --measure && decodebench devices | grep -q TornadoVM; }

check() {
  timeout "$(left)" "$java" "@$args" "${common[@]}" -cp "$tests/classes:$tests/*:$program" \
    org.decodebench.tornado.CheckMain "$@"
}

# Every decoder prints on the device what it prints on the CPU.
tokens() {
  local same=0 run
  for run in "tales-ar ar" "tales-ar prompt-lookup" "tales-ar speculative:draft=tales-draft,k=4" \
    "tales-mdlm masked-diffusion" "tales-bd8 block-diffusion"; do
    set -- $run
    decodebench generate --model "$1" --decoder "$2" --prompt "the old" >"$out/cpu.tmp" 2>/dev/null
    decodebench generate --model "$1" --decoder "$2" --prompt "the old" --backend tornado >"$out/device.tmp" 2>"$out/error.tmp"
    if [ -s "$out/cpu.tmp" ] && cmp -s "$out/cpu.tmp" "$out/device.tmp"; then
      echo "same $1 $2: $(wc -w <"$out/cpu.tmp") words"
    else
      echo "DIFFERS $1 $2"
      cat "$out/cpu.tmp" "$out/device.tmp" "$out/error.tmp"
      same=1
    fi
  done
  rm -f "$out"/*.tmp
  return $same
}

# One forward at several widths. JMH's forks inherit the flags.
forward() {
  decodebench jmh ForwardBenchmark.causal -foe true -p backend=TORNADO -p type="$type" -p shape="$shape" -p width="$widths" \
    -f 1 -wi 2 -w 1 -i 5 -r 1 -bm avgt -tu ms -rf json -rff "$out/forward.json"
}

# A file of the user's, greedily, and the same with GPULlama3.java where it is given.
model() {
  cat >"$out/model.yaml" <<Y
name: model
prompts: {inline: ["Once upon a time"]}
max_new_tokens: 128
forks: 1
backend: tornado
runs: [{model: "$MODEL", decoder: ar}]
warm_up: {rounds: 2, time: 2s}
measure: {rounds: 2, time: 5s}
perplexity: false
Y
  decodebench run "$out/model.yaml" --out "$out/model" || return 1
  [ -n "${GPULLAMA3-}" ] || return 0
  (cd "$GPULLAMA3" && timeout "$(left)" ./llama-tornado --gpu --model "$MODEL" --prompt "Once upon a time" \
    --max-tokens 128 --temperature 0 --gpu-memory 64GB) || return 1
}

# On a CPU's driver compiling takes most of the time: batch 1, fewer texts.
experiment() {
  local smaller=()
  [ -n "$gpu" ] || smaller=(-e 's/^batch:.*/batch: 1/' -e 's/count: 8/count: 2/' -e 's/\[8, 64\]/[8, 16]/')
  sed -e "s/^time_budget:.*/time_budget: $(($(left) - 60))s/" "${smaller[@]}" "$here/gpu-bench.yaml" >"$out/experiment.yaml"
  decodebench run "$out/experiment.yaml" --out "$out/results"
}

say "gpu-bench $(date -u +%Y-%m-%dT%H:%M:%SZ)"
step environment environment
step devices devices
grep -q "TornadoVM" "$out/devices.txt" || {
  tail -n 1 "$out/devices.txt" >&2
  die "no device; see $out/devices.txt"
}
cat "$out/devices.txt"
device=${DEVICE:-$(awk '/TornadoVM/ { print $1; exit }' "$out/devices.txt")} # the default is listed first
gpu=$(grep "^$device *GPU" "$out/devices.txt")
shape=${SHAPE:-${gpu:+1.1b}}
shape=${shape:-15m}
step check check
step tokens tokens
step forward forward
step experiment experiment
step long_run check LongRunTest
[ -z "${MODEL-}" ] || step model model

# The goals' ratios, each from this run alone.
case $shape in 15m) weights=15187968 ;; 110m) weights=109529856 ;; *) weights=1034512384 ;; esac
case $type in F32) bits=32 ;; F16 | BF16) bits=16 ;; *) bits=9 ;; esac
awk -v weights=$weights -v bits=$bits -v device="$device" '
  $1 == "copy" && $2 == device { copy = $3 }
  /^Benchmark / { for (i = 1; i <= NF; i++) { gsub(/[()]/, "", $i); column[$i] = i } next }
  /ForwardBenchmark/ && /TORNADO/ && column["width"] { ms[$(column["width"])] = $(column["Score"]) }
  END {
    if (ms[1]) printf "forward_1_ms %.3f\n", ms[1]
    if (ms[1] && copy) printf "bandwidth_share %.3f\n", weights * bits / 8 / (ms[1] / 1e3) / (copy * 1e9)
    if (ms[1] && ms[256]) printf "width_256_over_1 %.2f\n", ms[256] / ms[1]
  }' "$out/devices.txt" "$out/forward.txt" | tee -a "$out/summary.txt"
# Share of a decode on the device that is spent outside of kernels.
outside() { # RECORDS
  sed -n '/"backend":"tornado"/s/.*"decoder":"\([^"]*\)".*"batch":\([0-9]*\),.*"device_other_share":\([0-9.eE-]*\).*/outside_kernels \3 \1 batch \2/p' "$1" |
    awk '{ $2 = sprintf("%.3f", $2); print }'
}
[ ! -r "$out/results/runs.jsonl" ] || outside "$out/results/runs.jsonl" | tee -a "$out/summary.txt"
if [ -r "$out/model/runs.jsonl" ]; then
  ours=$(sed -n 's/.*"decode_tokens_per_s":\([0-9.eE+]*\).*/\1/p' "$out/model/runs.jsonl" | tail -n 1)
  theirs=$(sed -n 's/.*achieved tok\/s: \([0-9.]*\).*/\1/p' "$out/model.txt" | tail -n 1)
  say "model_tokens_per_s ${ours:-none}"
  [ -z "$theirs" ] || say "over_gpullama3 $(awk "BEGIN { printf \"%.2f\", ${ours:-0} / $theirs }") (theirs: $theirs tokens/s)"
fi
say "written to $out"
exit $failed
