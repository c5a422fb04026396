#!/usr/bin/env bash
# Sees to the Debian packages that a purpose needs.
#
#   packages.sh PURPOSE...      of: build, run, demo, test, bench
#
# Says what is missing and what it will do about it. Root installs it, and no service starts by that; anybody else gets
# the one command to run, and exit status 1. Nothing is asked and nothing is done where nothing is missing.
set -euo pipefail

say() { printf '%s\n' "$*" >&2; }

# The package's name, and how to see that what we need of it is there.
needs() {
    local purpose
    for purpose in "$@"; do
        case $purpose in
        build)
            need git command git
            need ca-certificates file /etc/ssl/certs/ca-certificates.crt
            need pkg-config command pkg-config
            need libhiredis-dev package
            need libpq-dev package
            need libcurl4-openssl-dev package
            need libgmime-3.0-dev package
            need zlib1g-dev package
            need python3 command python3
            ;;
        run)
            need redis-server command redis-server
            need postgresql command "postgres /usr/lib/postgresql/*/bin/postgres"
            need postgresql-client command psql
            need openssl command openssl
            need python3 command python3
            ;;
        demo) need dovecot-imapd file /usr/lib/dovecot/imap ;;
        test) need python3-venv python "venv ensurepip" ;;
        bench)
            need isync command mbsync
            need ruby-sidekiq package
            ;;
        *)
            say "packages.sh: unknown purpose: $purpose"
            exit 2
            ;;
        esac
    done
}

need() {
    local name=$1 kind=$2 what=${3:-} candidate
    case $kind in
    command)
        # Where an ordinary user's PATH doesn't lead as well.
        for candidate in $what; do
            PATH=$PATH:/usr/sbin:/sbin command -v "$candidate" >/dev/null && return
        done
        ;;
    file) [[ -e $what ]] && return ;;
    python) python3 -c "import ${what// /, }" 2>/dev/null && return ;;
    package) [[ $(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null) == installed ]] && return ;;
    esac
    missing+=("$name")
}

policy=/usr/sbin/policy-rc.d
clusters=/etc/postgresql-common/createcluster.d

# Installs without starting services: policy-rc.d refuses to, and the PostgreSQL packages make no cluster of their own.
# Both are put back as they were, whatever happens.
install_quietly() {
    [[ -d $clusters ]] || made_clusters=yes
    # An earlier run that was killed may have left the saved one; then that is the original.
    if [[ -e $policy && ! -e $policy.postrider-saved ]]; then mv "$policy" "$policy.postrider-saved"; fi
    trap restore EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    mkdir -p "$clusters"
    echo "create_main_cluster = false" >"$clusters/postrider.conf"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q >&2
    apt-get install -q -y --no-install-recommends "$@" >&2
}

# shellcheck disable=SC2317 # the trap calls it
restore() {
    rm -f "$policy" "$clusters/postrider.conf"
    if [[ -e $policy.postrider-saved ]]; then mv "$policy.postrider-saved" "$policy"; fi
    if [[ -n $made_clusters ]]; then rmdir --ignore-fail-on-non-empty "$clusters"; fi
}

made_clusters=''
missing=()
needs "$@"
[[ ${#missing[@]} -eq 0 ]] && exit 0
mapfile -t missing < <(printf '%s\n' "${missing[@]}" | sort -u)

say "Missing packages: ${missing[*]}"
if ! command -v apt-get >/dev/null; then
    say "This is no Debian or Ubuntu (there is no apt-get). Install what these packages hold, then run this again."
    exit 1
fi
if [[ $EUID -ne 0 ]]; then
    say "Installing them needs root. Run this, then run the script again:"
    say "    sudo env DEBIAN_FRONTEND=noninteractive $(realpath "$0") $*"
    exit 1
fi
say "Installing them with apt-get; their services stay off, and no PostgreSQL cluster is made."
install_quietly "${missing[@]}"
