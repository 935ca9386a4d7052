//! Writes the documentation of metrics and languages as Markdown, from the catalog, the specs, the
//! policy `default` and worked examples that are handed in. Never names a language or a kind of its
//! own.

use std::fmt::Write as _;

use super::table::Table;
use crate::lang::spec::{Spec, When};
use crate::lang::{POLICIES, Policy, ROLES, Roles, START_BYTES, SpecError};
use crate::metric::{CATALOG, Direction, Metric};

/// A source whose value was counted by hand.
#[derive(Debug, Clone)]
pub struct Example {
    /// Id of the language.
    pub language: String,
    /// The source.
    pub source: String,
    /// Metric id, value, and how the value comes about; of one function of the source.
    pub values: Vec<(String, f64, String)>,
}

/// A language as its page needs it: id, spec, version of the grammar.
pub type Documented<'a> = (&'a str, &'a Spec, &'a str);

const NOTICE: &str = "<!-- Generated from the catalog, the specs and the conformance tables; a test compares. -->\n\n";

/// `docs/metrics.md`: every metric with its definition, every policy, and worked examples.
///
/// # Errors
/// A policy that cannot be read.
pub fn metrics(languages: &[Documented<'_>], examples: &[Example]) -> Result<String, SpecError> {
    let mut out = format!("{NOTICE}# Metrics\n\n");
    out += "What each number means, where its definition comes from, and how to change it. `elcano explain ID` prints \
            the same. A function's value is its own unless its definition differs; how a file's or a class's \
            value comes about stands with each metric.\n\n";
    let mut table = Table::new(&["*id", "*label", "*unit", "*column"]);
    for metric in CATALOG {
        table.row([metric.id, metric.label, metric.unit, metric.column].map(str::to_owned).into());
    }
    out += &table.markdown();
    for metric in CATALOG {
        out += &definition(metric, languages, examples);
    }
    out += &policies()?;
    out += &roles()?;
    Ok(out)
}

/// The section of a metric.
fn definition(metric: &Metric, languages: &[Documented<'_>], examples: &[Example]) -> String {
    let mut out = format!("\n## {}\n\n{}\n\n", heading(metric), metric.about);
    let _ = writeln!(out, "- Source: {}", metric.source);
    let _ = writeln!(out, "- Unit: {}; {}", metric.unit, direction(metric.direction));
    let _ = writeln!(out, "- Of a file or class: {}", metric.aggregate.sentence());
    let _ = writeln!(out, "- Remedy: {}", metric.remedy);
    let shown = examples.iter().filter_map(|example| {
        let value = example.values.iter().find(|(id, ..)| id == metric.id)?;
        Some((example, value))
    });
    for (example, (_, value, reason)) in shown.take(METRIC_EXAMPLES) {
        let fence = fence(&example.language, &example.source);
        let _ = write!(out, "\nAn example; {} is **{value}**: {reason}.\n\n{fence}", metric.label);
    }
    particulars(&mut out, metric, languages);
    out
}

/// The table of the policies.
fn policies() -> Result<String, SpecError> {
    let mut out = String::new();
    out += "\n## Policies\n\nWhat a construct is worth is a policy, chosen with `--policy ID`. Its id is kept with every \
            record; numbers of two policies are never compared.\n\n";
    let mut table = Table::new(&["*id", "*name", "*after"]);
    for (id, text) in POLICIES {
        let (label, about) = Policy::describe(text)?;
        table.row(vec![format!("`{id}`"), label, about]);
    }
    out += &table.markdown();
    Ok(out)
}

/// The table of the roles.
fn roles() -> Result<String, SpecError> {
    let mut out = String::new();
    out += "\n## Roles\n\nA spec gives roles to the kinds of node in a grammar; metrics know roles alone. `default` is what \
            the policy of that name makes of them.\n\n";
    let mut table = Table::new(&["*role", "*is", "*cyclomatic", "*cognitive"]);
    let policy = Policy::load("default", "")?;
    for (name, role, meaning) in ROLES {
        table.row(vec![
            format!("`{name}`"),
            (*meaning).to_owned(),
            cyclomatic(*role, &policy),
            cognitive(*role, &policy),
        ]);
    }
    out += &table.markdown();
    Ok(out)
}

/// Examples shown with one metric; more of them are on the pages of the languages.
const METRIC_EXAMPLES: usize = 3;

/// The rest of a language's page beside its constructs: syntax beyond the grammar, what is not
/// parsed, remarks.
fn beyond_roles(spec: &Spec) -> String {
    let mut out = String::new();
    if !spec.rewrites.is_empty() {
        out += "\n## Beyond the grammar\n\nSyntax that the grammar does not know and that is read all the same:\n\n";
        for rewrite in &spec.rewrites {
            let _ = writeln!(out, "- {}", rewrite.what);
        }
    }
    if !spec.gaps.is_empty() {
        out += "\n## Not parsed\n\nSyntax that is parsed with errors; the file is measured all the same and has a note \
                `parse_error`:\n\n";
        for gap in &spec.gaps {
            let _ = writeln!(out, "- {} ({})", gap.what, gap.since);
        }
    }
    if !spec.remarks.is_empty() {
        out += "\n## Remarks\n\n";
        for metric in CATALOG {
            if let Some(remark) = spec.remarks.get(metric.id) {
                let _ = writeln!(out, "- {}: {remark}", metric.label);
            }
        }
    }
    out
}

/// `docs/languages/ID.md`: how files of the language are detected, its constructs, its remarks,
/// worked examples.
///
/// # Errors
/// A policy that cannot be read.
pub fn language((id, spec, version): Documented<'_>, examples: &[Example]) -> Result<String, SpecError> {
    let mut out = format!("{NOTICE}# {}\n\n", spec.label);
    out += &detection(id, spec);
    let _ = writeln!(out, "- Grammar: `{}` {version}", spec.krate);
    out += "\n## Constructs\n\nWhat each construct is worth under the policy `default`; `+n` is one more than the nesting \
            level. A word in quotes is a token, another one a node of the grammar. Of a construct that depends on where \
            it stands, the last column has it.\n\n";
    let policy = Policy::load("default", id)?;
    out += &constructs(spec, &policy);
    let counted = policy.cyclomatic | policy.structural | policy.flat;
    let absent: Vec<String> =
        counted.names().filter(|name| spec.absent.roles.iter().any(|role| role == name)).map(str::to_owned).collect();
    if !absent.is_empty() {
        let _ = write!(out, "\nThe language has nothing for {}.\n", codes(&absent));
    }
    out += &beyond_roles(spec);
    let mut shown = examples.iter().filter(|example| example.language == id).peekable();
    if shown.peek().is_some() {
        out += "\n## Worked examples\n";
    }
    for example in shown {
        let _ = write!(out, "\n{}\n", fence(id, &example.source));
        for (metric, value, reason) in &example.values {
            let _ = writeln!(out, "- `{metric}` is **{value}**: {reason}");
        }
    }
    Ok(out)
}

/// How files of a language are detected.
fn detection(id: &str, spec: &Spec) -> String {
    let mut out = format!("- Id: `{id}`\n");
    let extensions: Vec<_> = spec.extensions.iter().map(|extension| format!(".{extension}")).collect();
    for (title, words) in [("Extensions", &extensions), ("Names", &spec.filenames), ("Interpreters", &spec.shebangs)] {
        if !words.is_empty() {
            let _ = writeln!(out, "- {title}: {}", codes(words));
        }
    }
    for other in &spec.disambiguations {
        let _ = writeln!(
            out,
            "- `.{}` is `{}` where a line of its first {} KiB, outside comments, begins with one of {}",
            other.extension,
            other.language,
            START_BYTES >> 10,
            codes(&other.starts_with)
        );
    }
    out
}

/// The table of a language's constructs.
fn constructs(spec: &Spec, policy: &Policy) -> String {
    let mut table = Table::new(&["*role", "*kinds", "*cyclomatic", "*cognitive", "*depends on its place"]);
    for (name, role, _) in ROLES {
        let mut kinds: Vec<String> = spec.roles.get(*name).into_iter().flatten().cloned().collect();
        for operators in &spec.operators {
            let tokens = operators.roles.get(*name).into_iter().flatten();
            kinds.extend(tokens.map(|token| format!("'{}'", token.trim_matches('\''))));
        }
        let ruled = |list: &dyn Fn(&When) -> bool| {
            let rules = spec.when.iter().filter(|rule| list(rule));
            unique(rules.flat_map(|rule| rule.node.kind.iter().cloned()).collect())
        };
        let gained = ruled(&|rule| rule.add.iter().any(|added| added == name));
        let lost = ruled(&|rule| rule.drop.iter().any(|dropped| dropped == name));
        let place: Vec<String> = [("also", &gained), ("not always", &lost)]
            .into_iter()
            .filter(|(_, kinds)| !kinds.is_empty())
            .map(|(word, kinds)| format!("{word}: {}", codes(kinds)))
            .collect();
        if kinds.is_empty() && gained.is_empty() {
            continue;
        }
        table.row(vec![
            format!("`{name}`"),
            codes(&unique(kinds)),
            cyclomatic(*role, policy),
            cognitive(*role, policy),
            place.join("; "),
        ]);
    }
    // All cells are code, in which an entity would be read as it stands.
    table.markdown().replace("&lt;", "<")
}

/// The remarks of the languages on a metric.
fn particulars(out: &mut String, metric: &Metric, languages: &[Documented<'_>]) {
    let remarks: Vec<_> =
        languages.iter().filter_map(|(_, spec, _)| Some((&spec.label, spec.remarks.get(metric.id)?))).collect();
    if !remarks.is_empty() {
        out.push_str("\nIn particular:\n\n");
    }
    for (label, remark) in remarks {
        let _ = writeln!(out, "- {label}: {remark}");
    }
}

fn cyclomatic(role: Roles, policy: &Policy) -> String {
    if policy.cyclomatic.has(role) { "+1" } else { "" }.to_owned()
}

fn cognitive(role: Roles, policy: &Policy) -> String {
    let sequences = policy.sequences && Roles::LOGICAL.has(role);
    let worth = match () {
        () if policy.structural.has(role) => "+n",
        () if policy.flat.has(role) => "+1",
        () if sequences => "+1 a sequence",
        () if role == Roles::CALL && policy.recursion => "+1 for recursion, once a function",
        () if role == Roles::CLOSURE => "nests",
        () if role == Roles::FUNCTION => "nests in another one",
        () => "",
    };
    worth.to_owned()
}

const fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Lower => "lower is better",
        Direction::Higher => "higher is better",
        Direction::Neutral => "neither high nor low is better",
    }
}

fn heading(metric: &Metric) -> String {
    format!("{} (`{}`)", metric.label, metric.id)
}

fn codes(words: &[String]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" ")
}

fn unique(words: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for word in words {
        if !kept.contains(&word) {
            kept.push(word);
        }
    }
    kept
}

/// A fenced block whose fence no line of the source can close.
fn fence(language: &str, source: &str) -> String {
    let longest = source.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}\n", source.trim_matches('\n'))
}
