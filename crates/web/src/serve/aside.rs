use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

use futures_util::task::AtomicWaker;

/// Wakes a connection's task for what stands beside it, its timers and its end, and notes that it did: whatever else wakes the
/// task, with every request, then need not ask them all.
pub(super) struct Aside {
    waker: Waker,
    shared: Arc<Shared>,
}

struct Shared {
    woken: AtomicBool,
    task: AtomicWaker,
}

impl Aside {
    pub fn new() -> Self {
        // Woken at first: nobody has been asked yet.
        let shared = Arc::new(Shared { woken: AtomicBool::new(true), task: AtomicWaker::new() });
        Self { waker: Waker::from(shared.clone()), shared }
    }

    /// Asks `poll` if it may have something new to say; it is given a context that comes back here.
    pub fn poll<T>(&self, cx: &Context<'_>, poll: impl FnOnce(&mut Context<'_>) -> Poll<T>) -> Poll<T> {
        self.shared.task.register(cx.waker());
        match self.shared.woken.swap(false, Ordering::AcqRel) {
            true => poll(&mut Context::from_waker(&self.waker)),
            false => Poll::Pending,
        }
    }
}

impl Wake for Shared {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.woken.store(true, Ordering::Release);
        self.task.wake();
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::Notify;

    use super::*;

    #[tokio::test]
    async fn asked_at_first_and_when_it_calls() {
        let (aside, notify) = (Aside::new(), Notify::new());
        let mut notified = std::pin::pin!(notify.notified());
        let mut asked = 0;
        let mut look = |cx: &Context<'_>| {
            aside.poll(cx, |cx| {
                asked += 1;
                notified.as_mut().poll(cx)
            })
        };
        let cx = Context::from_waker(Waker::noop());
        assert!(look(&cx).is_pending() && look(&cx).is_pending());
        notify.notify_waiters();
        assert!(look(&cx).is_ready());
        assert_eq!(asked, 2);
    }
}
