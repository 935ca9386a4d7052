//! Kind ids by name: what a grammar calls its nodes, tokens and fields, and the errors of a spec
//! that names others.

use rustc_hash::FxHashMap;
use tree_sitter::Language as Grammar;

use super::pattern::Member;
use super::role::{ROLES, Roles};

/// What is known of a kind before looking at a node.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts of a kind, one table row each")]
pub struct Kind {
    /// Roles of every node of the kind.
    pub roles: Roles,
    /// One id for all kinds of the same name; grammars give one name several ids.
    pub canonical: u16,
    /// A node of the grammar, not a token of its text.
    pub named: bool,
    /// A token of white space only: a line end that the grammar reads.
    pub blank: bool,
    /// A token of which only its text and rows matter: most of a file.
    pub plain_token: bool,
    /// A label that changes the visibility of what follows in a class.
    pub section: bool,
    /// A sequence of logical operators around it continues inside it.
    pub continues_into: bool,
    /// A sequence of logical operators inside it continues in the expression that begins with the
    /// same byte.
    pub continues_out_of: bool,
    /// Its children are tokens without a tree.
    pub unparsed: bool,
    /// Rules may change the roles.
    pub ruled: bool,
    /// Under some parents it is an operator with roles.
    pub(super) operator: bool,
    /// Its operator decides whether it is a logical expression.
    pub(super) operation: bool,
}

impl Kind {
    /// Its roles are those of every node of the kind, wherever it stands.
    #[inline]
    #[must_use]
    pub const fn is_plain(self) -> bool {
        !(self.ruled || self.operator || self.operation)
    }
}

const CLOSERS: [&str; 3] = [")", "]", "}"];
const SEPARATORS: [&str; 2] = [",", ";"];

/// Kind ids by name, over all ids: a grammar may give one name several.
pub(super) struct KindNames {
    /// Tokens, then nodes.
    ids: [FxHashMap<String, Vec<u16>>; 2],
    count: usize,
}

impl KindNames {
    pub(super) fn of(grammar: &Grammar) -> Self {
        let mut ids: [FxHashMap<String, Vec<u16>>; 2] = Default::default();
        let count = grammar.node_kind_count();
        for id in 0..count {
            let Ok(id) = u16::try_from(id) else { break };
            if let Some(name) = grammar.node_kind_for_id(id) {
                ids[usize::from(grammar.node_kind_is_named(id))].entry(name.to_owned()).or_default().push(id);
            }
        }
        Self { ids, count }
    }

    pub(super) fn table(&self) -> Vec<Kind> {
        let mut kinds = vec![Kind::default(); self.count];
        let all = [false, true]
            .into_iter()
            .zip(&self.ids)
            .flat_map(|(named, ids)| ids.iter().map(move |(name, ids)| (named, name, ids)));
        for (named, name, ids) in all {
            for id in ids {
                let kind = &mut kinds[usize::from(*id)];
                kind.named = named;
                kind.canonical = ids[0];
                kind.blank = !named && name.trim().is_empty();
                if !named && CLOSERS.contains(&name.as_str()) {
                    kind.roles |= Roles::CLOSER;
                }
                if !named && SEPARATORS.contains(&name.as_str()) {
                    kind.roles |= Roles::SEPARATOR;
                }
            }
        }
        kinds
    }

    /// Whether a word is a named node, and its name.
    fn parse(word: &str) -> (bool, &str) {
        let quoted = word.len() > 2 && word.starts_with('\'') && word.ends_with('\'');
        if quoted { (false, &word[1..word.len() - 1]) } else { (true, word) }
    }

    fn find(&self, word: &str) -> Option<&[u16]> {
        let (named, name) = Self::parse(word);
        self.ids[usize::from(named)].get(name).map(Vec::as_slice)
    }

    /// The error of a word that the grammar does not have. Costs a comparison with all that it has.
    fn unknown(&self, word: &str) -> String {
        let (named, name) = Self::parse(word);
        let hint = crate::error::suggestion(name, self.ids[usize::from(named)].keys().map(String::as_str));
        format!("no {} {word} in the grammar{hint}", if named { "node" } else { "token" })
    }

    fn one(&self, word: &str) -> Result<&[u16], String> {
        self.find(word).ok_or_else(|| self.unknown(word))
    }

    pub(super) fn ids(&self, words: &[String]) -> Result<Vec<u16>, String> {
        words.iter().try_fold(Vec::new(), |mut all, word| {
            all.extend_from_slice(self.one(word)?);
            Ok(all)
        })
    }

    /// An operator by its text: an anonymous token, or a named node where the grammar names it.
    pub(super) fn token(&self, text: &str) -> Result<&[u16], String> {
        let quoted = format!("'{text}'");
        self.find(&quoted).or_else(|| self.find(text)).ok_or_else(|| self.unknown(&quoted))
    }

    pub(super) fn fields(grammar: &Grammar, names: &[String]) -> Result<Vec<u16>, String> {
        names.iter().map(|name| field_of(grammar, name)).collect()
    }

    pub(super) fn members(&self, grammar: &Grammar, names: &[String]) -> Result<Vec<Member>, String> {
        names.iter().map(|name| self.member(grammar, name)).collect()
    }

    pub(super) fn member(&self, grammar: &Grammar, name: &str) -> Result<Member, String> {
        let field = grammar.field_id_for_name(name).map(std::num::NonZero::get);
        match (self.find(name), field) {
            (None, None) => Err(self.unknown(name)),
            (kinds, field) => Ok(Member { field, kinds: kinds.unwrap_or_default().to_vec() }),
        }
    }
}

fn field_of(grammar: &Grammar, name: &str) -> Result<u16, String> {
    grammar
        .field_id_for_name(name)
        .map(std::num::NonZero::get)
        .ok_or_else(|| format!("no field `{name}` in the grammar"))
}

pub(super) fn role_of(name: &str) -> Result<Roles, String> {
    Roles::by_name(name).ok_or_else(|| {
        let hint = crate::error::suggestion(name, ROLES.iter().map(|(known, ..)| *known));
        format!("unknown role `{name}`{hint}")
    })
}

pub(super) fn roles_of(names: &[String]) -> Result<Roles, String> {
    names.iter().try_fold(Roles::NONE, |all, name| role_of(name).map(|role| all | role))
}
