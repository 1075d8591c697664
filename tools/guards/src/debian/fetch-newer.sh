#!/usr/bin/env bash
# fetch-newer.sh <suite> <folder> <package>...: unpacks packages of a newer Debian into a folder, without their dependencies, and changes nothing
# else on the machine. Programs in Go need nothing but the C library, and therefore also run on Debian 12.
set -euo pipefail
suite=$1 folder=$2
shift 2
# The address of Debian's packages. Also works if sources have their own keyring.
mirror=$(apt-get indextargets --format '$(REPO_URI)' | grep -v security | head -n 1)
key=$(dpkg -L debian-archive-keyring | grep -E 'keyrings/debian-archive-keyring\.(pgp|gpg)$' | head -n 1)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$folder"
: > "$work/status"
echo "deb [signed-by=$key] $mirror $suite main" > "$work/sources.list"
cat > "$work/apt.conf" <<C
Dir::Etc::sourcelist "$work/sources.list";
Dir::Etc::sourceparts "-";
Dir::State::lists "$work/lists";
Dir::State::status "$work/status";
Dir::Cache "$work/cache";
Acquire::Check-Valid-Until "false";
APT::Sandbox::User "root";
C
export APT_CONFIG="$work/apt.conf"
apt-get -qq update
(cd "$work" && apt-get -qq download "$@")
for package in "$work"/*.deb; do dpkg-deb -x "$package" "$folder"; done
