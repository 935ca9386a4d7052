//! Names, visibility, parameters and callees, by the rules of a language's spec. Never counts: what
//! they mean to a metric is decided by the visit.

mod callee;
mod names;
mod parameters;
mod text;
mod visibility;

pub(super) use callee::{Callee, callee};
pub(super) use names::{ANONYMOUS, name, qualified, receiver};
pub(super) use parameters::{has_variable_arity, parameter_count};
pub(super) use visibility::{KnownModifiers, default_visibility, member_name, section, visibility};
