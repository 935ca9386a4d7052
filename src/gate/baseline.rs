//! The baseline: offenders that are accepted as they are. One entry a line, sorted, keyed by path,
//! symbol and rule. Never holds totals, times or line numbers: it merges well, and the same code
//! always gives the same bytes.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::limits::{LimitChange, Limits};
use crate::metric::Direction;
use crate::model::{BodyHash, Check, Finding, RepoPath, Status, number_text};

const SCHEMA: &str = "elcano.baseline/1";

/// An accepted offender.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaselineEntry {
    /// Its file.
    pub path: RepoPath,
    /// Qualified name; empty for a file.
    pub symbol: String,
    /// Which of the spaces of that name, from 0.
    #[serde(default, skip_serializing_if = "is_first")]
    pub ordinal: u32,
    /// Of a function without a name, or with one that others have, its text: which one it is,
    /// whatever stands before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<BodyHash>,
    /// The rule's id.
    pub rule: String,
    /// Its value when it was accepted; worse is a regression.
    pub value: f64,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The first day on which it no longer holds: `2027-01-31`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_first(ordinal: &u32) -> bool {
    *ordinal == 0
}

type Place = (RepoPath, String, u32, String);

impl BaselineEntry {
    fn place(&self) -> Place {
        (self.path.clone(), self.symbol.clone(), self.ordinal, self.rule.clone())
    }

    /// Whether it is about the same rule on the same symbol.
    #[must_use]
    pub fn is_of(&self, other: &Self) -> bool {
        let is_same_one = match (self.body, other.body) {
            (Some(own), Some(theirs)) => own == theirs,
            _ => self.ordinal == other.ordinal,
        };
        is_same_one && (&self.path, &self.symbol, &self.rule) == (&other.path, &other.symbol, &other.rule)
    }

    /// For people: `src/a.py: Class::f: cognitive 31`.
    #[must_use]
    pub fn describe(&self) -> String {
        let symbol = if self.symbol.is_empty() { String::new() } else { format!("{}: ", self.symbol) };
        format!("{}: {symbol}{} {}", self.path, self.rule, number_text(self.value))
    }
}

/// The entries of a baseline, by place.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Baseline {
    entries: BTreeMap<Place, BaselineEntry>,
}

#[derive(Serialize, Deserialize)]
struct Header {
    schema: String,
}

impl Baseline {
    /// Reads a baseline. Blank lines are allowed.
    ///
    /// # Errors
    /// Not a baseline, one of a newer version, a line that is no entry (conflict markers), or two
    /// of one place.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
        let Some((_, first)) = lines.next() else { return Err("it is empty".into()) };
        let header: Header = serde_json::from_str(first).map_err(|_| "line 1 does not name its schema".to_owned())?;
        if header.schema != SCHEMA {
            return Err(format!("its schema is `{}`, this elcano reads {SCHEMA}", header.schema));
        }
        let mut entries = BTreeMap::new();
        for (number, line) in lines {
            let entry: BaselineEntry = serde_json::from_str(line).map_err(|error| format!("line {number}: {error}"))?;
            // Days of this form compare as text.
            let is_day = |text: &String| text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok();
            if let Some(wrong) = entry.expires.as_ref().filter(|text| !is_day(text)) {
                return Err(format!("line {number}: `{wrong}` is not a day such as 2027-01-31"));
            }
            if let Some(twice) = entries.insert(entry.place(), entry) {
                return Err(format!("line {number}: a second entry for {}", twice.describe()));
            }
        }
        Ok(Self { entries })
    }

    /// The baseline as text: the same entries always give the same bytes.
    ///
    /// # Errors
    /// A value that JSON cannot hold.
    pub fn to_text(&self) -> Result<String, String> {
        let mut out = format!("{{\"schema\":\"{SCHEMA}\"}}\n");
        for entry in self.entries.values() {
            let mut line = serde_json::to_value(entry).map_err(|error| error.to_string())?;
            // Whole values as whole numbers.
            if let Ok(whole) = number_text(entry.value).parse::<i64>() {
                line["value"] = whole.into();
            }
            out += &format!("{line}\n");
        }
        Ok(out)
    }

    /// Everything that is over a failing or warning limit now and not accepted otherwise; reasons
    /// and dates of entries that are there already stay, and entries of files of which nothing is
    /// known stay as they are.
    #[must_use]
    pub fn of(check: &Check, before: &Self) -> Self {
        let unseen = before.entries.iter().filter(|(_, entry)| check.is_unseen(&entry.path));
        let unseen = unseen.map(|(place, entry)| (place.clone(), entry.clone()));
        let entries = check.current().filter_map(|finding| {
            let mut entry = entry(finding, finding.value?);
            if let Some(old) = before.entry_of(&entry) {
                (entry.reason, entry.expires) = (old.reason.clone(), old.expires.clone());
            }
            entry.body = entry.body.filter(|_| finding.shares_name);
            Some((entry.place(), entry))
        });
        Self { entries: unseen.chain(entries).collect() }
    }

    /// The entry about the same rule on the same symbol; of several with one text the one at the
    /// same place.
    fn entry_of(&self, other: &BaselineEntry) -> Option<&BaselineEntry> {
        let at_its_place = self.entries.get(&other.place()).filter(|entry| entry.is_of(other));
        at_its_place.or_else(|| self.of_symbol(&other.path, &other.symbol).find(|entry| entry.is_of(other)))
    }

    /// The entries of all symbols of one name in a file.
    fn of_symbol(&self, path: &RepoPath, symbol: &str) -> impl Iterator<Item = &BaselineEntry> {
        let first = (path.clone(), symbol.to_owned(), 0, String::new());
        let entries = self.entries.range(first..).map(|(_, entry)| entry);
        entries.take_while(move |entry| entry.path == *path && entry.symbol == symbol)
    }

    /// The entries, sorted.
    pub fn entries(&self) -> impl Iterator<Item = &BaselineEntry> {
        self.entries.values()
    }

    /// Keeps only the entries for which `keep` holds.
    pub fn retain(&mut self, mut keep: impl FnMut(&BaselineEntry) -> bool) {
        self.entries.retain(|_, entry| keep(entry));
    }

    /// The same entries, none with a worse value than in `before`.
    #[must_use]
    pub fn capped(mut self, before: &Self) -> Self {
        for entry in self.entries.values_mut() {
            let direction = LimitChange::of(&entry.rule).map(|change| change.metric.direction);
            if let Some(old) = before.entry_of(entry) {
                let higher_is_better = direction == Ok(Direction::Higher);
                entry.value = if higher_is_better { entry.value.max(old.value) } else { entry.value.min(old.value) };
            }
        }
        self
    }

    /// Applies it to findings: what it accepts and is not worse is known, what is worse has
    /// regressed. Gives the stale entries: those without a finding, on paths for which `is_gated`
    /// holds. `today` is a day such as `2027-01-31`. An entry of a symbol that is gone from a file
    /// that is gated accepts the only symbol of that name elsewhere; of a file that is not nobody
    /// knows whether it is gone.
    pub fn apply(
        &self,
        findings: &mut [Finding],
        limits: &Limits,
        today: &str,
        is_gated: impl Fn(&RepoPath) -> bool,
    ) -> Vec<BaselineEntry> {
        let mut unused: BTreeSet<&Place> = self.entries.keys().collect();
        let (mut changed, mut strays) = (Vec::new(), Vec::new());
        for (at, finding) in findings.iter_mut().enumerate() {
            if finding.status == Status::Fixed {
                continue;
            }
            let wanted = entry(finding, 0.0);
            // Of several with one text, each takes one.
            let mut of_it = self.of_symbol(&wanted.path, &wanted.symbol).filter(|entry| entry.is_of(&wanted));
            let free = |entry: &&BaselineEntry| !finding.shares_name || unused.contains(&entry.place());
            if let Some(entry) = of_it.find(free) {
                unused.remove(&entry.place());
                accept(finding, entry, limits, today);
            } else if finding.shares_name {
                changed.push(at);
            } else if finding.status != Status::Known {
                strays.push(at);
            }
        }
        self.apply_to_changed(findings, &changed, &mut unused, limits, today);
        unused.retain(|place| is_gated(&place.0));
        for at in strays {
            let finding = &findings[at];
            let named = |place: &&&Place| place.1 == finding.symbol && place.3 == finding.rule && !place.1.is_empty();
            let mut same = unused.iter().filter(named);
            if let (Some(place), None) = (same.next().copied(), same.next()) {
                unused.remove(place);
                accept(&mut findings[at], &self.entries[place], limits, today);
            }
        }
        unused.into_iter().filter_map(|place| self.entries.get(place)).cloned().collect()
    }

    /// Functions known by their text alone, which is in no entry: where one is left on each side, it
    /// was edited. Of several nobody knows which was which.
    fn apply_to_changed<'e>(
        &'e self,
        findings: &mut [Finding],
        changed: &[usize],
        unused: &mut BTreeSet<&'e Place>,
        limits: &Limits,
        today: &str,
    ) {
        type Name = (RepoPath, String, String);
        let mut by_name: BTreeMap<Name, Vec<usize>> = BTreeMap::new();
        for at in changed {
            let finding = &findings[*at];
            let name = (finding.path.clone(), finding.symbol.clone(), finding.rule.clone());
            by_name.entry(name).or_default().push(*at);
        }
        for ((path, symbol, rule), of_name) in by_name {
            let of_symbol = self.of_symbol(&path, &symbol);
            let mut left = of_symbol.filter(|entry| entry.rule == rule && unused.contains(&entry.place()));
            if let ([at], Some(entry), None) = (&of_name[..], left.next(), left.next()) {
                unused.remove(&entry.place());
                accept(&mut findings[*at], entry, limits, today);
            }
        }
    }
}

/// The entry that accepts a finding.
fn entry(finding: &Finding, value: f64) -> BaselineEntry {
    BaselineEntry {
        path: finding.path.clone(),
        symbol: finding.symbol.clone(),
        ordinal: finding.ordinal,
        body: finding.body,
        rule: finding.rule.clone(),
        value,
        reason: None,
        expires: None,
    }
}

fn accept(finding: &mut Finding, entry: &BaselineEntry, limits: &Limits, today: &str) {
    if entry.expires.as_deref().is_some_and(|expires| expires <= today) {
        return;
    }
    let rules = limits.of(&finding.path);
    let Some(limit) = rules.iter().find(|limit| limit.id() == finding.rule) else { return };
    let worse = finding.value.is_some_and(|value| limit.beyond(value, entry.value));
    finding.base_value = finding.base_value.or(Some(entry.value));
    if worse {
        finding.status = Status::Regressed;
    } else {
        finding.status = Status::Known;
        let reason = entry.reason.as_ref().map_or_else(String::new, |reason| format!(": {reason}"));
        finding.accepted = Some(format!("baseline{reason}"));
    }
}

/// Names the stale entries in a check.
pub fn note_stale(check: &mut Check, stale: &[BaselineEntry]) {
    check.stale = stale.iter().map(BaselineEntry::describe).collect();
}
