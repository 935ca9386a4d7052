//! What a language takes over from the one that it extends.

use super::spec::{Flow, Lexis, Spec, VisibilityRules};

impl Spec {
    /// Takes over from `base` what `self` does not set.
    pub fn inherit(&mut self, base: &Self) {
        for (role, kinds) in &base.roles {
            let kept = self.kept(kinds);
            self.roles.entry(role.clone()).or_default().splice(0..0, kept);
        }
        self.inherit_rules(base);
        self.outside_nesting.children.splice(0..0, base.outside_nesting.children.iter().cloned());
        for (kind, at) in &base.outside_nesting.child_at {
            if !self.without.contains(kind) {
                self.outside_nesting.child_at.entry(kind.clone()).or_insert(*at);
            }
        }
        let theirs = &base.logical_sequences;
        let (into, out_of) = (self.kept(&theirs.continue_into), self.kept(&theirs.continue_out_of));
        self.logical_sequences.continue_into.splice(0..0, into);
        self.logical_sequences.continue_out_of.splice(0..0, out_of);
        self.unparsed.inherit(&base.unparsed, &self.without);
        self.rewrites.splice(0..0, base.rewrites.iter().cloned());
        self.operators.splice(0..0, base.operators.iter().cloned());
        let mapped: Vec<String> = self.mapped().map(str::to_owned).collect();
        self.absent.roles.extend(base.absent.roles.iter().filter(|role| !mapped.contains(role)).cloned());
        self.wrappers.splice(0..0, base.wrappers.iter().cloned());
        self.names.inherit(&base.names, &self.without);
        if self.lexis == Lexis::default() {
            self.lexis = base.lexis.clone();
        }
        if self.calls.callee.is_empty() {
            self.calls = base.calls.clone();
        }
        if self.visibility == VisibilityRules::default() {
            self.visibility = base.visibility.clone();
        }
        if self.flow == Flow::default() {
            self.inherit_flow(base);
        }
        for (metric, remark) in &base.remarks {
            self.remarks.entry(metric.clone()).or_insert_with(|| remark.clone());
        }
        self.without.extend(base.without.iter().cloned());
    }

    /// The kinds that this grammar has, too.
    fn kept(&self, kinds: &[String]) -> Vec<String> {
        kinds.iter().filter(|kind| !self.without.contains(kind)).cloned().collect()
    }

    fn inherit_rules(&mut self, base: &Self) {
        let inherited: Vec<_> = base.when.iter().filter_map(|rule| rule.without(&self.without)).collect();
        self.when.splice(0..0, inherited);
    }

    fn inherit_flow(&mut self, base: &Self) {
        self.flow = base.flow.clone();
        let flow = &mut self.flow;
        for list in [
            &mut flow.falls_through,
            &mut flow.falls_through_by,
            &mut flow.exhaustive,
            &mut flow.guards,
            &mut flow.inverted,
            &mut flow.bodies,
            &mut flow.handlers,
            &mut flow.clauses,
            &mut flow.modifiers,
            &mut flow.runs_in_place,
        ] {
            list.retain(|kind| !self.without.contains(kind));
        }
        flow.condition_at.retain(|kind, _| !self.without.contains(kind));
    }
}
