#!/usr/bin/env bash
# Run once, by the database image, when its volume is new: the login that web, worker and beat use.
set -euo pipefail
psql --no-psqlrc --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" <<'SQL'
\getenv password APP_PASSWORD
CREATE ROLE omic_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'password';
SQL
