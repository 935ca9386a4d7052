//! Where the name of a space stands: the spec's `[names]`.

use std::ops::Range;

use rustc_hash::FxHashMap;
use tree_sitter::Node;

use super::ids::{Child, Ids, Pattern, first_field, first_of_kind};
use crate::lang::spec;

/// Values in one list that may take their names from another: for each of them both are read.
const PARALLEL_MAX: usize = 1_000;

/// The compiled `[names]` of a spec.
#[derive(Debug)]
pub struct NameRules {
    fields: Vec<u16>,
    child_by_kind: FxHashMap<u16, Child>,
    path_by_kind: FxHashMap<u16, Vec<Vec<Child>>>,
    fixed: FxHashMap<u16, String>,
    child_kinds: Vec<u16>,
    from_parent: FxHashMap<u16, Child>,
    parallel_lists: Vec<ParallelLists>,
    receiver_fields: FxHashMap<u16, u16>,
    receiver_types: Vec<u16>,
    receiver_variables: Vec<u16>,
    declarator: Declarator,
    parameter_fields: Vec<u16>,
}

#[derive(Debug)]
struct ParallelLists {
    values: Vec<u16>,
    names: Vec<Pattern>,
}

#[derive(Debug)]
struct Declarator {
    fields: Vec<u16>,
    wrappers: Vec<u16>,
    qualified_fields: Vec<u16>,
    ends_before: FxHashMap<u16, u16>,
}

/// What a method's receiver consists of.
#[derive(Debug, Clone, Copy, Default)]
pub struct Receiver<'t> {
    /// Its variable.
    pub variable: Option<Node<'t>>,
    /// Its type.
    pub of: Option<Node<'t>>,
}

impl NameRules {
    pub(super) fn compile(spec: &spec::Names, ids: &Ids<'_>) -> Result<Self, String> {
        let step = |word: &String| ids.child(std::slice::from_ref(word));
        let path = |words: &Vec<String>| words.iter().map(step).collect::<Result<Vec<_>, _>>();
        let paths = |paths: &Vec<Vec<String>>| paths.iter().map(path).collect::<Result<Vec<_>, _>>();
        let lists = |lists: &spec::ParallelLists| {
            Ok(ParallelLists { values: ids.kinds(&lists.values)?, names: ids.patterns(&lists.names)? })
        };
        Ok(Self {
            fields: ids.fields(&spec.fields)?,
            child_by_kind: ids.by_kind(&spec.child_by_kind, |words| ids.child(words))?,
            path_by_kind: ids.by_kind(&spec.path_by_kind, paths)?,
            fixed: ids.by_kind(&spec.fixed, |name| Ok(name.clone()))?,
            child_kinds: ids.kinds(&spec.child_kinds)?,
            from_parent: ids.by_kind(&spec.from_parent, |words| ids.child(words))?,
            parallel_lists: spec.parallel_lists.iter().map(lists).collect::<Result<_, String>>()?,
            receiver_fields: ids.by_kind(&spec.receiver.fields, |field| ids.field(field))?,
            receiver_types: ids.kinds(&spec.receiver.types)?,
            receiver_variables: ids.kinds(&spec.receiver.variables)?,
            declarator: Declarator::compile(&spec.declarator, ids)?,
            parameter_fields: ids.fields(&spec.parameter_fields)?,
        })
    }

    /// The name that all nodes of a kind have.
    #[must_use]
    pub fn fixed(&self, kind: u16) -> Option<&str> {
        self.fixed.get(&kind).map(String::as_str)
    }

    /// The bytes of the name of a space, by its node, the node's parent and that one's parent.
    #[must_use]
    pub fn find<'t>(&self, node: Node<'t>, around: [Option<Node<'t>>; 2]) -> Option<Range<usize>> {
        let own = self.at_path(node).or_else(|| self.by_kind(node)).or_else(|| first_field(node, &self.fields));
        if let Some(own) = own {
            let mut found = self.declarator.innermost(own);
            while let Some(inner) = self.by_kind(found) {
                found = inner;
            }
            return Some(self.declarator.extent(found));
        }
        if let Some(child) = first_of_kind(node, &self.child_kinds) {
            return Some(child.byte_range());
        }
        let [parent, above] = around;
        let parent = parent?;
        let given = self.from_parent.get(&parent.kind_id()).and_then(|child| child.find(parent));
        let given = given.filter(|found| found.id() != node.id());
        let given = given.or_else(|| self.in_parallel(node, parent, above?));
        given.map(|found| self.declarator.innermost(found).byte_range())
    }

    /// The variable and the type of a method's receiver.
    #[must_use]
    pub fn receiver<'t>(&self, method: Node<'t>) -> Receiver<'t> {
        let mut receiver = Receiver::default();
        if self.receiver_fields.is_empty() {
            return receiver;
        }
        let field = self.receiver_fields.get(&method.kind_id());
        let mut pending: Vec<_> = field.and_then(|field| method.child_by_field_id(*field)).into_iter().collect();
        while let Some(next) = pending.pop() {
            if self.receiver_types.contains(&next.kind_id()) {
                receiver.of = receiver.of.or(Some(next));
            } else if self.receiver_variables.contains(&next.kind_id()) {
                receiver.variable = receiver.variable.or(Some(next));
            }
            let mut cursor = next.walk();
            let children: Vec<_> = next.named_children(&mut cursor).collect();
            pending.extend(children.into_iter().rev());
        }
        receiver
    }

    /// How many names a parameter declaration holds.
    #[must_use]
    pub fn parameters_in(&self, declaration: Node<'_>) -> usize {
        let mut cursor = declaration.walk();
        let mut count = 0;
        let mut more = cursor.goto_first_child();
        while more {
            count += usize::from(cursor.field_id().is_some_and(|field| self.parameter_fields.contains(&field.get())));
            more = cursor.goto_next_sibling();
        }
        count
    }

    fn at_path<'t>(&self, node: Node<'t>) -> Option<Node<'t>> {
        let paths = self.path_by_kind.get(&node.kind_id())?;
        paths.iter().find_map(|path| path.iter().try_fold(node, |node, step| step.find(node)))
    }

    fn by_kind<'t>(&self, node: Node<'t>) -> Option<Node<'t>> {
        self.child_by_kind.get(&node.kind_id())?.find(node)
    }

    /// The name that stands in the list of names where the node stands in the list of values.
    fn in_parallel<'t>(&self, node: Node<'t>, values: Node<'t>, above: Node<'t>) -> Option<Node<'t>> {
        let lists = self.parallel_lists.iter().find(|lists| lists.values.contains(&values.kind_id()))?;
        if values.named_child_count() > PARALLEL_MAX {
            return None;
        }
        let mut cursor = values.walk();
        let at = values.named_children(&mut cursor).position(|child| child.id() == node.id())?;
        let mut cursor = above.walk();
        let before = above.named_children(&mut cursor).take_while(|child| child.id() != values.id());
        let is_name = |child: &Node<'_>| lists.names.iter().any(|name| name.holds(child.kind_id(), above.kind_id()));
        let before = before.filter(is_name).collect::<Vec<_>>();
        match before.last()? {
            list if list.named_child_count() > 0 => list.named_child(u32::try_from(at).ok()?),
            _ => before.get(at).copied(),
        }
    }
}

impl Declarator {
    fn compile(spec: &spec::Declarator, ids: &Ids<'_>) -> Result<Self, String> {
        Ok(Self {
            fields: ids.fields(&spec.fields)?,
            wrappers: ids.kinds(&spec.wrappers)?,
            qualified_fields: ids.fields(&spec.qualified_fields)?,
            ends_before: ids.by_kind(&spec.ends_before, |field| ids.field(field))?,
        })
    }

    /// The name at the end of a chain of declarators.
    fn innermost<'t>(&self, mut node: Node<'t>) -> Node<'t> {
        while !self.ends_before.contains_key(&node.kind_id()) {
            let inner = first_field(node, &self.fields)
                .or_else(|| self.wrappers.contains(&node.kind_id()).then(|| node.named_child(0)).flatten());
            match inner {
                Some(inner) => node = inner,
                None => break,
            }
        }
        node
    }

    /// The bytes of a name, up to the field before which its last part ends.
    fn extent(&self, node: Node<'_>) -> Range<usize> {
        let mut last = node;
        while let Some(inner) = first_field(last, &self.qualified_fields) {
            last = inner;
        }
        let tail = self.ends_before.get(&last.kind_id()).and_then(|field| last.child_by_field_id(*field));
        node.start_byte()..tail.map_or(node.end_byte(), |tail| tail.start_byte())
    }
}
