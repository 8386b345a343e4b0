//! Every table and column, for what treats them all alike: copies and backups. A test holds the list to the migrations.

/// A table: which of its columns hold text, and which numbers.
#[derive(Debug)]
pub(crate) struct Table {
    pub name: &'static str,
    pub texts: &'static [&'static str],
    pub numbers: &'static [&'static str],
}

const fn table(
    name: &'static str,
    texts: &'static [&'static str],
    numbers: &'static [&'static str],
) -> Table {
    Table { name, texts, numbers }
}

/// In an order in which rows can be added: what is named by others comes before them. `migrations` is each database's own.
pub(crate) const TABLES: &[Table] = &[
    table("counters", &["name"], &["value"]),
    table("bodies", &["hash", "body"], &[]),
    table("documents", &["kind", "id"], &["revision", "position"]),
    table("revisions", &["kind", "id", "state", "hash"], &["revision", "at"]),
    table("imports", &["import"], &["version", "added", "changed", "same", "withdrawn"]),
    table("staged", &["import", "kind", "id", "what", "hash"], &["revision", "position"]),
    table(
        "assets",
        &["id", "title", "state", "message", "source", "probe", "index_key", "summary"],
        &["length", "created_at", "updated_at"],
    ),
    table("tracks", &["asset", "track", "kind", "object_key", "body"], &["finished_at"]),
    table("pictures", &["source", "body"], &["finished_at"]),
    table(
        "jobs",
        &["id", "kind", "dedup", "payload", "state", "owner", "note", "error"],
        &[
            "priority",
            "again",
            "run_after",
            "most",
            "failures",
            "leases",
            "fence",
            "lease_until",
            "progress",
            "began_at",
            "took",
            "created_at",
            "updated_at",
        ],
    ),
    table("editions", &["header_key", "header_hash", "content", "reason"], &["number", "created_at"]),
    table("outbox", &["topic", "id", "body"], &["created_at", "done_at"]),
    table("profiles", &["id"], &["created_at", "seen_at"]),
    table(
        "positions",
        &["profile", "title", "device"],
        &["position", "duration", "seq", "at", "finished", "times", "finished_at"],
    ),
    table("position_devices", &["profile", "title", "device"], &["seq", "at"]),
    table("fleets", &["service", "seen"], &["at"]),
    table(
        "rollouts",
        &["service", "state", "body", "owner"],
        &["generation", "version", "fence", "lease_until", "created_at", "updated_at"],
    ),
    table("audit", &["who", "what", "body", "before", "hash"], &["seq", "at"]),
    table(
        "takedowns",
        &["title", "who", "why", "lifted_who", "lifted_why"],
        &["number", "at", "lifted", "lifted_at"],
    ),
    table("wanted", &["service", "who", "why"], &["instances", "at"]),
    table("chat_seen", &["id"], &["at"]),
    table("chat_plans", &["hash", "body", "state", "decided_by"], &["at", "decided_at"]),
    table("chat_told", &["channel", "owner"], &["seq", "lease_until"]),
    table("host_reports", &["service", "host", "report"], &["number", "at"]),
    table("fleet_minutes", &["service"], &["minute", "offered", "shed"]),
    table("fleet_plans", &["service", "owner", "plan"], &["fence", "lease_until", "made_at"]),
    table("host_orders", &["service", "host", "subject", "body"], &["fence", "number", "at"]),
];

impl Table {
    /// Texts first, then numbers.
    pub fn columns(&self) -> impl Iterator<Item = &'static str> {
        self.texts.iter().chain(self.numbers).copied()
    }

    /// How many columns.
    pub fn width(&self) -> usize {
        self.texts.len() + self.numbers.len()
    }

    /// Reads every row, its columns in the order of [`Table::columns`].
    pub fn select(&self) -> String {
        format!("SELECT {} FROM {}", self.list(), self.name)
    }

    /// Adds so many rows.
    pub fn insert(&self, rows: usize) -> String {
        let row = |row: usize| {
            let values: Vec<_> = (1..=self.width()).map(|n| format!("${}", row * self.width() + n)).collect();
            format!("({})", values.join(", "))
        };
        let rows: Vec<_> = (0..rows).map(row).collect();
        format!("INSERT INTO {} ({}) VALUES {}", self.name, self.list(), rows.join(", "))
    }

    fn list(&self) -> String {
        self.columns().collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::Store;

    /// A migration that adds a table or a column adds it here too, or backups would leave it out.
    #[tokio::test]
    async fn every_column_of_every_table_is_listed() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("test.db")).await.unwrap();
        let sql = "SELECT m.name, c.name, c.type FROM sqlite_master m JOIN pragma_table_info(m.name) c \
            WHERE m.type = 'table' AND m.name <> 'migrations'";
        let rows = store.db.rows(sql, &[]).await.unwrap();
        let there: BTreeSet<_> = rows.iter().map(|row| [0, 1, 2].map(|at| row.text(at).unwrap())).collect();
        let typed = |table: &Table, columns: &[&str], kind: &str| -> Vec<[String; 3]> {
            columns.iter().map(|column| [table.name, column, kind].map(str::to_owned)).collect()
        };
        let listed: BTreeSet<_> = TABLES
            .iter()
            .flat_map(|t| [typed(t, t.texts, "TEXT"), typed(t, t.numbers, "BIGINT")].concat())
            .collect();
        assert_eq!(listed, there);
    }
}
