-- 0006 continuous: what it takes to stay true after the first sync, and to say why.
--
-- A message that lost its last placement is *absent*: it is sought elsewhere before anyone calls it deleted, and a crash
-- in between must not forget it, nor may finding such messages cost a look at all others. Folders are renamed, parked,
-- and followed though nobody chose them. An account with push has a home among the live listeners. What is found out
-- about a message, which run took it, by which rule, and what joined it to its thread, is written when it is known.
--
-- Only adds, so that the release before keeps working beside this one: new columns have defaults or may be NULL, and a
-- trigger keeps right what an older program doesn't know of.

-- Folders -------------------------------------------------------------------------------------------------------------
ALTER TABLE folders
    -- RFC 8474: what stays when a folder is renamed, where the server tells.
    ADD COLUMN mailbox_id      text,
    -- Whether a message ever lay in it and none is known to have left it empty: a folder that isn't watched and has some
    -- is followed.
    ADD COLUMN has_placements  boolean NOT NULL DEFAULT false,
    -- Since when the messages in it may not say what is true of them, since it came to be watched or no longer is.
    ADD COLUMN standing_due_at timestamptz,
    ADD COLUMN parked_until    timestamptz,
    -- The latest moments at which its UIDVALIDITY changed.
    ADD COLUMN restaged_at     timestamptz[] NOT NULL DEFAULT '{}';

UPDATE folders f SET has_placements = true
 WHERE EXISTS (SELECT FROM message_placements p
                WHERE p.organization_id = f.organization_id AND p.account_id = f.account_id AND p.folder_id = f.id);

-- Whether a folder's mail is in scope: it was chosen, or is Sent, and exists.
CREATE FUNCTION is_watched(selectable boolean, chosen boolean, role text, gone_at timestamptz) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT selectable AND (chosen OR role IS NOT DISTINCT FROM 'sent') AND gone_at IS NULL $$;

-- Follows every change of what a folder means for its messages, whoever makes it.
CREATE FUNCTION follow_folder() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.has_placements := EXISTS (SELECT FROM message_placements p
                                   WHERE p.organization_id = NEW.organization_id AND p.account_id = NEW.account_id
                                     AND p.folder_id = NEW.id);
    IF NEW.has_placements THEN NEW.standing_due_at := clock_timestamp(); END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER follow_folder BEFORE UPDATE OF selectable, chosen, role, gone_at ON folders FOR EACH ROW
    WHEN (is_watched(OLD.selectable, OLD.chosen, OLD.role, OLD.gone_at)
          <> is_watched(NEW.selectable, NEW.chosen, NEW.role, NEW.gone_at)
          OR (OLD.role IS NOT DISTINCT FROM 'trash') <> (NEW.role IS NOT DISTINCT FROM 'trash'))
    EXECUTE FUNCTION follow_folder();

ALTER TABLE folder_skips
    DROP CONSTRAINT folder_skips_reason_check,
    ADD CONSTRAINT folder_skips_reason_check
        CHECK (reason IN ('too_old', 'old_arrival', 'unfetchable', 'too_large', 'quarantined'));

-- Messages ------------------------------------------------------------------------------------------------------------
-- Where a message came from, for whoever asks why it is here. NULL for what an older release stored.
ALTER TABLE messages
    -- The job_history row of the run that stored it.
    ADD COLUMN run_id    uuid,
    ADD COLUMN taken_by  text,
    -- kind:value of the link that joined it to its thread; NULL where nothing did.
    ADD COLUMN joined_by text COMPRESSION lz4;

-- Messages that lie in no folder, as far as is known. Sought elsewhere, then taken for deleted; purged later. Beside
-- messages, not in it, since that table is as wide as mail, and one more index there would cost every new message.
CREATE TABLE message_absences (
    organization_id uuid NOT NULL,
    account_id      uuid NOT NULL,
    message_id      uuid NOT NULL,
    lost_at         timestamptz NOT NULL DEFAULT now(),
    -- When it was found nowhere; equal to the message's own.
    deleted_at      timestamptz,
    FOREIGN KEY (organization_id, account_id, message_id)
        REFERENCES messages (organization_id, account_id, id) ON DELETE CASCADE
);
CREATE INDEX message_absences_deleted ON message_absences (deleted_at) WHERE deleted_at IS NOT NULL;
ALTER TABLE message_absences ADD PRIMARY KEY (organization_id, account_id, message_id);

INSERT INTO message_absences (organization_id, account_id, message_id, deleted_at)
SELECT m.organization_id, m.account_id, m.id, m.deleted_at FROM messages m
 WHERE NOT EXISTS (SELECT FROM message_placements p
                    WHERE p.organization_id = m.organization_id AND p.account_id = m.account_id AND p.message_id = m.id);

-- Ancestors that were sought on the server and not found: not sought again for a while.
CREATE TABLE ancestor_misses (
    organization_id uuid NOT NULL,
    account_id      uuid NOT NULL,
    -- A Message-ID without its brackets.
    header_id       text NOT NULL,
    -- Whether all folders were searched, or those only in which a correspondent's ancestor is sought.
    everywhere      boolean NOT NULL,
    missed_at       timestamptz NOT NULL,
    FOREIGN KEY (organization_id, account_id) REFERENCES accounts (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX ancestor_misses_by_time ON ancestor_misses (missed_at);
ALTER TABLE ancestor_misses ADD PRIMARY KEY (organization_id, account_id, header_id, everywhere);

-- Messages that crash or stall whoever parses them, apart from all others, with their raw bytes in blobs.
CREATE TABLE quarantine (
    organization_id uuid NOT NULL,
    account_id      uuid NOT NULL,
    id              uuid NOT NULL,
    folder_id       uuid NOT NULL,
    uidvalidity     bigint NOT NULL,
    uid             bigint NOT NULL,
    -- NULL where not even its bytes could be had.
    sha256          bytea,
    size            bigint,
    reason          text NOT NULL CHECK (length(reason) BETWEEN 1 AND 1000),
    quarantined_at  timestamptz NOT NULL,
    -- When someone asked to try it again; should it fail again, that is a new row.
    replayed_at     timestamptz,
    FOREIGN KEY (organization_id, account_id, folder_id)
        REFERENCES folders (organization_id, account_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX quarantine_held ON quarantine (organization_id, account_id, folder_id, uidvalidity, uid)
    WHERE replayed_at IS NULL;
CREATE INDEX quarantine_by_content ON quarantine (organization_id, account_id, sha256) WHERE sha256 IS NOT NULL;
ALTER TABLE quarantine ADD PRIMARY KEY (organization_id, account_id, id);

-- What each proof of completeness came to.
CREATE TABLE audits (
    organization_id uuid NOT NULL,
    account_id      uuid NOT NULL,
    id              uuid NOT NULL,
    -- Whether raw hashes of all messages were compared, or of a sample.
    deep            boolean NOT NULL,
    outcome         text NOT NULL CHECK (outcome IN ('complete', 'repaired', 'incomplete')),
    -- Counts by folder and what was repaired: ids and numbers.
    detail          jsonb NOT NULL DEFAULT '{}',
    began_at        timestamptz NOT NULL,
    finished_at     timestamptz NOT NULL,
    FOREIGN KEY (organization_id, account_id) REFERENCES accounts (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX audits_by_time ON audits (finished_at);
ALTER TABLE audits ADD PRIMARY KEY (organization_id, account_id, id);

-- Listeners -------------------------------------------------------------------------------------------------------------
-- Which listeners live. Names only; outside row-level security.
CREATE TABLE listeners (
    name       text PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 200),
    host       text NOT NULL,
    started_at timestamptz NOT NULL,
    renewed_at timestamptz NOT NULL,
    held_until timestamptz NOT NULL
);

-- The listener that holds an account's connection. What is due goes there first, and to any worker when the home is
-- late or dead. A home marks what it visits as dispatched under epoch 0, which the queue never has: so its marks end
-- with it, and not with the queue's epoch.
ALTER TABLE account_dispatch ADD COLUMN home text;
CREATE INDEX account_dispatch_at_home ON account_dispatch (home, next_due_at)
    WHERE home IS NOT NULL AND dispatched_until IS NULL AND next_due_at IS NOT NULL;
ALTER TABLE account_dispatch DROP CONSTRAINT account_dispatch_pkey, ADD PRIMARY KEY (organization_id, account_id);

-- Row-level security ----------------------------------------------------------------------------------------------------
-- The surfaces read what was quarantined and what audits found, of the accounts whose mail the user sees. Absences and
-- misses are for workers alone.
ALTER TABLE message_absences ENABLE ROW LEVEL SECURITY;
ALTER TABLE ancestor_misses  ENABLE ROW LEVEL SECURITY;
ALTER TABLE quarantine       ENABLE ROW LEVEL SECURITY;
ALTER TABLE audits           ENABLE ROW LEVEL SECURITY;

CREATE POLICY members ON quarantine TO postrider_api
    USING (organization_id = (SELECT current_organization()) AND account_id IN (SELECT visible_accounts()));
CREATE POLICY members ON audits TO postrider_api
    USING (organization_id = (SELECT current_organization()) AND account_id IN (SELECT visible_accounts()));

-- Grants ----------------------------------------------------------------------------------------------------------------
-- A listener visits accounts as a worker does, and logs in as one.
GRANT SELECT ON quarantine, audits TO postrider_api;

GRANT SELECT, INSERT, UPDATE, DELETE ON message_absences, ancestor_misses, quarantine, audits, listeners
    TO postrider_worker, postrider_operator;
GRANT SELECT ON listeners TO postrider_scheduler;
