#![allow(clippy::unwrap_used)]

use std::fs;

use proptest::prelude::*;
use tempfile::TempDir;

use super::super::recovery::beyond;
use super::*;

/// Bytes that a drive writes entirely or not at all.
const ATOM: usize = 512;

/// A journal and the acknowledged blocks.
struct Scene {
    dir: TempDir,
    journal: Journal,
    blocks: Vec<Block>,
    /// How many of them are durable in the imagined sled.
    safe: usize,
}

impl Scene {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Journal::create(dir.path(), MIN_SEGMENT_BYTES, None).unwrap();
        let (journal, frames) = Journal::open(dir.path()).unwrap().unwrap();
        assert!(frames.is_empty());
        Self {
            dir,
            journal,
            blocks: Vec::new(),
            safe: 0,
        }
    }

    fn head(&self, blocks: usize) -> Head {
        match blocks {
            0 => Head::EMPTY,
            _ => self.blocks[blocks - 1].head(),
        }
    }

    fn next(&self, len: usize) -> Block {
        let records = vec![noise(self.blocks.len() as u64, len), Bytes::new()];
        Block::seal(0, &self.head(self.blocks.len()), records).unwrap()
    }

    /// Appends like the log does: blocks that would be overwritten are first made durable
    /// elsewhere.
    fn append(&mut self, len: usize) {
        let block = self.next(len);
        let over = self.journal.written_over_by(&block);
        let is_over = |block: &Block| block.first_position() <= over;
        let needed = self
            .blocks
            .iter()
            .take_while(|block| is_over(block))
            .count();
        self.safe = self.safe.max(needed);
        self.journal.write(&block).unwrap();
        self.blocks.push(block);
    }

    fn image(&self) -> Vec<u8> {
        fs::read(self.dir.path().join(NAME)).unwrap()
    }

    /// Returns the frames of a journal with this content.
    fn frames_of(&self, image: &[u8]) -> Vec<Frame> {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(NAME), image).unwrap();
        Journal::open(dir.path()).unwrap().unwrap().1
    }

    /// Checks, for each end that sled may have, that the other acknowledged blocks are in `frames`,
    /// and nothing else except `under_way`.
    fn recovers(&self, frames: &[Frame], under_way: Option<&Block>) {
        for stored in self.safe..=self.blocks.len() {
            let stored_head = self.head(stored);
            let found = beyond(Path::new("log"), 0, &stored_head, frames.to_vec()).unwrap();
            let found: Vec<_> = found.iter().map(|frame| &frame.encoded).collect();
            let acknowledged = self.blocks[stored..].iter();
            let wanted: Vec<_> = acknowledged.chain(under_way).map(Block::encoded).collect();
            assert!(found == wanted, "{} of {}", found.len(), wanted.len());
        }
    }
}

fn noise(seed: u64, len: usize) -> Bytes {
    let mut random = fastrand::Rng::with_seed(seed);
    std::iter::repeat_with(|| random.u8(..)).take(len).collect()
}

/// Mixes two contents as a power cut may: each sector is old or new.
fn cut(older: &[u8], newer: &[u8], seed: u64) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut left = older.to_vec();
    let kept = [0, 50, 90, 100][random.usize(..4)];
    for start in (0..left.len()).step_by(SECTOR) {
        let whole = start..start + SECTOR;
        let part = match random.usize(..100) {
            chance if chance < kept => whole,
            chance if chance % 2 == 0 => start..start,
            _ => start..start + ATOM * random.usize(1..SECTOR / ATOM),
        };
        left[part.clone()].copy_from_slice(&newer[part]);
    }
    left
}

/// Lengths of records: mostly small ones, some of the largest.
fn lengths() -> impl Strategy<Value = Vec<usize>> {
    let most = crate::log::block::ALWAYS_FITS_BYTES - 8;
    let length = prop_oneof![4 => 0..3_000_usize, 2 => 3_000..40_000_usize, 1 => 40_000..=most];
    proptest::collection::vec(length, 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn power_cut_loses_nothing_acknowledged_and_invents_nothing(
        lengths in lengths(),
        seed in any::<u64>(),
    ) {
        let mut scene = Scene::new();
        let mut image = scene.image();
        for (length, number) in lengths.into_iter().zip(0..) {
            let (before, safe) = (image, scene.safe);
            scene.append(length);
            image = scene.image();

            // Cut while the last one was under way.
            let left = cut(&before, &image, seed.wrapping_add(number));
            let under_way = scene.blocks.pop().unwrap();
            let frames = scene.frames_of(&left);
            let is_there = frames.iter().any(|found| found.head == under_way.head());
            prop_assert!(is_there || left != image);
            scene.recovers(&frames, is_there.then_some(&under_way));
            scene.blocks.push(under_way);
            prop_assert!(scene.safe >= safe);

            // Cut after it.
            scene.recovers(&scene.frames_of(&image), None);
        }
    }

    #[test]
    fn reopening_anywhere_continues(lengths in lengths(), seed in any::<u64>()) {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut scene = Scene::new();
        for length in lengths {
            scene.append(length);
            if random.u8(..) < 60 {
                // A start moves everything into sled before it appends.
                let (journal, frames) = Journal::open(scene.dir.path()).unwrap().unwrap();
                scene.recovers(&frames, None);
                scene.journal = journal;
                scene.safe = scene.blocks.len();
            }
        }
        scene.recovers(&scene.frames_of(&scene.image()), None);
    }
}

#[test]
fn file_never_changes_its_size() {
    let mut scene = Scene::new();
    let size = scene.image().len();
    assert_eq!(size as u64, scene.journal.layout.start_of(SEGMENTS));
    for len in [0, 100_000, 3, 100_000, 50_000, 7] {
        scene.append(len);
        assert_eq!(scene.image().len(), size);
    }
}

#[test]
fn record_that_looks_like_a_frame_is_none() {
    let mut scene = Scene::new();
    // A block that would come far later, at every place in a record where a frame might begin.
    let far = Head {
        block: 1_000,
        position: Position::new(5_000),
        hash: Hash::of(b"far"),
    };
    let forged = Block::seal(0, &far, vec![Bytes::from_static(b"forged")]).unwrap();
    let other = Layout {
        id: [7; 16],
        ..scene.journal.layout
    };
    let mut frame = Vec::new();
    other.render(forged.encoded(), &mut frame);
    for shift in 0..8 {
        let mut record = vec![1; SECTOR * shift];
        record.extend(frame.repeat(3));
        let head = scene.head(scene.blocks.len());
        let block = Block::seal(0, &head, vec![record.into()]).unwrap();
        scene.safe = scene.blocks.len();
        scene.journal.write(&block).unwrap();
        scene.blocks.push(block);
    }
    scene.recovers(&scene.frames_of(&scene.image()), None);
}

#[test]
fn damaged_header_is_refused() {
    let scene = Scene::new();
    let image = scene.image();
    let path = scene.dir.path().join(NAME);
    for offset in 0..HEADER + Hash::LEN {
        let mut damaged = image.clone();
        damaged[offset] ^= 1;
        fs::write(&path, damaged).unwrap();
        assert!(matches!(
            Journal::open(scene.dir.path()),
            Err(OpenError::Journal { .. })
        ));
    }
    for len in [0, 10, HEADER + Hash::LEN, SECTOR, image.len() - 1] {
        fs::write(&path, &image[..len]).unwrap();
        assert!(matches!(
            Journal::open(scene.dir.path()),
            Err(OpenError::Journal { .. })
        ));
    }
}
