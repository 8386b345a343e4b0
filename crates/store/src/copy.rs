//! The whole database at once: copied to another one, written to a file, read from a file. All of it or nothing, compared
//! before it counts.

use std::io::{BufRead, Write};

use futures_util::TryStreamExt;
use serde_json::{Value, json};

use crate::{
    SCHEMA, Store, StoreError, Tx,
    db::{Arg, Cell, Row, args},
    tables::{TABLES, Table},
    tally::Tally,
};

/// Rows that are added by one statement, and the bytes of their texts beyond which there are fewer.
const BATCH: usize = 200;
const BATCH_BYTES: usize = 1 << 20;
/// The longest line of a dump: a row of the largest document, or of a job's payload, with room.
const MAX_LINE: u64 = 64 << 20;
/// The format of dumps. One that is newer is refused.
const FORMAT: u64 = 1;

/// Why a database was not copied. Nothing of it was written then.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// One of the databases failed.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// The target holds something already.
    #[error("the target's table {0} is not empty: name a database that holds nothing")]
    NotEmpty(&'static str),
    /// The source was changed by a newer version than this one.
    #[error("the tables have schema {0}, and this version knows {SCHEMA}: use the version that wrote them")]
    Schema(i64),
    /// The dump cannot be read or written.
    #[error("the dump")]
    Io(#[from] std::io::Error),
    /// The dump is not what was written.
    #[error("the dump is damaged, or was cut short (line {line}: {what}): use another backup")]
    Damaged {
        /// Counted from 1.
        line: u64,
        /// What is wrong there.
        what: &'static str,
    },
    /// What was read back is not what was written.
    #[error("the table {0} was read back and is not what was written: nothing was kept")]
    Different(&'static str),
}

/// A table and what it holds.
pub type Tallies = Vec<(&'static str, Tally)>;

impl Store {
    /// Copies everything, as it is at one instant, into a database that is empty. What is written here meanwhile stays behind.
    /// The target has all of it, read back and compared, or nothing.
    pub async fn copy_to(&self, target: &Store) -> Result<Tallies, CopyError> {
        self.knows_all().await?;
        let mut source = self.db.begin_snapshot().await?;
        let mut tx = target.begin_empty().await?;
        let mut tallies = Vec::new();
        for table in TABLES {
            let (mut rows, mut filling) = (source.stream(&table.select()), tx.fill(table));
            while let Some(row) = rows.try_next().await? {
                filling.push(row).await?;
            }
            tallies.push((table.name, filling.finish().await?));
        }
        tx.commit().await?;
        Ok(tallies)
    }

    /// Writes everything, as it is at one instant, as lines of JSON: a head, and for each table its name and columns, its rows,
    /// and its tally. The same lines from either engine, but for their order inside a table.
    pub async fn dump(&self, out: &mut (dyn Write + Send)) -> Result<Tallies, CopyError> {
        self.knows_all().await?;
        let mut source = self.db.begin_snapshot().await?;
        writeln!(out, "{}", json!({ "primetime": "database", "format": FORMAT, "schema": SCHEMA }))?;
        let mut tallies = Vec::new();
        for table in TABLES {
            let columns: Vec<_> = table.columns().collect();
            writeln!(out, "{}", json!({ "table": table.name, "columns": columns }))?;
            let (mut rows, mut tally) = (source.stream(&table.select()), Tally::default());
            while let Some(row) = rows.try_next().await? {
                tally.add(&row.0);
                writeln!(out, "{}", Value::from_iter(row.0.into_iter().map(value)))?;
            }
            writeln!(out, "{}", sum(&tally))?;
            tallies.push((table.name, tally));
        }
        writeln!(out, "{}", json!({ "end": true }))?;
        Ok(tallies)
    }

    /// Fills a database that is empty from what [`Store::dump`] wrote, on whichever engine. All of it, read back and compared,
    /// or nothing.
    pub async fn load(&self, from: &mut (dyn BufRead + Send)) -> Result<Tallies, CopyError> {
        let mut lines = Lines { from, number: 0 };
        lines.head()?;
        let mut tx = self.begin_empty().await?;
        let mut tallies = Vec::new();
        for table in TABLES {
            lines.table(table)?;
            let mut filling = tx.fill(table);
            let end = loop {
                match lines.next()? {
                    Value::Array(values) => match row(values, table) {
                        Some(row) => filling.push(row).await?,
                        None => return Err(lines.damaged("it is no row of this table")),
                    },
                    end => break end,
                }
            };
            let tally = filling.finish().await?;
            if end != sum(&tally) {
                return Err(lines.damaged("rows are missing, or were changed"));
            }
            tallies.push((table.name, tally));
        }
        if lines.next()? != json!({ "end": true }) {
            return Err(lines.damaged("the end is missing"));
        }
        tx.commit().await?;
        Ok(tallies)
    }

    /// Is what this database holds, to the row, what [`Store::dump`] wrote there? Then [`Store::load`] has filled it from that,
    /// and nobody has used it since. The rows of the dump are counted, not read.
    pub async fn holds(&self, from: &mut (dyn BufRead + Send)) -> Result<bool, CopyError> {
        self.knows_all().await?;
        let mut lines = Lines { from, number: 0 };
        lines.head()?;
        for (table, (_, tally)) in TABLES.iter().zip(self.tallies().await?) {
            lines.table(table)?;
            let mut rows = 0;
            let end = loop {
                match lines.next()? {
                    Value::Array(_) => rows += 1,
                    end => break end,
                }
            };
            if rows != tally.rows || end != sum(&tally) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// What every table holds, at one instant.
    pub async fn tallies(&self) -> Result<Tallies, CopyError> {
        let mut source = self.db.begin_snapshot().await?;
        let mut tallies = Vec::new();
        for table in TABLES {
            let (mut rows, mut tally) = (source.stream(&table.select()), Tally::default());
            while let Some(row) = rows.try_next().await? {
                tally.add(&row.0);
            }
            tallies.push((table.name, tally));
        }
        Ok(tallies)
    }

    /// A newer version may have added tables or columns that this one would leave out.
    async fn knows_all(&self) -> Result<(), CopyError> {
        match self.schema().await? {
            SCHEMA => Ok(()),
            other => Err(CopyError::Schema(other)),
        }
    }

    /// Refuses a database that holds anything but what its migrations put there.
    ///
    /// # Errors
    /// [`CopyError::NotEmpty`].
    pub async fn must_be_empty(&self) -> Result<(), CopyError> {
        self.begin_empty().await.map(drop)
    }

    /// Begins to fill a database that holds nothing but what its migrations put there.
    async fn begin_empty(&self) -> Result<Tx, CopyError> {
        self.knows_all().await?;
        let mut tx = self.begin().await?;
        // Whoever else fills it waits here, and finds it filled.
        tx.connection.lock_schema().await?;
        tx.connection.take_any_time().await?;
        tx.connection.execute("DELETE FROM counters WHERE name = 'catalogue' AND value = 0", args![]).await?;
        for table in TABLES {
            let mut rows = tx.connection.stream(&format!("SELECT 1 FROM {} LIMIT 1", table.name));
            if rows.try_next().await?.is_some() {
                return Err(CopyError::NotEmpty(table.name));
            }
        }
        Ok(tx)
    }
}

/// A counter in a dump, of whichever schema: the table stands first.
pub(crate) fn counter(from: &mut (dyn BufRead + Send), name: &str) -> Result<Option<i64>, CopyError> {
    let mut lines = Lines { from, number: 0 };
    if lines.next()?["primetime"] != "database" || lines.next()?["table"] != TABLES[0].name {
        return Err(lines.damaged("it is no dump of a database that this version can read"));
    }
    while let Value::Array(values) = lines.next()? {
        if values.first().is_some_and(|value| value == name) {
            return Ok(values.get(1).and_then(Value::as_i64));
        }
    }
    Ok(None)
}

impl Tx {
    fn fill<'t>(&'t mut self, table: &'t Table) -> Filling<'t> {
        Filling { tx: self, table, tally: Tally::default(), batch: Vec::new(), bytes: 0 }
    }
}

/// A table that was empty and is being filled.
struct Filling<'t> {
    tx: &'t mut Tx,
    table: &'t Table,
    tally: Tally,
    batch: Vec<Row>,
    bytes: usize,
}

impl Filling<'_> {
    async fn push(&mut self, row: Row) -> Result<(), StoreError> {
        self.tally.add(&row.0);
        self.bytes +=
            row.0.iter().map(|cell| if let Cell::Text(text) = cell { text.len() } else { 0 }).sum::<usize>();
        self.batch.push(row);
        if self.batch.len() == BATCH || self.bytes >= BATCH_BYTES { self.flush().await } else { Ok(()) }
    }

    async fn flush(&mut self) -> Result<(), StoreError> {
        let texts = self.table.texts.len();
        let args: Vec<_> = self
            .batch
            .iter()
            .flat_map(|row| row.0.iter().enumerate().map(|(at, cell)| arg(cell, at < texts)))
            .collect();
        if !args.is_empty() {
            self.tx.connection.execute_made(&self.table.insert(self.batch.len()), &args).await?;
        }
        self.batch.clear();
        self.bytes = 0;
        Ok(())
    }

    /// Reads everything back and compares.
    async fn finish(mut self) -> Result<Tally, CopyError> {
        self.flush().await?;
        let (mut back, mut found) = (self.tx.connection.stream(&self.table.select()), Tally::default());
        while let Some(row) = back.try_next().await? {
            found.add(&row.0);
        }
        if found == self.tally { Ok(found) } else { Err(CopyError::Different(self.table.name)) }
    }
}

/// The line after a table's rows.
fn sum(tally: &Tally) -> Value {
    json!({ "rows": tally.rows, "sum": tally.checksum() })
}

fn value(cell: Cell) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Int(number) => number.into(),
        Cell::Text(text) => text.into(),
    }
}

/// The lines of a dump, with their numbers.
struct Lines<'a> {
    from: &'a mut (dyn BufRead + Send),
    number: u64,
}

impl Lines<'_> {
    fn damaged(&self, what: &'static str) -> CopyError {
        CopyError::Damaged { line: self.number, what }
    }

    /// The first line, of a dump that this version can read.
    fn head(&mut self) -> Result<(), CopyError> {
        let head = self.next()?;
        if head["primetime"] != "database" || head["format"] != FORMAT {
            return Err(self.damaged("it is no dump of a database that this version can read"));
        }
        // A dump of an older version would be loaded under its own schema first; there is none yet.
        match head["schema"].as_i64() {
            Some(SCHEMA) => Ok(()),
            Some(other) => Err(CopyError::Schema(other)),
            None => Err(self.damaged("it names no schema")),
        }
    }

    /// The line before the rows of this table.
    fn table(&mut self, table: &Table) -> Result<(), CopyError> {
        let columns: Vec<_> = table.columns().collect();
        if self.next()? == json!({ "table": table.name, "columns": columns }) {
            Ok(())
        } else {
            Err(self.damaged("another table should follow"))
        }
    }

    fn next(&mut self) -> Result<Value, CopyError> {
        self.number += 1;
        let mut line = Vec::new();
        std::io::Read::take(&mut *self.from, MAX_LINE).read_until(b'\n', &mut line)?;
        if line.last() != Some(&b'\n') {
            return Err(self.damaged(if line.is_empty() {
                "it ends here"
            } else {
                "the line is too long, or cut short"
            }));
        }
        serde_json::from_slice(&line).map_err(|_| self.damaged("it is no JSON"))
    }
}

/// A value to be written; a NULL is of its column's type.
fn arg(cell: &Cell, is_text: bool) -> Arg<'_> {
    match cell {
        Cell::Text(text) => Arg::Text(Some(text)),
        Cell::Int(number) => Arg::Int(Some(*number)),
        Cell::Null if is_text => Arg::Text(None),
        Cell::Null => Arg::Int(None),
    }
}

/// Texts are where texts should be, and numbers where numbers.
fn row(values: Vec<Value>, table: &Table) -> Option<Row> {
    if values.len() != table.width() {
        return None;
    }
    let cell = |(at, value)| match value {
        Value::Null => Some(Cell::Null),
        Value::String(text) if at < table.texts.len() => Some(Cell::Text(text)),
        Value::Number(number) if at >= table.texts.len() => number.as_i64().map(Cell::Int),
        _ => None,
    };
    values.into_iter().enumerate().map(cell).collect::<Option<_>>().map(Row)
}
