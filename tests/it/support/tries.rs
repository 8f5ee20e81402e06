//! Number of cases and seed of random tests: few by default, as many as the environment says.

use std::env;
use std::fmt::Debug;

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

/// This many cases, from this seed.
pub struct Tries {
    name: &'static str,
    cases: u32,
    seed: u64,
}

impl Tries {
    /// Reads `<name>_CASES` and `<name>_SEED` from the environment; otherwise `usual` cases of a
    /// random seed.
    pub fn of(name: &'static str, usual: u32) -> Self {
        let number = |what: &str| {
            let text = env::var(format!("{name}_{what}")).ok()?;
            Some(text.parse::<u64>().expect("a number"))
        };
        let cases = number("CASES").map_or(usual, |cases| u32::try_from(cases).unwrap());
        let seed = number("SEED").unwrap_or_else(|| getrandom::u64().unwrap());
        Self { name, cases, seed }
    }

    /// Takes one in this many of the cases, for slow tests; at least one.
    pub fn one_in(self, part: u32) -> Self {
        let cases = self.cases.div_ceil(part).max(1);
        Self { cases, ..self }
    }

    /// Runs the test; reports the smallest input that fails, and how to repeat it.
    #[track_caller]
    pub fn run<S>(&self, inputs: S, test: impl Fn(S::Value) -> Result<(), TestCaseError>)
    where
        S: Strategy<Value: Debug>,
    {
        match self.runner().run(&inputs, test) {
            Ok(()) => {}
            Err(TestError::Fail(why, input)) => {
                panic!("{}_SEED={}: {why}\n{input:#?}", self.name, self.seed)
            }
            Err(TestError::Abort(why)) => panic!("{}_SEED={}: {why}", self.name, self.seed),
        }
    }

    /// Proptest's runner, seeded.
    pub fn runner(&self) -> TestRunner {
        let config = Config {
            cases: self.cases,
            failure_persistence: None,
            ..Config::default()
        };
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&self.seed.to_be_bytes());
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
        TestRunner::new_with_rng(config, rng)
    }
}
