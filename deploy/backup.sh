#!/bin/sh
# Back up the database into the folder given (default: the current one): DATABASE_URL=… deploy/backup.sh /var/backups
# Everything lives in the database. The file holds people's records: keep it encrypted and where few can read it.
set -eu
umask 077
: "${DATABASE_URL:?DATABASE_URL is not set}"
file="${1:-.}/peersupport-$(date -u +%Y%m%dT%H%M%SZ).dump"
pg_dump --format=custom --no-owner --no-privileges --file="$file.part" "$DATABASE_URL"
pg_restore --list "$file.part" >/dev/null
mv "$file.part" "$file"
echo "$file"
