"""Visits that are interrupted at a checkpoint of theirs that a test names, by the database that they write to.

The fence is the last statement of a visit's every transaction: here it counts, by a sequence, which no rollback sets
back, and at the wished number ends its own backend, so that the transaction is lost before its COMMIT, or waits there
until it is told to go on.
"""

from dataclasses import dataclass

from installation import Installation, wait_until

INSTALL = """
CREATE SCHEMA interruption;
CREATE TABLE interruption.wishes (account uuid PRIMARY KEY, number bigint NOT NULL, how text NOT NULL);
CREATE TABLE interruption.passed (account uuid NOT NULL, number bigint NOT NULL);

CREATE FUNCTION interruption.reach(account_id uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    wish   interruption.wishes;
    number bigint;
BEGIN
    SELECT * INTO wish FROM interruption.wishes w WHERE w.account = account_id;
    IF NOT FOUND THEN RETURN; END IF;
    number := nextval(format('interruption.%I', account_id));
    IF number = wish.number AND wish.how = 'end' THEN
        PERFORM pg_terminate_backend(pg_backend_pid());
        PERFORM pg_sleep(60);
    ELSIF number = wish.number THEN
        PERFORM set_config('application_name', 'held ' || account_id, true);
        WHILE (SELECT w.how FROM interruption.wishes w WHERE w.account = account_id) = 'hold' LOOP
            PERFORM pg_sleep(0.01);
        END LOOP;
    END IF;
    INSERT INTO interruption.passed VALUES (account_id, number);
END
$$;

ALTER FUNCTION fence_lane(uuid, uuid, text, bigint) RENAME TO plain_fence_lane;
CREATE FUNCTION fence_lane(organization uuid, account uuid, lane text, token bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM plain_fence_lane(organization, account, lane, token);
    IF lane = 'read' THEN PERFORM interruption.reach(account); END IF;
END
$$;
GRANT USAGE ON SCHEMA interruption TO PUBLIC;
"""


@dataclass(frozen=True)
class Visits:
    """How far an account has come."""

    begun: int
    are_due: bool
    """Whether one is due, waits or runs."""
    checkpoints: int
    """How many were come to since they are counted, those that were lost included."""


class Interruptions:
    """The interruptions of an installation's visits."""

    def __init__(self, installation: Installation):
        self._installation = installation
        installation.query(INSTALL)

    def wish(self, wishes: dict[str, tuple[int, str]]) -> None:
        """Counts the accounts' checkpoints from here on; at its number, counted from 1, a transaction's backend is to
        `end`, or to `hold` until it is told otherwise. 0 only counts.
        """
        self._installation.query("".join(
            f"CREATE SEQUENCE interruption.\"{account}\"; "
            f"INSERT INTO interruption.wishes VALUES ('{account}', {number}, '{how}');"
            for account, (number, how) in wishes.items()))

    def forget(self) -> None:
        """Counts and interrupts no more."""
        self._installation.query("DELETE FROM interruption.wishes")

    def visits(self) -> dict[str, Visits]:
        """How far each account has come."""
        rows = self._installation.query(
            "SELECT account_id, read_token, next_due_at <= now() OR dispatched_until IS NOT NULL, "
            "coalesce(last_value, 0) FROM account_dispatch LEFT JOIN pg_sequences "
            "ON schemaname = 'interruption' AND sequencename = account_id::text")
        return {account: Visits(int(begun), due == "t", int(reached))
                for account, begun, due, reached in (row.split("|") for row in rows.splitlines())}

    def passed(self) -> set[tuple[str, int]]:
        """The checkpoints that were committed, each by its account and number."""
        rows = self._installation.query("SELECT account, number FROM interruption.passed").splitlines()
        return {(account, int(number)) for account, number in (row.split("|") for row in rows)}

    def held(self) -> set[str]:
        """The accounts whose transactions wait."""
        return set(self._installation.query(
            "SELECT substr(application_name, 6) FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name LIKE 'held %'").split())

    def lose(self, account: str) -> None:
        """Ends the transaction that waits: nothing of it stays."""
        self._installation.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                                 f"WHERE application_name = 'held {account}'")

    def let_pass(self, account: str, number: int) -> None:
        """Lets the transaction that waits go on to its COMMIT, and waits for that."""
        self._installation.query(f"UPDATE interruption.wishes SET how = 'pass' WHERE account = '{account}'")
        wait_until(lambda: (account, number) in self.passed(), "the commit of what was held")
