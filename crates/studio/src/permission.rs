//! Who of the staff may do what.

/// What a staff member may do; each includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Permission {
    /// See jobs, assets and editions.
    Read,
    /// Publish editions.
    Publish,
}

/// A staff member's token, as it is kept: its hash, so that a dump of memory or a log shows none.
#[derive(Clone, Copy)]
pub struct StaffToken {
    hash: blake3::Hash,
    permission: Permission,
}

impl StaffToken {
    /// A token and what it permits. Tokens are compared without regard to white space around them.
    pub fn new(token: &str, permission: Permission) -> Self {
        Self { hash: blake3::hash(token.trim().as_bytes()), permission }
    }
}

impl std::fmt::Debug for StaffToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "StaffToken({:?})", self.permission)
    }
}

/// Why something is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// Nobody known asks.
    #[error("a staff token is needed")]
    Unknown,
    /// Somebody known asks for more than they may.
    #[error("this token does not permit that")]
    Forbidden,
}

/// The tokens that count.
#[derive(Debug, Clone, Default)]
pub struct Staff(Vec<StaffToken>);

impl Staff {
    /// With these tokens. An empty one never counts: an empty secrets file must not open the door.
    pub fn new(tokens: impl IntoIterator<Item = StaffToken>) -> Self {
        let empty = blake3::hash(b"");
        Self(tokens.into_iter().filter(|token| token.hash != empty).collect())
    }

    /// May the bearer of `token` do what needs `needed`?
    ///
    /// # Errors
    /// [`Denied`], which tells a stranger from a colleague who may not.
    pub fn allow(&self, token: Option<&str>, needed: Permission) -> Result<(), Denied> {
        // `blake3::Hash` compares in constant time, and all tokens are looked at: how long this takes tells nothing.
        let asked = blake3::hash(token.ok_or(Denied::Unknown)?.trim().as_bytes());
        let mut held = None;
        for token in &self.0 {
            if token.hash == asked {
                held = held.max(Some(token.permission));
            }
        }
        match held {
            None => Err(Denied::Unknown),
            Some(held) if held < needed => Err(Denied::Forbidden),
            Some(_) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_readers_and_publishers() {
        let staff = Staff::new([
            StaffToken::new("reader\n", Permission::Read),
            StaffToken::new("publisher", Permission::Publish),
            StaffToken::new(" ", Permission::Publish),
        ]);
        for needed in [Permission::Read, Permission::Publish] {
            assert_eq!(staff.allow(None, needed), Err(Denied::Unknown));
            assert_eq!(staff.allow(Some(""), needed), Err(Denied::Unknown));
            assert_eq!(staff.allow(Some("reader2"), needed), Err(Denied::Unknown));
            assert_eq!(staff.allow(Some("publisher"), needed), Ok(()));
        }
        assert_eq!(staff.allow(Some("reader"), Permission::Read), Ok(()));
        assert_eq!(staff.allow(Some("reader"), Permission::Publish), Err(Denied::Forbidden));
        assert!(!format!("{staff:?}").contains("reader"));
    }
}
