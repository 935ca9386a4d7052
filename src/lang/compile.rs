//! Compiles a spec against its grammar: every name in it becomes an id, or an error with its place.

use rustc_hash::FxHashMap;
use tree_sitter::Language as Grammar;

use super::error::SpecError;
use super::flow::Flow;
use super::kinds::{Kind, KindNames, role_of};
use super::language::{Language, Outside, Wrapping};
use super::lexis::Lexis;
use super::naming::Naming;
use super::rewrite::Rewrites;
use super::role::Roles;
use super::rule::{Rule, compile_pattern};
use super::spec::Spec;
use super::unsafe_to_parse::UnsafeToParse;

impl Language {
    /// Compiles a spec against its grammar.
    ///
    /// # Errors
    /// A kind, token, field or role that does not exist, named with the place in the spec.
    pub fn compile(id: &'static str, spec: Spec, grammar: Grammar, fingerprint: [u8; 16]) -> Result<Self, SpecError> {
        let compiled = Compiler { names: KindNames::of(&grammar), spec: &spec, grammar: &grammar }.tables();
        let named = |problem| SpecError::Misfit { id, problem };
        let tables = compiled.map_err(named)?;
        let rewrites = Rewrites::compile(&spec.rewrites).map_err(named)?;
        let lexis = Lexis::compile(&spec.lexis).map_err(named)?;
        let unsafe_to_parse = spec.unsafe_to_parse.as_ref().map(UnsafeToParse::compile).transpose().map_err(named)?;
        let field = |name| grammar.field_id_for_name(name).map(std::num::NonZero::get);
        let fields = (1..=grammar.field_count()).filter_map(|id| {
            let id = u16::try_from(id).ok()?;
            grammar.field_name_for_id(id).map(|name| (name.to_owned(), id))
        });
        let has_own_attributes = spec.mapped().any(|role| Roles::by_name(role) == Some(Roles::OWN_ATTRIBUTE));
        Ok(Self {
            id,
            fields: fields.collect(),
            operator_field: field("operator"),
            condition_field: field("condition"),
            has_own_attributes,
            flow: tables.flow,
            kinds: tables.kinds,
            rules: tables.rules,
            operators: tables.operators,
            outside: tables.outside,
            wrappings: tables.wrappings,
            naming: tables.naming,
            rewrites,
            lexis,
            unsafe_to_parse,
            spec,
            grammar,
            fingerprint,
        })
    }
}

/// A spec by ids.
struct Tables {
    flow: Flow,
    kinds: Vec<Kind>,
    rules: FxHashMap<u16, Vec<Rule>>,
    operators: FxHashMap<(u16, u16), Roles>,
    outside: Outside,
    wrappings: Vec<Wrapping>,
    naming: Naming,
}

struct Compiler<'a> {
    names: KindNames,
    spec: &'a Spec,
    grammar: &'a Grammar,
}

impl Compiler<'_> {
    fn tables(&self) -> Result<Tables, String> {
        let (names, spec) = (&self.names, self.spec);
        let mut kinds = names.table();
        for (role, list) in &spec.roles {
            let bit = role_of(role)?;
            for kind in names.ids(list)? {
                kinds[usize::from(kind)].roles |= bit;
            }
        }
        for kind in names.ids(&spec.logical_sequences.continue_into)? {
            kinds[usize::from(kind)].continues_into = true;
        }
        for kind in names.ids(&spec.logical_sequences.continue_out_of)? {
            kinds[usize::from(kind)].continues_out_of = true;
        }
        let operators = self.operators(&mut kinds)?;
        let rules = self.rules(&mut kinds)?;
        let naming = Naming::compile(spec, names, self.grammar, &mut kinds)?;
        let outside = self.outside().map_err(|error| format!("outside_nesting: {error}"))?;
        let flow = Flow::compile(&spec.flow, self.grammar, |words: &[String]| names.ids(words));
        let flow = flow.map_err(|error| format!("flow: {error}"))?;
        for kind in &mut kinds {
            let plain = kind.is_plain() && !(kind.named || kind.blank || kind.section);
            kind.plain_token = plain && (kind.roles & !(Roles::CLOSER | Roles::SEPARATOR)).is_empty();
        }
        Ok(Tables { flow, kinds, rules, operators, outside, wrappings: self.wrappings()?, naming })
    }

    fn operators(&self, kinds: &mut [Kind]) -> Result<FxHashMap<(u16, u16), Roles>, String> {
        let mut operators = FxHashMap::default();
        for table in &self.spec.operators {
            let parents = self.names.ids(&table.parent)?;
            for (role, texts) in &table.roles {
                let bit = role_of(role)?;
                for &parent in &parents {
                    kinds[usize::from(parent)].operation |= bit.has(Roles::LOGICAL | Roles::COMPARISON);
                }
                for text in texts {
                    for &token in self.names.token(text)? {
                        kinds[usize::from(token)].operator = true;
                        for &parent in &parents {
                            *operators.entry((parent, token)).or_insert(Roles::NONE) |= bit;
                        }
                    }
                }
            }
        }
        Ok(operators)
    }

    fn rules(&self, kinds: &mut [Kind]) -> Result<FxHashMap<u16, Vec<Rule>>, String> {
        let mut rules: FxHashMap<u16, Vec<Rule>> = FxHashMap::default();
        for when in &self.spec.when {
            let kinds_of = self.names.ids(&when.node.kind)?;
            if kinds_of.is_empty() {
                return Err("when: `node.kind` is empty: a rule is about nodes of some kinds".to_owned());
            }
            let rule = Rule::compile(&self.names, self.grammar, when)?;
            for kind in kinds_of {
                kinds[usize::from(kind)].ruled = true;
                rules.entry(kind).or_default().push(rule.clone());
            }
        }
        Ok(rules)
    }

    fn outside(&self) -> Result<Outside, String> {
        let mut fields = vec![false; self.grammar.field_count() + 1];
        let mut kinds = Vec::new();
        for word in &self.spec.outside_nesting.children {
            let member = self.names.member(self.grammar, word)?;
            match member.field {
                Some(field) => fields[usize::from(field)] = true,
                None => kinds.extend(member.kinds),
            }
        }
        let mut at = FxHashMap::default();
        for (kind, index) in &self.spec.outside_nesting.child_at {
            at.extend(self.names.ids(std::slice::from_ref(kind))?.iter().map(|id| (*id, *index)));
        }
        Ok(Outside { fields, kinds, at })
    }

    fn wrappings(&self) -> Result<Vec<Wrapping>, String> {
        let names = &self.names;
        let wrapping = |wrapper: &super::spec::Wrapper| {
            let every = wrapper.every.iter().map(|pattern| compile_pattern(names, self.grammar, pattern));
            Ok(Wrapping {
                kind: names.ids(&wrapper.kind)?,
                every: every.collect::<Result<_, _>>()?,
                some: names.ids(&wrapper.some)?,
                last: names.ids(&wrapper.last)?,
            })
        };
        self.spec.wrappers.iter().map(wrapping).collect()
    }
}
