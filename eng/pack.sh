#!/bin/sh
# pack.sh [--no-build] [FOLDER]: makes the NuGet packages of the library, with their symbols, in FOLDER; artifacts/packages unless given.
# With --no-build they are made of what a Release build of mig.sln left.
set -eu
cd "$(dirname "$0")/.."
build=1
if [ "${1:-}" = --no-build ]; then
  build=0
  shift
fi
folder=${1:-artifacts/packages}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
rm -f "$folder"/*.nupkg "$folder"/*.snupkg
if [ $build = 1 ]; then
  # It refers to all the others.
  dotnet restore src/Mig.Git/Mig.Git.csproj --verbosity quiet
  dotnet build src/Mig.Git/Mig.Git.csproj --no-restore --configuration Release --nologo --verbosity quiet -clp:NoSummary
fi
# What is made on the way goes there, too: the build's own files stay as they are.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
dotnet msbuild eng/pack.proj -p:Configuration=Release -p:NoBuild=true "-p:PackageOutputPath=$folder" "-p:NuspecOutputPath=$work/" -warnaserror -nologo -verbosity:quiet
ls "$folder"
