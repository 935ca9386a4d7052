//! Draws switches: their arms, the guards of these, and what falls through. Never decides whether
//! an arm can hold.

use super::builder::Builder;
use super::frames::Switch;
use super::graph::join;
use super::node::At;
use super::task::{SwitchTask, Task};
use crate::lang::Roles;
use crate::model::{BlockKind, EdgeKind};

impl<'t> Builder<'_, 't> {
    /// Does a part of a switch.
    pub(super) fn run_switch(&mut self, task: SwitchTask) {
        match task {
            SwitchTask::Open { is_exhaustive } => self.open_switch(is_exhaustive),
            SwitchTask::OpenArm { place, is_default } => self.open_arm(place, is_default),
            SwitchTask::Guard => self.guard(),
            SwitchTask::StopRunningOn => self.run_on(false),
            SwitchTask::FallThrough => self.fall_through(),
            SwitchTask::Close => self.close_switch(),
        }
    }

    pub(super) fn enter_switch(&mut self, at: At<'t>) {
        let children = self.children(at);
        let complete = self.language.flow.exhaustive.contains(&at.kind);
        let mut tasks = vec![Task::Switch(SwitchTask::Open { is_exhaustive: complete })];
        for child in children {
            if child.is_named() || self.is_arm(child) {
                tasks.push(Task::Visit(child));
            } else if child.start() == at.start() {
                tasks.push(Task::Step { start: child.start(), end: child.end() });
            }
        }
        tasks.push(Task::Switch(SwitchTask::Close));
        self.plan(tasks);
    }

    fn open_switch(&mut self, complete: bool) {
        self.switches.push(Switch { complete, ..Switch::default() });
        self.open_scope(None, false, self.language.flow.switch_breaks);
    }

    /// Whether a node begins an arm of the switch that is being read.
    pub(super) fn is_arm(&self, at: At<'t>) -> bool {
        let under_switch = || self.language.kind(at.parent).roles.has(Roles::SWITCH);
        at.roles.has(Roles::ARM | Roles::DEFAULT) || (at.roles.has(Roles::ELSE) && under_switch())
    }

    pub(super) fn enter_arm(&mut self, at: At<'t>) {
        let is_default = !at.roles.has(Roles::ARM);
        let read = if at.node.child_count() > 0 {
            Task::Children(at)
        } else {
            Task::Step { start: at.start(), end: at.end() }
        };
        self.plan(vec![Task::Switch(SwitchTask::OpenArm { place: at.start(), is_default }), read]);
    }

    /// Begins a block that the switch may go to, after what runs on from the arm before it.
    fn open_arm(&mut self, place: u32, is_default: bool) {
        let Some(switch) = self.switches.last_mut() else { return };
        switch.complete |= is_default;
        let dispatch = match switch.dispatch {
            None => self.graph.decide(place),
            Some(dispatch) => {
                let before = self.graph.take();
                join(if switch.runs_on { &mut switch.falling } else { &mut switch.exits }, before);
                if switch.anew.is_empty() {
                    dispatch
                } else {
                    self.graph.resume(std::mem::take(&mut switch.anew));
                    self.graph.begin(BlockKind::Branch, place)
                }
            }
        };
        switch.dispatch = Some(dispatch);
        switch.runs_on = switch.inside_runs_on;
        let mut ends = std::mem::take(&mut switch.falling);
        ends.push((dispatch, EdgeKind::Case));
        self.graph.resume(ends);
        self.graph.step(place, place);
    }

    /// The guard of an arm was read: where it fails, the arms after it are tried.
    fn guard(&mut self) {
        let (holds, fails) = self.pop_condition_ends();
        if let Some(switch) = self.switches.last_mut() {
            join(&mut switch.anew, fails);
            switch.anew.extend(switch.dispatch.map(|dispatch| (dispatch, EdgeKind::False)));
        }
        self.graph.resume(holds);
    }

    /// Arms from here on run on into the next one, or do not.
    pub(super) fn run_on(&mut self, runs_on: bool) {
        if let Some(switch) = self.switches.last_mut() {
            switch.inside_runs_on = runs_on;
        }
    }

    pub(super) fn fall_through(&mut self) {
        let ends = self.graph.take();
        if let Some(switch) = self.switches.last_mut() {
            join(&mut switch.falling, ends);
        }
    }

    fn close_switch(&mut self) {
        let switch = self.switches.pop().unwrap_or_default();
        let mut ends = self.graph.take();
        for more in [switch.exits, switch.falling, self.close_scope().breaks] {
            join(&mut ends, more);
        }
        if !switch.anew.is_empty() {
            join(&mut ends, switch.anew);
        } else if !switch.complete {
            ends.extend(switch.dispatch.map(|dispatch| (dispatch, EdgeKind::False)));
        }
        self.graph.resume(ends);
    }
}
