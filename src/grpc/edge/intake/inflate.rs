//! Compressed messages, inflated within a limit and only as far as they are worth it.

use std::io::Read;

use flate2::read::GzDecoder;

/// How much is inflated before the first look at it.
const FIRST_LOOK_BYTES: usize = 8 << 10;

/// Why a message is not inflated.
#[derive(Debug)]
pub(super) enum Error<E> {
    /// It would be larger than allowed.
    TooLarge,
    /// It is not gzip.
    Malformed,
    /// What was inflated so far was refused.
    Refused(E),
}

/// Inflates gzip to `most` bytes behind what `inflated` holds. Shows what is there each time it has
/// doubled, so that a bomb ends early.
///
/// # Errors
/// See [`Error`].
pub(super) fn gunzip<E>(
    compressed: &[u8],
    inflated: &mut Vec<u8>,
    most: usize,
    mut look: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<(), Error<E>> {
    let begin = inflated.len();
    let mut decoder = GzDecoder::new(compressed);
    let mut next_look = FIRST_LOOK_BYTES;
    loop {
        let length = inflated.len() - begin;
        // One byte more than allowed shows that there is more.
        let step = next_look.min(most + 1).saturating_sub(length);
        let mut part = decoder.by_ref().take(step as u64);
        let read = part.read_to_end(inflated).map_err(|_| Error::Malformed)?;
        let length = inflated.len() - begin;
        if length > most {
            return Err(Error::TooLarge);
        }
        if read < step {
            return Ok(());
        }
        look(&inflated[begin..]).map_err(Error::Refused)?;
        next_look = length * 2;
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn fine(_: &[u8]) -> Result<(), ()> {
        Ok(())
    }

    #[test]
    fn what_was_compressed_comes_back() {
        for length in [0, 1, FIRST_LOOK_BYTES, FIRST_LOOK_BYTES + 1, 100_000] {
            let bytes: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            let mut inflated = vec![7];
            gunzip(&gzip(&bytes), &mut inflated, length, fine).unwrap();
            assert_eq!(inflated[1..], bytes);
        }
    }

    #[test]
    fn no_more_than_allowed_is_inflated() {
        let mut inflated = Vec::new();
        let bomb = gzip(&vec![0; 1 << 20]);
        let refused = gunzip(&bomb, &mut inflated, 1_000, fine);
        assert!(matches!(refused, Err(Error::TooLarge)));
        assert_eq!(inflated.len(), 1_001);
    }

    #[test]
    fn what_is_refused_at_its_beginning_is_not_inflated_to_its_end() {
        let mut inflated = Vec::new();
        let bomb = gzip(&vec![0; 1 << 20]);
        let refused = gunzip(&bomb, &mut inflated, 1 << 20, |_| Err(()));
        assert!(matches!(refused, Err(Error::Refused(()))));
        assert_eq!(inflated.len(), FIRST_LOOK_BYTES);
    }

    #[test]
    fn what_is_not_gzip_is_malformed() {
        let refused = gunzip(b"no", &mut Vec::new(), 10, fine);
        assert!(matches!(refused, Err(Error::Malformed)));
    }
}
