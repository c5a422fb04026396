-- 0002 operations: what the scheduler, the workers and the operators need to run a million accounts.
--
-- Only adds, so that the release before keeps working beside this one: new columns have defaults, and what an older
-- program writes is put right by triggers. The one index that goes is replaced; an older scheduler is slower without
-- it, not wrong.
--
-- Dispatch. `account_dispatch` knows by itself whether its account may run, so that the hot path never reads
-- `accounts`. What is due and what is dispatched stand in two partial indexes: a look for due accounts costs nothing
-- for those that aren't due, nor for those that wait in the queue already, of which there are a million after an
-- outage.

-- Dispatch ----------------------------------------------------------------------------------------------------------
ALTER TABLE account_dispatch
    -- Whether the account's state lets it run; kept by triggers, with next_due_at NULL wherever it is false.
    ADD COLUMN runnable              boolean NOT NULL DEFAULT false,
    ADD COLUMN dispatched_at         timestamptz,
    -- The last visit that found no change. Such visits leave `accounts` alone, whose rows are wide.
    ADD COLUMN visited_at            timestamptz,
    -- A lease up to this token is asked to stop.
    ADD COLUMN cancelled_read_token  bigint NOT NULL DEFAULT 0,
    ADD COLUMN cancelled_write_token bigint NOT NULL DEFAULT 0;

-- At 3,334 visits a second every row has three new versions in 5 minutes, two of them in the indexes. Autovacuum comes
-- when a twentieth is dead, not a fifth, and doesn't rest, so that the table keeps its size; it looks once a
-- autovacuum_naptime, which should be 15 s on such an installation.
ALTER TABLE account_dispatch SET (
    autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0, autovacuum_analyze_scale_factor = 0.2);
-- Filled and emptied all the time: the planner must not take them for large, nor a scan read what is gone.
ALTER TABLE outbox SET (
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);

CREATE FUNCTION is_runnable(state text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT state IN ('initial_sync', 'live', 'unreachable') $$;

UPDATE account_dispatch d
   SET runnable = is_runnable(a.state), next_due_at = CASE WHEN is_runnable(a.state) THEN d.next_due_at END,
       dispatched_until = CASE WHEN is_runnable(a.state) THEN d.dispatched_until END,
       dispatched_at = CASE WHEN is_runnable(a.state) AND d.dispatched_until IS NOT NULL THEN now() END
  FROM accounts a
 WHERE a.organization_id = d.organization_id AND a.id = d.account_id;

-- Follows every change of an account's state, whoever makes it. An account that may run again is due at once: all that
-- came meanwhile is caught up.
CREATE FUNCTION follow_account_state() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE account_dispatch
       SET runnable = is_runnable(NEW.state), next_due_at = CASE WHEN is_runnable(NEW.state) THEN now() END,
           dispatched_until = NULL, dispatched_at = NULL
     WHERE organization_id = NEW.organization_id AND account_id = NEW.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER follow_account_state AFTER UPDATE OF state ON accounts FOR EACH ROW
    WHEN (is_runnable(OLD.state) <> is_runnable(NEW.state)) EXECUTE FUNCTION follow_account_state();

CREATE FUNCTION begin_dispatch() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    NEW.runnable := coalesce((SELECT is_runnable(state) FROM accounts
                               WHERE organization_id = NEW.organization_id AND id = NEW.account_id), false);
    IF NOT NEW.runnable THEN NEW.next_due_at := NULL; END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER begin_dispatch BEFORE INSERT ON account_dispatch FOR EACH ROW EXECUTE FUNCTION begin_dispatch();

-- Whatever a visit says that ends after its account was paused, the account isn't due. The condition is looked at
-- without calling the function, so it costs the many visits of runnable accounts nothing.
CREATE FUNCTION keep_undue() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.next_due_at := NULL;
    NEW.dispatched_until := NULL;
    RETURN NEW;
END
$$;
CREATE TRIGGER keep_undue BEFORE UPDATE ON account_dispatch FOR EACH ROW
    WHEN (NOT NEW.runnable AND (NEW.next_due_at IS NOT NULL OR NEW.dispatched_until IS NOT NULL))
    EXECUTE FUNCTION keep_undue();

DROP INDEX account_dispatch_due;
CREATE INDEX account_dispatch_waiting ON account_dispatch (next_due_at)
    WHERE dispatched_until IS NULL AND next_due_at IS NOT NULL;
CREATE INDEX account_dispatch_held ON account_dispatch (dispatched_epoch, dispatched_until)
    WHERE dispatched_until IS NOT NULL;
ALTER TABLE account_dispatch DROP CONSTRAINT account_dispatch_pkey, ADD PRIMARY KEY (organization_id, account_id);

-- When an account is visited next: at its own place within its interval, given by its id, so that accounts which an
-- outage made due together part again within one interval. The first pause is 0.5 to 1.5 intervals, each later one the
-- interval.
CREATE FUNCTION next_visit(account uuid, seconds double precision) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    -- One expression, so that it is inlined; the place is the id's hash as a fraction.
    SELECT CASE WHEN seconds <= 0 THEN now() ELSE to_timestamp(seconds * (
        (uuid_hash_extended(account, 0) & 1048575) / 1048576.0::double precision
        + ceil(extract(epoch FROM now())::double precision / seconds + 0.5
               - (uuid_hash_extended(account, 0) & 1048575) / 1048576.0::double precision))) END
$$;

-- As in 0001, and refuses a lease that was asked to stop. A lease that a successor replaced is stale first of all.
CREATE OR REPLACE FUNCTION fence_lane(organization uuid, account uuid, lane text, token bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    current_token   bigint;
    cancelled_token bigint;
BEGIN
    SELECT CASE lane WHEN 'read' THEN read_token WHEN 'write' THEN write_token END,
           CASE lane WHEN 'read' THEN cancelled_read_token WHEN 'write' THEN cancelled_write_token END
      INTO current_token, cancelled_token
      FROM account_dispatch WHERE organization_id = organization AND account_id = account
       FOR NO KEY UPDATE;
    IF current_token IS DISTINCT FROM token THEN
        RAISE EXCEPTION 'the % lease of account % is stale: token % was replaced by %',
            lane, account, token, coalesce(current_token::text, 'none') USING ERRCODE = 'PR001';
    END IF;
    IF token <= cancelled_token THEN
        RAISE EXCEPTION 'the % job of account % under token % was cancelled', lane, account, token
            USING ERRCODE = 'PR002';
    END IF;
END
$$;

-- evict_lane for many accounts at a time, with one look at the locks.
CREATE FUNCTION evict_lanes(organizations uuid[], accounts uuid[], lane text, tokens bigint[]) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    WITH held AS MATERIALIZED (
        SELECT l.pid, (l.classid::bigint << 32) | l.objid::bigint AS key FROM pg_locks l
         WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND l.pid <> pg_backend_pid()
           AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    )
    SELECT count(pg_terminate_backend(held.pid))::integer
      FROM held
      JOIN unnest(organizations, accounts, tokens) AS taken (organization, account, token)
        ON lane_lock(taken.organization, taken.account, lane) = held.key
      JOIN account_dispatch d ON d.organization_id = taken.organization AND d.account_id = taken.account
       AND taken.token = CASE lane WHEN 'read' THEN d.read_token WHEN 'write' THEN d.write_token END
     WHERE NOT (SELECT r.rolsuper FROM pg_stat_activity s JOIN pg_roles r ON r.oid = s.usesysid WHERE s.pid = held.pid)
$$;

-- Wake-ups -----------------------------------------------------------------------------------------------------------
-- A wake-up of the installation's own tasks is no organization's.
ALTER TABLE outbox
    ALTER COLUMN organization_id DROP NOT NULL,
    ADD COLUMN queue text NOT NULL DEFAULT 'sync',
    ADD COLUMN gates text[] NOT NULL DEFAULT '{}';

-- Schedules ----------------------------------------------------------------------------------------------------------
CREATE TABLE schedules (
    id              uuid NOT NULL,
    name            text NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 200),
    expression      text NOT NULL CHECK (length(expression) BETWEEN 1 AND 200),
    zone            text NOT NULL CHECK (length(zone) BETWEEN 1 AND 100),
    target          text NOT NULL CHECK (target IN ('account', 'selection', 'task')),
    organization_id uuid REFERENCES organizations (id) ON DELETE CASCADE,
    account_id      uuid,
    plan            text CHECK (plan IN ('silver', 'gold', 'platinum')),
    provider        text CHECK (length(provider) BETWEEN 1 AND 255),
    task            text CHECK (length(task) BETWEEN 1 AND 200),
    overlap         text NOT NULL CHECK (overlap IN ('skip', 'queue-one', 'allow')),
    catch_up        text NOT NULL CHECK (catch_up IN ('none', 'latest', 'all')),
    -- How many missed ticks `all` makes up for.
    catch_up_limit  integer NOT NULL CHECK (catch_up_limit BETWEEN 1 AND 1000),
    jitter_seconds  integer NOT NULL CHECK (jitter_seconds BETWEEN 0 AND 86400),
    paused_at       timestamptz,
    -- NULL for an expression that has no tick any more.
    next_tick_at    timestamptz,
    last_tick_at    timestamptz,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (organization_id, account_id) REFERENCES accounts (organization_id, id) ON DELETE CASCADE,
    CHECK (CASE target
           WHEN 'account' THEN num_nonnulls(organization_id, account_id) = 2 AND num_nonnulls(plan, provider, task) = 0
           WHEN 'selection' THEN num_nonnulls(account_id, task) = 0
           ELSE task IS NOT NULL AND num_nonnulls(organization_id, account_id, plan, provider) = 0 END)
);
CREATE INDEX schedules_due ON schedules (next_tick_at) WHERE paused_at IS NULL AND next_tick_at IS NOT NULL;
CREATE INDEX schedules_by_account ON schedules (organization_id, account_id);
ALTER TABLE schedules ADD PRIMARY KEY (id);

-- What became of each tick. A row is written with its wake-up in the outbox by one statement, and holds the wake-up
-- itself, since a rebuild of the queue starts from the ticks that aren't finished. Pruned by age and not partitioned:
-- an unfinished tick must outlive any month's partition, and ticks are few beside visits. Ids only; outside row-level
-- security.
CREATE TABLE schedule_ticks (
    schedule_id         uuid NOT NULL REFERENCES schedules (id) ON DELETE CASCADE,
    tick_at             timestamptz NOT NULL,
    -- fired: woken; queued: waits for the tick before it; skipped: by the overlap policy; missed: not made up for.
    decision            text NOT NULL CHECK (decision IN ('fired', 'skipped', 'missed', 'queued')),
    job_queue           text,
    job_kind            text,
    job_resource        text,
    job_organization_id uuid,
    job_gates           text[],
    job_priority        smallint,
    job_not_before      timestamptz,
    outbox_id           bigint,
    decided_at          timestamptz NOT NULL DEFAULT now(),
    finished_at         timestamptz,
    outcome             text,
    error               text,
    CHECK (decision IN ('skipped', 'missed')
           OR num_nulls(job_queue, job_kind, job_resource, job_gates, job_priority) = 0),
    CHECK (decision <> 'fired' OR outbox_id IS NOT NULL)
);
CREATE INDEX schedule_ticks_open ON schedule_ticks (schedule_id, tick_at)
    WHERE finished_at IS NULL AND decision IN ('fired', 'queued');
CREATE INDEX schedule_ticks_by_time ON schedule_ticks (tick_at);
ALTER TABLE schedule_ticks ADD PRIMARY KEY (schedule_id, tick_at);

-- Jobs ---------------------------------------------------------------------------------------------------------------
-- Jobs that were given up. One a resource; retrying takes the row away and writes its wake-up by one statement. Its
-- past stays in job_history.
CREATE TABLE dead_letters (
    organization_id uuid REFERENCES organizations (id) ON DELETE CASCADE,
    id              uuid NOT NULL,
    queue           text NOT NULL,
    kind            text NOT NULL,
    resource        text NOT NULL UNIQUE,
    gates           text[] NOT NULL,
    priority        smallint NOT NULL,
    error_code      text NOT NULL,
    error_text      text NOT NULL,
    attempts        integer NOT NULL,
    first_failed_at timestamptz NOT NULL,
    died_at         timestamptz NOT NULL,
    detail          jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX dead_letters_by_organization ON dead_letters (organization_id, id);
CREATE INDEX dead_letters_by_error ON dead_letters (queue, kind, error_code);
ALTER TABLE dead_letters ADD PRIMARY KEY (id);

-- The installation's own tasks have the organization 00000000-0000-0000-0000-000000000000 here.
ALTER TABLE job_history
    ADD COLUMN resource text,
    ADD COLUMN queue    text,
    ADD COLUMN attempt  integer,
    ADD COLUMN worker   text;
CREATE INDEX job_history_by_resource ON job_history (resource, started_at);
ALTER TABLE job_history DROP CONSTRAINT job_history_pkey, ADD PRIMARY KEY (organization_id, started_at, id);

-- How many jobs ended how, by the minute: counted in each process and added here.
CREATE TABLE job_minutes (
    minute   timestamptz NOT NULL,
    queue    text NOT NULL,
    kind     text NOT NULL,
    outcome  text NOT NULL,
    count    bigint NOT NULL,
    total_ms bigint NOT NULL,
    max_ms   bigint NOT NULL,
    PRIMARY KEY (minute, queue, kind, outcome)
) WITH (fillfactor = 70);

-- Which scheduler leads. It saves the others work; two leaders do no harm, since every decision is a compare-and-set.
CREATE TABLE scheduler_leader (
    only_one   boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    name       text NOT NULL,
    since      timestamptz NOT NULL,
    renewed_at timestamptz NOT NULL,
    held_until timestamptz NOT NULL
);

-- Audit --------------------------------------------------------------------------------------------------------------
-- Who did what: ids only. Each organization's entries are a chain: an entry's hash covers the one before it, and the
-- chain's end stands in audit_heads, whose row serialises the appends of one organization. What concerns the whole
-- installation is in the chain of 00000000-0000-0000-0000-000000000000.
CREATE TABLE audit_log (
    organization_id uuid NOT NULL,
    number          bigint NOT NULL,
    at              timestamptz NOT NULL,
    actor           text NOT NULL CHECK (length(actor) BETWEEN 1 AND 200),
    action          text NOT NULL CHECK (length(action) BETWEEN 1 AND 200),
    subject         text NOT NULL CHECK (length(subject) BETWEEN 1 AND 200),
    previous_hash   bytea NOT NULL,
    hash            bytea NOT NULL
) PARTITION BY RANGE (at);
CREATE INDEX audit_log_in_order ON audit_log (organization_id, number);
ALTER TABLE audit_log ADD PRIMARY KEY (organization_id, at, number);

CREATE TABLE audit_heads (
    organization_id uuid PRIMARY KEY,
    number          bigint NOT NULL,
    hash            bytea NOT NULL
) WITH (fillfactor = 70);

-- JSON keeps the fields apart, so that no two entries have one text.
CREATE FUNCTION audit_hash(previous bytea, organization uuid, number bigint, at timestamptz, actor text, action text,
                           subject text) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT sha256(previous || convert_to(json_build_array(
        organization, number, (extract(epoch FROM at) * 1000000)::bigint, actor, action, subject)::text, 'UTF8'))
$$;

-- Runs with its owner's rights: nobody else may write to the log.
CREATE FUNCTION append_audit(organization uuid, actor text, action text, subject text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    last  audit_heads;
    moment timestamptz;
    next_hash bytea;
BEGIN
    INSERT INTO audit_heads VALUES (organization, 0, sha256('')) ON CONFLICT DO NOTHING;
    SELECT * INTO STRICT last FROM audit_heads WHERE organization_id = organization FOR NO KEY UPDATE;
    -- Under the lock, so that the moments of a chain ascend.
    moment := clock_timestamp();
    next_hash := audit_hash(last.hash, organization, last.number + 1, moment, actor, action, subject);
    INSERT INTO audit_log (organization_id, number, at, actor, action, subject, previous_hash, hash)
    VALUES (organization, last.number + 1, moment, actor, action, subject, last.hash, next_hash);
    UPDATE audit_heads SET number = last.number + 1, hash = next_hash WHERE organization_id = organization;
    RETURN last.number + 1;
END
$$;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Housekeeping -------------------------------------------------------------------------------------------------------
CREATE OR REPLACE FUNCTION ensure_partitions(months_ahead integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    parent text;
    month  date;
    name   text;
    made   integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('postrider ensure_partitions'));
    FOREACH parent IN ARRAY ARRAY['events', 'job_history', 'audit_log'] LOOP
        FOR month IN
            SELECT generate_series(date_trunc('month', now() AT TIME ZONE 'UTC'),
                                   date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => months_ahead),
                                   interval '1 month')
        LOOP
            name := format('%s_%s', parent, to_char(month, 'YYYY_MM'));
            IF to_regclass(quote_ident(name)) IS NULL THEN
                EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', name, parent,
                               month::timestamp AT TIME ZONE 'UTC', (month + interval '1 month') AT TIME ZONE 'UTC');
                made := made + 1;
            END IF;
        END LOOP;
    END LOOP;
    RETURN made;
END
$$;
SELECT ensure_partitions(3);

CREATE OR REPLACE FUNCTION analyze_grown() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    grown    regclass;
    analysed integer := 0;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('postrider analyze_grown')) THEN RETURN 0; END IF;
    FOR grown IN
        SELECT oid FROM pg_class
         WHERE oid = ANY (ARRAY['folders', 'threads', 'messages', 'message_participants', 'message_placements',
                                'message_references', 'attachments', 'blobs', 'accounts', 'account_dispatch', 'actions',
                                'schedule_ticks', 'dead_letters']::regclass[])
           AND pg_relation_size(oid) / current_setting('block_size')::integer > 4 * greatest(relpages, 1)
    LOOP
        EXECUTE format('ANALYZE %s', grown);
        analysed := analysed + 1;
    END LOOP;
    RETURN analysed;
END
$$;

-- Row-level security -------------------------------------------------------------------------------------------------
ALTER TABLE schedules    ENABLE ROW LEVEL SECURITY;
ALTER TABLE dead_letters ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_log    ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_heads  ENABLE ROW LEVEL SECURITY;

CREATE POLICY own_organization ON schedules TO postrider_api
    USING (organization_id = (SELECT current_organization()));
CREATE POLICY own_organization ON dead_letters TO postrider_api
    USING (organization_id = (SELECT current_organization()));
CREATE POLICY own_organization ON audit_log TO postrider_api
    USING (organization_id = (SELECT current_organization()));

-- The scheduler serves every organization, and is granted no column that holds more than ids, states and moments.
CREATE POLICY every_organization ON schedules TO postrider_scheduler USING (true);
CREATE POLICY every_organization ON accounts FOR SELECT TO postrider_scheduler USING (true);
CREATE POLICY every_organization ON actions FOR SELECT TO postrider_scheduler USING (true);

-- Grants -------------------------------------------------------------------------------------------------------------
GRANT SELECT ON schedules, dead_letters, audit_log TO postrider_api;

GRANT SELECT, INSERT, UPDATE ON dead_letters, job_minutes TO postrider_worker;
GRANT SELECT, UPDATE ON schedule_ticks TO postrider_worker;
GRANT USAGE ON SEQUENCE outbox_id_seq TO postrider_worker;

GRANT SELECT, UPDATE ON schedules TO postrider_scheduler;
GRANT SELECT, INSERT, UPDATE, DELETE ON schedule_ticks, job_minutes, scheduler_leader TO postrider_scheduler;
GRANT INSERT ON outbox TO postrider_scheduler;
GRANT USAGE ON SEQUENCE outbox_id_seq TO postrider_scheduler;
GRANT SELECT (organization_id, id, state, last_synced_at) ON accounts TO postrider_scheduler;
GRANT SELECT (organization_id, account_id, id, kind, state, not_before, created_at) ON actions TO postrider_scheduler;

GRANT SELECT, INSERT, UPDATE, DELETE ON schedules, schedule_ticks, dead_letters, job_minutes, scheduler_leader
    TO postrider_operator;
GRANT SELECT ON audit_log, audit_heads TO postrider_operator;

REVOKE ALL ON FUNCTION append_audit(uuid, text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION append_audit(uuid, text, text, text)
    TO postrider_operator, postrider_scheduler, postrider_worker, postrider_api;

ALTER FUNCTION evict_lanes(uuid[], uuid[], text, bigint[]) OWNER TO postrider_warden;
REVOKE ALL ON FUNCTION evict_lanes(uuid[], uuid[], text, bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION evict_lanes(uuid[], uuid[], text, bigint[]) TO postrider_worker;
