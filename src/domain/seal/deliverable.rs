//! Texts of the commands about a deliverable.

use super::VisitTexts;
use crate::domain::{
    DeliverableVerb, DigestKind, Matched, PersonalField, PersonalText, Platform, PlatformName,
    Publish, Venue,
};

impl DeliverableVerb {
    /// Visits every personal text, empty ones too. `promised` is where the post was promised to live.
    pub(super) fn each_text(&mut self, promised: Option<&Venue>, visit: &mut dyn VisitTexts) {
        match self {
            Self::Submit { content } => visit.text(
                PersonalField::ContentSubmittedContentRef,
                &mut content.reference,
            ),
            Self::RequestRevision { reasons, .. } => {
                for reason in reasons {
                    visit.text(PersonalField::RevisionRequestedReasons, reason);
                }
            }
            Self::Approve { .. } | Self::Verify => {}
            Self::Reject { reason, .. } => {
                visit.text(PersonalField::ContentRejectedReason, reason);
            }
            Self::Publish(publish) => post_texts(publish, promised, visit),
            Self::Reschedule { reason, .. } => {
                visit.text(PersonalField::DeadlineRescheduledReason, reason);
            }
            Self::Waive { reason } => visit.text(PersonalField::DeliverableWaivedReason, reason),
        }
    }
}

fn post_texts(publish: &mut Publish, promised: Option<&Venue>, visit: &mut dyn VisitTexts) {
    let name = publish.platform_name.as_ref();
    let (url, post_id) = (&mut publish.url, &mut publish.post_id);
    place_texts(name, Some(url), Some(post_id), promised, visit);
}

/// Visits the address and the id of a post, where they are given.
pub(super) fn place_texts(
    name: Option<&PlatformName>,
    url: Option<&mut Matched>,
    post_id: Option<&mut Matched>,
    promised: Option<&Venue>,
    visit: &mut dyn VisitTexts,
) {
    let elsewhere = Venue::from(Platform::Other);
    let promised = promised.unwrap_or(&elsewhere);
    let venue = match url.as_ref().map(|url| &url.text) {
        Some(PersonalText::Clear(url)) => promised.of_post_ids(name, url),
        Some(PersonalText::Sealed(_) | PersonalText::Own(_)) | None => promised.named(name),
    };
    if let Some(url) = url {
        let field = PersonalField::PublicationRecordedUrl;
        visit.matched(field, DigestKind::Url, url);
    }
    if let Some(id) = post_id {
        let field = PersonalField::PublicationRecordedPlatformPostId;
        visit.matched(field, DigestKind::Post(&venue), id);
    }
}
