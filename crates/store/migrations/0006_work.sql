-- How long jobs ran, and how long the films are that they work on: so that the fleet knows what a queue takes. An expansion.

-- When the last lease was taken, and the microseconds from there to the end; nothing where a version before this one did it.
ALTER TABLE jobs ADD COLUMN began_at BIGINT;
ALTER TABLE jobs ADD COLUMN took BIGINT;
-- Microseconds of running time, as the probe found it.
ALTER TABLE assets ADD COLUMN length BIGINT;

CREATE INDEX jobs_finished ON jobs (updated_at) WHERE state = 'done' AND took > 0;
-- By what they are about: `dedup` up to its slash, as in src/jobs/open.rs.
CREATE INDEX jobs_open ON jobs ((COALESCE(NULLIF(RTRIM(RTRIM(dedup, REPLACE(dedup, '/', '')), '/'), ''), dedup)))
    WHERE state IN ('queued', 'running');
