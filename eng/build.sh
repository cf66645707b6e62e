#!/bin/sh
# Publishes the program: artifacts/mig/mig then runs from anywhere. It is native code where clang and lld are (packages clang, lld, zlib1g-dev): it needs no .NET where it runs,
# and starts in half the time. Else it is for the .NET 10 runtime, compiled ahead of time as far as that goes; MIG_BUILD=runtime makes that one.
set -eu
cd "$(dirname "$0")/.."
case "$(uname -m)" in
  aarch64) runtime=linux-arm64 ;;
  *) runtime=linux-x64 ;;
esac

# The commit, where this is a checkout; a plus says that files differ from it.
commit=$(git rev-parse --short=10 HEAD 2>/dev/null || true)
[ -z "$commit" ] || git diff --quiet HEAD -- src Directory.Packages.props 2>/dev/null || commit=$commit+

publish() {
  rm -rf artifacts/mig
  dotnet publish src/Mig.Cli --configuration Release --runtime "$runtime" --output artifacts/mig --nologo --verbosity quiet "-p:MigCommit=$commit" "$@"
}

can_be_native() {
  [ "${MIG_BUILD:-}" != runtime ] && command -v clang >/dev/null && command -v ld.lld >/dev/null && [ -e /usr/include/zlib.h ]
}

if can_be_native; then
  publish -p:MigNative=true "$@" || { echo "native code cannot be made here; this is the program for the .NET runtime instead" >&2; MIG_BUILD=runtime; }
fi
can_be_native || publish --self-contained false -p:PublishReadyToRun=true "$@"
rm -f artifacts/mig/*.xml artifacts/mig/Mig.Cli
echo "artifacts/mig/mig"
