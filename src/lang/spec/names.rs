//! `[names]`: where a grammar keeps the name of a space.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::pattern::KindPattern;
use super::when::Pattern;

/// How the name of a space is found. The first of these that finds one decides: `fixed`,
/// `path_by_kind`, `child_by_kind`, `fields`, `child_kinds`, `from_parent`, `parallel_lists`.
///
/// ```toml
/// [names]
/// fields = ["name"]
/// child_by_kind = { impl_item = ["type"], generic_type = ["type"] }
/// path_by_kind = { function = [["infix", "operator"], ["parens", "name"]] }
/// fixed = { static_initializer = "<static>" }
/// from_parent = { variable_declarator = ["name"] }
/// ```
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Names {
    /// Fields that hold the name, of a node of any kind; the first present one counts.
    pub fields: Vec<String>,
    /// Kind -> the fields, or else the kinds, of the child that holds its name. Where that child is
    /// of a listed kind, too, it is followed.
    pub child_by_kind: BTreeMap<String, Vec<String>>,
    /// Kind -> paths of fields or kinds (`[child, grandchild]`) to the node that holds its name;
    /// the first that exists counts. Where that node is of a kind in `child_by_kind`, it is
    /// followed.
    pub path_by_kind: BTreeMap<String, Vec<Vec<String>>>,
    /// Kind -> the name of all of its nodes.
    pub fixed: BTreeMap<String, String>,
    /// Kinds of a direct child that is the name.
    pub child_kinds: Vec<String>,
    /// Kind of the parent -> its fields, or else the kinds of its child, that name a function
    /// without a name of its own.
    pub from_parent: BTreeMap<String, Vec<String>>,
    /// Lists of values that are named by a list of names before them: `a, b = f, g` names the
    /// second value `b`.
    pub parallel_lists: Vec<ParallelLists>,
    /// The receiver of a method, whose type qualifies the name.
    pub receiver: Receiver,
    /// Declarators, which wrap the name in the shape of its type.
    pub declarator: Declarator,
    /// Fields that hold the names in a parameter declaration with the role `names_each`; each is a
    /// parameter.
    pub parameter_fields: Vec<String>,
    /// Accessors, whose qualified name has their property: `A.size.get`.
    pub accessors: Vec<Accessor>,
}

/// Functions that read or write a property, and what is put into their qualified name, so that no
/// two share one.
///
/// ```toml
/// [[names.accessors]]
/// node.kind = ["accessor_declaration"]
/// of = ["property_declaration"]
///
/// [[names.accessors]]
/// node = { kind = ["method_definition"], has = ["'get'"] }
/// name = "get"
/// ```
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Accessor {
    /// The function; its `kind` is required.
    pub node: Pattern,
    /// Its parent.
    pub parent: Pattern,
    /// Kinds of the property, at most three levels above; without them the function's own name is
    /// the property's.
    pub of: Vec<String>,
    /// What follows the property's name; without it the function's own name does.
    pub name: Option<String>,
}

/// A list of values and the names before it.
///
/// ```toml
/// [[names.parallel_lists]]
/// values = ["expression_list"]
/// names = [{ kind = ["expression_list"] }, { kind = ["identifier"], parent = ["var_spec"] }]
/// ```
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ParallelLists {
    /// Kinds of the list of values.
    pub values: Vec<String>,
    /// The list of names before it under the same parent, or the names themselves.
    pub names: Vec<KindPattern>,
}

/// The receiver of a method, where it is written before the name.
///
/// ```toml
/// [names.receiver]
/// fields = { method_declaration = "receiver" }
/// types = ["type_identifier"]
/// variables = ["identifier"]
/// ```
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Receiver {
    /// Kind of the method -> the field that holds the receiver.
    pub fields: BTreeMap<String, String>,
    /// Kinds of the type in a receiver.
    pub types: Vec<String>,
    /// Kinds of the variable in a receiver.
    pub variables: Vec<String>,
}

/// Declarators: `*(*f)(int)` declares `f`.
///
/// ```toml
/// [names.declarator]
/// fields = ["declarator"]
/// wrappers = ["parenthesized_declarator"]
/// ```
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Declarator {
    /// Fields that lead from a declarator to the one inside it.
    pub fields: Vec<String>,
    /// Kinds of declarators that hold the inner one as their first child, without a field.
    pub wrappers: Vec<String>,
    /// Fields that lead from a qualified name to its last part.
    pub qualified_fields: Vec<String>,
    /// Kind of the last part of a name -> the field before which the name ends.
    pub ends_before: BTreeMap<String, String>,
}

impl Names {
    /// Takes over what `base` defines for kinds that are not in `without`, as far as this does not
    /// define it.
    pub(in crate::lang) fn inherit(&mut self, base: &Self, without: &[String]) {
        self.fields.extend(base.fields.iter().cloned());
        self.child_kinds.extend(base.child_kinds.iter().cloned());
        self.parameter_fields.extend(base.parameter_fields.iter().cloned());
        self.parallel_lists.extend(base.parallel_lists.iter().cloned());
        merge(&mut self.child_by_kind, &base.child_by_kind, without);
        merge(&mut self.path_by_kind, &base.path_by_kind, without);
        merge(&mut self.fixed, &base.fixed, without);
        merge(&mut self.from_parent, &base.from_parent, without);
        merge(&mut self.receiver.fields, &base.receiver.fields, without);
        self.accessors.splice(0..0, base.accessors.iter().filter_map(|accessor| accessor.without(without)));
        self.receiver.types.extend(base.receiver.types.iter().cloned());
        self.receiver.variables.extend(base.receiver.variables.iter().cloned());
        let (own, theirs) = (&mut self.declarator, &base.declarator);
        own.fields.extend(theirs.fields.iter().cloned());
        own.wrappers.extend(theirs.wrappers.iter().filter(|kind| !without.contains(kind)).cloned());
        own.qualified_fields.extend(theirs.qualified_fields.iter().cloned());
        merge(&mut own.ends_before, &theirs.ends_before, without);
    }
}

impl Accessor {
    fn without(&self, lacking: &[String]) -> Option<Self> {
        let (node, parent) = (self.node.without(lacking)?, self.parent.without(lacking)?);
        Some(Self { node, parent, ..self.clone() })
    }
}

fn merge<T: Clone>(own: &mut BTreeMap<String, T>, base: &BTreeMap<String, T>, without: &[String]) {
    for (kind, value) in base.iter().filter(|(kind, _)| !without.contains(kind)) {
        own.entry(kind.clone()).or_insert_with(|| value.clone());
    }
}
