//! What the server did to its files, call by call, as recorded by `strace`.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

/// The calls that change files or their names, or affect what a power cut leaves.
const CALLS: &str = "openat,write,pwrite64,ftruncate,mkdir,rename,unlink,fsync,fdatasync,\
                     sync_file_range";

/// Calls that change files without this record noticing; none may occur.
const UNKNOWN: &str = "writev,pwritev,pwritev2,fallocate,copy_file_range,sendfile,renameat,\
                       renameat2,unlinkat,mkdirat,link,linkat,symlink,truncate,io_uring_enter";

/// Longer than any write of sled: one segment.
const LONGEST_WRITE: &str = "16777216";

/// Returns the command that runs another one and records it in the file at `log`.
pub fn recorder(log: &Path) -> Vec<String> {
    let log = log.to_string_lossy().into_owned();
    let calls = format!("trace={CALLS},{UNKNOWN}");
    ["strace", "-D", "-f", "--seccomp-bpf", "-y", "-xx", "-q"]
        .into_iter()
        .chain(["-s", LONGEST_WRITE, "-e", &calls])
        .chain(["-o", &log])
        .map(str::to_owned)
        .collect()
}

/// A call, with the lines of the record where it began and where it ended.
#[derive(Debug)]
pub struct Call {
    pub during: Range<usize>,
    pub deed: Deed,
}

/// What a call did; paths are those of that time.
#[derive(Debug)]
pub enum Deed {
    /// Opened a file, and created it if it did not exist.
    Open {
        path: PathBuf,
        truncated: bool,
    },
    Write {
        path: PathBuf,
        offset: u64,
        bytes: Vec<u8>,
    },
    Truncate {
        path: PathBuf,
        len: u64,
    },
    MakeDirectory {
        path: PathBuf,
    },
    Rename {
        from: PathBuf,
        to: PathBuf,
    },
    Remove {
        path: PathBuf,
    },
    /// Made the content of a file durable, or the names in a directory.
    Sync {
        path: PathBuf,
        only_data: bool,
    },
}

/// Reads the record of a process that has ended, for calls on files in `root`. Lines are counted
/// from `first_line`.
pub fn read(log: &Path, root: &Path, first_line: usize) -> Vec<Call> {
    let mut reading = Reading {
        root: root.to_owned(),
        cursors: HashMap::new(),
        begun: HashMap::new(),
        thread: 0,
        cut_short: HashSet::new(),
        calls: Vec::new(),
    };
    let lines = BufReader::new(File::open(log).unwrap()).lines();
    for (line, number) in lines.zip(first_line..) {
        reading.read(&line.unwrap(), number);
    }
    reading.calls.sort_by_key(|call| call.during.start);
    reading.calls
}

/// Returns whether the record of process `id` is complete.
pub fn is_complete(log: &Path, id: u32) -> bool {
    let lines = BufReader::new(File::open(log).unwrap()).lines();
    // Its threads end before the process does.
    lines.map_while(Result::ok).any(|line| {
        let end = line.strip_prefix(&id.to_string());
        end.is_some_and(|end| end.trim_start().starts_with("+++"))
    })
}

struct Reading {
    root: PathBuf,
    /// Offset of the next `write` to a descriptor.
    cursors: HashMap<u32, u64>,
    /// The unfinished call of a thread, and where it began.
    begun: HashMap<u32, (usize, String)>,
    /// The thread of the current call.
    thread: u32,
    /// Threads whose write was cut short, which only a kill does; they make no more calls.
    cut_short: HashSet<u32>,
    calls: Vec<Call>,
}

impl Reading {
    fn read(&mut self, line: &str, number: usize) {
        let (thread, text) = line.split_once(' ').unwrap();
        let (thread, text) = (thread.parse().unwrap(), text.trim_start());
        self.thread = thread;
        if text.starts_with("+++") || text.starts_with("---") {
            let alive = text.starts_with("+++ exited");
            assert!(!alive || !self.cut_short.contains(&thread), "a short write");
            return;
        }
        assert!(!self.cut_short.contains(&thread), "a short write");
        if let Some(beginning) = text.strip_suffix("<unfinished ...>") {
            self.begun.insert(thread, (number, beginning.to_owned()));
        } else if text.starts_with("<... ") {
            let (_, end) = text.split_once("resumed>").unwrap();
            let (began, beginning) = self.begun.remove(&thread).unwrap();
            self.take(&format!("{beginning}{end}"), began..number);
        } else {
            self.take(text, number..number);
        }
    }

    fn take(&mut self, text: &str, during: Range<usize>) {
        let (name, rest) = text.split_once('(').unwrap();
        // Quoted text and the paths of descriptors are all hexadecimal.
        let (arguments, answer) = rest.rsplit_once(" = ").unwrap();
        let arguments = arguments.trim_end().strip_suffix(')').unwrap();
        let arguments: Vec<_> = arguments.split(", ").map(str::trim).collect();
        if arguments.contains(&"<unavailable>") {
            // The kill came before the call began: with a fatal signal pending it is skipped.
            assert!(answer.starts_with('?'), "{text}");
            return;
        }
        if answer.starts_with("-1") || !self.is_about_us(&arguments, answer) {
            return;
        }
        if answer.starts_with('?') {
            self.take_killed(name, &arguments, during);
            return;
        }
        if let Some(deed) = self.deed(name, &arguments, answer) {
            self.calls.push(Call { during, deed });
        }
    }

    /// Adds a call that a kill ended: the files show what it did, because nobody has changed them
    /// since.
    fn take_killed(&mut self, name: &str, arguments: &[&str], during: Range<usize>) {
        let path = |place: usize| path_in(arguments[place]).unwrap();
        let number = |place: usize| arguments[place].parse::<u64>().unwrap();
        let deed = match name {
            "write" => {
                let cursor = self.cursors.get(&descriptor_in(arguments[0]));
                let offset = cursor.copied().unwrap_or_default();
                Some(left_of_write(path(0), offset, number(2)))
            }
            "pwrite64" => Some(left_of_write(path(0), number(3), number(2))),
            "ftruncate" => {
                let (path, len) = (path(0), number(1));
                (len_of(&path) == Some(len)).then_some(Deed::Truncate { path, len })
            }
            "openat" if !arguments[2].contains("O_CREAT") => None,
            "openat" => {
                let path = path(1);
                let truncated = arguments[2].contains("O_TRUNC") && len_of(&path) == Some(0);
                path.exists().then_some(Deed::Open { path, truncated })
            }
            "mkdir" => {
                let path = path(0);
                path.exists().then_some(Deed::MakeDirectory { path })
            }
            "rename" => {
                let (from, to) = (path(0), path(1));
                (!from.exists() && to.exists()).then_some(Deed::Rename { from, to })
            }
            "unlink" => {
                let path = path(0);
                (!path.exists()).then_some(Deed::Remove { path })
            }
            "fsync" | "fdatasync" | "sync_file_range" | "fallocate" => None,
            other => panic!("{other} was ended by a kill"),
        };
        self.calls.extend(deed.map(|deed| Call { during, deed }));
    }

    /// Returns the bytes that a write wrote: all of them, unless a kill cut it short.
    fn written(&mut self, text: &str, answer: &str) -> Vec<u8> {
        let mut bytes = bytes_in(text);
        let count: usize = answer.parse().unwrap();
        if count < bytes.len() {
            self.cut_short.insert(self.thread);
        }
        bytes.truncate(count);
        bytes
    }

    fn is_about_us(&self, arguments: &[&str], answer: &str) -> bool {
        let of_arguments = arguments.iter().take(2).filter_map(|text| path_in(text));
        // The answer of a call that a kill ended is `? <unavailable>`.
        let answered = Some(answer).filter(|answer| !answer.starts_with('?'));
        of_arguments
            .chain(answered.and_then(path_in))
            .any(|path| path.starts_with(&self.root))
    }

    fn deed(&mut self, name: &str, arguments: &[&str], answer: &str) -> Option<Deed> {
        let path = |place: usize| path_in(arguments[place]).unwrap();
        let number = |place: usize| arguments[place].parse::<u64>().unwrap();
        Some(match name {
            "openat" => {
                let descriptor = descriptor_in(answer);
                self.cursors.insert(descriptor, 0);
                if !arguments[2].contains("O_CREAT") {
                    return None;
                }
                Deed::Open {
                    path: path(1),
                    truncated: arguments[2].contains("O_TRUNC"),
                }
            }
            "write" => {
                let descriptor = descriptor_in(arguments[0]);
                let cursor = self.cursors.entry(descriptor).or_default();
                let offset = *cursor;
                let bytes = self.written(arguments[1], answer);
                *self.cursors.entry(descriptor).or_default() += bytes.len() as u64;
                let path = path(0);
                Deed::Write {
                    path,
                    offset,
                    bytes,
                }
            }
            "pwrite64" => Deed::Write {
                path: path(0),
                offset: number(3),
                bytes: self.written(arguments[1], answer),
            },
            "ftruncate" => Deed::Truncate {
                path: path(0),
                len: number(1),
            },
            "mkdir" => Deed::MakeDirectory { path: path(0) },
            "rename" => Deed::Rename {
                from: path(0),
                to: path(1),
            },
            "unlink" => Deed::Remove { path: path(0) },
            "fsync" | "fdatasync" => Deed::Sync {
                path: path(0),
                only_data: name == "fdatasync",
            },
            // It waits for pages to be written, but syncs neither the size nor the drive.
            "sync_file_range" => return None,
            // It reserves space, and changes neither content nor size.
            "fallocate" if arguments[1].contains("FALLOC_FL_KEEP_SIZE") => return None,
            other => panic!("{other} changes files in a way that is not understood here"),
        })
    }
}

/// Returns the part of a killed write that a file shows.
fn left_of_write(path: PathBuf, offset: u64, count: u64) -> Deed {
    let file = File::open(&path).unwrap();
    let left = file.metadata().unwrap().len().saturating_sub(offset);
    let mut bytes = vec![0; usize::try_from(count.min(left)).unwrap()];
    file.read_exact_at(&mut bytes, offset).unwrap();
    Deed::Write {
        path,
        offset,
        bytes,
    }
}

fn len_of(path: &Path) -> Option<u64> {
    path.metadata().ok().map(|metadata| metadata.len())
}

/// Returns the descriptor in `12<\x2f\x74>`.
fn descriptor_in(text: &str) -> u32 {
    let number = text.split_once('<').map_or(text, |(number, _)| number);
    number.parse().unwrap()
}

/// Returns the path of a descriptor or a string.
fn path_in(text: &str) -> Option<PathBuf> {
    let start = text.find(['<', '"'])?;
    let quoted = &text[start..];
    let path = String::from_utf8(unhex(&quoted[1..quoted.len() - 1])).ok()?;
    path.starts_with('/').then(|| PathBuf::from(path))
}

fn bytes_in(text: &str) -> Vec<u8> {
    unhex(text.trim_matches('"'))
}

fn unhex(text: &str) -> Vec<u8> {
    let digit = |byte: u8| match char::from(byte).to_digit(16) {
        Some(digit) => digit as u8,
        None => panic!("not hexadecimal: {text}"),
    };
    text.as_bytes()
        .chunks_exact(4)
        .map(|escaped| digit(escaped[2]) << 4 | digit(escaped[3]))
        .collect()
}
