//! Files of a ledger on disk: each is whole or not there, private to its owner, and never removed
//! because it is damaged.
//!
//! A file is made under another name beside its own, synced, and renamed; then its directory is
//! synced. So whatever ends the process, or the power, the name stands for the old file or the new
//! one. What a half-made file left under the other name is removed by the next attempt.
//!
//! Owns these steps and the modes. Does not know what is in a file.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// Only the owner may read or write: files hold contracts, amounts and keys.
pub const PRIVATE_FILE: u32 = 0o600;
/// Only the owner may enter.
pub const PRIVATE_DIRECTORY: u32 = 0o700;
/// What the owner does not grant to anybody else.
const OF_OTHERS: u32 = 0o077;

/// What a file is called until it is whole.
const UNFINISHED: &str = ".new";

/// Reads a file; `None` where there is none.
///
/// # Errors
/// When the system refuses.
pub fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    found(fs::read(path))
}

/// Reads a text; `None` where there is no file.
///
/// # Errors
/// When the system refuses, or the file is not UTF-8.
pub fn read_text(path: &Path) -> io::Result<Option<String>> {
    found(fs::read_to_string(path))
}

fn found<T>(read: io::Result<T>) -> io::Result<Option<T>> {
    match read {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Puts `content` in place of what a file holds, or makes the file, in one step.
///
/// # Errors
/// When the system refuses; the file is then as it was, or as it should be.
pub fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let draft = draft_of(path);
    let mut file = create(&draft)?;
    file.write_all(content)?;
    file.sync_all()?;
    drop(file);
    put_in_place(&draft, path)
}

/// Says what a file is called until it is whole: `journal.new` for `journal`.
pub fn draft_of(path: &Path) -> PathBuf {
    with_suffix(path, UNFINISHED)
}

/// Makes a new private file, in place of an unfinished one of that name.
///
/// # Errors
/// When the system refuses.
pub fn create(path: &Path) -> io::Result<File> {
    remove(path)?;
    OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(true)
        .mode(PRIVATE_FILE)
        .open(path)
}

/// Gives a whole and synced file, or a directory of such files, its name for good.
///
/// # Errors
/// When the system refuses.
pub fn put_in_place(draft: &Path, path: &Path) -> io::Result<()> {
    fs::rename(draft, path)?;
    sync_directory(&directory_of(path))
}

/// Removes a file, if there is one.
///
/// # Errors
/// When the system refuses.
pub fn remove(path: &Path) -> io::Result<()> {
    found(fs::remove_file(path)).map(|_| ())
}

/// Makes a directory that only its owner may enter; one that is there stays as it is.
///
/// # Errors
/// When the system refuses.
pub fn create_directory(path: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(PRIVATE_DIRECTORY).create(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        // Synced even if it was there: an earlier attempt may have ended before it got that far.
        Ok(()) | Err(_) => sync_directory(&directory_of(path)),
    }
}

/// Syncs a directory, so that the names in it survive a power cut.
///
/// # Errors
/// When the system refuses.
pub fn sync_directory(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// The directory that `path` is named in.
pub fn directory_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => PathBuf::from("."),
        Some(parent) => parent.to_owned(),
        None => path.to_owned(),
    }
}

/// Renames what is damaged to `<name>.damaged-<UTC time>`, so that people can look at it and a new one
/// can be made. Gives the new path.
///
/// # Errors
/// When the system refuses.
pub fn set_aside(path: &Path) -> io::Result<PathBuf> {
    set_aside_as(path, path)
}

/// Sets a file aside as if it were called `like`, where its own name would make it be read on.
///
/// # Errors
/// When the system refuses.
#[expect(
    clippy::disallowed_methods,
    reason = "a name that people sort by, of a file that nothing reads"
)]
pub fn set_aside_as(path: &Path, like: &Path) -> io::Result<PathBuf> {
    let now = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ");
    let named = |number: u32| match number {
        1 => with_suffix(like, &format!(".damaged-{now}")),
        more => with_suffix(like, &format!(".damaged-{now}-{more}")),
    };
    // Two within a second are two files.
    let aside = (1..).map(named).find(|aside| !aside.exists());
    let aside = aside.expect("a directory has fewer names than there are numbers");
    put_in_place(path, &aside)?;
    Ok(aside)
}

/// Takes from everybody but the owner what they may do with a file or a directory. Tells whether
/// there was something to take.
///
/// # Errors
/// When the system refuses, as it does where the file is another user's.
pub fn make_private(path: &Path) -> io::Result<bool> {
    let mode = fs::symlink_metadata(path)?.permissions().mode();
    if mode & OF_OTHERS == 0 {
        return Ok(false);
    }
    fs::set_permissions(path, Permissions::from_mode(mode & !OF_OTHERS & 0o7777))?;
    Ok(true)
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name: OsString = path.file_name().unwrap_or_default().to_owned();
    name.push(suffix);
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names_in(directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }

    #[test]
    fn replaced_file_is_private_and_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        fs::write(draft_of(&path), "half").unwrap();
        for content in ["one", "another"] {
            replace(&path, content.as_bytes()).unwrap();
            assert_eq!(read_text(&path).unwrap().as_deref(), Some(content));
        }
        assert_eq!(names_in(dir.path()), ["key"]);
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, PRIVATE_FILE);
    }

    #[test]
    fn missing_file_is_none() {
        let dir = tempfile::tempdir().unwrap();
        assert!(read(&dir.path().join("nothing")).unwrap().is_none());
        remove(&dir.path().join("nothing")).unwrap();
    }

    #[test]
    fn what_is_set_aside_keeps_its_content_and_nothing_is_written_over() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("views");
        let mut asides = Vec::new();
        for content in ["one", "another", "a third"] {
            fs::write(&path, content).unwrap();
            let aside = set_aside(&path).unwrap();
            assert!(!path.exists());
            let name = aside.file_name().unwrap().to_str().unwrap().to_owned();
            assert!(name.starts_with("views.damaged-2"), "{name}");
            asides.push((aside, content));
        }
        for (aside, content) in asides {
            assert_eq!(fs::read_to_string(aside).unwrap(), content);
        }
    }

    #[test]
    fn what_others_may_do_is_taken_from_them() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("open");
        fs::write(&path, "").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o664)).unwrap();
        assert!(make_private(&path).unwrap());
        assert!(!make_private(&path).unwrap());
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, PRIVATE_FILE);
    }
}
