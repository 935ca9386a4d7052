//! Finds the function that a typed name means, among those of a file or a snapshot. `.`, `::` and
//! `#` all separate the parts of a name. Never guesses: a name that means several functions is an
//! error that lists them.

use crate::error::suggestion;

const SEPARATORS: [char; 3] = ['.', ':', '#'];

/// A function that a name may mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate<'n> {
    /// Its enclosing names and its own, joined by `::`.
    pub qualified_name: &'n str,
    /// Its first line, from 1.
    pub line: u32,
}

/// Why a typed name means no function.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// No function has the name.
    #[error("no function `{name}`{hint}")]
    Unknown {
        /// As it was typed.
        name: String,
        /// `; did you mean ...?`, or nothing.
        hint: String,
    },
    /// Several functions have the name.
    #[error("`{name}` means several functions; name one of them:{}", list(candidates))]
    Ambiguous {
        /// As it was typed.
        name: String,
        /// Their names, each with its line, as they may be typed.
        candidates: Vec<String>,
    },
}

fn list(candidates: &[String]) -> String {
    candidates.iter().map(|candidate| format!("\n  {candidate}")).collect()
}

/// The index of the one candidate that `name` means: the whole qualified name or its last parts,
/// with any of the separators, and where that is not enough with the line on which the function
/// begins (`Shape.area:12`).
///
/// The spelling of the source goes first, then the whole name, then its end: where `f` and `A::f`
/// exist, `f` means the first.
///
/// ```
/// use elcano::model::{Candidate, function_named};
/// let all = [("Flask::make_response", 10), ("Flask::run", 90)]
///     .map(|(qualified_name, line)| Candidate { qualified_name, line });
/// assert_eq!(function_named("Flask.make_response", &all), Ok(0));
/// assert_eq!(function_named("run", &all), Ok(1));
/// assert!(function_named("walk", &all).is_err());
/// ```
///
/// # Errors
/// No candidate or several have the name.
pub fn function_named(name: &str, candidates: &[Candidate<'_>]) -> Result<usize, NameError> {
    let found = functions_named(name, candidates);
    match found.as_slice() {
        [one] => Ok(*one),
        [] => {
            let (plain, _) = split_line(name);
            // Suggestions are compared with the separators that the names have.
            let joined = parts(plain).collect::<Vec<_>>().join("::");
            let hint = suggestion(&joined, candidates.iter().map(|candidate| candidate.qualified_name));
            Err(NameError::Unknown { name: name.to_owned(), hint })
        }
        several => {
            let typed = |at: &usize| format!("{}:{}", candidates[*at].qualified_name, candidates[*at].line);
            Err(NameError::Ambiguous { name: name.to_owned(), candidates: several.iter().map(typed).collect() })
        }
    }
}

/// The indices of all candidates that `name` may mean, by the closest reading of it that fits any.
#[must_use]
pub fn functions_named(name: &str, candidates: &[Candidate<'_>]) -> Vec<usize> {
    let found = closest(name, candidates, |_| true);
    match split_line(name) {
        (name, Some(line)) if found.is_empty() => closest(name, candidates, |candidate| candidate.line == line),
        _ => found,
    }
}

/// Whether a name, as it was typed, means what is called `qualified_name`.
type Reading = fn(&str, &str) -> bool;

/// The readings of a name, the closest first.
const READINGS: [Reading; 4] = [
    |name, qualified| name == qualified,
    |name, qualified| qualified.strip_suffix(name).is_some_and(|outer| outer.ends_with("::")),
    |name, qualified| parts(name).eq(parts(qualified)),
    |name, qualified| {
        let mut rest = parts(qualified).rev();
        parts(name).next().is_some() && parts(name).rev().all(|part| rest.next() == Some(part))
    },
];

/// The allowed candidates that the closest reading of a name fits.
fn closest(name: &str, candidates: &[Candidate<'_>], allowed: impl Fn(&Candidate<'_>) -> bool) -> Vec<usize> {
    let by = |reading: &Reading| {
        let fits = |candidate: &Candidate<'_>| allowed(candidate) && reading(name, candidate.qualified_name);
        candidates.iter().enumerate().filter(|(_, candidate)| fits(candidate)).map(|(at, _)| at).collect::<Vec<_>>()
    };
    READINGS.iter().map(by).find(|found| !found.is_empty()).unwrap_or_default()
}

/// The parts of a name, whatever separates them.
fn parts(name: &str) -> impl DoubleEndedIterator<Item = &str> {
    name.split(SEPARATORS).filter(|part| !part.is_empty())
}

/// A name and the line behind it: `area:12`.
fn split_line(name: &str) -> (&str, Option<u32>) {
    let split = name.rsplit_once(':').and_then(|(name, line)| Some((name, line.parse().ok()?)));
    split.map_or((name, None), |(name, line)| (name, Some(line)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [(&str, u32); 9] = [
        ("area", 1),
        ("Shape", 3),
        ("Shape::area", 4),
        ("Circle::area", 9),
        ("Circle::scale", 12),
        ("Circle::scale", 15),
        ("Queue::#drain", 20),
        ("M.step", 30),
        ("<anonymous>", 40),
    ];

    fn found(name: &str) -> Result<u32, NameError> {
        let all = NAMES.map(|(qualified_name, line)| Candidate { qualified_name, line });
        function_named(name, &all).map(|at| all[at].line)
    }

    #[test]
    fn separators_are_interchangeable() {
        for name in ["Shape::area", "Shape.area", "Shape#area"] {
            assert_eq!(found(name), Ok(4), "{name}");
        }
        for name in ["Queue::#drain", "Queue.#drain", "Queue#drain", "Queue.drain", "#drain", "drain"] {
            assert_eq!(found(name), Ok(20), "{name}");
        }
        for name in ["M.step", "M::step", "step"] {
            assert_eq!(found(name), Ok(30), "{name}");
        }
    }

    #[test]
    fn the_whole_name_goes_before_its_end() {
        assert_eq!(found("area"), Ok(1), "though two methods end so");
        assert_eq!(found("Shape"), Ok(3));
        assert_eq!(found("<anonymous>"), Ok(40));
    }

    #[test]
    fn several_are_listed_as_they_may_be_typed() {
        let error = found("scale").unwrap_err();
        assert_eq!(
            error,
            NameError::Ambiguous {
                name: "scale".into(),
                candidates: vec!["Circle::scale:12".into(), "Circle::scale:15".into()]
            }
        );
        assert!(error.to_string().ends_with("name one of them:\n  Circle::scale:12\n  Circle::scale:15"));
        assert_eq!(found("Circle::scale:15"), Ok(15));
        assert_eq!(found("scale:12"), Ok(12));
        assert_eq!(found("area:9"), Ok(9), "the line decides against the whole name");
        assert!(found("scale:13").is_err());
    }

    #[test]
    fn unknown_names_get_a_suggestion() {
        assert_eq!(
            found("Shape.aera").unwrap_err().to_string(),
            "no function `Shape.aera`; did you mean `Shape::area`?"
        );
        assert_eq!(found("entirely_different").unwrap_err().to_string(), "no function `entirely_different`");
        for name in ["", ".", "::", "ape::area", "rea", ":4"] {
            assert!(found(name).is_err(), "{name}");
        }
    }

    #[test]
    fn operators_are_names_as_they_are_written() {
        let all =
            ["Matrix::operator()", "+.", "+", "V::.."].map(|qualified_name| Candidate { qualified_name, line: 1 });
        assert_eq!(function_named("+.", &all), Ok(1));
        assert_eq!(function_named("+", &all), Ok(2));
        assert_eq!(function_named("Matrix.operator()", &all), Ok(0));
        assert_eq!(function_named("..", &all), Ok(3));
    }
}
