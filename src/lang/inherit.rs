//! What a language takes over from the one that it extends.

use super::spec::{Flow, Spec, VisibilityRules, When};

impl Spec {
    /// Takes over what `base` says, as far as `self` does not say it anew.
    pub fn inherit(&mut self, base: &Self) {
        for (role, kinds) in &base.roles {
            let kept = self.kept(kinds);
            self.roles.entry(role.clone()).or_default().splice(0..0, kept);
        }
        self.inherit_rules(base);
        self.header.splice(0..0, base.header.iter().cloned());
        for (kind, at) in &base.header_at {
            if !self.without.contains(kind) {
                self.header_at.entry(kind.clone()).or_insert(*at);
            }
        }
        let (through, climb) = (self.kept(&base.sequences_through), self.kept(&base.sequences_climb));
        self.sequences_through.splice(0..0, through);
        self.sequences_climb.splice(0..0, climb);
        self.unparsed.inherit(&base.unparsed, &self.without);
        self.rewrites.splice(0..0, base.rewrites.iter().cloned());
        self.operators.splice(0..0, base.operators.iter().cloned());
        let mapped: Vec<String> = self.mapped().map(str::to_owned).collect();
        self.absent.extend(base.absent.iter().filter(|role| !mapped.contains(role)).cloned());
        self.wrappers.splice(0..0, base.wrappers.iter().cloned());
        self.names.inherit(&base.names, &self.without);
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
        let mut when: Vec<When> = base.when.clone();
        for rule in &mut when {
            rule.kind = self.kept(&rule.kind);
            for list in [&mut rule.parent, &mut rule.grandparent, &mut rule.has, &mut rule.first, &mut rule.after] {
                // A condition that nothing meets any more must not turn into no condition.
                let kept = self.kept(list);
                if kept.is_empty() && !list.is_empty() {
                    rule.kind.clear();
                }
                *list = kept;
            }
            rule.parent_not = self.kept(&rule.parent_not);
            rule.lacks = self.kept(&rule.lacks);
            rule.not_after = self.kept(&rule.not_after);
        }
        when.retain(|rule| !rule.kind.is_empty());
        when.append(&mut self.when);
        self.when = when;
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
        ] {
            list.retain(|kind| !self.without.contains(kind));
        }
        flow.condition_at.retain(|kind, _| !self.without.contains(kind));
    }
}
