#!/usr/bin/env bash
# Builds every Dockerfile with Buildah, runs docker-compose.yml with Podman and Docker Compose, and runs the smoke test.
# Needs root on Debian 12 or later, and its package mirror. Installs the Debian packages that are missing.
# Published base images are not needed: the bases are built from Debian's packages and the Node of node_modules. The
# first run takes about 6 minutes. Later runs build the changed layers only. Exit code 3: not available on this machine.
set -euo pipefail

cache=$PWD/.cache/containers
compose=$cache/tools/usr/libexec/docker/cli-plugins/docker-compose
node=$PWD/node_modules/node-linux-$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')
export CONTAINERS_CONF=$cache/containers.conf

unavailable() {
  echo "check:images --real is not available on this machine: $1. Without --real, images are checked without containers." >&2
  exit 3
}

heading() { printf '\n=== %s (%d s) ===\n' "$1" "$SECONDS"; }

require_machine() {
  [[ $(uname -s) == Linux ]] || unavailable 'it needs Linux'
  ((EUID == 0)) || unavailable 'it needs root'
  command -v apt-get >/dev/null || unavailable 'it needs the packages of Debian'
  [[ -x $node/bin/node ]] || unavailable "it needs the Node of the lock file: run npm ci"
  unshare --net true 2>/dev/null || unavailable 'it may not create network namespaces'
}

# mirror: the address of Debian's packages. Also works if sources have their own keyring.
mirror() { apt-get indextargets --format '$(REPO_URI)' | grep -v security | head -n 1; }

install_tools() {
  local packages=(buildah podman runc catatonit netavark aardvark-dns iptables iproute2 mmdebstrap)
  if ! dpkg -s "${packages[@]}" >/dev/null 2>&1; then
    apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends \
      "${packages[@]}" >/dev/null || unavailable 'Debian packages cannot be installed'
  fi
  mkdir -p "$cache/npm"
  # For machines without systemd and without permission to raise limits.
  cat > "$CONTAINERS_CONF" <<'C'
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
compat_api_enforce_docker_hub = false
[network]
network_backend = "netavark"
C
}

# Compose comes from a newer Debian without changing the machine.
fetch_compose() {
  [[ -x $compose ]] && return
  bash tools/guards/src/debian/fetch-newer.sh trixie "$cache/tools" docker-compose ||
    unavailable 'Docker Compose cannot be fetched from Debian'
}

base_images() {
  local version container folder
  version=$("$node/bin/node" -p process.versions.node)
  if podman image exists "node:$version-bookworm-slim" && podman image exists postgres:15-bookworm &&
    podman image exists redis:7-bookworm; then return; fi
  [[ -f $cache/debian.tar ]] || mmdebstrap --quiet --variant=minbase --include=libatomic1 \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' bookworm "$cache/debian.tar" "$(mirror)"

  container=$(buildah from scratch)
  folder=$(buildah mount "$container")
  tar -C "$folder" -xf "$cache/debian.tar" --exclude='./dev/*'
  cp -r "$node/bin" "$node/include" "$folder/usr/local/"
  npm install --silent --global --prefix "$folder/usr/local" npm@11
  chroot "$folder" groupadd --gid 1000 node
  chroot "$folder" useradd --uid 1000 --gid node --shell /bin/bash --create-home node
  buildah umount "$container" >/dev/null
  buildah config --env NODE_VERSION="$version" --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    --cmd '["node"]' "$container"
  buildah commit --quiet --rm --format docker "$container" "node:$version-bookworm-slim"

  podman import --quiet "$cache/debian.tar" debian:bookworm-slim
  mkdir -p "$cache/bases"
  cat > "$cache/bases/postgres.Dockerfile" <<'D'
FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends postgresql-15 && pg_dropcluster 15 main
ENV PATH=/usr/lib/postgresql/15/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin PGDATA=/var/lib/postgresql/data
COPY postgres-entrypoint.sh /usr/local/bin/docker-entrypoint.sh
VOLUME /var/lib/postgresql/data
ENTRYPOINT ["docker-entrypoint.sh"]
STOPSIGNAL SIGINT
CMD ["postgres"]
D
  cat > "$cache/bases/postgres-entrypoint.sh" <<'D'
#!/bin/bash
set -e
if [ "$(id -u)" = 0 ]; then
  mkdir -p "$PGDATA" /var/run/postgresql && chown -R postgres "$PGDATA" /var/run/postgresql
  exec setpriv --reuid postgres --regid postgres --init-groups "$0" "$@"
fi
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  initdb --username=postgres --pwfile=<(printf %s "$POSTGRES_PASSWORD") --auth=scram-sha-256 >/dev/null
  echo 'host all all all scram-sha-256' >> "$PGDATA/pg_hba.conf"
  echo "listen_addresses = '*'" >> "$PGDATA/postgresql.conf"
  pg_ctl --options="-c listen_addresses=''" --wait start >/dev/null
  PGPASSWORD=$POSTGRES_PASSWORD psql --username=postgres --quiet --command="CREATE DATABASE $POSTGRES_DB"
  pg_ctl --mode=fast --wait stop >/dev/null
fi
exec "$@"
D
  chmod +x "$cache/bases/postgres-entrypoint.sh"
  cat > "$cache/bases/redis.Dockerfile" <<'D'
FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends redis-server
WORKDIR /data
RUN chown redis /data
USER redis
CMD ["redis-server"]
D
  for image in postgres:15-bookworm redis:7-bookworm; do
    buildah bud --quiet --isolation chroot --network host --pull-never --format docker \
      -f "$cache/bases/${image%%:*}.Dockerfile" -t "$image" "$cache/bases"
  done
}

# build_image <Dockerfile> <name>: the build as in production, except for the base.
build_image() {
  local authority options
  options=(--quiet --isolation chroot --format docker --network host --pull-never --layers --volume "$cache/npm:/root/.npm:rw")
  # If this machine's npm trusts an additional certificate authority, the npm of the build must trust it too.
  authority=$(npm config get cafile)
  if [[ $authority != null ]]; then
    echo 'cafile=/authority.crt' > "$cache/npmrc"
    options+=(--volume "$authority:/authority.crt:ro" --volume "$cache/npmrc:/usr/local/etc/npmrc:ro")
  fi
  # Buildah 1.28 does not know this option.
  sed 's/ --start-interval=[0-9a-z]*//' "$1" > "$cache/Dockerfile"
  buildah bud "${options[@]}" --build-arg SERVICE_VERSION="$(git describe --always)" -f "$cache/Dockerfile" \
    -t "valuecanvas/$2:dev" .
  echo "built valuecanvas/$2 ($SECONDS s)"
}

# Runs in a separate network namespace, so that its bridges and firewall rules disappear with it.
try_platform() {
  local service doctor status
  ip link set lo up
  export DOCKER_HOST=unix://$cache/podman.sock
  podman system service --time=0 "$DOCKER_HOST" 2> "$cache/podman.log" & service=$!
  # Without systemd, nothing runs the health checks of Podman's containers.
  (while sleep 2; do for id in $(podman ps --quiet); do podman healthcheck run "$id" >/dev/null 2>&1 || true; done; done) &
  doctor=$!
  npm run --silent secrets:generate -- --stdout > "$cache/.env"
  # Compose refuses this key for the engine version that Podman 4 reports.
  grep -v start_interval docker-compose.yml > "$cache/compose.yml"
  up() { "$compose" --project-directory . --env-file "$cache/.env" -f "$cache/compose.yml" "$@"; }
  until [[ -S $cache/podman.sock ]]; do sleep 0.2; done
  status=0
  { up up --detach --no-build --pull never --wait --wait-timeout 600 &&
    npm run --silent smoke -- http://127.0.0.1:3000; } || status=$?
  ((status == 0)) || up logs --tail 20
  up down --volumes
  kill "$doctor" "$service"
  return "$status"
}

if [[ ${1:-} == try-platform ]]; then
  try_platform
  exit
fi

require_machine
heading 'Tools'
install_tools
fetch_compose
heading 'Base images'
base_images
heading 'Images'
for dockerfile in apps/*/Dockerfile tools/*/Dockerfile; do
  name=$(basename "$(dirname "$dockerfile")")
  # docker-compose.yml names the image of tools/database by its task.
  build_image "$dockerfile" "${name/#database/migrate}"
done
heading 'File systems'
npm run --silent security:scan -- --files
heading 'Platform'
unshare --net bash "$0" try-platform
printf '\nThe platform runs from its images (%d s).\n' "$SECONDS"
