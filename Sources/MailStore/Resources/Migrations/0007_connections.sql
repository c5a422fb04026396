-- How many connections to mail servers are open, and which process has each, so that what a provider allows holds for all
-- processes together. A permit counts while its holder says that it lives; nothing else has to be given back.
--
-- Only adds. Names and ids only; outside row-level security.

ALTER TABLE gate_limits
    -- Connections open at once; apart from the jobs, since a connection that waits for news outlives every job.
    ADD COLUMN connections integer CHECK (connections >= 0),
    DROP CONSTRAINT gate_limits_check,
    ADD CONSTRAINT gate_limits_something CHECK (num_nonnulls(slots, rate_per_second, connections) > 0);

CREATE TABLE connection_holders (
    name       text PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 200),
    held_until timestamptz NOT NULL
);

CREATE TABLE connection_permits (
    id              uuid NOT NULL,
    holder          text NOT NULL REFERENCES connection_holders ON DELETE CASCADE,
    organization_id uuid NOT NULL,
    account_id      uuid NOT NULL,
    host_gate       text NOT NULL,
    -- Whether it is kept for news rather than for one visit.
    stays           boolean NOT NULL,
    FOREIGN KEY (organization_id, account_id) REFERENCES accounts (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX connection_permits_at_host ON connection_permits (host_gate);
CREATE INDEX connection_permits_of_holder ON connection_permits (holder);
ALTER TABLE connection_permits ADD PRIMARY KEY (organization_id, account_id, id);

-- Takes a permit: 'stays' or 'passes', else which limit is reached, 'account' or 'host', or 'holder' where the holder was
-- taken for dead: nothing would take away what it takes before it is heard of again.
--
-- Not every connection may stay: what a limit allows is left in part, a quarter at a host and one at an account, to visits
-- that come and go, else whoever came first would keep the others from being synced at all.
CREATE FUNCTION take_connection(
    permit uuid, holder text, organization uuid, account uuid, host_gate text, wants_to_stay boolean, usual integer
) RETURNS text LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    of_account integer := coalesce((SELECT l.connections FROM gate_limits l WHERE l.gate = 'account:' || account),
                                   (SELECT l.connections FROM gate_limits l WHERE l.gate = 'account:*'), usual);
    of_host    integer := coalesce((SELECT l.connections FROM gate_limits l WHERE l.gate = take_connection.host_gate),
                                   (SELECT l.connections FROM gate_limits l WHERE l.gate = 'host:*'));
    held       integer;
    staying    integer;
    may_stay   boolean := wants_to_stay;
BEGIN
    IF NOT EXISTS (SELECT FROM connection_holders h WHERE h.name = take_connection.holder) THEN RETURN 'holder'; END IF;
    -- One at a time, always the account before the host; a limit that is not there is not counted.
    PERFORM pg_advisory_xact_lock(hashtextextended('connections of account:' || account, 0));
    SELECT count(*), count(*) FILTER (WHERE p.stays) INTO held, staying
      FROM connection_permits p JOIN connection_holders h ON h.name = p.holder AND h.held_until > now()
     WHERE p.organization_id = organization AND p.account_id = account;
    IF held >= of_account THEN RETURN 'account'; END IF;
    may_stay := may_stay AND staying < greatest(1, of_account - 1);
    IF of_host IS NOT NULL THEN
        PERFORM pg_advisory_xact_lock(hashtextextended('connections of ' || take_connection.host_gate, 0));
        SELECT count(*), count(*) FILTER (WHERE p.stays) INTO held, staying
          FROM connection_permits p JOIN connection_holders h ON h.name = p.holder AND h.held_until > now()
         WHERE p.host_gate = take_connection.host_gate;
        IF held >= of_host THEN RETURN 'host'; END IF;
        may_stay := may_stay AND staying < of_host - greatest(1, of_host / 4);
    END IF;
    INSERT INTO connection_permits (id, holder, organization_id, account_id, host_gate, stays)
    VALUES (permit, take_connection.holder, organization, account, take_connection.host_gate, may_stay);
    RETURN CASE WHEN may_stay THEN 'stays' ELSE 'passes' END;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON connection_holders, connection_permits TO postrider_worker, postrider_operator;
GRANT SELECT ON connection_holders, connection_permits TO postrider_scheduler;
