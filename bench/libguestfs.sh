# libguestfs.sh: for the other scripts to source. libguestfs starts a small machine of Debian's kernel: under KVM where that works, else emulated, which takes several times as long.
# shellcheck shell=bash
export LIBGUESTFS_BACKEND=${LIBGUESTFS_BACKEND:-direct}

# What tables put behind the names of its tools; set by libguestfs_starts.
kvm=''

# libguestfs_starts TOOL: tells whether there is the tool, and the machine starts here. $work is a folder for scratch files.
libguestfs_starts() {
  command -v "$1" >/dev/null || return 1
  timeout 300 libguestfs-test-tool >"$work/log" 2>&1 || { export LIBGUESTFS_BACKEND_SETTINGS=force_tcg && timeout 300 libguestfs-test-tool >"$work/log" 2>&1; } || return 1
  [[ ${LIBGUESTFS_BACKEND_SETTINGS:-} != *force_tcg* ]] || kvm=', without KVM'
}
