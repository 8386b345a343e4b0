-- What is taken down, how many instances shall run, and what was asked for in chat. An expansion: the version before does not
-- see it.

-- `number` and `lifted` are of the announcement that said so first: the counter `takedowns`, which both share.
CREATE TABLE takedowns (
    number BIGINT NOT NULL PRIMARY KEY,
    title TEXT NOT NULL,
    who TEXT NOT NULL,
    why TEXT NOT NULL,
    at BIGINT NOT NULL,
    lifted BIGINT,
    lifted_who TEXT,
    lifted_why TEXT,
    lifted_at BIGINT
);
-- Once at a time, whoever asks for it.
CREATE UNIQUE INDEX takedowns_now ON takedowns (title) WHERE lifted IS NULL;

-- How many instances of a service somebody wants; without a row the plan decides.
CREATE TABLE wanted (
    service TEXT NOT NULL PRIMARY KEY,
    instances BIGINT NOT NULL,
    who TEXT NOT NULL,
    why TEXT NOT NULL,
    at BIGINT NOT NULL
);

-- Signed requests that were believed: the same one again is a replay.
CREATE TABLE chat_seen (
    id TEXT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL
);
CREATE INDEX chat_seen_by_age ON chat_seen (at);

-- Plans that wait for a yes, and what became of them.
CREATE TABLE chat_plans (
    hash TEXT NOT NULL PRIMARY KEY,
    body TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'approved', 'cancelled')),
    at BIGINT NOT NULL,
    decided_by TEXT,
    decided_at BIGINT
);
CREATE INDEX chat_plans_open ON chat_plans (at) WHERE state = 'open';

-- Up to which line of the audit log the chat was told, and who tells it.
CREATE TABLE chat_told (
    channel TEXT NOT NULL PRIMARY KEY,
    seq BIGINT NOT NULL,
    owner TEXT,
    lease_until BIGINT
);
