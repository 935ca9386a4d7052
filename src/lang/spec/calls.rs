//! `[calls]`: how a call names its callee and passes its arguments.

use schemars::JsonSchema;
use serde::Deserialize;

/// How a call names its callee.
///
/// ```toml
/// [calls]
/// callee = ["function"]
/// arguments = ["arguments"]
/// self_names = ["self", "cls"]
/// ```
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Calls {
    /// Fields that hold the callee; the first present one counts, then the first child.
    pub callee: Vec<String>,
    /// Fields that hold the receiver, where the callee does not.
    pub receiver: Vec<String>,
    /// Fields that hold the arguments; kinds of the children that do, where they have no field.
    pub arguments: Vec<String>,
    /// Kinds of calls that name no callee.
    pub kinds_without_callee: Vec<String>,
    /// Kinds that a grammar puts in the callee's place, though the callee is their last child only:
    /// `a * f(b)` read as a call of `a * f`.
    pub callee_in_last_child: Vec<String>,
    /// Kinds that give a callee type arguments; the callee is their first child.
    pub callee_in_first_child: Vec<String>,
    /// Tokens before a call that pass it one more argument.
    pub pipe_operators: Vec<String>,
    /// Receivers that mean the enclosing object or class.
    pub self_names: Vec<String>,
    /// Receivers that mean what the enclosing class inherits.
    pub super_names: Vec<String>,
    /// Receivers that mean a module around the call.
    pub root_names: Vec<String>,
    /// A bare call inside a method may mean a method of the same class.
    pub implicit_self: bool,
    /// Functions of one name may differ in the number of parameters.
    pub overloads: bool,
    /// Functions of one name and number of parameters are clauses of one function.
    pub clauses: bool,
    /// Texts in a list of parameters that let a call pass another number of arguments: a default
    /// value, a rest parameter.
    pub variable_arity: Vec<String>,
    /// Functions of a class that run when it is called.
    pub constructors: Vec<String>,
    /// Names of constructors: a call of one delegates to another constructor and is never a
    /// recursion.
    pub delegating_constructors: Vec<String>,
    /// Kinds of functions, or of a child of theirs, that are called by the name of their class;
    /// empty if any may be.
    pub static_functions: Vec<String>,
}
