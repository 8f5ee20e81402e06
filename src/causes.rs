//! An error in one line, with every cause: what a log line or the end of a command says of it.

use std::error::Error;

/// Tells an error and its causes, outermost first.
///
/// A cause that the text before it ends with is not told twice.
///
/// ```
/// use std::io;
/// #[derive(Debug, thiserror::Error)]
/// #[error("the log could not be read")]
/// struct Unread(#[source] io::Error);
///
/// let unread = Unread(io::Error::other("the disk is gone"));
/// assert_eq!(
///     campaign_ledger::causes::with_causes(&unread),
///     "the log could not be read: the disk is gone"
/// );
/// ```
pub fn with_causes(error: &(dyn Error + 'static)) -> String {
    let mut told = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if !told.ends_with(&text) {
            told = format!("{told}: {text}");
        }
        cause = error.source();
    }
    told
}
