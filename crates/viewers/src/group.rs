use std::{future::Future, time::Duration};

use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
};

/// Bounds of a group committer.
#[derive(Debug, Clone, Copy)]
pub struct GroupLimits {
    /// Writes that may wait; the next one is refused. A second or two of work for the engine, so that a wait stays short.
    pub queue: usize,
    /// Writes in one transaction: keeps a transaction under 20 ms on SQLite.
    pub batch: usize,
    /// How long a writer waits for its answer.
    pub patience: Duration,
}

impl Default for GroupLimits {
    fn default() -> Self {
        Self { queue: 4096, batch: 256, patience: Duration::from_secs(5) }
    }
}

/// Why a write was not acknowledged.
#[derive(Debug, thiserror::Error)]
pub enum GroupError<E> {
    /// The queue is full. Nothing was written.
    #[error("too many writes are waiting")]
    Busy,
    /// No answer within the patience. The write may still happen; sending it again does no harm.
    #[error("the store did not answer in time")]
    Late,
    /// The committer is gone: the process is shutting down. Nothing was written.
    #[error("writes are no longer taken")]
    Closed,
    /// The transaction failed. Nothing was written.
    #[error("the write failed")]
    Failed(E),
}

struct Waiting<T, R, E> {
    write: T,
    answer: oneshot::Sender<Result<R, E>>,
}

/// Gathers writes that arrive together into one durable transaction: the cost of an fsync is shared by everybody who waits.
///
/// One task commits. While it waits for the disk, new writes queue; when it is done, it takes whatever waits. So a lone
/// write is not delayed, and a thousand at once cost a handful of transactions.
#[derive(Debug)]
pub(crate) struct Group<T, R, E> {
    queue: mpsc::Sender<Waiting<T, R, E>>,
    patience: Duration,
}

impl<T, R, E> Clone for Group<T, R, E> {
    fn clone(&self) -> Self {
        Self { queue: self.queue.clone(), patience: self.patience }
    }
}

impl<T, R, E> Group<T, R, E>
where
    T: Send + 'static,
    R: Send + 'static,
    E: Clone + Send + 'static,
{
    /// Starts the committer. `commit` writes a batch durably and returns one result for each write, in order, or fails as a
    /// whole. The task ends when every handle is dropped and all that was accepted is committed.
    pub fn start<F, Fut>(limits: GroupLimits, commit: F) -> (Self, JoinHandle<()>)
    where
        F: Fn(Vec<T>) -> Fut + Send + 'static,
        Fut: Future<Output = Result<Vec<R>, E>> + Send,
    {
        let (queue, mut waiting) = mpsc::channel::<Waiting<T, R, E>>(limits.queue);
        let task = tokio::spawn(async move {
            let mut batch = Vec::new();
            while waiting.recv_many(&mut batch, limits.batch).await > 0 {
                let (writes, answers): (Vec<_>, Vec<_>) =
                    batch.drain(..).map(|one| (one.write, one.answer)).unzip();
                // Who no longer listens has hung up; what was accepted is written all the same.
                match commit(writes).await {
                    Ok(results) => {
                        for (answer, result) in answers.into_iter().zip(results) {
                            let _ = answer.send(Ok(result));
                        }
                    }
                    Err(error) => {
                        for answer in answers {
                            let _ = answer.send(Err(error.clone()));
                        }
                    }
                }
            }
        });
        (Self { queue, patience: limits.patience }, task)
    }

    /// Hands in one write and waits until it is durable.
    pub async fn write(&self, write: T) -> Result<R, GroupError<E>> {
        let (answer, answered) = oneshot::channel();
        self.queue.try_send(Waiting { write, answer }).map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(_) => GroupError::Busy,
            mpsc::error::TrySendError::Closed(_) => GroupError::Closed,
        })?;
        match tokio::time::timeout(self.patience, answered).await {
            Err(_) => Err(GroupError::Late),
            Ok(Err(_)) => Err(GroupError::Closed),
            Ok(Ok(result)) => result.map_err(GroupError::Failed),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use tokio::sync::Semaphore;

    use super::*;

    const LIMITS: GroupLimits = GroupLimits { queue: 8, batch: 4, patience: Duration::from_secs(60) };

    /// A committer that commits only when it is let, and counts.
    fn gated() -> (Group<u32, u32, &'static str>, Arc<Semaphore>, Arc<AtomicUsize>) {
        let (gate, commits) = (Arc::new(Semaphore::new(0)), Arc::new(AtomicUsize::new(0)));
        let (inside, counter) = (gate.clone(), commits.clone());
        let (group, _) = Group::start(LIMITS, move |batch: Vec<u32>| {
            let (gate, counter) = (inside.clone(), counter.clone());
            async move {
                gate.acquire().await.unwrap().forget();
                counter.fetch_add(1, Ordering::SeqCst);
                if batch.contains(&666) { Err("no") } else { Ok(batch.iter().map(|n| n * 2).collect()) }
            }
        });
        (group, gate, commits)
    }

    async fn settle() {
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn what_waits_together_is_committed_together_and_everybody_hears() {
        let (group, gate, commits) = gated();
        let spawn = |n| {
            let group = group.clone();
            tokio::spawn(async move { group.write(n).await })
        };
        // The first is taken alone, eight wait behind it; none is answered before its commit.
        let mut writers = vec![spawn(0)];
        settle().await;
        writers.extend((1..9).map(spawn));
        settle().await;
        assert!(writers.iter().all(|writer| !writer.is_finished()));
        assert!(matches!(group.write(100).await, Err(GroupError::Busy)));
        gate.add_permits(100);
        for (n, writer) in (0..).zip(writers) {
            assert_eq!(writer.await.unwrap().unwrap(), n * 2);
        }
        assert!(commits.load(Ordering::SeqCst) == 3, "9 writes took {commits:?} commits");
    }

    #[tokio::test]
    async fn a_failed_commit_is_told_to_all_of_its_batch_and_to_no_other() {
        let (group, gate, _) = gated();
        gate.add_permits(100);
        assert!(matches!(group.write(666).await, Err(GroupError::Failed("no"))));
        assert_eq!(group.write(1).await.unwrap(), 2);
    }

    #[tokio::test]
    async fn what_was_accepted_is_committed_though_the_writer_hung_up() {
        let (group, gate, commits) = gated();
        let writer = tokio::spawn({
            let group = group.clone();
            async move { group.write(1).await }
        });
        settle().await;
        writer.abort();
        gate.add_permits(1);
        settle().await;
        assert_eq!(commits.load(Ordering::SeqCst), 1);
    }
}
