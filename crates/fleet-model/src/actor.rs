//! Who does something, and what that one may do.

use std::fmt;

use crate::{TokenId, word::words};

words! {
    /// What a token may do. Each permission includes the ones before it.
    pub enum Permission ("permission") {
        /// See everything but secrets.
        Read = "read",
        /// Switch, move, restart devices.
        Control = "control",
        /// Change wishes, jobs, groups, discovery.
        Configure = "configure",
        /// Tokens and credentials.
        Admin = "admin",
    }
}

/// Who does something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// Someone with an API token.
    Token {
        /// Its id.
        id: TokenId,
        /// Its name.
        name: String,
        /// What it may do.
        permission: Permission,
    },
    /// Someone on this computer who may read the database anyway.
    Local,
    /// The manager itself: loops and timetables.
    System,
    /// The manager, because a policy of repair says so.
    Policy {
        /// Whose policy: `fleet`, `group:hall`, a MAC.
        of: String,
    },
}

impl Actor {
    /// Whether the actor may do what needs `needed`.
    pub fn may(&self, needed: Permission) -> bool {
        match self {
            Self::Token { permission, .. } => *permission >= needed,
            Self::Local | Self::System => true,
            Self::Policy { .. } => needed <= Permission::Configure,
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Token { name, .. } => write!(f, "token:{name}"),
            Self::Local => f.write_str("local"),
            Self::System => f.write_str("system"),
            Self::Policy { of } => write!(f, "policy:{of}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SequenceIds;

    #[test]
    fn a_token_may_what_its_permission_includes() {
        let id = TokenId::new(&SequenceIds::default());
        let actor = Actor::Token { id, name: "dashboard".to_owned(), permission: Permission::Control };
        assert!(actor.may(Permission::Read) && actor.may(Permission::Control));
        assert!(!actor.may(Permission::Configure) && !actor.may(Permission::Admin));
        assert!(Actor::Local.may(Permission::Admin) && Actor::System.may(Permission::Admin));
        assert_eq!(actor.to_string(), "token:dashboard");
        let policy = Actor::Policy { of: "group:hall".to_owned() };
        assert!(policy.may(Permission::Configure) && !policy.may(Permission::Admin));
        assert_eq!(policy.to_string(), "policy:group:hall");
    }
}
