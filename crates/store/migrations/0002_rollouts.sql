-- What is rolled out, and who did what. An expansion: the version before does not see it.

-- What was last seen of a service's instances: so that whoever plans need not reach the hosts.
CREATE TABLE fleets (
    service TEXT NOT NULL PRIMARY KEY,
    seen TEXT NOT NULL,
    at BIGINT NOT NULL
);

CREATE TABLE rollouts (
    service TEXT NOT NULL,
    generation BIGINT NOT NULL,
    state TEXT NOT NULL,
    body TEXT NOT NULL,
    version BIGINT NOT NULL,
    owner TEXT,
    fence BIGINT NOT NULL,
    lease_until BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (service, generation)
);
-- One at a time, whoever begins them.
CREATE UNIQUE INDEX rollouts_under_way ON rollouts (service) WHERE state = 'running';

-- Lines are added, never changed: each holds the hash of the one before it.
CREATE TABLE audit (
    seq BIGINT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    who TEXT NOT NULL,
    what TEXT NOT NULL,
    body TEXT NOT NULL,
    before TEXT NOT NULL,
    hash TEXT NOT NULL
);
