//! Files of a ledger on disk: each is complete or absent, private to its owner, and never removed
//! because it is damaged.
//!
//! A file is created under a temporary name in the same directory, synced, and renamed; then its
//! directory is synced. So after a kill or a power cut, the name belongs to the old file or to the
//! new one. The next attempt removes a half-written temporary file.
//!
//! Owns these steps and the file modes. Does not know what is in a file.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// Only the owner may read or write: files hold contracts, amounts and keys.
pub const PRIVATE_FILE: u32 = 0o600;
/// Only the owner may enter.
pub const PRIVATE_DIRECTORY: u32 = 0o700;
/// The mode bits of other users.
const OF_OTHERS: u32 = 0o077;

/// Suffix of a file that is not complete yet.
const UNFINISHED: &str = ".new";

/// Reads a file. Returns `None` if there is none.
///
/// # Errors
/// When the system refuses.
pub fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    found(fs::read(path))
}

/// Reads a text file. Returns `None` if there is none. Bytes that are not UTF-8 become U+FFFD, which no file
/// of a ledger holds, so the parser of the file reports the damage.
///
/// # Errors
/// As [`read`].
pub fn read_text(path: &Path) -> io::Result<Option<String>> {
    let bytes = read(path)?;
    Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
}

fn found<T>(read: io::Result<T>) -> io::Result<Option<T>> {
    match read {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Replaces the content of a file, or creates the file, in one step.
///
/// # Errors
/// When the system refuses. The file then has its old content or the new one.
pub fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let draft = draft_of(path);
    let mut file = create(&draft)?;
    file.write_all(content)?;
    file.sync_all()?;
    drop(file);
    put_in_place(&draft, path)
}

/// Returns the temporary name of a file: `journal.new` for `journal`.
pub fn draft_of(path: &Path) -> PathBuf {
    with_suffix(path, UNFINISHED)
}

/// Creates a private file. Removes an unfinished one with that name first.
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

/// Renames a complete and synced file, or a directory of such files, to its final name, and syncs
/// the directory.
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

/// Creates a directory that only its owner may enter. An existing one is not changed.
///
/// # Errors
/// When the system refuses.
pub fn create_directory(path: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(PRIVATE_DIRECTORY).create(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        // An existing one is synced too: an earlier attempt may have ended before its sync.
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

/// Returns the directory of `path`.
pub fn directory_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => PathBuf::from("."),
        Some(parent) => parent.to_owned(),
        None => path.to_owned(),
    }
}

/// Renames a damaged file to `<name>.damaged-<UTC time>`, so that people can examine it and a new
/// one can be made. Returns the new path.
///
/// # Errors
/// When the system refuses.
pub fn set_aside(path: &Path) -> io::Result<PathBuf> {
    set_aside_as(path, path)
}

/// Renames a damaged file like [`set_aside`], but with the name `like` instead of its own: for a
/// file that would still be read under a name that begins with its own.
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
    // Two files may be renamed within a second.
    let aside = (1..).map(named).find(|aside| !aside.exists());
    let aside = aside.expect("a directory has fewer names than there are numbers");
    put_in_place(path, &aside)?;
    Ok(aside)
}

/// Removes the access of other users to a file or a directory. Returns whether they had any.
///
/// # Errors
/// When the system refuses, for example because the file belongs to another user.
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
    fn bytes_that_are_no_text_are_left_to_the_parser() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("note");
        fs::write(&path, b"a\xffb").unwrap();
        assert_eq!(read_text(&path).unwrap().as_deref(), Some("a\u{fffd}b"));
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
