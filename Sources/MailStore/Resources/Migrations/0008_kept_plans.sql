-- Every visit that begins has evict_lanes look for whoever still holds its lane. As SQL it was parsed and planned anew at
-- each call, a third of what the database spent on a visit that finds nothing; PL/pgSQL keeps the plan of each session.
-- It does what it did in 0002, and its owner and rights stay.
CREATE OR REPLACE FUNCTION evict_lanes(organizations uuid[], accounts uuid[], lane text, tokens bigint[]) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    RETURN (
        WITH held AS MATERIALIZED (
            SELECT l.pid, (l.classid::bigint << 32) | l.objid::bigint AS key FROM pg_locks l
             WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND l.pid <> pg_backend_pid()
               AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        )
        SELECT count(pg_terminate_backend(held.pid))
          FROM held
          JOIN unnest(organizations, accounts, tokens) AS taken (organization, account, token)
            ON lane_lock(taken.organization, taken.account, lane) = held.key
          JOIN account_dispatch d ON d.organization_id = taken.organization AND d.account_id = taken.account
           AND taken.token = CASE lane WHEN 'read' THEN d.read_token WHEN 'write' THEN d.write_token END
         WHERE NOT (SELECT r.rolsuper FROM pg_stat_activity s JOIN pg_roles r ON r.oid = s.usesysid WHERE s.pid = held.pid)
    );
END
$$;
