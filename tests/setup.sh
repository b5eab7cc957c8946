#!/usr/bin/env bash
# What the make targets need. Installs what is missing where it may (Debian, as root or by sudo without a password);
# otherwise names each missing thing with the package that has it, and fails. Silent and quick when nothing is missing.
#
#   setup.sh demo    a Rust toolchain and a linker; and Node.js with npm for the wallboard, without which all else works
#   setup.sh build   that, and a C++ toolchain and headers for librdkafka
#   setup.sh kafka   Java, Maven and Kafka's jars
#   setup.sh test    all of these; Chromium, curl, kill, promtool and schemathesis
#   setup.sh instructions   those of build, and valgrind
#   setup.sh check   those of test and instructions, and rustfmt and clippy
#
# Where Node.js is, the wallboard is built too, so that cargo finds it.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
tools=$root/target/tools
missing=() packages=() fetched=() page=

main() {
  case ${1:-} in
    demo) needs=(rust linker) page=wanted ;;
    build) needs=(rust linker native) page=wanted ;;
    kafka) needs=(kafka) fetched=(jars) ;;
    test) needs=(rust linker native kafka tools node browser) fetched=(jars promtool schemathesis) page=needed ;;
    instructions) needs=(rust linker native counter) ;;
    check)
      needs=(rust linker native kafka tools counter lints node browser)
      fetched=(jars promtool schemathesis)
      page=needed
      ;;
    *) sed -n '2,/^set/{s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" >&2 && exit 2 ;;
  esac
  find_all
  [ ${#missing[@]} -eq 0 ] || give_up
  # What is fetched into target/ needs no rights.
  local what
  for what in "${fetched[@]}"; do "fetch_$what"; done
  case $page in
    wanted) want_page ;;
    needed) build_page || give_up ;;
  esac
}

# Looks for everything that is needed, and installs what is missing where it may.
find_all() {
  look
  if [ ${#packages[@]} -gt 0 ] && may_install; then
    install
    look
  fi
}

look() {
  missing=() packages=()
  local group
  for group in "${needs[@]}"; do "needs_$group"; done
}

needs_rust() {
  local oldest
  oldest=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$root/Cargo.toml")
  need "Rust $oldest or newer, with cargo" "rustup from https://rustup.rs" has_rust "$oldest"
}

# Rust links through cc; linking is tried, since a compiler may be there without the C library's own files.
needs_linker() {
  need "a linker (cc) and the C library's files" "apt: gcc libc6-dev" links
}

needs_native() {
  need "gcc" "apt: gcc" has gcc
  need "g++" "apt: g++" has g++
  need "make" "apt: make" has make
  need "pkg-config" "apt: pkg-config" has pkg-config
  need "OpenSSL's headers" "apt: libssl-dev" pkg-config --exists openssl
  need "zlib's headers" "apt: zlib1g-dev" pkg-config --exists zlib
}

needs_kafka() {
  need "Java 17 or newer" "apt: default-jdk-headless" has_java 17
  need "Maven" "apt: maven" has mvn
}

# Tests call them as programs: the shell's own kill is none.
needs_tools() {
  need "curl" "apt: curl" type -P curl
  need "kill" "apt: procps" type -P kill
  need "Python 3.10 or newer with venv" "apt: python3 python3-venv" has_python 3.10
}

needs_node() {
  need "Node.js 18 or newer" "apt: nodejs" has_node 18
  need "npm" "apt: npm" has npm
}

needs_browser() {
  need "Chromium" "apt: chromium" has chromium
}

needs_counter() {
  need "valgrind" "apt: valgrind" has valgrind
}

needs_lints() {
  need "rustfmt" "rustup component add rustfmt" cargo fmt --version
  need "clippy" "rustup component add clippy" cargo clippy --version
}

# need WHAT WHERE TEST…: notes what the test does not find, and the packages when apt has them.
need() {
  local what=$1 where=$2
  shift 2
  if "$@" >/dev/null 2>&1 </dev/null; then return; fi
  missing+=("$what ($where)")
  case $where in
    apt:*) read -ra more <<<"${where#apt:}" && packages+=("${more[@]}") ;;
  esac
}

has() { command -v "$1"; }
links() { echo 'int main(void) { return 0; }' | cc -x c -o /dev/null -; }
has_rust() { cargo --version && at_least "$1" "$(rustc --version | cut -d' ' -f2)"; }
has_java() { at_least "$1" "$(java -version 2>&1 | sed -n 's/.* version "\([0-9.]*\).*/\1/p')"; }
has_node() { at_least "$1" "$(node --version | sed 's/^v//')"; }
has_python() { python3 -c 'import ensurepip, venv' && at_least "$1" "$(python3 --version | cut -d' ' -f2)"; }
at_least() { [ -n "$2" ] && printf '%s\n' "$1" "$2" | sort -CV; }

may_install() { has apt-get >/dev/null && { [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null; }; }
as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi; }
apt() { as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 "$@" </dev/null >&2; }

install() {
  say "installing ${packages[*]} (a few minutes, once)"
  apt update
  apt install --no-install-recommends "${packages[@]}" || say "apt-get could not install all of it"
}

fetch_jars() { "$root/tests/kafka/kafka.sh" fetch; }

fetch_promtool() {
  if has promtool >/dev/null || [ -x "$tools/promtool" ]; then return; fi
  say "fetching promtool (a minute, once)"
  # Only the one program: installing Debian's package would start a Prometheus on this machine.
  if ! unpack_promtool && ! { may_install && apt update && unpack_promtool; }; then
    missing=("promtool (apt: prometheus)")
    give_up
  fi
}

unpack_promtool() {
  local folder
  mkdir -p "$tools" && folder=$(mktemp -d "$tools/fetch-XXXXXX") || return 1
  if has apt-get >/dev/null && (cd "$folder" && apt-get -q download prometheus </dev/null && dpkg-deb -x prometheus_*.deb .) >&2; then
    mv "$folder/usr/bin/promtool" "$tools/promtool"
  fi
  rm -rf "$folder"
  [ -x "$tools/promtool" ]
}

# In a folder of its own, so that nothing of it touches the machine's Python. Of one version: a newer one finds more, which
# is then a change of its own.
schemathesis=4.32.5

fetch_schemathesis() {
  local folder=$tools/schemathesis
  if has schemathesis >/dev/null || [ "$(cat "$folder/version" 2>/dev/null)" = "$schemathesis" ]; then return; fi
  say "fetching schemathesis (a minute, once)"
  rm -rf "$folder"
  if ! { python3 -m venv "$folder" && "$folder/bin/pip" install -q --disable-pip-version-check "schemathesis==$schemathesis"; } </dev/null >&2; then
    missing=("schemathesis (pip install schemathesis)")
    give_up
  fi
  echo "$schemathesis" >"$folder/version"
}

# The wallboard, where it is not needed: one line says why it is not built. Whatever was built before stays.
want_page() {
  needs=(node)
  find_all
  if [ ${#missing[@]} -eq 0 ] && build_page --omit=dev; then return; fi
  local reasons
  reasons=$(printf ', %s' "${missing[@]}")
  say "the wallboard is not built, all else works; missing: ${reasons:2}"
}

# build_page [--omit=dev]: installs its packages, if they are others than before, and builds it. The packages are below
# target/, since everything below src/ is what a build of the program is named after.
build_page() {
  local source=$root/src/serve/wallboard packages=$root/target/wallboard log=$root/target/wallboard/build.log
  mkdir -p "$packages"
  if ! has_packages "$@"; then
    say "fetching the wallboard's packages (seconds, once)"
    rm -f "$packages/installed"
    cp "$source/package.json" "$source/package-lock.json" "$source/.npmrc" "$packages"
    if ! (cd "$packages" && npm ci "$@") >"$log" 2>&1 </dev/null; then
      missing=("the packages of its page (npm ci; target/wallboard/build.log has the fault)")
      return 1
    fi
    echo "${1:-all}" >"$packages/installed"
  fi
  if node "$source/build.mjs" >"$log" 2>&1 </dev/null; then return; fi
  missing=("a page that can be built (target/wallboard/build.log has its fault)")
  return 1
}

# Whether npm has installed just these packages, those of the tests with them unless they are left out.
has_packages() {
  local name source=$root/src/serve/wallboard packages=$root/target/wallboard
  for name in package.json package-lock.json .npmrc; do
    cmp -s "$source/$name" "$packages/$name" || return 1
  done
  case $(cat "$packages/installed" 2>/dev/null) in
    all) ;;
    *) [ "${1:-all}" = --omit=dev ] && [ -e "$packages/installed" ] ;;
  esac
}

give_up() {
  say "missing, and not ours to install:"
  printf '  - %s\n' "${missing[@]}" >&2
  exit 1
}

say() { echo "setup: $*" >&2; }

main "$@"
