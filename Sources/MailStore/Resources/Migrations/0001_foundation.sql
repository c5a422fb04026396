-- 0001 foundation: all that would be costly to add once mail is stored.
--
-- Keys of the mail tables lead with organization_id, then account_id, so that they can be hash-partitioned or
-- distributed by organization without a change of query. Composite foreign keys make a row's organization that of
-- its account. Surfaces (the HTTP API, the console) read under row-level security by organization *and* user;
-- workers and the operator's command line log in past the policies, bound by the keys and the fence.
-- A table's primary key is its last index: where estimates tie, as on every table not yet analysed, the planner takes
-- the index made last, and foreign-key checks must find the whole key, not the account's every row
-- (docs/decisions/0001-bulk-ingest.md).
-- Ids are version 7 UUIDs made by the program. Moments are timestamptz; a moment "to the second" has no fraction.

-- Roles -----------------------------------------------------------------------------------------------------------
-- Roles belong to the whole cluster, so another database may have made them already, or be making them just now.
-- BYPASSRLS asks for a superuser; where the migrating login is none, an administrator makes the roles beforehand.
DO $roles$
DECLARE
    wanted record;
BEGIN
    FOR wanted IN
        SELECT * FROM (VALUES
            ('postrider_worker', 'BYPASSRLS'),
            ('postrider_operator', 'BYPASSRLS'),
            ('postrider_scheduler', 'NOBYPASSRLS'),
            ('postrider_api', 'NOBYPASSRLS'),
            -- Owns evict_lane alone: it may end a backend, which no other role here may.
            ('postrider_warden', 'NOBYPASSRLS')
        ) AS roles (name, attribute)
    LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted.name) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN %s', wanted.name, wanted.attribute);
            EXCEPTION
                WHEN duplicate_object OR unique_violation THEN NULL;
                WHEN insufficient_privilege THEN
                    RAISE EXCEPTION 'the role % does not exist and this login may not create it', wanted.name
                        USING HINT = format('as a superuser: CREATE ROLE %I NOLOGIN %s; then run this again',
                                            wanted.name, wanted.attribute);
            END;
        END IF;
    END LOOP;
END
$roles$;

-- Who asks, as the surfaces set it at the start of each transaction. A setting that a transaction has ended reads as
-- an empty string, not NULL.
CREATE FUNCTION current_organization() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT nullif(current_setting('postrider.organization', true), '')::uuid $$;

CREATE FUNCTION current_user_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT nullif(current_setting('postrider.user', true), '')::uuid $$;

-- Organizations, users, accounts ------------------------------------------------------------------------------------
CREATE TABLE organizations (
    id            uuid PRIMARY KEY,
    name          text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    plan          text NOT NULL CHECK (plan IN ('silver', 'gold', 'platinum')),
    seats         integer NOT NULL DEFAULT 1 CHECK (seats > 0),
    trial_ends_at timestamptz,
    created_at    timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE users (
    organization_id uuid NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    id              uuid NOT NULL,
    email           text NOT NULL CHECK (length(email) BETWEEN 3 AND 320),
    name            text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    role            text NOT NULL CHECK (role IN ('admin', 'regular')),
    time_zone       text NOT NULL DEFAULT 'UTC',
    locale          text NOT NULL DEFAULT 'en',
    created_at      timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX users_by_email ON users (organization_id, lower(email));
CREATE INDEX users_by_id ON users (id);
ALTER TABLE users ADD PRIMARY KEY (organization_id, id);

CREATE TABLE accounts (
    organization_id         uuid NOT NULL,
    id                      uuid NOT NULL,
    owner_id                uuid NOT NULL,
    address                 text NOT NULL CHECK (length(address) BETWEEN 3 AND 320),
    state                   text NOT NULL CHECK (state IN ('connected', 'initial_sync', 'live', 'paused', 'suspended',
                                                           'needs_reauthentication', 'unreachable', 'disconnected')),
    -- What keeps it from being live, for people: a stable code and a sentence. Never a secret, never a host that the
    -- user didn't type.
    error_code              text,
    error_text              text,
    auth_kind               text NOT NULL CHECK (auth_kind IN ('password', 'oauth2')),
    username                text NOT NULL,
    imap_host               text NOT NULL,
    imap_port               integer NOT NULL CHECK (imap_port BETWEEN 1 AND 65535),
    imap_security           text NOT NULL CHECK (imap_security IN ('tls', 'starttls', 'none')),
    -- All three are NULL for an account that only receives.
    smtp_host               text,
    smtp_port               integer CHECK (smtp_port BETWEEN 1 AND 65535),
    smtp_security           text CHECK (smtp_security IN ('tls', 'starttls', 'none')),
    folder_mode             text CHECK (folder_mode IN ('selected', 'all')),
    -- T of product.md §3: the moment Start was accepted, cut to the second.
    started_at              timestamptz,
    window_seconds          bigint NOT NULL DEFAULT 259200 CHECK (window_seconds >= 0),
    interval_seconds        integer NOT NULL DEFAULT 300 CHECK (interval_seconds > 0),
    first_sync_completed_at timestamptz,
    last_synced_at          timestamptz,
    created_at              timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (organization_id, owner_id) REFERENCES users (organization_id, id),
    CHECK ((smtp_host IS NULL) = (smtp_port IS NULL) AND (smtp_host IS NULL) = (smtp_security IS NULL))
);
CREATE INDEX accounts_by_id ON accounts (id);
CREATE INDEX accounts_by_owner ON accounts (organization_id, owner_id);
ALTER TABLE accounts ADD PRIMARY KEY (organization_id, id);

-- Who sees an account's mail. The owner is a member too.
CREATE TABLE account_members (
    organization_id uuid NOT NULL,
    account_id      uuid NOT NULL,
    user_id         uuid NOT NULL,
    FOREIGN KEY (organization_id, account_id) REFERENCES accounts (organization_id, id) ON DELETE CASCADE,
    FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX account_members_by_user ON account_members (organization_id, user_id, account_id);
ALTER TABLE account_members ADD PRIMARY KEY (organization_id, account_id, user_id);

-- The account's own addresses, lower-cased: they decide whether a message is incoming or outgoing.
CREATE TABLE account_addresses (
    organization_id uuid NOT NULL,
    account_id      uuid NOT NULL,
    address         text NOT NULL CHECK (address = lower(address)),
    PRIMARY KEY (organization_id, account_id, address),
    FOREIGN KEY (organization_id, account_id) REFERENCES accounts (organization_id, id) ON DELETE CASCADE
);

-- Each account has a data key, sealed by a master key of the key ring; each secret is sealed by the data key. Both
-- are envelopes of security.md with their header; neither is ever plain text.
CREATE TABLE account_keys (
    organization_id uuid NOT NULL,
    account_id      uuid NOT NULL,
    master_key_id   text NOT NULL,
    sealed_key      bytea NOT NULL,
    PRIMARY KEY (organization_id, account_id),
    FOREIGN KEY (organization_id, account_id) REFERENCES accounts (organization_id, id) ON DELETE CASCADE
);

CREATE TABLE account_secrets (
    organization_id uuid NOT NULL,
    account_id      uuid NOT NULL,
    purpose         text NOT NULL,
    sealed          bytea NOT NULL,
    updated_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, account_id, purpose),
    FOREIGN KEY (organization_id, account_id) REFERENCES account_keys (organization_id, account_id) ON DELETE CASCADE
);

-- What the first sync has found and done; rewritten with every batch, hence narrow and apart.
CREATE TABLE account_progress (
    organization_id uuid NOT NULL,
    account_id      uuid NOT NULL,
    threads_found   bigint NOT NULL DEFAULT 0,
    threads_done    bigint NOT NULL DEFAULT 0,
    messages_found  bigint NOT NULL DEFAULT 0,
    messages_done   bigint NOT NULL DEFAULT 0,
    bytes_found     bigint NOT NULL DEFAULT 0,
    bytes_done      bigint NOT NULL DEFAULT 0,
    began_at        timestamptz,
    updated_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, account_id),
    FOREIGN KEY (organization_id, account_id) REFERENCES accounts (organization_id, id) ON DELETE CASCADE
) WITH (fillfactor = 70);

-- When each account is due and which lease may write for it. Ids only; outside row-level security.
CREATE TABLE account_dispatch (
    organization_id  uuid NOT NULL,
    account_id       uuid NOT NULL,
    next_due_at      timestamptz,
    dispatched_until timestamptz,
    dispatched_epoch bigint NOT NULL DEFAULT 0,
    read_token       bigint NOT NULL DEFAULT 0,
    write_token      bigint NOT NULL DEFAULT 0,
    failures         integer NOT NULL DEFAULT 0,
    FOREIGN KEY (organization_id, account_id) REFERENCES accounts (organization_id, id) ON DELETE CASCADE
) WITH (fillfactor = 70);
CREATE INDEX account_dispatch_due ON account_dispatch (next_due_at) WHERE next_due_at IS NOT NULL;
ALTER TABLE account_dispatch ADD PRIMARY KEY (organization_id, account_id);

-- Each rebuild of the queue takes the next epoch.
CREATE SEQUENCE queue_epoch;

-- The fence of a commit: the last statement of every transaction that a lease holder makes. It locks the account's
-- lane until COMMIT and refuses when a successor has taken a newer token.
CREATE FUNCTION fence_lane(organization uuid, account uuid, lane text, token bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    current_token bigint;
BEGIN
    SELECT CASE lane WHEN 'read' THEN read_token WHEN 'write' THEN write_token END INTO current_token
      FROM account_dispatch WHERE organization_id = organization AND account_id = account
       FOR NO KEY UPDATE;
    IF current_token IS DISTINCT FROM token THEN
        RAISE EXCEPTION 'the % lease of account % is stale: token % was replaced by %',
            lane, account, token, coalesce(current_token::text, 'none') USING ERRCODE = 'PR001';
    END IF;
END
$$;

-- The name under which the transactions of a lane's holders lock it, so that a holder can be found.
CREATE FUNCTION lane_lock(organization uuid, account uuid, lane text) RETURNS bigint LANGUAGE sql IMMUTABLE AS
$$ SELECT hashtextextended(organization::text || account::text || lane, 0) $$;

-- Ends whatever other backend holds a lane, for the owner of its newest token only. A writer that is frozen in the
-- middle of a COPY or of a pipeline is ended by no time-out (docs/decisions/0003-fenced-commits.md); its successor
-- would wait for ever at its rows. A superuser's backend is no other role's to end: where the program was given such a
-- login, it is passed over, and the sessions' time-outs are all that ends it.
CREATE FUNCTION evict_lane(organization uuid, account uuid, lane text, token bigint) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT count(pg_terminate_backend(held.pid))::integer
      FROM (SELECT lane_lock(organization, account, lane)) AS lanes (key)
      JOIN pg_locks held ON held.locktype = 'advisory' AND held.granted AND held.objsubid = 1
       AND held.classid = ((lanes.key >> 32) & 4294967295)::oid AND held.objid = (lanes.key & 4294967295)::oid
       AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
     WHERE held.pid <> pg_backend_pid()
       AND NOT (SELECT r.rolsuper FROM pg_stat_activity s JOIN pg_roles r ON r.oid = s.usesysid WHERE s.pid = held.pid)
       AND token = (SELECT CASE lane WHEN 'read' THEN read_token WHEN 'write' THEN write_token END
                      FROM account_dispatch WHERE organization_id = organization AND account_id = account)
$$;

-- Folders ---------------------------------------------------------------------------------------------------------
CREATE TABLE folders (
    organization_id uuid NOT NULL,
    account_id      uuid NOT NULL,
    id              uuid NOT NULL,
    -- The server's own bytes are the identity; path is what people read, with / between the levels.
    path_raw        bytea NOT NULL,
    path            text NOT NULL,
    role            text CHECK (role IN ('inbox', 'sent', 'drafts', 'trash', 'junk', 'archive', 'all')),
    selectable      boolean NOT NULL DEFAULT true,
    chosen          boolean NOT NULL DEFAULT false,
    -- T of this folder: the account's, or the moment at which it was chosen later. NULL while it isn't watched.
    started_at      timestamptz,
    uidnext_at_start bigint,
    -- The server's state as it was read before the last visit that was carried through.
    uidvalidity     bigint,
    uidnext         bigint,
    exists_count    bigint,
    highestmodseq   bigint,
    -- Every UID up to here is placed or skipped with a reason; 0 while nothing is proven.
    proven_uid      bigint NOT NULL DEFAULT 0,
    gone_at         timestamptz,
    UNIQUE (organization_id, account_id, path_raw),
    FOREIGN KEY (organization_id, account_id) REFERENCES accounts (organization_id, id) ON DELETE CASCADE
);
ALTER TABLE folders ADD PRIMARY KEY (organization_id, account_id, id);

-- UIDs that are known and not stored, and why. A row a reason; its ranges grow.
CREATE TABLE folder_skips (
    organization_id uuid NOT NULL,
    account_id      uuid NOT NULL,
    folder_id       uuid NOT NULL,
    uidvalidity     bigint NOT NULL,
    reason          text NOT NULL CHECK (reason IN ('too_old', 'old_arrival', 'unfetchable', 'too_large')),
    uids            int8multirange NOT NULL,
    PRIMARY KEY (organization_id, account_id, folder_id, uidvalidity, reason),
    FOREIGN KEY (organization_id, account_id, folder_id)
        REFERENCES folders (organization_id, account_id, id) ON DELETE CASCADE
);

-- Times in which an account's plan kept it from syncing.
CREATE TABLE coverage (
    organization_id uuid NOT NULL,
    account_id      uuid NOT NULL,
    from_at         timestamptz NOT NULL,
    until_at        timestamptz,
    reason          text NOT NULL,
    PRIMARY KEY (organization_id, account_id, from_at),
    FOREIGN KEY (organization_id, account_id) REFERENCES accounts (organization_id, id) ON DELETE CASCADE
);

-- Threads and messages ----------------------------------------------------------------------------------------------
CREATE TABLE threads (
    organization_id  uuid NOT NULL,
    account_id       uuid NOT NULL,
    id               uuid NOT NULL,
    subject          text,
    base_subject     text,
    visibility       text NOT NULL DEFAULT 'private' CHECK (visibility IN ('private', 'organization')),
    -- Relates colleagues' copies of one conversation.
    conversation_key text,
    message_count    integer NOT NULL DEFAULT 0,
    oldest_at        timestamptz NOT NULL,
    newest_at        timestamptz NOT NULL,
    -- A person split or merged it: later syncs don't undo that.
    decided_by       uuid,
    created_at       timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (organization_id, account_id) REFERENCES accounts (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX threads_newest ON threads (organization_id, account_id, newest_at DESC, id DESC);
CREATE INDEX threads_by_subject ON threads (organization_id, account_id, hashtextextended(base_subject, 0))
    WHERE base_subject <> '';
ALTER TABLE threads ADD PRIMARY KEY (organization_id, account_id, id);

-- A thread that was joined into another; a look-up of the old id redirects. Never a chain: joining moves the aliases.
CREATE TABLE thread_aliases (
    organization_id uuid NOT NULL,
    account_id      uuid NOT NULL,
    alias_id        uuid NOT NULL,
    thread_id       uuid NOT NULL,
    FOREIGN KEY (organization_id, account_id, thread_id)
        REFERENCES threads (organization_id, account_id, id) ON DELETE CASCADE
);
CREATE INDEX thread_aliases_by_thread ON thread_aliases (organization_id, account_id, thread_id);
ALTER TABLE thread_aliases ADD PRIMARY KEY (organization_id, account_id, alias_id);

CREATE TABLE messages (
    organization_id     uuid NOT NULL,
    account_id          uuid NOT NULL,
    id                  uuid NOT NULL,
    thread_id           uuid NOT NULL,
    -- Identity: the provider's id where there is one, else the bytes.
    provider_message_id text,
    sha256              bytea NOT NULL,
    size                bigint NOT NULL,
    header_message_id   text COMPRESSION lz4,
    subject             text COMPRESSION lz4,
    sent_at             timestamptz,
    sent_offset_minutes smallint,
    sent_raw            text,
    -- INTERNALDATE of its first placement.
    received_at         timestamptz NOT NULL,
    direction           text NOT NULL CHECK (direction IN ('incoming', 'outgoing')),
    snippet             text COMPRESSION lz4 NOT NULL,
    text_body           text COMPRESSION lz4,
    html_body           text COMPRESSION lz4,
    list_id             text,
    auto_submitted      text[],
    marks               text[],
    -- Its thread was found by subject, participants and time: a guess, and said to be one.
    thread_guessed      boolean NOT NULL DEFAULT false,
    in_scope            boolean NOT NULL DEFAULT true,
    trashed             boolean NOT NULL DEFAULT false,
    deleted_at          timestamptz,
    created_at          timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (organization_id, account_id, thread_id) REFERENCES threads (organization_id, account_id, id)
);
CREATE UNIQUE INDEX messages_by_provider_id ON messages (organization_id, account_id, provider_message_id)
    WHERE provider_message_id IS NOT NULL;
CREATE UNIQUE INDEX messages_by_content ON messages (organization_id, account_id, sha256)
    WHERE provider_message_id IS NULL;
CREATE INDEX messages_received ON messages (organization_id, account_id, received_at DESC, id DESC);
CREATE INDEX messages_by_thread ON messages (organization_id, account_id, thread_id, received_at);
ALTER TABLE messages ADD PRIMARY KEY (organization_id, account_id, id);

-- Who is on a message, normalised, so that all threads with an address are one look-up.
CREATE TABLE message_participants (
    organization_id uuid NOT NULL,
    account_id      uuid NOT NULL,
    message_id      uuid NOT NULL,
    role            text NOT NULL CHECK (role IN ('from', 'sender', 'reply_to', 'to', 'cc', 'bcc')),
    position        integer NOT NULL,
    name            text,
    address         text NOT NULL,
    normalised      text NOT NULL,
    FOREIGN KEY (organization_id, account_id, message_id)
        REFERENCES messages (organization_id, account_id, id) ON DELETE CASCADE
);
CREATE INDEX message_participants_by_address ON message_participants (organization_id, normalised, account_id);
ALTER TABLE message_participants ADD PRIMARY KEY (organization_id, account_id, message_id, role, position);

-- Where a message lies on the server. Flags and INTERNALDATE belong to the placement, not to the message.
CREATE TABLE message_placements (
    organization_id uuid NOT NULL,
    account_id      uuid NOT NULL,
    folder_id       uuid NOT NULL,
    uidvalidity     bigint NOT NULL,
    uid             bigint NOT NULL,
    message_id      uuid NOT NULL,
    flags           text[] NOT NULL,
    -- What both sides last agreed on; NULL where it is what flags says.
    agreed_flags    text[],
    modseq          bigint,
    internaldate    timestamptz NOT NULL,
    FOREIGN KEY (organization_id, account_id, folder_id)
        REFERENCES folders (organization_id, account_id, id) ON DELETE CASCADE,
    FOREIGN KEY (organization_id, account_id, message_id)
        REFERENCES messages (organization_id, account_id, id) ON DELETE CASCADE
);
CREATE INDEX message_placements_by_message ON message_placements (organization_id, account_id, message_id);
ALTER TABLE message_placements ADD PRIMARY KEY (organization_id, account_id, folder_id, uidvalidity, uid);

-- What ties messages to threads: header ids, seen or only referred to, and what providers call a thread. thread_id may
-- name a thread that was joined into another: read it through thread_aliases.
CREATE TABLE message_references (
    organization_id uuid NOT NULL,
    account_id      uuid NOT NULL,
    kind            smallint NOT NULL,
    value           text NOT NULL,
    thread_id       uuid NOT NULL,
    seen            boolean NOT NULL,
    FOREIGN KEY (organization_id, account_id) REFERENCES accounts (organization_id, id) ON DELETE CASCADE
);
ALTER TABLE message_references ADD PRIMARY KEY (organization_id, account_id, kind, value);

-- Attachments are ranges of the raw message, not a second copy.
CREATE TABLE attachments (
    organization_id   uuid NOT NULL,
    account_id        uuid NOT NULL,
    message_id        uuid NOT NULL,
    part              text NOT NULL,
    filename          text,
    content_type      text NOT NULL,
    is_inline         boolean NOT NULL,
    content_id        text,
    transfer_encoding text NOT NULL,
    body_from         bigint NOT NULL,
    body_until        bigint NOT NULL CHECK (body_until >= body_from),
    size              bigint NOT NULL,
    FOREIGN KEY (organization_id, account_id, message_id)
        REFERENCES messages (organization_id, account_id, id) ON DELETE CASCADE
);
ALTER TABLE attachments ADD PRIMARY KEY (organization_id, account_id, message_id, part);

-- Raw bytes, once per account and content. Up to 1 MiB they lie in content; above, in chunks of 256 KiB.
CREATE TABLE blobs (
    organization_id uuid NOT NULL,
    account_id      uuid NOT NULL,
    sha256          bytea NOT NULL,
    size            bigint NOT NULL,
    content         bytea COMPRESSION lz4,
    FOREIGN KEY (organization_id, account_id) REFERENCES accounts (organization_id, id) ON DELETE CASCADE
);
ALTER TABLE blobs ADD PRIMARY KEY (organization_id, account_id, sha256);

CREATE TABLE blob_chunks (
    organization_id uuid NOT NULL,
    account_id      uuid NOT NULL,
    sha256          bytea NOT NULL,
    number          integer NOT NULL,
    content         bytea COMPRESSION lz4 NOT NULL,
    PRIMARY KEY (organization_id, account_id, sha256, number),
    FOREIGN KEY (organization_id, account_id, sha256)
        REFERENCES blobs (organization_id, account_id, sha256) ON DELETE CASCADE
);

-- Wishes, wake-ups, events --------------------------------------------------------------------------------------------
-- The action ledger: everything that Postrider means to do for a person, and every reply to or forward of old mail.
CREATE TABLE actions (
    organization_id uuid NOT NULL,
    account_id      uuid NOT NULL,
    id              uuid NOT NULL,
    kind            text NOT NULL,
    state           text NOT NULL CHECK (state IN ('pending', 'running', 'done', 'failed', 'unknown', 'superseded',
                                                   'cancelled')),
    origin          text NOT NULL CHECK (origin IN ('postrider', 'user', 'correspondent')),
    message_id      uuid,
    idempotency_key text,
    wish            jsonb NOT NULL DEFAULT '{}',
    result          jsonb,
    attempts        integer NOT NULL DEFAULT 0,
    not_before      timestamptz,
    created_at      timestamptz NOT NULL DEFAULT now(),
    finished_at     timestamptz,
    FOREIGN KEY (organization_id, account_id) REFERENCES accounts (organization_id, id) ON DELETE CASCADE,
    FOREIGN KEY (organization_id, account_id, message_id)
        REFERENCES messages (organization_id, account_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX actions_tracked ON actions (organization_id, account_id, message_id, kind)
    WHERE kind IN ('reply', 'forward');
CREATE UNIQUE INDEX actions_by_idempotency_key ON actions (organization_id, account_id, idempotency_key)
    WHERE idempotency_key IS NOT NULL;
CREATE INDEX actions_open ON actions (organization_id, account_id, created_at)
    WHERE state IN ('pending', 'running', 'unknown');
ALTER TABLE actions ADD PRIMARY KEY (organization_id, account_id, id);

-- Wake-ups for the queue, written with what they wake for and deleted once Redis has them. Ids only; outside
-- row-level security.
CREATE TABLE outbox (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organization_id uuid NOT NULL,
    kind            text NOT NULL,
    resource        text NOT NULL,
    priority        smallint NOT NULL,
    not_before      timestamptz,
    created_at      timestamptz NOT NULL DEFAULT now()
);

-- What happened, for webhooks and event streams: ids only. Readers stop at the oldest running transaction, since ids
-- commit out of order; hence the transaction's own id.
CREATE TABLE events (
    id              bigint GENERATED ALWAYS AS IDENTITY,
    transaction_id  xid8 NOT NULL DEFAULT pg_current_xact_id(),
    organization_id uuid NOT NULL,
    account_id      uuid,
    kind            text NOT NULL,
    subject_id      uuid,
    detail          jsonb NOT NULL DEFAULT '{}',
    created_at      timestamptz NOT NULL DEFAULT now()
) PARTITION BY RANGE (created_at);
CREATE INDEX events_in_order ON events (transaction_id, id);
ALTER TABLE events ADD PRIMARY KEY (organization_id, created_at, id);

-- Runs that failed or changed something; visits that found nothing leave no row.
CREATE TABLE job_history (
    organization_id uuid NOT NULL,
    account_id      uuid,
    id              uuid NOT NULL,
    kind            text NOT NULL,
    outcome         text NOT NULL,
    error_code      text,
    error_text      text,
    messages        bigint NOT NULL DEFAULT 0,
    bytes           bigint NOT NULL DEFAULT 0,
    started_at      timestamptz NOT NULL,
    finished_at     timestamptz NOT NULL,
    PRIMARY KEY (organization_id, started_at, id)
) PARTITION BY RANGE (started_at);

-- Makes the monthly partitions from this month to some months ahead; repeatable. Runs with its owner's rights, since
-- the scheduler that calls it owns no table.
CREATE FUNCTION ensure_partitions(months_ahead integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    parent text;
    month  date;
    name   text;
    made   integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('postrider ensure_partitions'));
    FOREACH parent IN ARRAY ARRAY['events', 'job_history'] LOOP
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

-- What analysed tables need beside the order of their indexes: an account has one organization, so the two leading
-- columns of every key are not independent.
DO $statistics$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['folders', 'threads', 'messages', 'message_participants', 'message_placements',
                                'message_references', 'attachments', 'actions'] LOOP
        EXECUTE format('CREATE STATISTICS %I (dependencies) ON organization_id, account_id FROM %I',
                       name || '_by_account', name);
    END LOOP;
END
$statistics$;

-- Analyses each mail table that has grown to four times what its statistics know, and returns how many those were.
-- Autovacuum does so too, but looks once a minute, and a first sync fills an empty database in seconds: until then the
-- planner takes every key for unique and any index for as good as another. Runs with its owner's rights, since only a
-- table's owner may analyse it.
CREATE FUNCTION analyze_grown() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    grown    regclass;
    analysed integer := 0;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('postrider analyze_grown')) THEN RETURN 0; END IF;
    FOR grown IN
        SELECT oid FROM pg_class
         WHERE oid = ANY (ARRAY['folders', 'threads', 'messages', 'message_participants', 'message_placements',
                                'message_references', 'attachments', 'blobs']::regclass[])
           AND pg_relation_size(oid) / current_setting('block_size')::integer > 4 * greatest(relpages, 1)
    LOOP
        EXECUTE format('ANALYZE %s', grown);
        analysed := analysed + 1;
    END LOOP;
    RETURN analysed;
END
$$;

-- Row-level security --------------------------------------------------------------------------------------------------
-- A surface sees the rows of the organization that it speaks for; of mail, only what its user is a member of, or what
-- was shared with the organization.
ALTER TABLE organizations        ENABLE ROW LEVEL SECURITY;
ALTER TABLE users                ENABLE ROW LEVEL SECURITY;
ALTER TABLE accounts             ENABLE ROW LEVEL SECURITY;
ALTER TABLE account_members      ENABLE ROW LEVEL SECURITY;
ALTER TABLE account_addresses    ENABLE ROW LEVEL SECURITY;
ALTER TABLE account_keys         ENABLE ROW LEVEL SECURITY;
ALTER TABLE account_secrets      ENABLE ROW LEVEL SECURITY;
ALTER TABLE account_progress     ENABLE ROW LEVEL SECURITY;
ALTER TABLE folders              ENABLE ROW LEVEL SECURITY;
ALTER TABLE folder_skips         ENABLE ROW LEVEL SECURITY;
ALTER TABLE coverage             ENABLE ROW LEVEL SECURITY;
ALTER TABLE threads              ENABLE ROW LEVEL SECURITY;
ALTER TABLE thread_aliases       ENABLE ROW LEVEL SECURITY;
ALTER TABLE messages             ENABLE ROW LEVEL SECURITY;
ALTER TABLE message_participants ENABLE ROW LEVEL SECURITY;
ALTER TABLE message_placements   ENABLE ROW LEVEL SECURITY;
ALTER TABLE message_references   ENABLE ROW LEVEL SECURITY;
ALTER TABLE attachments          ENABLE ROW LEVEL SECURITY;
ALTER TABLE blobs                ENABLE ROW LEVEL SECURITY;
ALTER TABLE blob_chunks          ENABLE ROW LEVEL SECURITY;
ALTER TABLE actions              ENABLE ROW LEVEL SECURITY;
ALTER TABLE events               ENABLE ROW LEVEL SECURITY;
ALTER TABLE job_history          ENABLE ROW LEVEL SECURITY;

-- The accounts whose mail the asking user sees. Its owner reads account_members past the policies, so that a policy
-- on that table may use it too.
CREATE FUNCTION visible_accounts() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS
$$
    SELECT account_id FROM account_members
     WHERE organization_id = current_organization() AND user_id = current_user_id()
$$;

CREATE POLICY own_organization ON organizations TO postrider_api USING (id = (SELECT current_organization()));
CREATE POLICY own_organization ON users TO postrider_api
    USING (organization_id = (SELECT current_organization()));
-- States and counts of the organization's accounts are for all of its people; content is not.
CREATE POLICY own_organization ON accounts TO postrider_api
    USING (organization_id = (SELECT current_organization()));
CREATE POLICY own_organization ON account_members TO postrider_api
    USING (organization_id = (SELECT current_organization()));
CREATE POLICY own_organization ON account_progress TO postrider_api
    USING (organization_id = (SELECT current_organization()));
CREATE POLICY own_organization ON coverage TO postrider_api
    USING (organization_id = (SELECT current_organization()));
CREATE POLICY own_organization ON events TO postrider_api
    USING (organization_id = (SELECT current_organization()));
CREATE POLICY own_organization ON job_history TO postrider_api
    USING (organization_id = (SELECT current_organization()));

DO $policies$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['account_addresses', 'folders', 'folder_skips', 'actions', 'message_references'] LOOP
        EXECUTE format('CREATE POLICY members ON %I TO postrider_api USING (organization_id = '
                       '(SELECT current_organization()) AND account_id IN (SELECT visible_accounts()))', name);
    END LOOP;
END
$policies$;

CREATE POLICY members_or_shared ON threads TO postrider_api
    USING (organization_id = (SELECT current_organization())
           AND (account_id IN (SELECT visible_accounts()) OR visibility = 'organization'));
CREATE POLICY members_or_shared ON thread_aliases TO postrider_api
    USING (organization_id = (SELECT current_organization())
           AND EXISTS (SELECT FROM threads t
                        WHERE t.organization_id = thread_aliases.organization_id
                          AND t.account_id = thread_aliases.account_id AND t.id = thread_aliases.thread_id));
CREATE POLICY members_or_shared ON messages TO postrider_api
    USING (organization_id = (SELECT current_organization())
           AND (account_id IN (SELECT visible_accounts())
                OR EXISTS (SELECT FROM threads t
                            WHERE t.organization_id = messages.organization_id
                              AND t.account_id = messages.account_id AND t.id = messages.thread_id
                              AND t.visibility = 'organization')));

DO $policies$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['message_participants', 'message_placements', 'attachments'] LOOP
        EXECUTE format('CREATE POLICY members_or_shared ON %1$I TO postrider_api USING (organization_id = '
                       '(SELECT current_organization()) AND (account_id IN (SELECT visible_accounts()) '
                       'OR EXISTS (SELECT FROM messages m WHERE m.organization_id = %1$I.organization_id '
                       'AND m.account_id = %1$I.account_id AND m.id = %1$I.message_id)))', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['blobs', 'blob_chunks'] LOOP
        EXECUTE format('CREATE POLICY members_or_shared ON %1$I TO postrider_api USING (organization_id = '
                       '(SELECT current_organization()) AND (account_id IN (SELECT visible_accounts()) '
                       'OR EXISTS (SELECT FROM messages m WHERE m.organization_id = %1$I.organization_id '
                       'AND m.account_id = %1$I.account_id AND m.sha256 = %1$I.sha256)))', name);
    END LOOP;
END
$policies$;

-- Grants ----------------------------------------------------------------------------------------------------------------
-- account_keys and account_secrets are not for the surfaces at all.
GRANT SELECT ON organizations, users, accounts, account_members, account_addresses, account_progress, folders,
    folder_skips, coverage, threads, thread_aliases, messages, message_participants, message_placements,
    message_references, attachments, blobs, blob_chunks, actions, events, job_history TO postrider_api;

GRANT SELECT ON organizations, users, account_members, account_addresses, account_keys TO postrider_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON folders, folder_skips, coverage, threads, thread_aliases, messages,
    message_participants, message_placements, message_references, attachments, blobs, blob_chunks, actions
    TO postrider_worker;
GRANT SELECT, UPDATE ON accounts, account_progress, account_dispatch, account_secrets TO postrider_worker;
GRANT INSERT ON account_progress, outbox, events, job_history TO postrider_worker;
GRANT SELECT ON job_history TO postrider_worker;

GRANT SELECT, UPDATE ON account_dispatch TO postrider_scheduler;
GRANT SELECT, DELETE ON outbox TO postrider_scheduler;
GRANT USAGE ON SEQUENCE queue_epoch TO postrider_scheduler;

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO postrider_operator;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO postrider_operator;

REVOKE ALL ON FUNCTION ensure_partitions(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ensure_partitions(integer) TO postrider_scheduler, postrider_operator;

REVOKE ALL ON FUNCTION analyze_grown() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION analyze_grown() TO postrider_worker;

GRANT pg_signal_backend TO postrider_warden;
GRANT SELECT ON account_dispatch TO postrider_warden;
ALTER FUNCTION evict_lane(uuid, uuid, text, bigint) OWNER TO postrider_warden;
REVOKE ALL ON FUNCTION evict_lane(uuid, uuid, text, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION evict_lane(uuid, uuid, text, bigint) TO postrider_worker;

-- Every role asks at its start whether the schema is one that it knows.
GRANT SELECT ON schema_migrations TO postrider_api, postrider_worker, postrider_scheduler;
