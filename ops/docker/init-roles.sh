#!/bin/sh
# Run once by the PostgreSQL image when its volume is empty: two roles and the database.
#   stetig_owner  owns the tables and migrates; nothing that serves requests knows its password.
#   stetig_app    reads and writes rows; owns nothing and cannot pass row-level security.
set -eu

# The passwords come through psql's environment, not its arguments, which every process can read.
psql --no-psqlrc --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<'SQL'
\getenv owner_password STETIG_OWNER_PASSWORD
\getenv app_password STETIG_APP_PASSWORD
CREATE ROLE stetig_owner LOGIN NOSUPERUSER NOCREATEDB CREATEROLE NOBYPASSRLS PASSWORD :'owner_password';
CREATE ROLE stetig_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'app_password';
GRANT stetig_app TO stetig_owner WITH ADMIN OPTION;
CREATE DATABASE stetig OWNER stetig_owner;
REVOKE ALL ON DATABASE stetig FROM PUBLIC;
GRANT CONNECT ON DATABASE stetig TO stetig_app;
SQL
