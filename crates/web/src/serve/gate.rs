use tokio::sync::watch;

/// Whether a listener accepts connections. Shut, the process is warm: it keeps what it knows, tells its clients to close, and leaves
/// new ones to the others that share its socket.
#[derive(Debug, Clone)]
pub struct Gate(watch::Sender<bool>);

impl Gate {
    /// Open or shut at the start.
    pub fn new(admitting: bool) -> Self {
        Self(watch::Sender::new(admitting))
    }

    /// Opens it.
    pub fn admit(&self) {
        self.0.send_replace(true);
    }

    /// Shuts it. Requests under way are finished.
    pub fn park(&self) {
        self.0.send_replace(false);
    }

    /// Whether it is open.
    pub fn is_admitting(&self) -> bool {
        *self.0.borrow()
    }

    /// Ends when it is open (`true`) or shut; at once, if it is.
    pub(super) async fn is(&self, admitting: bool) {
        // The sender is our own: it does not go away.
        let _ = self.0.subscribe().wait_for(|now| *now == admitting).await;
    }
}

impl Default for Gate {
    fn default() -> Self {
        Self::new(true)
    }
}
