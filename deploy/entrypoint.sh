#!/bin/sh
# What an image does unless it is told otherwise: the coordinator serves jobs, any other serves its stage.
set -eu
if [ "$#" -gt 0 ]; then exec cuegraph "$@"; fi
if [ "$CUEGRAPH_STAGE" = coordinator ]; then exec cuegraph serve --listen 0.0.0.0:50051 --insecure-anyone; fi
exec cuegraph stage serve "$CUEGRAPH_STAGE" --listen 0.0.0.0:50051
