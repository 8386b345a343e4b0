#!/bin/sh
# The real podman, but for the next call of each kind for which there is a file in $PODMAN_FAULTS: it names the fault.
at=$PODMAN_FAULTS/$1
mv "$at" "$at.$$" 2>/dev/null || exec podman "$@"
read -r fault words < "$at.$$"
# Read first: whoever sees that it was met may name the next fault at once.
mv "$at.$$" "$at.met"
case $fault in
hang) # With a helper, as podman itself has some.
    sleep 600 &
    echo $$ $! > "$at.pids"
    wait ;;
half) # It does it, and fails.
    podman "$@" > "$at.done"
    echo "Error: it broke half-way" >&2
    exit 125 ;;
busy)
    echo "Error: $words" >&2
    exit 125 ;;
says) # And does nothing.
    echo "$words" ;;
cut)
    podman "$@" | head -c 100 ;;
esac
