-- What hosts tell, and what they are told: a rollout over several hosts. An expansion.

-- `number` grows with every report: a host whose number stands still does not answer, whatever its clock says.
CREATE TABLE host_reports (
    service TEXT NOT NULL,
    host TEXT NOT NULL,
    number BIGINT NOT NULL,
    report TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (service, host)
);

-- One order at a time for each subject (an instance, or the migration); `number` is of the report that it answers.
CREATE TABLE host_orders (
    service TEXT NOT NULL,
    host TEXT NOT NULL,
    subject TEXT NOT NULL,
    fence BIGINT NOT NULL,
    number BIGINT NOT NULL,
    body TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (service, host, subject)
);
