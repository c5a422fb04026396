"""What the database holds of an account, read by psql in one statement, and so of one moment."""

import json
import subprocess
from dataclasses import dataclass, field

# PostgreSQL hashes the raw bytes where they lie.
QUERY = """
SELECT json_build_object(
    'started', (SELECT extract(epoch FROM started_at)::bigint FROM accounts WHERE id = :'account'),
    'state', (SELECT state FROM accounts WHERE id = :'account'),
    'error', (SELECT error_text FROM accounts WHERE id = :'account'),
    'folders', (SELECT coalesce(json_agg(json_build_object(
            'id', id, 'path', path, 'role', role, 'chosen', chosen, 'uidvalidity', uidvalidity,
            'watched', chosen OR role IS NOT DISTINCT FROM 'sent')), '[]')
        FROM folders WHERE account_id = :'account' AND selectable AND gone_at IS NULL),
    'placements', (SELECT coalesce(json_agg(json_build_array(
            folder_id, uidvalidity, uid, message_id, array_to_json(flags))), '[]')
        FROM message_placements WHERE account_id = :'account'),
    'skips', (SELECT coalesce(json_agg(json_build_array(
            folder_id, uidvalidity, reason, lower(part), upper(part) - 1)), '[]')
        FROM folder_skips, unnest(uids) AS part WHERE account_id = :'account'),
    'messages', (SELECT coalesce(json_agg(json_build_object(
            'id', m.id, 'sha256', encode(m.sha256, 'hex'), 'thread', m.thread_id, 'message_id', m.header_message_id,
            'in_scope', m.in_scope, 'trashed', m.trashed, 'deleted', m.deleted_at IS NOT NULL,
            'bytes', encode(sha256(coalesce(b.content, (
                SELECT string_agg(c.content, ''::bytea ORDER BY c.number) FROM blob_chunks c
                 WHERE c.account_id = b.account_id AND c.sha256 = b.sha256))), 'hex'))), '[]')
        FROM messages m LEFT JOIN blobs b ON b.account_id = m.account_id AND b.sha256 = m.sha256
       WHERE m.account_id = :'account'),
    'threads', (SELECT coalesce(json_agg(json_build_array(id, message_count)), '[]')
        FROM threads WHERE account_id = :'account'),
    'actions', (SELECT coalesce(json_agg(json_build_object(
            'kind', kind, 'state', state, 'origin', origin, 'result', result)), '[]')
        FROM actions WHERE account_id = :'account'))
"""


class DatabaseError(Exception):
    """psql said no, in its words."""


def query(database_url: str, sql: str, account: str = "") -> str:
    """What `sql` selects; :'account' is the account's id."""
    done = subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-v", f"account={account}", "-d", database_url],
                          input=sql, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise DatabaseError(done.stderr.strip())
    return done.stdout.strip()


@dataclass(frozen=True)
class Placed:
    folder: str
    uidvalidity: int
    uid: int
    message: dict
    flags: frozenset[str]


@dataclass
class Stored:
    """All of it; `folders` by path, without those that are gone."""

    account: dict
    folders: dict[str, dict]
    placements: list[Placed]
    skipped: dict[str, dict[int, str]]
    """By folder the reason by UID, of the folder's present UIDVALIDITY."""
    messages: list[dict]
    threads: dict[str, int]
    actions: list[dict]
    stray: list[str] = field(default_factory=list)
    """Rows of folders that are gone, or of a UIDVALIDITY that is."""


def read(database_url: str, account: str) -> Stored:
    rows = json.loads(query(database_url, QUERY, account))
    by_id = {folder["id"]: folder for folder in rows["folders"]}
    messages = {message["id"]: message for message in rows["messages"]}
    stored = Stored({key: rows[key] for key in ("started", "state", "error")},
                    {folder["path"]: folder for folder in rows["folders"]}, [], {}, rows["messages"],
                    dict(rows["threads"]), rows["actions"])
    for folder, validity, uid, message, flags in rows["placements"]:
        if folder in by_id and by_id[folder]["uidvalidity"] == validity:
            stored.placements.append(Placed(by_id[folder]["path"], validity, uid, messages[message],
                                            frozenset(flags) - {"\\Recent"}))
        else:
            stored.stray.append(f"a placement of UID {uid} in {by_id.get(folder, {}).get('path', 'a folder that is gone')}"
                                f" under UIDVALIDITY {validity}")
    for folder, validity, reason, first, last in rows["skips"]:
        if folder in by_id and by_id[folder]["uidvalidity"] == validity:
            uids = stored.skipped.setdefault(by_id[folder]["path"], {})
            uids.update(dict.fromkeys(range(first, last + 1), reason))
        else:
            stored.stray.append(f"skipped UIDs {first}:{last} ({reason}) of a folder or UIDVALIDITY {validity} that is gone")
    return stored
