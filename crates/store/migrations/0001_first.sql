-- Ids are text, instants are integer microseconds since 1970 in UTC, JSON is text. The same file runs on every engine.

-- Texts by the hash of their bytes: a revision that returns to an earlier text stores nothing again.
CREATE TABLE bodies (
    hash TEXT NOT NULL PRIMARY KEY,
    body TEXT NOT NULL
);

-- What the catalogue is made of. `latest` counts every revision, `approved` names the one that editions are made from.
CREATE TABLE documents (
    kind     TEXT   NOT NULL,
    id       TEXT   NOT NULL,
    source   TEXT   NOT NULL,
    latest   BIGINT NOT NULL,
    approved BIGINT,
    PRIMARY KEY (kind, id)
);
CREATE INDEX documents_by_source ON documents (source);

CREATE TABLE revisions (
    kind       TEXT   NOT NULL,
    id         TEXT   NOT NULL,
    revision   BIGINT NOT NULL,
    state      TEXT   NOT NULL CHECK (state IN ('draft', 'approved', 'withdrawn')),
    hash       TEXT   REFERENCES bodies (hash),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (kind, id, revision)
);

-- An import writes its changes here in batches, and brings them in with one short transaction.
CREATE TABLE imports (
    source     TEXT   NOT NULL PRIMARY KEY,
    generation BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    swapped    BIGINT NOT NULL
);
CREATE TABLE import_rows (
    source     TEXT   NOT NULL,
    generation BIGINT NOT NULL,
    kind       TEXT   NOT NULL,
    id         TEXT   NOT NULL,
    revision   BIGINT NOT NULL,
    hash       TEXT,
    PRIMARY KEY (source, generation, kind, id)
);

-- The media behind playable titles. `version` counts changes of the tracks, `index_version` is the one that the index names.
CREATE TABLE assets (
    id            TEXT   NOT NULL PRIMARY KEY,
    title         TEXT   NOT NULL,
    state         TEXT   NOT NULL CHECK (state IN ('waiting', 'encoding', 'playable', 'complete', 'failed')),
    message       TEXT   NOT NULL,
    master_path   TEXT   NOT NULL,
    master_hash   TEXT   NOT NULL,
    probe         TEXT,
    version       BIGINT NOT NULL,
    index_key     TEXT,
    index_version BIGINT NOT NULL,
    created_at    BIGINT NOT NULL,
    wanted_at     BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL
);
CREATE INDEX assets_by_title ON assets (title, wanted_at);

CREATE TABLE tracks (
    asset       TEXT   NOT NULL REFERENCES assets (id) ON DELETE CASCADE,
    track       TEXT   NOT NULL,
    kind        TEXT   NOT NULL,
    object_key  TEXT   NOT NULL,
    details     TEXT   NOT NULL,
    finished_at BIGINT NOT NULL,
    PRIMARY KEY (asset, track)
);

-- One row for each thing that is to be done, by kind and key. `fence` grows with every lease and is never set back.
CREATE TABLE jobs (
    id           TEXT   NOT NULL PRIMARY KEY,
    kind         TEXT   NOT NULL,
    subject      TEXT   NOT NULL,
    payload      TEXT   NOT NULL,
    priority     BIGINT NOT NULL,
    state        TEXT   NOT NULL CHECK (state IN ('queued', 'running', 'done', 'dead')),
    again        BIGINT NOT NULL,
    attempts     BIGINT NOT NULL,
    max_attempts BIGINT NOT NULL,
    run_after    BIGINT NOT NULL,
    fence        BIGINT NOT NULL,
    owner        TEXT,
    lease_until  BIGINT,
    progress     DOUBLE PRECISION NOT NULL,
    note         TEXT   NOT NULL,
    error        TEXT,
    enqueued_at  BIGINT NOT NULL,
    started_at   BIGINT,
    finished_at  BIGINT
);
CREATE INDEX jobs_to_do ON jobs (state, priority DESC, enqueued_at, id);
CREATE INDEX jobs_by_subject ON jobs (subject);

-- Published editions. A row whose announcement is still to be written has no `announced_at`: it is the outbox.
CREATE TABLE editions (
    number       BIGINT NOT NULL PRIMARY KEY,
    header_key   TEXT   NOT NULL,
    header_hash  TEXT   NOT NULL,
    note         TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    announced_at BIGINT
);

CREATE TABLE profiles (
    id         TEXT   NOT NULL PRIMARY KEY,
    created_at BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL
);

-- Where a profile stands in a title. `finished` is about this viewing, `finished_at` and `times_finished` about all of them.
CREATE TABLE positions (
    profile        TEXT   NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
    title          TEXT   NOT NULL,
    position       BIGINT NOT NULL,
    duration       BIGINT NOT NULL,
    device         TEXT   NOT NULL,
    seq            BIGINT NOT NULL,
    at             BIGINT NOT NULL,
    finished       BIGINT NOT NULL,
    finished_at    BIGINT,
    times_finished BIGINT NOT NULL,
    started_at     BIGINT NOT NULL,
    PRIMARY KEY (profile, title)
);
CREATE INDEX positions_newest ON positions (profile, at DESC, title);

-- The last sequence number of each device in each title: what a device sends again late overwrites nobody's newer position.
CREATE TABLE position_devices (
    profile TEXT   NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
    title   TEXT   NOT NULL,
    device  TEXT   NOT NULL,
    seq     BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    PRIMARY KEY (profile, title, device)
);
CREATE INDEX position_devices_by_age ON position_devices (at);
