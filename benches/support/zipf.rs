//! Picks numbers by a zipf law: few are picked often.

/// Picks one of `among`: the k-th with a probability proportional to 1 ÷ k.
pub fn zipf(random: &mut fastrand::Rng, among: u64) -> u64 {
    let span = (among as f64 + 1.0).ln();
    ((random.f64() * span).exp() as u64).clamp(1, among) - 1
}
