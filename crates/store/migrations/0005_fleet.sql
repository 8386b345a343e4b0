-- The load of each minute, and what the fleet plans from it. An expansion.

-- Of a service as a whole; without numbers: nobody measured it. `minute` is counted from the epoch.
CREATE TABLE fleet_minutes (
    service TEXT NOT NULL,
    minute BIGINT NOT NULL,
    offered BIGINT,
    shed BIGINT,
    PRIMARY KEY (service, minute)
);

-- The newest plan of a service, and who makes it.
CREATE TABLE fleet_plans (
    service TEXT NOT NULL PRIMARY KEY,
    owner TEXT NOT NULL,
    fence BIGINT NOT NULL,
    lease_until BIGINT NOT NULL,
    plan TEXT,
    made_at BIGINT
);
