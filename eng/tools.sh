# tools.sh: for the other scripts to source. Puts the sbin folders on the path and offers
#   need COMMAND=PACKAGE...   installs the Debian packages whose commands are missing, and nothing when none is
#   need_python MODULE=PACKAGE...  likewise for modules of the system's own Python
#   need_native               what the program's native code is made with
#   as_root COMMAND...        runs a command as root: directly, or through sudo
# shellcheck shell=bash
export PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 TESTINGPLATFORM_TELEMETRY_OPTOUT=1

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    echo "this step needs root, and there is no sudo: $*" >&2
    return 1
  fi
}

need() {
  local pair missing=()
  for pair in "$@"; do
    command -v "${pair%%=*}" >/dev/null || missing+=("${pair#*=}")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  if ! command -v apt-get >/dev/null; then
    echo "install what is missing, then start again: ${missing[*]}" >&2
    return 1
  fi
  echo "installing: ${missing[*]}" >&2
  as_root apt-get update -q >/dev/null
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "${missing[@]}" >/dev/null
}

need_native() {
  need clang=clang ld.lld=lld objcopy=binutils
  [ -e /usr/include/zlib.h ] || need -=zlib1g-dev
}

need_python() {
  local pair
  for pair in "$@"; do
    /usr/bin/python3 -c "import ${pair%%=*}" 2>/dev/null || need "-=${pair#*=}"
  done
}
