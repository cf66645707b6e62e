#!/usr/bin/env bash
# release.sh [--no-build] [FOLDER]: makes what people install, in FOLDER; artifacts/release unless given.
#   mig-VERSION-linux-x64.tar.zst           the program, its libraries, manual pages, completions
#   mig-VERSION-linux-x64-symbols.tar.zst   what a debugger needs, apart
#   mig_VERSION_amd64.deb                   the same for Debian; apt installs what it needs
#   Mig.Cli.VERSION.nupkg                   a tool of dotnet: dotnet tool install --global Mig.Cli
#   mig-VERSION-linux-{arm64,musl-x64}.tar.zst   for the .NET runtime of those machines
# The same commit gives the same files, but for the compilers. With --no-build, artifacts/mig is taken as eng/build.sh left it.
set -euo pipefail
cd "$(dirname "$0")/.."
. eng/tools.sh
build=1
if [ "${1:-}" = --no-build ]; then
  build=0
  shift
fi
need zstd=zstd dpkg-deb=dpkg gzip=gzip strip=binutils
folder=${1:-artifacts/release}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
rm -f "$folder"/mig[-_]* "$folder"/Mig.Cli.*.nupkg
if [ $build = 1 ]; then
  need_native
  eng/build.sh >/dev/null
fi
[ -e artifacts/mig/mig ] || { echo "artifacts/mig/mig is missing: run eng/build.sh, or leave --no-build out" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

version=$(artifacts/mig/mig version | awk '{ print $3 }')
case $(artifacts/mig/mig version) in
  *"native code"*) ;;
  *) echo "artifacts/mig/mig is not native code: install clang, lld and zlib1g-dev, then run eng/build.sh" >&2; exit 1 ;;
esac
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
export SOURCE_DATE_EPOCH

pack() { # NAME: packs $work/NAME
  tar --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner -C "$work" -c "$1" | zstd -q -19 -T0 -o "$folder/$1.tar.zst"
}

is_symbol() { case $1 in *.pdb | *.dbg | *.debug) true ;; *) false ;; esac; }

# The program with what it loads, and its symbols apart.
name=mig-$version-linux-x64
mkdir -p "$work/$name" "$work/$name-symbols"
for file in artifacts/mig/*; do
  if is_symbol "$file"; then cp -R "$file" "$work/$name-symbols/"; else cp -R "$file" "$work/$name/"; fi
done
chmod -R u=rwX,go=rX "$work"
chmod 755 "$work/$name/mig"
find "$work/$name" -name '*.so' -exec strip --strip-unneeded {} + -exec chmod 644 {} +
artifacts/mig/mig help --man "$work/$name/man/man1"
mkdir "$work/$name/completions"
for shell in bash zsh fish; do artifacts/mig/mig completion $shell >"$work/$name/completions/mig.$shell"; done
cp LICENSE README.md CHANGELOG.md "$work/$name/"
pack "$name"
pack "$name-symbols"

# Debian: the program and its libraries in a folder of their own, links to them where others look.
deb=$work/deb
doc=$deb/usr/share/doc/mig
mkdir -p "$deb/DEBIAN" "$deb/usr/bin" "$deb/usr/lib/mig" "$deb/usr/share/man/man1" "$deb/usr/share/bash-completion/completions" \
  "$deb/usr/share/zsh/vendor-completions" "$deb/usr/share/fish/vendor_completions.d" "$deb/usr/share/lintian/overrides" "$doc"
cp "$work/$name/mig" "$deb/usr/lib/mig/"
find "$work/$name" -maxdepth 1 -name '*.so' -exec cp {} "$deb/usr/lib/mig/" \;
ln -s ../lib/mig/mig "$deb/usr/bin/mig"
for page in "$work/$name"/man/man1/*; do gzip -9n <"$page" >"$deb/usr/share/man/man1/$(basename "$page").gz"; done
cp "$work/$name/completions/mig.bash" "$deb/usr/share/bash-completion/completions/mig"
cp "$work/$name/completions/mig.zsh" "$deb/usr/share/zsh/vendor-completions/_mig"
cp "$work/$name/completions/mig.fish" "$deb/usr/share/fish/vendor_completions.d/mig.fish"
{
  echo "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/"
  printf 'Upstream-Name: mig\n\nFiles: *\nCopyright: 2026 the mig authors\nLicense: MIT\n'
  sed -n '/^Permission/,$p' LICENSE | sed 's/^$/./; s/^/ /'
} >"$doc/copyright"
date=$(LC_ALL=C date -u -R -d "@$SOURCE_DATE_EPOCH")
printf 'mig (%s) unstable; urgency=medium\n\n  * See CHANGELOG.md of the project.\n\n -- The mig authors <mig@example.org>  %s\n' "$version" "$date" \
  | gzip -9n >"$doc/changelog.gz"
cat >"$deb/usr/share/lintian/overrides/mig" <<'OVERRIDES'
# They come along, built by their own makers, so that mig runs the same everywhere.
mig: embedded-library *
# They are loaded by mig alone, from its own folder.
mig: no-shlibs *
mig: hardening-no-pie *
mig: hardening-no-fortify-functions *
OVERRIDES
cat >"$deb/DEBIAN/control" <<CONTROL
Package: mig
Version: $version
Section: admin
Priority: optional
Architecture: amd64
Maintainer: The mig authors <mig@example.org>
Installed-Size: $(du -sk "$deb/usr" | cut -f 1)
Depends: libc6 (>= 2.34), libssl3 | libssl3t64
Recommends: libzstd1 (>= 1.4.0), zlib1g, liblzma5, libbz2-1.0, ca-certificates, libfuse3-3 | libfuse3-4
Suggests: git, openssh-client, qemu-system-x86, ovmf
Description: Git for machine images
 mig takes the disk of a machine apart into files and what lies around them,
 stores what versions share once, and gives any version back bit for bit.
 Images are searched, compared, changed, merged and sent without a boot.
CONTROL
find "$deb" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
chmod -R u=rwX,go=rX "$deb"
chmod 755 "$deb/usr/lib/mig/mig"
dpkg-deb --root-owner-group -Zxz --build "$deb" "$folder/mig_${version}_amd64.deb" >/dev/null

# For the .NET runtime: as a tool, and for machines that this one cannot make native code for.
dotnet pack src/Mig.Cli --configuration Release --nologo --verbosity quiet -p:MigTool=true "-p:MigCommit=$(git rev-parse --short=10 HEAD 2>/dev/null || true)" \
  --output "$folder"
for runtime in linux-arm64 linux-musl-x64; do
  other=mig-$version-$runtime
  dotnet publish src/Mig.Cli --configuration Release --runtime "$runtime" --self-contained false --nologo --verbosity quiet \
    "-p:MigCommit=$(git rev-parse --short=10 HEAD 2>/dev/null || true)" --output "$work/$other"
  rm -f "$work/$other"/*.pdb "$work/$other"/*.xml "$work/$other/Mig.Cli"
  cp -R "$work/$name/man" "$work/$name/completions" LICENSE README.md "$work/$other/"
  pack "$other"
done
(cd "$folder" && sha256sum mig[-_]* Mig.Cli.*.nupkg >mig-"$version".sha256)
ls -l "$folder"
