-- 0005 readings: what the scheduler tells in its metrics of accounts and dead letters, which it must count for that.
--
-- Only ids, states, moments and spans, as before: it reads no address and no error. Only adds.
CREATE POLICY every_organization ON dead_letters FOR SELECT TO postrider_scheduler USING (true);

GRANT SELECT (id) ON dead_letters TO postrider_scheduler;
GRANT SELECT (interval_seconds) ON accounts TO postrider_scheduler;
