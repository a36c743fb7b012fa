#!/bin/sh
# Points a custom domain at the shop; reads the credential from the file beside it.
. "$(dirname "$0")/.env.railway"
exec railway domain "$1"
