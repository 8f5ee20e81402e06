//! Reads story files; `deploy/demo/README.md` describes their format.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

/// A story, ready to be played.
pub struct Story {
    pub steps: Vec<Step>,
}

/// A request of a story.
pub enum Step {
    Write {
        method: String,
        request: Value,
        refused: Option<Refused>,
        save: Option<(String, String)>,
    },
    Ask {
        method: String,
        request: Value,
    },
    /// A read that is repeated with each event, until a field of the answer is true.
    Await {
        method: String,
        request: Value,
        until: String,
    },
}

/// Why a request must be refused: in the first run, and in later ones.
pub struct Refused {
    pub first: String,
    pub later: String,
}

impl Story {
    /// Reads a story file.
    pub fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        let (mut story, mut brand, mut writes) = (String::new(), String::new(), 0);
        let mut steps = Vec::new();
        for block in text.split("\n\n") {
            let block = Block::of(block);
            story = block.words.get("story").cloned().unwrap_or(story);
            brand = block.words.get("brand").cloned().unwrap_or(brand);
            if let Some(method) = block.words.get("call") {
                writes += 1;
                let context = block.context(&format!("{story}-{writes:02}"));
                steps.push(Step::Write {
                    method: method.clone(),
                    request: block.request(json!({"brand_id": brand, "context": context})),
                    refused: block.words.get("refused").map(|text| refused(text)),
                    save: block.words.get("save").map(|text| pair(text)),
                });
            }
            if let Some(method) = block.words.get("ask") {
                let request = block.request(json!({"brand_id": brand}));
                steps.push(Step::Ask {
                    method: method.clone(),
                    request,
                });
            }
            if let Some(text) = block.words.get("await") {
                let (method, field) = text.split_once(" until ").unwrap();
                steps.push(Step::Await {
                    method: method.to_owned(),
                    request: block.request(json!({"brand_id": brand})),
                    until: format!("/{}", field.replace('.', "/")),
                });
            }
        }
        assert!(!steps.is_empty(), "{path:?} has no steps");
        Self { steps }
    }
}

/// Inserts saved values where a request names them.
pub fn fill(request: &Value, saved: &BTreeMap<String, String>) -> Value {
    let text = saved
        .iter()
        .fold(request.to_string(), |text, (name, value)| {
            text.replace(&format!("${name}"), value)
        });
    serde_json::from_str(&text).unwrap()
}

struct Block {
    words: BTreeMap<String, String>,
    body: String,
}

impl Block {
    fn of(text: &str) -> Self {
        let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        let start = lines
            .iter()
            .position(|line| line.starts_with('{'))
            .unwrap_or(lines.len());
        let words = lines[..start]
            .iter()
            .filter(|line| !line.is_empty())
            .map(|line| pair(line));
        Self {
            words: words.collect(),
            body: lines[start..].join("\n"),
        }
    }

    fn request(&self, front: Value) -> Value {
        let mut request: Value = serde_json::from_str(&self.body).unwrap();
        let fields = request.as_object_mut().unwrap();
        fields.extend(front.as_object().unwrap().clone());
        request
    }

    fn context(&self, request_id: &str) -> Value {
        let by: Vec<&str> = self.words["by"].split(' ').collect();
        let mut context = json!({
            "request_id": request_id,
            "actor": party(by[0], by[1]),
            "occurred_at": by[3],
        });
        if let Some(text) = self.words.get("for") {
            let (who, reason) = text.split_once(" because ").unwrap();
            let (kind, id) = pair(who);
            context["on_behalf_of"] = json!({"actor": party(&kind, &id), "reason": reason});
        }
        context
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

fn pair(text: &str) -> (String, String) {
    let (first, second) = text.split_once(' ').unwrap();
    (first.to_owned(), second.to_owned())
}
