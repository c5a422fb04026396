-- What a worker needs for the ticks of schedules: it reads what a tick is for, and does the installation's own tasks,
-- which delete old ticks and counts and make partitions.
CREATE POLICY every_organization_of_ticks ON schedules FOR SELECT TO postrider_worker USING (true);

GRANT SELECT ON schedules TO postrider_worker;
GRANT DELETE ON schedule_ticks, job_minutes TO postrider_worker;
GRANT EXECUTE ON FUNCTION ensure_partitions(integer) TO postrider_worker;
