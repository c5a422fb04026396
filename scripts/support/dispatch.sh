# shellcheck shell=bash
# How scripts/bench and scripts/soak find what they are asked for. Sourced, not run.
# shellcheck source=shell.sh
. "$(dirname "${BASH_SOURCE[0]}")/shell.sh"

# Prepares the machine, builds, and runs FOLDER/NAME.py with the rest of the arguments; NAME is the first of them.
dispatch() {
    local folder=$1 name=${2:-}
    shift
    if [[ ! $name =~ ^[a-z-]+$ || ! -f $folder/$name.py ]]; then
        say "usage: scripts/$(basename "$0") AREA [OPTION...], with --help for those of an area. The areas:"
        local file
        for file in "$folder"/*.py; do
            # The first line of its documentation says what it is for.
            say "  $(basename "$file" .py): $(sed -n '2s/^"""//p' "$file")"
        done
        exit 2
    fi
    shift
    export PYTHONPATH=$SUPPORT POSTRIDER
    case " $* " in *" --help "* | *" -h "*) exec python3 "$folder/$name.py" --help ;; esac
    "$SUPPORT/packages.sh" build run demo test bench
    ensure_swift
    build --product postrider
    exec python3 "$folder/$name.py" "$@"
}
