-- 0003 controls: what operators set for the queue outlives a loss of Redis.
--
-- Limits of gates, and queues that are paused or draining. Redis acts on its own copy, which a rebuild renews from here.
-- Only adds. Names only; outside row-level security.

CREATE TABLE gate_limits (
    -- class:name, or class:* for all of a class that have no limit of their own
    gate            text PRIMARY KEY CHECK (length(gate) BETWEEN 3 AND 512),
    slots           integer CHECK (slots >= 0),
    rate_per_second double precision CHECK (rate_per_second >= 0),
    burst           integer NOT NULL DEFAULT 1 CHECK (burst > 0),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    CHECK (num_nonnulls(slots, rate_per_second) > 0)
);

CREATE TABLE queue_controls (
    queue      text PRIMARY KEY CHECK (length(queue) BETWEEN 1 AND 200),
    control    text NOT NULL CHECK (control IN ('paused', 'draining')),
    updated_at timestamptz NOT NULL DEFAULT now()
);

-- Which host's gate an account's jobs pass, so that the dispatch need not read accounts: host:NAME.
ALTER TABLE account_dispatch ADD COLUMN host_gate text;
UPDATE account_dispatch d SET host_gate = 'host:' || lower(a.imap_host) FROM accounts a
 WHERE a.organization_id = d.organization_id AND a.id = d.account_id;

CREATE FUNCTION follow_account_host() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE account_dispatch SET host_gate = 'host:' || lower(NEW.imap_host)
     WHERE organization_id = NEW.organization_id AND account_id = NEW.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER follow_account_host AFTER UPDATE OF imap_host ON accounts FOR EACH ROW
    WHEN (OLD.imap_host <> NEW.imap_host) EXECUTE FUNCTION follow_account_host();

CREATE OR REPLACE FUNCTION begin_dispatch() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    account record;
BEGIN
    SELECT is_runnable(state) AS runnable, imap_host INTO account FROM accounts
     WHERE organization_id = NEW.organization_id AND id = NEW.account_id;
    NEW.runnable := coalesce(account.runnable, false);
    NEW.host_gate := 'host:' || lower(account.imap_host);
    IF NOT NEW.runnable THEN NEW.next_due_at := NULL; END IF;
    RETURN NEW;
END
$$;

GRANT SELECT ON gate_limits, queue_controls TO postrider_scheduler, postrider_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON gate_limits, queue_controls TO postrider_operator;
