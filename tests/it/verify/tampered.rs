//! The table of tampering: what was done, where, and the expected verdict.

use bytes::Bytes;
use campaign_ledger::domain::{ActorId, Position};
use campaign_ledger::log::{Block, Head, codec};
use campaign_ledger::proofs::Checkpoint;
use campaign_ledger::verify::{Error, KeptError, Kind, Standing, kept};

use super::{checkpoint, encoded, history, key, sealed, signed, verified};

/// Where it is done: the first block, the second, one in the middle, the last but one, the last.
const PLACES: [usize; 5] = [0, 1, 9, 18, 19];

/// The verdict about a tampered log.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Called {
    Found(Kind),
    Against(Standing),
}

/// A tampered log.
struct Case {
    /// What was done.
    done: &'static str,
    /// To which block.
    place: usize,
    blocks: Vec<Bytes>,
    called: Called,
}

/// Tampering by somebody who knows the format of blocks: reseals one block, with or without those
/// after it.
struct Log {
    records: Vec<Vec<Bytes>>,
    blocks: Vec<Block>,
}

impl Log {
    fn new() -> Self {
        let records = history();
        let blocks = sealed(&records);
        Self { records, blocks }
    }

    fn bytes(&self) -> Vec<Bytes> {
        encoded(&self.blocks)
    }

    /// Changes a byte of a block, counted from its end when negative.
    fn with_other_byte(&self, place: usize, at: isize) -> Vec<Bytes> {
        let mut blocks = self.bytes();
        let mut bytes = blocks[place].to_vec();
        let at = at.rem_euclid(bytes.len() as isize) as usize;
        bytes[at] ^= 0x40;
        blocks[place] = bytes.into();
        blocks
    }

    /// Changes the records of a block, and reseals only that block.
    fn with_other_block(&self, place: usize, change: impl Fn(&mut Vec<Bytes>)) -> Vec<Bytes> {
        let mut blocks = self.bytes();
        let mut records = self.records[place].clone();
        change(&mut records);
        let before = place
            .checked_sub(1)
            .map(|before| self.blocks[before].head());
        let block = Block::seal(0, &before.unwrap_or(Head::EMPTY), records).unwrap();
        blocks[place] = block.encoded().clone();
        blocks
    }

    /// Changes the records of a block, and reseals all blocks.
    fn with_other_history(&self, place: usize, change: impl Fn(&mut Vec<Bytes>)) -> Vec<Bytes> {
        let mut records = self.records.clone();
        change(&mut records[place]);
        encoded(&sealed(&records))
    }

    /// Returns a valid record with another actor, which nobody recorded.
    fn forged(record: &Bytes) -> Bytes {
        let mut record = codec::decode(record).unwrap();
        record.actor.id = ActorId::parse("mallory").unwrap();
        codec::encode(&record)
    }
}

fn cases() -> Vec<Case> {
    let log = Log::new();
    let mut cases = Vec::new();
    for place in PLACES {
        let mut add = |done, blocks, called| {
            cases.push(Case {
                done,
                place,
                blocks,
                called,
            });
        };
        let is_last = place + 1 == log.blocks.len();
        let (edited, removed) = (Called::Found(Kind::Edited), Called::Found(Kind::Removed));
        let inserted = Called::Found(Kind::Inserted);
        let swapped = Called::Found(Kind::Swapped);
        let truncated = Called::Against(Standing::Truncated);
        let rewritten = Called::Against(Standing::Rewritten);

        add(
            "a byte of a record",
            log.with_other_byte(place, 100),
            edited,
        );
        add("a byte of the hash", log.with_other_byte(place, -1), edited);
        add(
            "a byte of what is before",
            log.with_other_byte(place, 40),
            edited,
        );
        add(
            "a byte of the position",
            log.with_other_byte(place, 30),
            edited,
        );
        add("a byte of the magic", log.with_other_byte(place, 0), edited);

        let mut less = log.bytes();
        less.remove(place);
        add(
            "a block is gone",
            less,
            if is_last { truncated } else { removed },
        );
        let ends = log.bytes()[..place].to_vec();
        add("all from a block on is gone", ends, truncated);
        let mut cut = log.bytes()[..=place].to_vec();
        let half = cut[place].len() / 2;
        cut[place].truncate(half);
        add("the last block is cut", cut, Called::Found(Kind::Truncated));

        let mut twice = log.bytes();
        twice.insert(place, twice[place].clone());
        add("a block is there twice", twice, inserted);
        let mut early = log.bytes();
        early.insert(0, early[place].clone());
        add("a block is there again in front", early, inserted);
        let mut foreign = log.bytes();
        let before = place.checked_sub(1).map(|before| log.blocks[before].head());
        let one = vec![Log::forged(&log.records[place][0])];
        let forged = Block::seal(0, &before.unwrap_or(Head::EMPTY), one).unwrap();
        foreign.insert(place, forged.encoded().clone());
        add("a forged block is put before it", foreign, inserted);
        let mut other = log.bytes();
        let of_another = Block::seal(1, &Head::EMPTY, log.records[place].clone()).unwrap();
        other.insert(place, of_another.encoded().clone());
        add("a block of another partition", other, inserted);

        let mut crossed = log.bytes();
        let with = if is_last { place - 1 } else { place + 1 };
        crossed.swap(place, with);
        add("neighbours change places", crossed, swapped);
        let mut far = log.bytes();
        far.swap(place, if place == 4 { 5 } else { 4 });
        add("blocks change places", far, swapped);

        // A forger knows how to seal a block.
        let forge = |records: &mut Vec<Bytes>| records[1] = Log::forged(&records[1]);
        let shorten = |records: &mut Vec<Bytes>| drop(records.remove(1));
        let lengthen = |records: &mut Vec<Bytes>| records.insert(1, records[1].clone());
        let cross = |records: &mut Vec<Bytes>| records.swap(0, 1);
        let one = |change: &dyn Fn(&mut Vec<Bytes>)| log.with_other_block(place, change);
        let all = |change: &dyn Fn(&mut Vec<Bytes>)| log.with_other_history(place, change);
        add(
            "a record, sealed again",
            one(&forge),
            if is_last { rewritten } else { edited },
        );
        add("two records of a block change places", one(&cross), swapped);
        add("a record less, sealed again", one(&shorten), removed);
        add("a record more, sealed again", one(&lengthen), inserted);

        // And seals all later ones.
        add("a record, all sealed again", all(&forge), rewritten);
        add("two records, all sealed again", all(&cross), swapped);
        add("a record more, all sealed again", all(&lengthen), inserted);
        add("a record less, all sealed again", all(&shorten), removed);
        let garble = |records: &mut Vec<Bytes>| records[2] = Bytes::from_static(b"\xff\xff");
        add("no record, all sealed again", all(&garble), edited);
    }
    cases
}

#[test]
fn each_of_a_hundred_tampered_logs_is_named_by_what_was_done() {
    let log = Log::new();
    let whole = checkpoint(&log.records);
    let cases = cases();
    assert!(cases.len() >= 100, "{}", cases.len());
    let good = log.bytes();
    let mut misnamed = Vec::new();
    for case in cases {
        let Case {
            done,
            place,
            blocks,
            called,
        } = case;
        assert_ne!(blocks, good, "{done}: nothing was done");
        let verified = verified(&blocks, std::slice::from_ref(&whole));
        let actual = match &verified {
            Ok(verified) => Called::Against(verified.standings[0]),
            Err(Error::Found(finding)) => Called::Found(finding.kind),
            Err(other) => panic!("{done} at block {}: {other}", place + 1),
        };
        if actual != called {
            misnamed.push(format!("{done} at block {}: {verified:?}", place + 1));
        }
    }
    assert!(misnamed.is_empty(), "{misnamed:#?}");
}

#[test]
fn a_finding_says_where() {
    let log = Log::new();
    let place_of = |blocks: &[Bytes]| match verified(blocks, &[]) {
        Err(Error::Found(finding)) => (finding.position.get(), finding.block),
        other => panic!("{other:?}"),
    };
    assert_eq!(place_of(&log.with_other_byte(9, 100)), (28, Some(10)));
    let forge = |records: &mut Vec<Bytes>| records[1] = Log::forged(&records[1]);
    // The next block shows the change, and the verdict names the one before.
    assert_eq!(place_of(&log.with_other_block(9, forge)), (31, Some(10)));
    let mut less = log.bytes();
    less.remove(9);
    assert_eq!(place_of(&less), (28, Some(10)));
    let shorten = |records: &mut Vec<Bytes>| drop(records.remove(1));
    assert_eq!(
        place_of(&log.with_other_history(9, shorten)),
        (29, Some(10))
    );
}

#[test]
fn a_log_stands_to_each_checkpoint_of_its_own() {
    let log = Log::new();
    let sizes = [0, 1, 7, 19, 20];
    let own: Vec<Checkpoint> = sizes
        .iter()
        .map(|size| checkpoint(&log.records[..*size]))
        .collect();
    let verified = verified(&log.bytes(), &own).unwrap();
    let expected = [
        Standing::Extended(60),
        Standing::Extended(57),
        Standing::Extended(39),
        Standing::Extended(3),
        Standing::Identical,
    ];
    assert_eq!(verified.standings, expected);
    assert_eq!(verified.head.position, Position::new(60));
    assert_eq!(verified.root, own[4].root);
    assert_eq!(verified.differs, None);
    let empty = super::verified(&[], &own).unwrap();
    assert_eq!(empty.standings[0], Standing::Identical);
    assert_eq!(empty.standings[1..], [Standing::Truncated; 4]);
}

#[test]
fn a_checkpoint_that_was_signed_again_or_changed_proves_nothing() {
    let records = history();
    let ours = [key(1).public().clone()];
    for blocks in [0, 1, 9, 20] {
        let one = checkpoint(&records[..blocks]);
        let good = signed(&one, &key(1));
        assert_eq!(kept(&good, &ours), Ok(one.clone()));
        assert_eq!(
            kept(&signed(&one, &key(2)), &ours),
            Err(KeptError::OtherKey)
        );
        assert_eq!(
            kept(&good, &[key(2).public().clone()]),
            Err(KeptError::OtherKey)
        );
        let larger = good.replacen(&one.size.to_string(), &(one.size + 1).to_string(), 1);
        assert_eq!(kept(&larger, &ours), Err(KeptError::BadSignature));
        let other = checkpoint(&records[1..9]);
        let (_, by_us) = good.split_once("\n\n").unwrap();
        let moved = format!("{}\n{by_us}", other.text());
        assert_eq!(kept(&moved, &ours), Err(KeptError::BadSignature));
        let (text, _) = good.split_once("\n\n").unwrap();
        assert!(matches!(
            kept(&format!("{text}\n"), &ours),
            Err(KeptError::Note(_))
        ));
    }
}
