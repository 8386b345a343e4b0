-- Ids are text, instants are integer microseconds since 1970 in UTC, JSON is text. The same file runs on every engine.

-- Numbers that only grow. `catalogue`: how often the approved documents changed.
CREATE TABLE counters (
    name  TEXT   NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO counters (name, value) VALUES ('catalogue', 0);

-- Texts by the hash of their bytes. They are written before the import that names them takes effect, so that that is short.
CREATE TABLE bodies (
    hash TEXT NOT NULL PRIMARY KEY,
    body TEXT NOT NULL
);

-- What the catalogue is made of: `revision` is the approved one, which editions are made from. What was withdrawn has no row.
CREATE TABLE documents (
    kind     TEXT   NOT NULL,
    id       TEXT   NOT NULL,
    revision BIGINT NOT NULL,
    position BIGINT NOT NULL,
    PRIMARY KEY (kind, id)
);

CREATE TABLE revisions (
    kind     TEXT   NOT NULL,
    id       TEXT   NOT NULL,
    revision BIGINT NOT NULL,
    state    TEXT   NOT NULL CHECK (state IN ('draft', 'approved', 'withdrawn')),
    hash     TEXT   REFERENCES bodies (hash),
    at       BIGINT NOT NULL,
    PRIMARY KEY (kind, id, revision)
);

-- What an import will change, compared with the catalogue at `version`. The row in `imports` says that it is all there.
CREATE TABLE imports (
    import    TEXT   NOT NULL PRIMARY KEY,
    version   BIGINT NOT NULL,
    added     BIGINT NOT NULL,
    changed   BIGINT NOT NULL,
    same      BIGINT NOT NULL,
    withdrawn BIGINT NOT NULL
);
CREATE TABLE staged (
    import   TEXT   NOT NULL,
    kind     TEXT   NOT NULL,
    id       TEXT   NOT NULL,
    what     TEXT   NOT NULL CHECK (what IN ('revise', 'move', 'withdraw')),
    revision BIGINT NOT NULL,
    position BIGINT NOT NULL,
    hash     TEXT   REFERENCES bodies (hash),
    PRIMARY KEY (import, kind, id)
);

-- The media behind playable titles.
CREATE TABLE assets (
    id             TEXT   NOT NULL PRIMARY KEY,
    title          TEXT   NOT NULL,
    state          TEXT   NOT NULL CHECK (state IN ('waiting', 'encoding', 'playable', 'complete', 'failed')),
    message        TEXT   NOT NULL DEFAULT '',
    source         TEXT   NOT NULL,
    probe          TEXT,
    index_key      TEXT,
    summary        TEXT,
    created_at     BIGINT NOT NULL,
    updated_at     BIGINT NOT NULL
);
CREATE INDEX assets_by_title ON assets (title, created_at);

CREATE TABLE tracks (
    asset       TEXT   NOT NULL REFERENCES assets (id) ON DELETE CASCADE,
    track       TEXT   NOT NULL,
    kind        TEXT   NOT NULL,
    object_key  TEXT   NOT NULL,
    body        TEXT   NOT NULL,
    finished_at BIGINT NOT NULL,
    PRIMARY KEY (asset, track)
);

CREATE TABLE pictures (
    source      TEXT   NOT NULL PRIMARY KEY,
    body        TEXT   NOT NULL,
    finished_at BIGINT NOT NULL
);

-- One row for each thing to do, named by kind and `dedup`; when it is to be done again, the row is queued again. `fence` grows
-- with every lease and starts at the instant of the row's making, so that it grows even over rows that were forgotten.
-- `leases` counts how often it was begun, `failures` how often its handler said no, `again` says that it is to run once more.
CREATE TABLE jobs (
    id          TEXT   NOT NULL PRIMARY KEY,
    kind        TEXT   NOT NULL,
    dedup       TEXT   NOT NULL,
    payload     TEXT   NOT NULL,
    priority    BIGINT NOT NULL,
    state       TEXT   NOT NULL CHECK (state IN ('queued', 'running', 'done', 'dead')),
    again       BIGINT NOT NULL DEFAULT 0,
    run_after   BIGINT NOT NULL,
    most        BIGINT NOT NULL,
    failures    BIGINT NOT NULL DEFAULT 0,
    leases      BIGINT NOT NULL DEFAULT 0,
    fence       BIGINT NOT NULL,
    owner       TEXT,
    lease_until BIGINT,
    progress    BIGINT NOT NULL DEFAULT 0,
    note        TEXT   NOT NULL DEFAULT '',
    error       TEXT   NOT NULL DEFAULT '',
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL
);
CREATE INDEX jobs_to_do ON jobs (state, priority, created_at, id);

CREATE TABLE editions (
    number      BIGINT NOT NULL PRIMARY KEY,
    header_key  TEXT   NOT NULL,
    header_hash TEXT   NOT NULL,
    content     TEXT   NOT NULL,
    reason      TEXT   NOT NULL,
    created_at  BIGINT NOT NULL
);

-- What committed transactions promised to do outside the database.
CREATE TABLE outbox (
    topic      TEXT   NOT NULL,
    id         TEXT   NOT NULL,
    body       TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    done_at    BIGINT,
    PRIMARY KEY (topic, id)
);
CREATE INDEX outbox_open ON outbox (topic, created_at, id) WHERE done_at IS NULL;

CREATE TABLE profiles (
    id         TEXT   NOT NULL PRIMARY KEY,
    created_at BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL
);

-- Where a profile stands in a title. `finished` is about this viewing, `finished_at` and `times` about all of them.
CREATE TABLE positions (
    profile     TEXT   NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
    title       TEXT   NOT NULL,
    position    BIGINT NOT NULL,
    duration    BIGINT NOT NULL,
    device      TEXT   NOT NULL,
    seq         BIGINT NOT NULL,
    at          BIGINT NOT NULL,
    finished    BIGINT NOT NULL,
    times       BIGINT NOT NULL,
    finished_at BIGINT,
    PRIMARY KEY (profile, title)
);
CREATE INDEX positions_newest ON positions (profile, at DESC, title);

-- The last number of each device in each title: what a device sends again late overwrites nobody's newer position.
CREATE TABLE position_devices (
    profile TEXT   NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
    title   TEXT   NOT NULL,
    device  TEXT   NOT NULL,
    seq     BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    PRIMARY KEY (profile, title, device)
);
CREATE INDEX position_devices_by_age ON position_devices (at);
