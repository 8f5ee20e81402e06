//! The rows of a table, read from a running server page by page.

use prost_reflect::{
    DynamicMessage, MessageDescriptor, MethodDescriptor, ReflectMessage as _, Value,
};

use super::arguments::{Asked, View};
use crate::cli::dynamic::{call, method};
use crate::cli::opened::is_personal;
use crate::cli::remote;

/// Rows of one page: the most that the API gives.
const PAGE_ROWS: i32 = 1_000;

impl View {
    /// The call that answers with its rows, or with one of them.
    fn call(self) -> MethodDescriptor {
        let name = match self {
            Self::Campaigns => "CampaignService/ListCampaigns",
            Self::Collaborations => "CollaborationService/ListCollaborations",
            Self::Creators => "CreatorService/ListCreators",
            Self::Partnerships => "ReportService/ListPartnerships",
            Self::Publications => "MeasurementService/ListPublications",
            Self::Conversions => "MeasurementService/ListConversions",
            Self::Costs => "SettlementService/ListCosts",
            Self::Disputes => "SettlementService/ListDisputes",
            Self::Rights => "CollaborationService/ListUsageRights",
            Self::Tasks => "ReportService/ListWorklist",
            Self::Reports => "ReportService/ListReports",
            Self::Roi => "ReportService/GetCampaignRoi",
            Self::Performance => "ReportService/GetCollaborationPerformance",
        };
        method(name).expect("the call is part of the API")
    }

    /// The view for each of whose rows a call is made, if the call answers one row at a time.
    const fn each(self) -> Option<Self> {
        match self {
            Self::Conversions | Self::Costs | Self::Disputes | Self::Reports | Self::Roi => {
                Some(Self::Campaigns)
            }
            Self::Performance => Some(Self::Collaborations),
            Self::Campaigns
            | Self::Collaborations
            | Self::Creators
            | Self::Partnerships
            | Self::Publications
            | Self::Rights
            | Self::Tasks => None,
        }
    }

    /// The message of a row.
    pub fn row(self) -> MessageDescriptor {
        let answer = self.call().output();
        let mut messages = answer.fields().filter_map(|field| match field.kind() {
            prost_reflect::Kind::Message(kind) => Some(kind),
            _ => None,
        });
        messages.next().expect("an answer has rows, or is one")
    }
}

/// Asks for rows.
pub struct Asking<'a> {
    /// The client.
    pub channel: crate::cli::remote::Connection,
    /// The address of the server.
    pub address: &'a str,
    /// The requested rows.
    pub asked: Asked<'a>,
}

impl Asking<'_> {
    /// Passes on every row.
    ///
    /// # Errors
    /// See [`remote::Error`]; and what `take` makes of a row.
    pub async fn rows<E: From<remote::Error>>(
        &self,
        take: &mut impl FnMut(DynamicMessage) -> Result<(), E>,
    ) -> Result<(), E> {
        let view = self.asked.view;
        let Some(each) = view.each() else {
            return self.pages(view, None, take).await;
        };
        let mut parents = Vec::new();
        let mut keep = |row: DynamicMessage| {
            let campaign = row.get_field_by_name("campaign_id");
            let campaign = campaign.as_deref().and_then(Value::as_str);
            let is_asked = self
                .asked
                .campaign
                .is_none_or(|asked| campaign == Some(asked));
            parents.extend(is_asked.then_some(row));
            Ok::<_, E>(())
        };
        self.pages(each, None, &mut keep).await?;
        for parent in &parents {
            self.pages(view, Some(parent), take).await?;
        }
        Ok(())
    }

    /// Passes on the rows that belong to a row of another view.
    async fn pages<E: From<remote::Error>>(
        &self,
        view: View,
        of: Option<&DynamicMessage>,
        take: &mut impl FnMut(DynamicMessage) -> Result<(), E>,
    ) -> Result<(), E> {
        let method = view.call();
        let mut request = self.request(&method, of);
        loop {
            let answer = call(self.channel.clone(), self.address, &method, &request).await?;
            for mut row in rows_of(&answer, &view.row()) {
                if !self.asked.of.open {
                    leave_out_personal(&mut row);
                }
                take(row)?;
            }
            let next = answer.get_field_by_name("next_page_token");
            match next.as_deref().and_then(Value::as_str) {
                None | Some("") => return Ok(()),
                Some(token) => {
                    request.set_field_by_name("page_token", Value::String(token.to_owned()));
                }
            }
        }
    }

    /// Fills in the fields of the call whose values are known.
    fn request(&self, method: &MethodDescriptor, of: Option<&DynamicMessage>) -> DynamicMessage {
        let mut request = DynamicMessage::new(method.input());
        let mut set = |name: &str, value: Value| {
            if method.input().get_field_by_name(name).is_some() {
                request.set_field_by_name(name, value);
            }
        };
        set("brand_id", Value::String(self.asked.of.brand.clone()));
        set("page_size", Value::I32(PAGE_ROWS));
        if let Some(campaign) = self.asked.campaign {
            set("campaign_id", Value::String(campaign.to_owned()));
        }
        for name in ["campaign_id", "collaboration_id"] {
            if let Some(id) = of.and_then(|row| row.get_field_by_name(name)) {
                set(name, id.into_owned());
            }
        }
        if let Some(position) = self.asked.of.position {
            let field = method.input().get_field_by_name("as_of");
            let kind = field.and_then(|field| field.kind().as_message().cloned());
            let mut as_of = DynamicMessage::new(kind.expect("every question has a past"));
            as_of.set_field_by_name("position", Value::U64(position));
            set("as_of", Value::Message(as_of));
        }
        request
    }
}

/// The rows of an answer: its list, or its one message. Other messages tell about the answer.
fn rows_of(answer: &DynamicMessage, kind: &MessageDescriptor) -> Vec<DynamicMessage> {
    let mut rows = Vec::new();
    for (_, value) in answer.fields() {
        match value {
            Value::List(entries) => {
                rows.extend(entries.iter().filter_map(Value::as_message).cloned());
            }
            Value::Message(row) => rows.push(row.clone()),
            _ => {}
        }
    }
    rows.retain(|row| row.descriptor() == *kind);
    rows
}

/// Takes out the texts about people: a file is kept and passed on, and no erasure reaches it.
fn leave_out_personal(message: &mut DynamicMessage) {
    for field in message.descriptor().fields() {
        if !message.has_field(&field) {
            continue;
        }
        if is_personal(&field) {
            message.clear_field(&field);
            continue;
        }
        match message.get_field_mut(&field) {
            Value::Message(below) => leave_out_personal(below),
            Value::List(entries) => {
                let messages = entries.iter_mut().filter_map(Value::as_message_mut);
                messages.for_each(leave_out_personal);
            }
            _ => {}
        }
    }
}
