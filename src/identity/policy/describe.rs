//! What a policy means, for people.

use std::fmt;

use super::{Listed, Policy, read};
use crate::identity::caller::{Brands, Caller, Proof};

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} principals; everybody else is refused.",
            self.principals.len()
        )?;
        let claims = [
            ("roles", &self.claims.roles),
            ("brands", &self.claims.brands),
        ];
        for (what, claim) in claims {
            if let Some(claim) = claim {
                writeln!(f, "The claim {claim:?} of a token narrows its {what}.")?;
            }
        }
        self.principals
            .iter()
            .try_for_each(|listed| principal(listed, f))
    }
}

fn principal(listed: &Listed, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let grant = &listed.grant;
    let caller = Caller::granted(grant.clone(), Proof::Unasked);
    writeln!(f, "\n{} (line {})", caller.name(), listed.line)?;
    for proof in &listed.proofs {
        writeln!(f, "  is known by    {}", read::shown(proof))?;
    }
    writeln!(f, "  has roles      {}", grant.roles)?;
    match &grant.brands {
        Brands::All => writeln!(f, "  for brands     all, also those to come")?,
        Brands::Named(named) => {
            let named: Vec<_> = named.iter().map(|brand| brand.as_str()).collect();
            writeln!(f, "  for brands     {}", named.join(", "))?;
        }
    }
    for (brand, creator) in &grant.creators {
        writeln!(f, "  is creator     {creator} of {brand}")?;
    }
    for kind in &grant.on_behalf_of {
        writeln!(f, "  may act for    {}, with a reason", kind.name())?;
    }
    Ok(())
}
