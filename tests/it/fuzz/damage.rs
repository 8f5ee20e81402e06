//! Damage to valid bytes.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

/// One change of some bytes.
#[derive(Clone, Debug)]
pub enum Damage {
    Flip(Index, u8),
    Insert(Index, Vec<u8>),
    Remove(Index, usize),
    Fill(Index, usize, u8),
    Cut(Index),
    /// Moves a part elsewhere.
    Move(Index, usize, Index),
    /// Repeats a part.
    Repeat(Index, usize),
}

/// One to a few changes.
pub fn damages() -> impl Strategy<Value = Vec<Damage>> {
    vec(damage(), 1..5)
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<Index>;
    let len = 1..40_usize;
    prop_oneof![
        4 => (at(), 1..=255_u8).prop_map(|(at, flip)| Damage::Flip(at, flip)),
        1 => (at(), vec(any::<u8>(), 1..9)).prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
        1 => (at(), len.clone()).prop_map(|(at, len)| Damage::Remove(at, len)),
        1 => (at(), len.clone(), any::<u8>()).prop_map(|(at, len, to)| Damage::Fill(at, len, to)),
        1 => at().prop_map(Damage::Cut),
        1 => (at(), len.clone(), at()).prop_map(|(at, len, to)| Damage::Move(at, len, to)),
        1 => (at(), len).prop_map(|(at, len)| Damage::Repeat(at, len)),
    ]
}

/// Applies all damages, one after the other.
pub fn damaged(good: &[u8], damages: &[Damage]) -> Vec<u8> {
    let mut bytes = good.to_vec();
    for damage in damages {
        damage.do_to(&mut bytes);
    }
    bytes
}

impl Damage {
    fn do_to(&self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        let stretch = |at: &Index, len: usize| {
            let at = at.index(bytes.len());
            at..(at + len).min(bytes.len())
        };
        match self {
            Self::Flip(at, flip) => {
                let at = at.index(bytes.len());
                bytes[at] ^= flip;
            }
            Self::Insert(at, more) => {
                let at = at.index(bytes.len() + 1);
                bytes.splice(at..at, more.iter().copied());
            }
            Self::Remove(at, len) => {
                let gone = stretch(at, *len);
                bytes.drain(gone);
            }
            Self::Fill(at, len, to) => {
                let filled = stretch(at, *len);
                bytes[filled].fill(*to);
            }
            Self::Cut(at) => {
                let end = at.index(bytes.len());
                bytes.truncate(end);
            }
            Self::Move(at, len, to) => {
                let taken = stretch(at, *len);
                let taken: Vec<u8> = bytes.drain(taken).collect();
                let to = to.index(bytes.len() + 1);
                bytes.splice(to..to, taken);
            }
            Self::Repeat(at, len) => {
                let again = stretch(at, *len);
                let end = again.end;
                let again = bytes[again].to_vec();
                bytes.splice(end..end, again);
            }
        }
    }
}
