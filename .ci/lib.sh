# What the scripts of .ci share. Sourced from the root of the checkout.

readonly target=${CARGO_TARGET_DIR:-$PWD/target}
readonly tools=$target/ci-tools
export PATH=$tools/bin:$PATH

say() { printf '\n== %s\n' "$*"; }

die() {
  printf '.ci: %s\n' "$*" >&2
  exit 1
}

current=''

# Runs a command as a named step and prints how long it took. The command stays out of conditions,
# where bash would go on after an error inside it.
step() {
  local name=$1 began=$SECONDS
  shift
  current=$name
  say "$name"
  "$@"
  current=''
  printf '== %s: ok, %d s\n' "$name" $((SECONDS - began))
}

tell_failed_step() {
  [[ -z $current ]] || printf '\n== %s: FAILED\n' "$current" >&2
}
trap tell_failed_step EXIT

# Installs what only the system's packages have, where it can be done; otherwise says what is skipped.
install() {
  local program=$1 without=$2
  command -v "$program" >/dev/null && return
  if [[ $(id -u) -eq 0 ]] && command -v apt-get >/dev/null; then
    apt-get update -qq && apt-get install -y -qq "$program" >/dev/null
  else
    echo "no $program: $without"
  fi
}

# Takes one program out of a package of the system, without installing it: its service would start.
extract() {
  local program=$1 package=$2 without=$3 work
  command -v "$program" >/dev/null && return
  command -v apt-get >/dev/null || { echo "no $program: $without"; return; }
  work=$(mktemp -d)
  [[ $(id -u) -ne 0 ]] || apt-get update -qq
  if (cd "$work" && apt-get download -qq "$package" >/dev/null && dpkg-deb -x ./*.deb .); then
    cp "$work/usr/bin/$program" "$tools/bin/"
  else
    echo "no $program: $without"
  fi
  rm -rf "$work"
}

# Puts the tools into a Python environment of their own, once per change of the lists.
install_tools() {
  local lists=(.ci/requirements.txt tests/clients/python/requirements.txt)
  if cat "${lists[@]}" | cmp -s - "$tools/installed.txt"; then
    echo "already there"
    return
  fi
  python3 -m venv --clear "$tools"
  "$tools/bin/python" -m pip install --quiet --disable-pip-version-check \
    -r "${lists[0]}" -r "${lists[1]}"
  cat "${lists[@]}" >"$tools/installed.txt"
}
