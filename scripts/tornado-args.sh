#!/bin/sh
# tornado-args.sh SDK: prints the JVM flags for TornadoVM, from the SDK's argument file. Java's argument
# files know no variables, so they are filled in. A backend whose library does not load here, as NVIDIA's
# without its driver, is left out: TornadoVM would fail as a whole. So are the jars of TornadoVM's own
# tests, which would take the place of ours of the same name (JMH), and Log4j, which nothing needs.
set -eu
sdk=$1
file=$sdk/tornado-argfile
[ -r "$file" ] || file=$sdk/tornado-argfile.template
[ -r "$file" ] || exit 1

left_out=
for library in "$sdk"/lib/libtornado-*.so; do
  name=${library##*/libtornado-}
  name=${name%.so}
  if ldd "$library" 2>/dev/null | grep -q 'not found'; then left_out="$left_out $name"; fi
done
jars=
for jar in "$sdk"/share/java/tornado/*.jar; do
  case ${jar##*/} in
    jmh-* | jopt-simple-* | log4j-* | junit-* | hamcrest-* | lucene-*) continue ;;
    tornado-benchmarks-* | tornado-examples-* | tornado-fuzz-* | tornado-unittests-*) continue ;;
  esac
  for name in $left_out; do
    case ${jar##*/} in tornado-drivers-"$name"-*) continue 2 ;; esac
  done
  jars=$jars${jars:+:}$jar
done
sed "s|[$]{TORNADOVM_HOME}|$sdk|g" "$file" |
  awk -v left_out="$left_out" -v jars="$jars" '
    BEGIN { n = split(left_out, names, " ") }
    /^--module-path / { print "--module-path " jars; next }
    {
      for (i = 1; i <= n; i++) {
        if ($0 !~ "tornado\\.drivers\\." names[i]) continue
        if (/^--add-(reads|exports|opens)/) next
        gsub(",?tornado\\.drivers\\." names[i], "")
      }
      print
    }'
echo "-Dtornado.recover.bailout=False"
echo "-Dtornado.device.memory=1024GB"
echo "-Dtornado.tvm.maxbytecodesize=65536"
echo "--add-opens=tornado.api/uk.ac.manchester.tornado.api=ALL-UNNAMED"
