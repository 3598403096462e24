#!/bin/sh
# Restore a backup into an EMPTY database: DATABASE_URL=… deploy/restore.sh FILE
# Stop web server, worker and beat first; then run 'manage.py migrate' and start them.
set -eu
: "${DATABASE_URL:?DATABASE_URL is not set}"
[ -r "${1:-}" ] || { echo "usage: DATABASE_URL=… $0 FILE" >&2; exit 2; }
tables=$(psql --no-psqlrc -Atc "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'" "$DATABASE_URL")
[ "$tables" = 0 ] || { echo "this database is not empty ($tables tables); create an empty one for the restore." >&2; exit 1; }
pg_restore --exit-on-error --single-transaction --no-owner --no-privileges --dbname="$DATABASE_URL" "$1"
echo "restored $1; now run: python manage.py migrate"
