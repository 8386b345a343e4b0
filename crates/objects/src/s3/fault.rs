//! What can be wrong with an object store, and what to do.

/// Why the object store did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Nobody answers there.
    #[error(
        "the object store at {endpoint} cannot be reached ({why}): is it running, and is objects.endpoint right?"
    )]
    Unreachable {
        /// Where it should be.
        endpoint: String,
        /// In the words of the system.
        why: String,
    },
    /// It did not answer, or not fast enough.
    #[error("the object store did not answer in time")]
    Slow,
    /// It says that it is overloaded or broken.
    #[error("the object store is overloaded or broken ({status} {code})")]
    Unavailable {
        /// Of HTTP.
        status: u16,
        /// Its own word for it.
        code: String,
    },
    /// Too much is being read from it already.
    #[error("{0} reads of the object store are under way already")]
    Busy(usize),
    /// The answer ended early.
    #[error("the object store's answer ended early")]
    Cut,
    /// There is no such bucket.
    #[error("there is no bucket `{0}`: create it, or correct objects.url")]
    NoBucket(String),
    /// The credentials may not do this.
    #[error(
        "access is denied ({0}): the credentials need GetObject, PutObject, DeleteObject, AbortMultipartUpload and ListBucket"
    )]
    Denied(String),
    /// The credentials are not accepted.
    #[error(
        "the credentials are not accepted ({0}): check access key, secret and region; renew a session token"
    )]
    Credentials(String),
    /// There are none.
    #[error(
        "the machine's role gives no credentials ({why}; asked at {endpoint}): give the machine a role, or name a file in \
         objects.credentials"
    )]
    Role {
        /// Of the metadata service.
        endpoint: String,
        /// In words.
        why: String,
    },
    /// Signatures name the time.
    #[error("this machine's clock is {0} s off the object store's: set it (NTP)")]
    Clock(i64),
    /// The bucket is somewhere else.
    #[error("the bucket is in another region ({0}): set objects.region")]
    Region(String),
    /// The bytes are not those that were written.
    #[error("its bytes are not those that its key names: it is damaged, or the store sent something else")]
    Wrong,
    /// Objects never change, and this one did.
    #[error("it was replaced while it was being read")]
    Changed,
    /// Others changed it in between each time.
    #[error("others change it all the time")]
    Contended,
    /// There is no object of that name.
    #[error("there is no such object")]
    NoObject,
    /// A condition of the request does not hold.
    #[error("it is not as expected")]
    Precondition,
    /// Somebody else is writing the same at this moment.
    #[error("somebody else is writing it")]
    Conflict,
    /// The object ends before the range; its length, if it was said.
    #[error("it is shorter than that")]
    Range(Option<u64>),
    /// The file that is being sent cannot be read.
    #[error("the file that is being sent cannot be read ({0})")]
    File(std::io::ErrorKind),
    /// Longer than what would be read.
    #[error("it is {0} bytes long")]
    TooLong(u64),
    /// Anything else.
    #[error("the object store gave an answer that is not understood ({status} {code})")]
    Answer {
        /// Of HTTP; 0 when there was none.
        status: u16,
        /// Its own word for it, or what is wrong with it.
        code: String,
    },
}

impl Fault {
    /// True when the store is away for now: the same call may do in a moment, and what is held already is still good.
    pub fn is_away(&self) -> bool {
        use Fault::*;
        matches!(self, Unreachable { .. } | Slow | Unavailable { .. } | Busy(_) | Cut | Role { .. })
    }

    /// True when the next try may do better.
    pub(crate) fn may_pass(&self) -> bool {
        !matches!(self, Fault::Busy(_)) && (self.is_away() || *self == Fault::Conflict)
    }

    /// True when the store has surely done nothing.
    pub(crate) fn nothing_done(&self) -> bool {
        matches!(
            self,
            Fault::Unreachable { .. } | Fault::Unavailable { status: 503 | 429, .. } | Fault::Role { .. }
        )
    }
}
