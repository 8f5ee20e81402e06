//! Reads story files: `deploy/demo/README.md` says what they look like.
//!
//! The stories are part of the program. Knows no server: a step is a request that is ready to be
//! sent, and its expected result.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// The stories by name, in the order in which they are played.
pub const STORIES: [(&str, &str); 4] = [
    (
        "skincare",
        include_str!("../../../deploy/demo/stories/skincare.story"),
    ),
    (
        "cafe",
        include_str!("../../../deploy/demo/stories/cafe.story"),
    ),
    (
        "fashion",
        include_str!("../../../deploy/demo/stories/fashion.story"),
    ),
    (
        "startup",
        include_str!("../../../deploy/demo/stories/startup.story"),
    ),
];

/// A story, ready to be played.
#[derive(Debug)]
pub struct Story {
    /// Its name.
    pub name: String,
    /// The brand that it is about.
    pub brand: String,
    /// What is asked and written, in order.
    pub steps: Vec<Step>,
}

/// A request of a story.
#[derive(Debug)]
pub enum Step {
    /// A command.
    Write {
        /// What is called.
        method: String,
        /// With which request; values that are saved are not filled in yet.
        request: Value,
        /// Why it must be refused; `None` when it must not.
        refused: Option<Refused>,
        /// The name under which a field of the answer is saved, and the field.
        save: Option<(String, String)>,
    },
    /// A query.
    Ask {
        /// What is called.
        method: String,
        /// With which request.
        request: Value,
    },
    /// A query that is sent again with each event, until a field of the answer is true.
    Await {
        /// What is called.
        method: String,
        /// With which request.
        request: Value,
        /// The field, as a JSON pointer.
        until: String,
    },
}

/// Why a request must be refused: in the first run, and in those after it.
#[derive(Debug)]
pub struct Refused {
    /// The reason in the first run.
    pub first: String,
    /// The reason in later runs.
    pub later: String,
}

impl Story {
    /// Finds a story by its name.
    pub fn named(name: &str) -> Option<Self> {
        let (_, text) = STORIES.iter().find(|(known, _)| *known == name)?;
        Some(Self::read(text).expect("the stories of this program can be read"))
    }

    /// Reads the text of a story; `None` when it is not one.
    pub fn read(text: &str) -> Option<Self> {
        let (mut name, mut brand, mut writes) = (String::new(), String::new(), 0);
        let mut steps = Vec::new();
        for block in text.split("\n\n") {
            let block = Block::of(block)?;
            name = block.words.get("story").cloned().unwrap_or(name);
            brand = block.words.get("brand").cloned().unwrap_or(brand);
            if block.words.contains_key("call") {
                writes += 1;
            }
            steps.extend(block.step(&brand, &format!("{name}-{writes:02}"))?);
        }
        (!steps.is_empty()).then_some(Self { name, brand, steps })
    }
}

/// Puts saved values where a request names them.
pub fn fill(request: &Value, saved: &BTreeMap<String, String>) -> Value {
    match request {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| (name.clone(), fill(value, saved)))
            .collect(),
        Value::Array(elements) => elements.iter().map(|value| fill(value, saved)).collect(),
        Value::String(text) => {
            let value = text.strip_prefix('$').and_then(|name| saved.get(name));
            Value::String(value.unwrap_or(text).clone())
        }
        other => other.clone(),
    }
}

/// The lines between two empty ones.
struct Block {
    words: BTreeMap<String, String>,
    body: String,
}

impl Block {
    fn of(text: &str) -> Option<Self> {
        let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        let start = lines.iter().position(|line| line.starts_with('{'));
        let (words, body) = lines.split_at(start.unwrap_or(lines.len()));
        let words = words.iter().filter(|line| !line.is_empty());
        Some(Self {
            words: words.map(|line| pair(line)).collect::<Option<_>>()?,
            body: body.join("\n"),
        })
    }

    /// The step of this block: none in a block of prose alone. The outer `None` is a block that
    /// cannot be read.
    fn step(&self, brand: &str, request_id: &str) -> Option<Option<Step>> {
        let word = |name: &str| self.words.get(name);
        if let Some(method) = word("call") {
            let front = json!({"brand_id": brand, "context": self.context(request_id)?});
            return Some(Some(Step::Write {
                method: method.clone(),
                request: self.request(front)?,
                refused: word("refused").map(|text| refused(text)),
                save: word("save").and_then(|text| pair(text)),
            }));
        }
        let request = |this: &Self| this.request(json!({"brand_id": brand}));
        if let Some(method) = word("ask") {
            return Some(Some(Step::Ask {
                method: method.clone(),
                request: request(self)?,
            }));
        }
        let Some(text) = word("await") else {
            return Some(None);
        };
        let (method, field) = text.split_once(" until ")?;
        Some(Some(Step::Await {
            method: method.to_owned(),
            request: request(self)?,
            until: format!("/{}", field.replace('.', "/")),
        }))
    }

    fn request(&self, front: Value) -> Option<Value> {
        let mut request: Value = serde_json::from_str(&self.body).ok()?;
        let fields = request.as_object_mut()?;
        fields.extend(front.as_object()?.clone());
        Some(request)
    }

    fn context(&self, request_id: &str) -> Option<Value> {
        let by: Vec<&str> = self.words.get("by")?.split(' ').collect();
        let [kind, id, "at", at] = by[..] else {
            return None;
        };
        let mut context = json!({
            "request_id": request_id,
            "actor": party(kind, id),
            "occurred_at": at,
        });
        if let Some(text) = self.words.get("for") {
            let (who, reason) = text.split_once(" because ")?;
            let (kind, id) = pair(who)?;
            context["on_behalf_of"] = json!({"actor": party(&kind, &id), "reason": reason});
        }
        Some(context)
    }
}

fn party(kind: &str, id: &str) -> Value {
    json!({"kind": format!("ACTOR_KIND_{}", kind.to_uppercase()), "id": id})
}

fn refused(text: &str) -> Refused {
    let (first, later) = text.split_once(", later ").unwrap_or((text, text));
    Refused {
        first: first.to_owned(),
        later: later.to_owned(),
    }
}

fn pair(text: &str) -> Option<(String, String)> {
    let (first, second) = text.split_once(' ')?;
    Some((first.to_owned(), second.to_owned()))
}
