#!/bin/sh
# Publishes the program: artifacts/mig/mig then runs from anywhere. It needs the .NET 10 runtime.
set -eu
cd "$(dirname "$0")/.."
case "$(uname -m)" in
  aarch64) runtime=linux-arm64 ;;
  *) runtime=linux-x64 ;;
esac
dotnet publish src/Mig.Cli --configuration Release --runtime "$runtime" --self-contained false \
  -p:PublishReadyToRun=true --output artifacts/mig --nologo --verbosity quiet "$@"
echo "artifacts/mig/mig"
