//! The text of an error with all its causes, in one line, for log lines and exit messages.

use std::error::Error;

/// Returns the texts of an error and its causes, outermost first.
///
/// A cause is left out if the text before it already ends with it.
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
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if !line.ends_with(&text) {
            line = format!("{line}: {text}");
        }
        cause = error.source();
    }
    line
}
