# Read by ./start and ./test: makes .venv and installs a lock into it. POSIX sh; expects $here, the folder of the checkout.

venv=$here/.venv
oldest="3.11"

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    for python in python3 python3.14 python3.13 python3.12 python3.11; do
        if command -v "$python" >/dev/null 2>&1 && is_new_enough "$python"; then
            return 0
        fi
    done
    command -v python3 >/dev/null 2>&1 ||
        fail "There is no python3 here: install Python $oldest or newer, then run this again."
    fail "$(python3 --version 2>&1) is too old: install Python $oldest or newer, then run this again."
}

# Debian keeps a part of venv in a package of its own; where it is missing, a pip of the system's can fill the folder.
make_venv() {
    printf 'Making a Python environment in %s …\n' "$venv"
    log=$(mktemp) || fail "No temporary file can be made: is the disk full?"
    if "$python" -m venv --clear "$venv" >"$log" 2>&1; then
        :
    elif "$python" -m pip --version >/dev/null 2>&1 && "$python" -m venv --clear --without-pip "$venv" >"$log" 2>&1; then
        :
    elif grep -q 'No space left' "$log"; then
        rm -f "$log"
        fail "The disk is full: make about 600 MB of room in $here, then run this again."
    elif grep -q -i 'permission denied\|read-only file system' "$log"; then
        rm -f "$log"
        fail "$here cannot be written: run this as the user it belongs to."
    elif grep -q -i 'ensurepip\|no module named' "$log"; then
        rm -f "$log"
        fail "Python's venv module is missing: install it (Debian, Ubuntu: apt-get install python3-venv), then run this again."
    else
        cat "$log" >&2
        rm -f "$log"
        fail "The Python environment cannot be made; the lines above say why."
    fi
    rm -f "$log"
}

pip_into_venv() {
    if "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
        "$venv/bin/python" -m pip "$@"
    else
        find_python
        "$python" -m pip --python "$venv/bin/python" "$@"
    fi
}

install_lock() {
    printf 'Installing the packages of %s: a minute or so, this once …\n' "$1"
    log=$venv/install.log
    if ! PIP_USER=0 pip_into_venv install --disable-pip-version-check --no-input --require-hashes --only-binary=:all: \
        --progress-bar off -r "$here/requirements/$1" >"$log" 2>&1; then
        if grep -q 'No space left' "$log"; then
            fail "The disk is full: make about 600 MB of room in $here, then run this again."
        elif grep -q -i 'newconnectionerror\|name resolution\|max retries\|network is unreachable\|connection refused' "$log"; then
            fail "The packages cannot be fetched: is this machine connected to the network? ($log says more.)"
        elif grep -q -i 'do not match the hashes' "$log"; then
            fail "A package is not the one that was locked, so nothing was installed: $log says which."
        fi
        tail -n 15 "$log" >&2
        fail "The packages cannot be installed; the lines above, and $log, say why."
    fi
}

# `tallystick` in the environment, without an installation of the program itself: its source is where it is.
link_program() {
    site=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
    printf '%s\n' "$here/src" >"$site/tallystick.pth"
    quoted=$(printf '%s' "$venv/bin/python" | sed "s/'/'\\\\''/g")
    printf '#!/bin/sh\nexec '\''%s'\'' -P -m tallystick "$@"\n' "$quoted" >"$venv/bin/tallystick"
    chmod 755 "$venv/bin/tallystick"
}

install_from() {
    if ! is_new_enough "$venv/bin/python"; then
        find_python
        make_venv
    fi
    stamp=$venv/installed-$1
    # A checkout that was moved has another address than the one written down.
    if cmp -s "$here/requirements/$1" "$stamp" && [ "$(cat "$venv/address" 2>/dev/null)" = "$here" ]; then
        return 0
    fi
    install_lock "$1"
    link_program
    printf '%s\n' "$here" >"$venv/address"
    cp "$here/requirements/$1" "$stamp"
}
