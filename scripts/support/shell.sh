# shellcheck shell=bash disable=SC2034 # others use its variables
# What the scripts share: where things are, how to speak, the Swift toolchain, the build. Sourced, not run.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
SUPPORT=$ROOT/scripts/support
POSTRIDER=$ROOT/.build/release/postrider

# One configuration for the program, the tests and the benches: a second build costs minutes.
BUILD_FLAGS=(-c release -Xswiftc -enable-testing)
SWIFT_AT_LEAST=6.2

say() { printf '%s\n' "$*" >&2; }
step() { printf '\n==> %s\n' "$*" >&2; }
fail() {
    say "$(basename "$0"): $*"
    exit 1
}

# The field of the JSON object on standard input, with dots between levels; empty where there is none.
json_field() {
    python3 -c '
import json, sys
value = json.load(sys.stdin)
for name in sys.argv[1].split("."):
    value = value.get(name) if isinstance(value, dict) else None
print("" if value is None else value)' "$1"
}

# Ends a process that this script started, and waits for it: politely first, by force after SECONDS.
end_process() {
    local pid=$1 seconds=${2:-20} waited=0
    kill -TERM "$pid" 2>/dev/null || return 0
    while kill -0 "$pid" 2>/dev/null; do
        if ((waited++ >= seconds * 10)); then
            say "process $pid did not end within $seconds s; killing it"
            kill -KILL "$pid" 2>/dev/null || true
            break
        fi
        sleep 0.1
    done
    wait "$pid" 2>/dev/null || true
}

swift_is_new_enough() {
    local version
    version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9.]*\).*/\1/p' | head -1)
    [[ -n $version && $(printf '%s\n' "$SWIFT_AT_LEAST" "$version" | sort -V | head -1) == "$SWIFT_AT_LEAST" ]]
}

# Checks for Swift; installs it into the user's home by swift.org's own installer, swiftly, where it is missing.
ensure_swift() {
    swift_is_new_enough && return
    local environment=${SWIFTLY_HOME_DIR:-$HOME/.local/share/swiftly}/env.sh
    if [[ -r $environment ]]; then
        # shellcheck disable=SC1090 # made by swiftly
        . "$environment"
        hash -r
        swift_is_new_enough && return
    fi
    say "Swift $SWIFT_AT_LEAST or later is missing. Installing it with swiftly, from download.swift.org, into your home."
    local tool
    for tool in curl gpg tar; do
        command -v "$tool" >/dev/null || fail "installing Swift needs $tool (Debian packages curl, gnupg, tar)"
    done
    if ! command -v swiftly >/dev/null; then
        install_swiftly
        # shellcheck disable=SC1090
        . "$environment"
    fi
    # swiftly checks the toolchain's signature itself, and names the system packages that it misses.
    swiftly install latest --use --assume-yes --post-install-file "$ROOT/.build/swift-packages.sh" >&2 ||
        fail "swiftly could not install Swift; https://www.swift.org/install has other ways"
    if [[ -s $ROOT/.build/swift-packages.sh ]]; then
        if [[ $EUID -eq 0 ]]; then
            bash "$ROOT/.build/swift-packages.sh" >&2
        else
            say "Swift needs some system packages. Run this as root, then run the script again:"
            say "    sudo bash $ROOT/.build/swift-packages.sh"
            exit 1
        fi
    fi
    hash -r
    swift_is_new_enough || fail "Swift $SWIFT_AT_LEAST is still missing after its installation"
}

install_swiftly() {
    local folder archive site=https://download.swift.org/swiftly/linux
    archive=swiftly-$(uname -m).tar.gz
    folder=$(mktemp -d)
    mkdir -p "$ROOT/.build"
    (
        cd "$folder"
        curl -fsSLO "$site/$archive" && curl -fsSLO "$site/$archive.sig" &&
            curl -fsSL https://www.swift.org/keys/all-keys.asc -o keys.asc
    ) || {
        rm -rf "$folder"
        fail "could not download swiftly from $site; is there a network? https://www.swift.org/install has other ways"
    }
    # A key ring of its own: the user's is left alone.
    mkdir -m 700 "$folder/keys"
    if ! { gpg --homedir "$folder/keys" --quiet --import "$folder/keys.asc" &&
        gpg --homedir "$folder/keys" --quiet --verify "$folder/$archive.sig" "$folder/$archive"; } 2>"$folder/gpg.log"; then
        cat "$folder/gpg.log" >&2
        rm -rf "$folder"
        fail "the signature of swiftly does not verify; nothing was installed"
    fi
    tar -xzf "$folder/$archive" -C "$folder"
    "$folder/swiftly" init --assume-yes --quiet-shell-followup --skip-install >&2
    rm -rf "$folder"
}

# Builds the program, or with --build-tests all of it.
build() {
    (cd "$ROOT" && swift build "${BUILD_FLAGS[@]}" "$@") >&2 || fail "the build failed"
}

# Writes a key ring of one new key, unless there is one: `id:base64` of 32 random bytes, for its owner only.
ensure_master_keys() {
    local file=$1
    [[ -s $file ]] && return
    (umask 077 && printf 'k%s:%s\n' "$(date +%Y%m%d)" "$(head -c 32 /dev/urandom | base64 -w 0)" >"$file")
}
