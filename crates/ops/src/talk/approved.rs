//! A yes that is written down together with what it allows: killed at any moment, either both stand or neither does.

use domain::Timestamp;
use store::{Decided, Tx};

use crate::{
    OpsError,
    audit::{self, Deed, Who},
};

/// A plan to which somebody says yes.
#[derive(Debug, Clone)]
pub struct Approved {
    /// The plan's.
    pub(super) hash: String,
    /// Who says yes.
    pub(super) who: String,
    /// As it stands in the audit log.
    pub(super) line: String,
}

impl Approved {
    /// Decides on the plan, in the transaction of the deed.
    ///
    /// # Errors
    /// [`store::StoreError::Conflict`] when somebody else decided on it, or wrote into the audit log: nothing of the transaction is written.
    pub(crate) async fn write(&self, tx: &mut Tx, now: Timestamp) -> Result<(), OpsError> {
        tx.decide_plan(&self.hash, Decided::Approved, &self.who, now).await?;
        let deed = Deed { who: Who::InChat(&self.who), what: "chat.approve", body: &self.line };
        audit::append(tx, &deed, now).await
    }
}
