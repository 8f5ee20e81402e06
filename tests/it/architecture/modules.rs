//! What the modules of the crate import: `use` trees, and paths from `crate`, `super` or `self`.
//!
//! An import through a re-export counts for the module that has the item, so that a circle cannot
//! hide behind a parent. Knows no rule.

use std::collections::{BTreeMap, BTreeSet};

use super::source::{Source, Token, sources, tokens};

/// The names from the root of the crate to a module; the root itself has none.
pub type Module = Vec<String>;

/// A module of the crate, as far as rules look into it.
pub struct Unit {
    pub module: Module,
    pub path: String,
    pub tokens: Vec<Token>,
    /// Every path that is imported or written out, as it stands.
    pub mentions: Vec<Mention>,
}

/// A path in a source.
#[derive(Debug)]
pub struct Mention {
    pub names: Vec<String>,
    pub line: usize,
    /// The module it stands in: the one of the file, or one within it.
    within: Module,
    /// The name it has from here on, when it is imported.
    imported_as: Option<String>,
}

/// One module that needs another one.
#[derive(Debug)]
pub struct Import {
    pub from: Module,
    pub to: Module,
    pub path: String,
    pub line: usize,
}

/// Reads the modules that run in production.
pub fn units() -> Vec<Unit> {
    let mut sources = sources("src");
    sources.retain(|source| !source.path.ends_with("tests.rs") && source.path != "src/main.rs");
    sources.iter().map(unit).collect()
}

fn unit(source: &Source) -> Unit {
    let below = source
        .path
        .trim_start_matches("src/")
        .trim_end_matches(".rs");
    let mut module: Module = below.split('/').map(str::to_owned).collect();
    module.pop_if(|last| ["mod", "lib"].contains(&last.as_str()));
    let tokens = tokens(&source.text);
    let mentions = mentions(&module, &tokens);
    Unit {
        path: source.path.clone(),
        module,
        tokens,
        mentions,
    }
}

/// Finds the paths in a file.
fn mentions(module: &Module, tokens: &[Token]) -> Vec<Mention> {
    let mut reader = Reader {
        tokens,
        at: 0,
        found: Vec::new(),
    };
    let (mut depth, mut inner) = (0, Vec::<(usize, String)>::new());
    while let Some(token) = tokens.get(reader.at) {
        let before = reader.found.len();
        match token.text.as_str() {
            "use" => {
                reader.at += 1;
                reader.tree(&[], true);
            }
            "mod" if reader.text(2) == "{" => {
                inner.push((depth, reader.text(1).to_owned()));
                reader.at += 2;
            }
            _ if token.is_word() && reader.text(1) == "::" => reader.tree(&[], false),
            sign => {
                depth = match sign {
                    "{" => depth + 1,
                    "}" => depth - 1,
                    _ => depth,
                };
                inner.pop_if(|(outside, _)| sign == "}" && *outside == depth);
                reader.at += 1;
            }
        }
        let names = inner.iter().map(|(_, name)| name.clone());
        let within: Module = module.iter().cloned().chain(names).collect();
        for mention in &mut reader.found[before..] {
            mention.within.clone_from(&within);
        }
    }
    reader.found
}

struct Reader<'a> {
    tokens: &'a [Token],
    at: usize,
    found: Vec<Mention>,
}

impl Reader<'_> {
    fn text(&self, ahead: usize) -> &str {
        self.tokens
            .get(self.at + ahead)
            .map_or("", |token| &token.text)
    }

    /// Reads a path, and each path in the braces at its end.
    fn tree(&mut self, before: &[String], is_import: bool) {
        let mut names = before.to_vec();
        let line = self.tokens[self.at].line;
        loop {
            if self.text(0) == "{" {
                self.at += 1;
                while !["}", ""].contains(&self.text(0)) {
                    match self.text(0) {
                        "," => self.at += 1,
                        _ => self.tree(&names, is_import),
                    }
                }
                self.at += 1;
                return;
            }
            names.push(self.text(0).to_owned());
            self.at += 1;
            let goes_on = self.text(0) == "::"
                && self.tokens.get(self.at + 1).is_some_and(|next| {
                    next.is_word() || is_import && ["{", "*"].contains(&next.text.as_str())
                });
            if !goes_on {
                break;
            }
            self.at += 1;
        }
        let mut imported_as = is_import.then(|| names.last().unwrap().clone());
        if is_import && self.text(0) == "as" {
            imported_as = Some(self.text(1).to_owned());
            self.at += 2;
        }
        if names.len() > 1 && names.last().unwrap() == "self" {
            names.pop();
            imported_as = names.last().cloned();
        }
        let within = Module::new();
        self.found.push(Mention {
            names,
            line,
            within,
            imported_as,
        });
    }
}

/// Finds which module needs which: each import with the module that has what is imported.
pub fn imports(units: &[Unit]) -> Vec<Import> {
    let known: BTreeSet<&[String]> = units.iter().map(|unit| unit.module.as_slice()).collect();
    let mut renamed = BTreeMap::new();
    let mut found = Vec::new();
    for unit in units {
        for mention in &unit.mentions {
            let Some(names) = absolute(mention, &known) else {
                continue;
            };
            if let Some(name) = &mention.imported_as {
                renamed.insert((mention.within.clone(), name.clone()), names.clone());
            }
            found.push((unit, mention.line, names));
        }
    }
    let import = |(unit, line, names): (&Unit, usize, Vec<String>)| Import {
        from: unit.module.clone(),
        to: home(names, &known, &renamed),
        path: unit.path.clone(),
        line,
    };
    let imports = found.into_iter().map(import);
    imports.filter(|import| import.from != import.to).collect()
}

/// Spells a path from the root of the crate; `None` when it leads out of it.
fn absolute(mention: &Mention, known: &BTreeSet<&[String]>) -> Option<Vec<String>> {
    let mut names = mention.names.as_slice();
    let mut base = mention.within.clone();
    if names[0] == "crate" {
        return Some(names[1..].to_vec());
    }
    let is_relative = ["self", "super"].contains(&names[0].as_str());
    while let Some((first, rest)) = names.split_first()
        && ["self", "super"].contains(&first.as_str())
    {
        if first == "super" {
            base.pop();
        }
        names = rest;
    }
    let child = [base.as_slice(), names.get(..1).unwrap_or_default()].concat();
    base.extend_from_slice(names);
    (is_relative || known.contains(child.as_slice())).then_some(base)
}

/// Finds the module that has what a path names, through what others re-export.
fn home(
    mut names: Vec<String>,
    known: &BTreeSet<&[String]>,
    renamed: &BTreeMap<(Module, String), Vec<String>>,
) -> Module {
    // No chain of re-exports is longer.
    for _ in 0..8 {
        let module = (0..=names.len())
            .rev()
            .find(|end| known.contains(&names[..*end]));
        let (module, rest) = names.split_at(module.unwrap_or_default());
        let Some(name) = rest.first() else { break };
        let Some(origin) = renamed.get(&(module.to_vec(), name.clone())) else {
            break;
        };
        let through = [origin.as_slice(), &rest[1..]].concat();
        if through == names {
            break;
        }
        names = through;
    }
    let module = (0..=names.len())
        .rev()
        .find(|end| known.contains(&names[..*end]));
    names.truncate(module.unwrap_or_default());
    names
}

/// Among the modules of one folder, the groups of those that import each other in a circle. What
/// is within a module counts for it.
pub fn circles(folder: &[String], imports: &[Import]) -> Vec<BTreeSet<String>> {
    let mut needs = BTreeMap::<&str, BTreeSet<&str>>::new();
    for import in imports {
        if let (Some([from, ..]), Some([to, ..])) = (
            import.from.strip_prefix(folder),
            import.to.strip_prefix(folder),
        ) && from != to
        {
            needs.entry(from).or_default().insert(to);
        }
    }
    let reached: BTreeMap<&str, BTreeSet<&str>> = needs
        .keys()
        .map(|module| (*module, reach(module, &needs)))
        .collect();
    let reaches = |from: &str, to: &str| reached.get(from).is_some_and(|all| all.contains(to));
    let in_circle = needs.keys().filter(|module| reaches(module, module));
    let circle = |module: &&str| -> BTreeSet<String> {
        let others = needs
            .keys()
            .filter(|other| reaches(module, other) && reaches(other, module));
        others.map(|other| (*other).to_owned()).collect()
    };
    let all: BTreeSet<BTreeSet<String>> = in_circle.map(circle).collect();
    all.into_iter().collect()
}

fn reach<'a>(module: &str, needs: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut next: Vec<&str> = needs.get(module).into_iter().flatten().copied().collect();
    while let Some(module) = next.pop() {
        if reached.insert(module) {
            next.extend(needs.get(module).into_iter().flatten());
        }
    }
    reached
}
