//! Events, both ways: one file by track.
//!
//! Neither way has a catch-all: a new event does not compile until it can be written and read. The
//! table of reading is the build's, made from the messages that a record may hold. An event is a row
//! for each field, in the `stored!` of its track; what differs in shape is written by hand.

mod agreement;
mod brand;
mod campaign;
mod content;
mod creator;
mod dispute;
mod engagement;
mod hold;
mod publication;
mod revenue;
mod seeding;
mod settlement;

pub use agreement::read_ground;
pub use settlement::write_owed_for;

use crate::domain::Event;
use crate::wire::fields::{Checked, Fields};
use crate::wire::proto::event as wire;
use wire::record::Event as Wire;

/// The message of an event, as the log keeps it.
pub trait Stored {
    /// Reads the event.
    ///
    /// # Errors
    /// When a field is not as its event demands; `fields` knows which.
    fn read(self, fields: &mut Fields) -> Checked<Event>;
}

// `impl Stored for Wire`: an arm for every message.
include!(concat!(env!("OUT_DIR"), "/stored.rs"));

/// Spells the events of a track: `Event { rows }`, or `Event(Payload { rows })` where the payload is
/// a type of its own, and then what is written by hand.
macro_rules! stored {
    (
        $track:ident($event:ident) { $($name:ident $payload:tt)* }
        $(by hand { $($arms:tt)* })?
    ) => {
        /// Writes an event of the track.
        pub fn write(event: &$event) -> $crate::log::codec::events::Wire {
            match event {
                $(
                    $crate::wire::spelled::rows!(pattern [] [$event::$name] $payload) => {
                        $crate::log::codec::events::Wire::$name($crate::wire::spelled::rows!(
                            message [$crate::wire::proto::event::$name] [] $payload
                        ))
                    }
                )*
                $($($arms)*)?
            }
        }

        $(
            impl $crate::log::codec::events::Stored for $crate::wire::proto::event::$name {
                #[allow(unused_variables, reason = "some events only say that they happened")]
                fn read(
                    self,
                    fields: &mut $crate::wire::fields::Fields,
                ) -> $crate::wire::fields::Checked<$crate::domain::Event> {
                    let message = self;
                    let event: $crate::wire::fields::Checked<$event> = $crate::wire::spelled::rows!(
                        read [fields message] [$event::$name] $payload
                    );
                    event.map($crate::domain::Event::$track)
                }
            }
        )*
    };
}

use stored;

/// Writes an event.
pub fn write_event(event: &Event) -> Wire {
    match event {
        Event::Campaign(event) => campaign::write(event),
        Event::Creator(event) => creator::write(event),
        Event::Agreement(event) => agreement::write(event),
        Event::Content(event) => content::write(event),
        Event::Publication(event) => publication::write(event),
        Event::Seeding(event) => seeding::write(event),
        Event::Engagement(event) => engagement::write(event),
        Event::Revenue(event) => revenue::write(event),
        Event::Settlement(event) => settlement::write(event),
        Event::Dispute(event) => dispute::write(event),
        Event::Hold(event) => hold::write(event),
        Event::Brand(event) => brand::write(event),
    }
}
