//! Reads `.gitattributes` files, of the linguist attributes only, and looks up those of a file in
//! git's order of precedence. Never reads the index, and never applies an attribute to a folder's
//! contents: neither does git.

use bstr::{BStr, ByteSlice as _};
use gix::attrs::{AssignmentRef, StateRef, parse};
use gix::glob::{Pattern, pattern::Case, wildmatch};
use rustc_hash::FxHashMap;

/// The attributes that decide what is measured; the index into [`Found`] is the position here.
pub(super) const NAMES: [&str; 4] =
    ["linguist-generated", "linguist-vendored", "linguist-documentation", "linguist-language"];

/// Position of `linguist-generated`.
pub(super) const GENERATED: usize = 0;
/// Position of `linguist-vendored`.
pub(super) const VENDORED: usize = 1;
/// Position of `linguist-documentation`.
pub(super) const DOCUMENTATION: usize = 2;
/// Position of `linguist-language`.
pub(super) const LANGUAGE: usize = 3;

/// What a line sets an attribute to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum State {
    /// `name`
    Set,
    /// `-name`
    Unset,
    /// `!name`: as if it was never set.
    Unspecified,
    /// `name=value`
    Value(String),
}

impl State {
    /// The state as yes or no; None when it is unspecified.
    pub(super) fn truth(&self) -> Option<bool> {
        match self {
            Self::Set => Some(true),
            Self::Unset => Some(false),
            Self::Unspecified => None,
            Self::Value(value) => Some(!value.eq_ignore_ascii_case("false")),
        }
    }
}

/// One line that mentions one of [`NAMES`], macros resolved.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pattern: Pattern,
    states: Vec<(usize, State)>,
    /// `file:line`, for a person.
    pub(super) origin: String,
}

/// Macros that were defined so far, by name.
pub(super) type Macros = FxHashMap<String, Vec<(usize, State)>>;

/// The deciding state of each of [`NAMES`], with its rule.
pub(super) type Found<'a> = [Option<(&'a State, &'a Rule)>; NAMES.len()];

/// Reads a `.gitattributes` file. Lines that cannot be read go to `warnings`; macros are defined
/// only where git allows it.
pub(super) fn read(
    bytes: &[u8],
    origin: &str,
    macros: &mut Macros,
    may_define: bool,
    warnings: &mut Vec<String>,
) -> Vec<Rule> {
    let (mut patterns, mut definitions) = (Vec::new(), Vec::new());
    for line in parse(bytes) {
        let (kind, assignments, number) = match line {
            Ok(line) => line,
            Err(error) => {
                warnings.push(format!("{origin}: {error}"));
                continue;
            }
        };
        let mut valid = Vec::new();
        for assignment in assignments {
            match assignment {
                Ok(assignment) => valid.push(assignment),
                Err(error) => warnings.push(format!("{origin}:{number}: {error}")),
            }
        }
        match kind {
            parse::Kind::Macro(name) if may_define => definitions.push((name, valid)),
            parse::Kind::Macro(_) => {
                warnings.push(format!("{origin}:{number}: a macro can be defined at the top only"));
            }
            parse::Kind::Pattern(pattern) => patterns.push((pattern, valid, number)),
        }
    }
    // A macro holds for the whole file, the lines above its definition included.
    for (name, assignments) in definitions {
        let states = resolve(&assignments, macros);
        macros.insert(name.as_ref().as_str().to_owned(), states);
    }
    let rules = patterns.into_iter().map(|(pattern, assignments, number)| Rule {
        pattern,
        states: resolve(&assignments, macros),
        origin: format!("{origin}:{number}"),
    });
    rules.filter(|rule| !rule.states.is_empty()).collect()
}

/// The states that the assignments of one line give to [`NAMES`].
fn resolve(assignments: &[AssignmentRef<'_>], macros: &Macros) -> Vec<(usize, State)> {
    let mut states = Vec::new();
    for assignment in assignments {
        collect(assignment, macros, &mut states);
    }
    states
}

/// Adds the states that one assignment gives to [`NAMES`], directly or through a macro; later ones
/// overrule earlier ones of the line.
fn collect(assignment: &AssignmentRef<'_>, macros: &Macros, states: &mut Vec<(usize, State)>) {
    let name = assignment.name.as_str();
    let mut set = |index: usize, state: State| {
        states.retain(|(known, _)| *known != index);
        states.push((index, state));
    };
    if let Some(index) = NAMES.iter().position(|known| *known == name) {
        set(
            index,
            match assignment.state {
                StateRef::Set => State::Set,
                StateRef::Unset => State::Unset,
                StateRef::Unspecified => State::Unspecified,
                StateRef::Value(value) => State::Value(value.as_bstr().to_str_lossy().into_owned()),
            },
        );
    } else if let (Some(expansion), StateRef::Set) = (macros.get(name), assignment.state) {
        for (index, state) in expansion {
            set(*index, state.clone());
        }
    }
}

/// Fills what is still open in `found` from the rules of one file, the last line first. `path` is
/// relative to its folder.
pub(super) fn look_up<'a>(rules: &'a [Rule], path: &[u8], found: &mut Found<'a>) {
    let path: &BStr = path.as_bstr();
    let base = path.rfind_byte(b'/').map(|slash| slash + 1);
    for rule in rules.iter().rev() {
        if rule.states.iter().all(|(index, _)| found[*index].is_some()) {
            continue;
        }
        let mode = wildmatch::Mode::NO_MATCH_SLASH_LITERAL;
        if rule.pattern.matches_repo_relative_path(path, base, Some(false), Case::Sensitive, mode) {
            for (index, state) in &rule.states {
                found[*index].get_or_insert((state, rule));
            }
        }
    }
}
