# Sourced by ./mvnw and ./decodebench: points JAVA_HOME at a JDK >= 25 when one can be found.
# Order: JAVA_HOME, java on the PATH, Maven's toolchains.xml, the usual folders. Sets DECODEBENCH_JDK
# to the chosen home, or to the empty string when there is none (the caller decides what to say).

decodebench_jdk_ok() {
  # The release file answers without starting a JVM; a JDK has javac.
  [ -x "$1/bin/javac" ] || return 1
  decodebench_v=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release" 2>/dev/null)
  [ -n "$decodebench_v" ] || decodebench_v=$("$1/bin/java" -version 2>&1 | sed -n '1s/.*"\([0-9]*\).*/\1/p')
  [ "${decodebench_v:-0}" -ge 25 ] 2>/dev/null
}

decodebench_find_jdk() {
  if [ -n "${JAVA_HOME-}" ]; then printf '%s\n' "$JAVA_HOME"; fi
  decodebench_j=$(command -v java 2>/dev/null) && decodebench_j=$(readlink -f "$decodebench_j" 2>/dev/null) &&
    printf '%s\n' "${decodebench_j%/bin/java}" || :
  sed -n 's/.*<jdkHome>\(.*\)<\/jdkHome>.*/\1/p' "${HOME:-/}/.m2/toolchains.xml" 2>/dev/null || :
  find "${HOME:-/nonexistent}/.sdkman/candidates/java" "${HOME:-/nonexistent}/.jdks" "${HOME:-/nonexistent}/.asdf/installs/java" \
    /usr/lib/jvm /usr/java /opt /usr/local/lib/jvm -maxdepth 1 -mindepth 1 \( -type d -o -type l \) 2>/dev/null | sort -r || :
  find /Library/Java/JavaVirtualMachines -maxdepth 3 -name Home 2>/dev/null | sort -r || :
}

DECODEBENCH_JDK=$(decodebench_find_jdk | while IFS= read -r decodebench_h; do
  if decodebench_jdk_ok "$decodebench_h"; then printf '%s\n' "$decodebench_h"; break; fi
done)
