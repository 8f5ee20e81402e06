//! Plays a story against a server, and notes what its campaigns cost and brought.

use std::collections::BTreeMap;

use prost_reflect::DynamicMessage;
use serde_json::{Value, json};
use tonic_types::StatusExt as _;

use super::story::{Refused, Step, Story, fill};
use crate::cli::dynamic::{call, method, spell};
use crate::cli::remote::{self, Connection};

/// The question that says what a campaign cost and brought.
const ROI: &str = "ReportService/GetCampaignRoi";

/// Why a story could not be played.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The server refused a request.
    #[error("{story}: {method}")]
    Refused {
        /// The story.
        story: String,
        /// The call.
        method: String,
        /// The error.
        #[source]
        source: remote::Error,
    },
    /// The server accepted what it must refuse, or refused it for another reason.
    #[error("{story}: {method}: {expected} was expected, but it was {found}")]
    Unexpected {
        /// The story.
        story: String,
        /// The call.
        method: String,
        /// The reason that was expected.
        expected: String,
        /// What happened instead.
        found: String,
    },
    /// A request or an answer is not of this version's API.
    #[error("{story}: {method} has another form")]
    Form {
        /// The story.
        story: String,
        /// The call.
        method: String,
    },
}

/// The result of a story.
#[derive(Debug, Default)]
pub struct Played {
    /// Commands that were accepted.
    pub writes: usize,
    /// Commands that were refused, as they must be.
    pub refusals: usize,
    /// What each of its campaigns cost and brought.
    pub campaigns: Vec<Value>,
}

/// Plays every step of a story.
///
/// # Errors
/// See [`Error`].
pub async fn play(channel: &Connection, address: &str, story: &Story) -> Result<Played, Error> {
    let mut player = Player {
        channel,
        address,
        story,
        saved: BTreeMap::new(),
        position: 0,
        played: Played::default(),
    };
    for step in &story.steps {
        player.step(step).await?;
    }
    for step in &story.steps {
        if let Step::Write {
            method, request, ..
        } = step
            && method == "CampaignService/CreateCampaign"
        {
            player.note(&request["campaign_id"]).await?;
        }
    }
    Ok(player.played)
}

struct Player<'a> {
    channel: &'a Connection,
    address: &'a str,
    story: &'a Story,
    saved: BTreeMap<String, String>,
    position: u64,
    played: Played,
}

impl Player<'_> {
    async fn step(&mut self, step: &Step) -> Result<(), Error> {
        match step {
            Step::Write {
                method,
                request,
                refused: Some(refused),
                ..
            } => self.refused(method, request, refused).await,
            Step::Write {
                method,
                request,
                save,
                ..
            } => {
                let answer = self.send(method, &fill(request, &self.saved)).await?;
                let receipt = answer.get("receipt").unwrap_or(&answer);
                self.position = self.number(method, receipt, "lastPosition")?;
                if let Some((name, field)) = save {
                    let number = self.number(method, &answer, field)?;
                    self.saved.insert(name.clone(), number.to_string());
                }
                self.played.writes += 1;
                Ok(())
            }
            Step::Ask { method, request } => {
                self.reach(method, request, self.position).await?;
                Ok(())
            }
            Step::Await {
                method,
                request,
                until,
            } => loop {
                let answer = self.reach(method, request, self.position + 1).await?;
                self.position = self.number(method, &answer, "position")?;
                if answer.pointer(until) == Some(&Value::Bool(true)) {
                    return Ok(());
                }
            },
        }
    }

    /// Sends what must be refused. Whether the story is played for the first time is not known, so
    /// either reason will do.
    async fn refused(
        &mut self,
        method: &str,
        request: &Value,
        refused: &Refused,
    ) -> Result<(), Error> {
        let found = match self.send(method, &fill(request, &self.saved)).await {
            Ok(_) => String::from("accepted"),
            Err(Error::Refused { source, .. }) => match reason(&source) {
                Some(reason) if reason == refused.first || reason == refused.later => {
                    self.played.refusals += 1;
                    return Ok(());
                }
                reason => reason.unwrap_or_else(|| source.to_string()),
            },
            Err(error) => return Err(error),
        };
        Err(Error::Unexpected {
            story: self.story.name.clone(),
            method: method.to_owned(),
            expected: refused.first.clone(),
            found,
        })
    }

    /// Reads once the ledger has reached a position.
    async fn reach(&self, method: &str, request: &Value, position: u64) -> Result<Value, Error> {
        let mut request = request.clone();
        request["min_position"] = position.to_string().into();
        self.send(method, &request).await
    }

    async fn send(&self, name: &str, request: &Value) -> Result<Value, Error> {
        let form = || self.form(name);
        let method = method(name).ok_or_else(form)?;
        let request = DynamicMessage::deserialize(method.input(), request).map_err(|_| form())?;
        let answer = call(self.channel.clone(), self.address, &method, &request).await;
        let answer = answer.map_err(|source| Error::Refused {
            story: self.story.name.clone(),
            method: name.to_owned(),
            source,
        })?;
        spell(&answer, serde_json::value::Serializer).map_err(|_| form())
    }

    /// Notes what a campaign cost and brought.
    async fn note(&mut self, campaign: &Value) -> Result<(), Error> {
        let request = json!({"brand_id": self.story.brand, "campaign_id": campaign});
        let mut answer = self.reach(ROI, &request, self.position).await?;
        self.played.campaigns.push(answer["roi"].take());
        Ok(())
    }

    fn number(&self, method: &str, answer: &Value, field: &str) -> Result<u64, Error> {
        let number = answer.get(field).and_then(Value::as_str);
        let number = number.and_then(|number| number.parse().ok());
        number.ok_or_else(|| self.form(method))
    }

    fn form(&self, method: &str) -> Error {
        Error::Form {
            story: self.story.name.clone(),
            method: method.to_owned(),
        }
    }
}

/// Finds why the server refused, as programs read it.
fn reason(error: &remote::Error) -> Option<String> {
    let remote::Error::Answer { status, .. } = error else {
        return None;
    };
    Some(status.get_details_error_info()?.reason)
}
