#!/bin/sh
# What an image does unless it is told otherwise: the coordinator serves jobs, any other serves its stage. Metrics have a
# port of their own.
set -eu
if [ "$#" -gt 0 ]; then exec cuegraph "$@"; fi
set -- --listen=0.0.0.0:50051 --metrics=0.0.0.0:9464
if [ "$CUEGRAPH_STAGE" = coordinator ]; then exec cuegraph serve "$@" --insecure-anyone; fi
exec cuegraph stage serve "$CUEGRAPH_STAGE" "$@"
