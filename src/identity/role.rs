//! What a principal may be, in one table.

use std::fmt;

use crate::domain::words;

words! {
    /// What a principal does with the ledger.
    pub enum Role {
        /// Gets, lists, reports.
        Reader => "reader",
        /// Campaigns, creators and collaborations, on the brand's side.
        Manager => "manager",
        /// Engagement and conversions.
        Measurer => "measurer",
        /// Costs, payments and disputes.
        Settler => "settler",
        /// The creator's side of its own collaborations.
        Creator => "creator",
        /// The log, proofs, explanations, exports and backups.
        Auditor => "auditor",
        /// Erasure, legal holds, and a person's data as a whole.
        Privacy => "privacy",
        /// Everything, and what no brand owns.
        Admin => "admin",
    }
}

impl Role {
    /// Finds a role by its name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

/// A set of roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Roles(u16);

impl Roles {
    /// Returns every role.
    pub fn all() -> Self {
        Role::ALL.into_iter().collect()
    }

    /// Returns whether the role is one of them.
    pub const fn has(self, role: Role) -> bool {
        self.0 & role.bit() != 0
    }

    /// Returns whether any of the roles is one of them.
    pub const fn has_any(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Returns whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Returns the roles that both have.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Lists them in the order of the table.
    pub fn iter(self) -> impl Iterator<Item = Role> {
        Role::ALL.into_iter().filter(move |role| self.has(*role))
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        Self(roles.into_iter().fold(0, |bits, role| bits | role.bit()))
    }
}

impl fmt::Display for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.iter().map(Role::name).collect();
        f.write_str(&names.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_has_what_was_put_into_it() {
        let roles: Roles = [Role::Reader, Role::Admin].into_iter().collect();
        assert!(roles.has(Role::Admin) && !roles.has(Role::Settler));
        assert_eq!(roles.to_string(), "reader, admin");
        assert_eq!(roles.and(Roles::all()), roles);
        assert!(Roles::default().is_empty());
        assert_eq!(Roles::all().iter().count(), Role::ALL.len());
    }
}
