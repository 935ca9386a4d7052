//! Indirect recursion: functions of one file that call each other in a circle. Each counts one in
//! cognitive complexity, as one that calls itself does. A call is followed where its name can mean
//! one function of the file only; else it is not. Linear in calls and functions.

use rustc_hash::FxHashMap;

use crate::lang::spec;
use crate::measure::naming::{ANONYMOUS, Callee};
use crate::metric::{OpenSpace, Trace, cognitive};
use crate::model::Space;

/// Functions of one name in one place that are told apart by their arguments; more are not.
const OVERLOADS_MAX: usize = 32;
/// Spaces around a call in which its name is looked for.
const AROUND_MAX: usize = 64;

/// A function as calls see it.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, as calls ask for them")]
struct Function {
    space: u32,
    /// Length of what its name begins with: the type that it belongs to.
    owner_bytes: usize,
    arguments: u32,
    variable_arity: bool,
    is_member: bool,
    is_static: bool,
    /// No call by name calls it.
    is_hidden: bool,
    /// It counts as recursive already.
    counted: bool,
}

/// A call that may be one of a function of the file.
#[derive(Debug)]
struct Site<'t> {
    /// Space of the function that calls.
    caller: u32,
    name: &'t str,
    arguments: Option<u32>,
    /// Space of the method whose object or class the call names.
    method: Option<u32>,
    /// The call names the class.
    by_class: bool,
    byte: u32,
}

/// What is known of functions and calls until the file is read.
#[derive(Debug, Default)]
pub(super) struct Circles<'t> {
    functions: Vec<Function>,
    calls: Vec<Site<'t>>,
}

impl<'t> Circles<'t> {
    /// Keeps a function that closes.
    pub(super) fn function(&mut self, open: &OpenSpace) {
        self.functions.push(Function {
            space: open.index,
            owner_bytes: open.name.len() - open.own_name().len(),
            arguments: open.nargs(),
            variable_arity: open.variable_arity,
            is_member: open.is_member(),
            is_static: open.is_static,
            is_hidden: open.is_accessor || open.name == ANONYMOUS,
            counted: open.recursive,
        });
    }

    /// Keeps a call that calls none of the functions around it.
    pub(super) fn call(&mut self, around: &[OpenSpace], callee: &Callee<'_, 't>, byte: u32) {
        let functions =
            || (0..around.len()).rev().filter(|at| around[*at].kind.is_function() && !around[*at].suspended);
        let Some(caller) = functions().find(|at| around[*at].name != ANONYMOUS) else { return };
        let receiver = callee.receiver();
        let (mut method, mut by_class) = (None, false);
        if !receiver.is_empty() {
            let class = |at: usize| at.checked_sub(1).map(|outer| around[outer].name.as_str());
            let found = functions().filter(|at| around[*at].is_member()).find(|at| {
                by_class = class(*at) == Some(receiver);
                by_class || callee.means_object_of(&around[*at], class(*at))
            });
            let Some(found) = found else { return };
            method = Some(around[found].index);
        }
        let (caller, name, arguments) = (around[caller].index, callee.name, callee.overload());
        self.calls.push(Site { caller, name, arguments, method, by_class, byte });
    }

    /// Counts the functions that call each other in a circle.
    pub(super) fn count(self, spaces: &mut [Space], calls: &spec::Calls, trace: &mut Option<&mut Trace>) {
        if self.functions.len() < 2 || self.calls.is_empty() {
            return;
        }
        for (function, byte) in self.recursive(spaces, calls) {
            cognitive::circle(spaces, function, byte, trace);
        }
        if let Some(trace) = trace.as_deref_mut() {
            trace.increments.sort_by_key(|increment| increment.byte);
        }
    }

    /// The functions in circles that do not count as recursive yet, each with its first call that
    /// stays in the circle.
    fn recursive(&self, spaces: &[Space], calls: &spec::Calls) -> Vec<(u32, u32)> {
        let names = Names::of(&self.functions, spaces, calls);
        let mut edges = Vec::new();
        let mut called = vec![Vec::new(); self.functions.len()];
        for site in &self.calls {
            let Some(&from) = names.by_space.get(&site.caller) else { continue };
            if let Some(to) = names.target(site, &self.functions[from]) {
                // Clauses of one function are one place in a circle.
                let (place, to) = (names.first_clause(from), names.first_clause(to));
                called[place].push(to);
                edges.push((from, place, to, site.byte));
            }
        }
        let circle = components(&called);
        let mut counted: Vec<bool> = self.functions.iter().map(|function| function.counted).collect();
        let stays = |(_, place, to, _): &(usize, usize, usize, u32)| place != to && circle[*place] == circle[*to];
        edges.retain(|edge| stays(edge) && !std::mem::replace(&mut counted[edge.0], true));
        edges.into_iter().map(|(from, _, _, byte)| (self.functions[from].space, byte)).collect()
    }
}

/// The functions of a file by where they stand and what they are called.
struct Names<'a> {
    spaces: &'a [Space],
    functions: &'a [Function],
    by_name: FxHashMap<(&'a str, &'a str), Vec<usize>>,
    by_space: FxHashMap<u32, usize>,
    /// A bare call may mean a method of the same class.
    implicit_self: bool,
    /// Functions of one name and number of parameters are clauses of one.
    clauses: bool,
}

impl<'a> Names<'a> {
    fn of(functions: &'a [Function], spaces: &'a [Space], calls: &spec::Calls) -> Self {
        let mut names = Self {
            spaces,
            functions,
            by_name: FxHashMap::default(),
            by_space: functions.iter().zip(0..).map(|(function, at)| (function.space, at)).collect(),
            implicit_self: calls.implicit_self,
            clauses: calls.clauses,
        };
        for (at, function) in functions.iter().enumerate().filter(|(_, function)| !function.is_hidden) {
            let own = &spaces[function.space as usize].name[function.owner_bytes..];
            if !calls.delegating_constructors.iter().any(|name| name == own) {
                names.by_name.entry((names.place(function), own)).or_default().push(at);
            }
        }
        names
    }

    /// The qualified name of what a function stands in, or belongs to.
    fn place(&self, function: &Function) -> &'a str {
        let space = &self.spaces[function.space as usize];
        let around = || space.parent.map_or("", |parent| self.spaces[parent as usize].qualified_name.as_str());
        let own = &space.name[function.owner_bytes..];
        let place = space.qualified_name.strip_suffix(own).filter(|_| !function.is_hidden);
        place.map_or_else(around, |place| place.trim_end_matches([':', '.']))
    }

    /// The one function in a place that a call can mean; the error is that none of its name is
    /// there.
    fn meant(&self, place: &str, site: &Site<'_>) -> Result<Option<usize>, ()> {
        let visible = |at: &&usize| {
            let function = &self.functions[**at];
            if site.method.is_some() {
                function.is_member && (function.is_static || !site.by_class)
            } else {
                self.implicit_self || !function.is_member
            }
        };
        let all = self.by_name.get(&(place, site.name)).ok_or(())?;
        if all.len() > OVERLOADS_MAX && !self.clauses {
            return Ok(None);
        }
        let mut visible = all.iter().filter(visible).peekable();
        visible.peek().ok_or(())?;
        let fits = |at: &&usize| {
            let function = &self.functions[**at];
            function.variable_arity || site.arguments.is_none_or(|arguments| arguments == function.arguments)
        };
        let mut fitting = visible.filter(fits);
        let first = fitting.next().copied();
        Ok(if self.clauses || fitting.next().is_none() { first } else { None })
    }

    /// The function that a call calls, if it can be one only.
    fn target(&self, site: &Site<'_>, caller: &Function) -> Option<usize> {
        if let Some(method) = site.method {
            let method = *self.by_space.get(&method)?;
            return self.meant(self.place(&self.functions[method]), site).ok().flatten();
        }
        let own = &self.spaces[caller.space as usize];
        let above = std::iter::successors(own.parent, |at| self.spaces[*at as usize].parent);
        let above = above.map(|at| self.spaces[at as usize].qualified_name.as_str());
        let places = [own.qualified_name.as_str(), self.place(caller)].into_iter().chain(above);
        places.take(AROUND_MAX).find_map(|place| self.meant(place, site).ok()).flatten()
    }
}

impl Names<'_> {
    /// The first clause of the function that a function is a clause of; it itself, where the
    /// language has no clauses.
    fn first_clause(&self, at: usize) -> usize {
        let function = &self.functions[at];
        if !self.clauses || function.is_hidden {
            return at;
        }
        let own = &self.spaces[function.space as usize].name[function.owner_bytes..];
        let all = self.by_name.get(&(self.place(function), own));
        let is_clause = |other: &&usize| self.functions[**other].arguments == function.arguments;
        all.and_then(|all| all.iter().find(is_clause)).copied().unwrap_or(at)
    }
}

/// The number of the circle that each function is in. Tarjan 1972, without recursion.
fn components(called: &[Vec<usize>]) -> Vec<usize> {
    const NONE: usize = usize::MAX;
    let (mut order, mut low) = (vec![NONE; called.len()], vec![NONE; called.len()]);
    let mut circle = vec![NONE; called.len()];
    let (mut stack, mut path) = (Vec::new(), Vec::new());
    let mut next = 0;
    for root in 0..called.len() {
        if order[root] != NONE {
            continue;
        }
        path.push((root, 0));
        while let Some((at, edge)) = path.pop() {
            if edge == 0 {
                (order[at], low[at]) = (next, next);
                next += 1;
                stack.push(at);
            }
            let Some(&to) = called[at].get(edge) else {
                if low[at] == order[at] {
                    while let Some(member) = stack.pop() {
                        circle[member] = at;
                        if member == at {
                            break;
                        }
                    }
                }
                if let Some((above, _)) = path.last() {
                    low[*above] = low[*above].min(low[at]);
                }
                continue;
            };
            path.push((at, edge + 1));
            if order[to] == NONE {
                path.push((to, 0));
            } else if circle[to] == NONE {
                low[at] = low[at].min(order[to]);
            }
        }
    }
    circle
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_circle_is_found_whatever_leads_to_it() {
        // 0 -> 1 -> 2 -> 1, 2 -> 3, 4 -> 4, 3 -> 5.
        let circle = components(&[vec![1], vec![2], vec![1, 3], vec![5], vec![4], vec![]]);
        assert_eq!(circle[1], circle[2]);
        for (one, other) in [(0, 1), (2, 3), (3, 5), (4, 3)] {
            assert_ne!(circle[one], circle[other], "{one} and {other}");
        }
        let long: Vec<_> = (0..100_000).map(|at| vec![(at + 1) % 100_000]).collect();
        let circle = components(&long);
        assert!(circle.iter().all(|number| *number == circle[0]));
    }
}
