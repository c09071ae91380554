-- The role that training reads a retailer's orders with: it logs in, sees one table, and can do nothing else.
-- Run as the owner of the table:
--   psql --set=role=trainyard_reader --set=table=public.order_lines --set=password=... --file=source-database.sql
-- The password then goes into the environment's secret (docs/data.md) and nowhere else.
CREATE ROLE :"role" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION CONNECTION LIMIT 4 PASSWORD :'password';
ALTER ROLE :"role" SET default_transaction_read_only = on;
ALTER ROLE :"role" SET idle_in_transaction_session_timeout = '10min';
GRANT SELECT ON :table TO :"role";
