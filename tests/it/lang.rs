//! Languages as data: specs, policies, goldens and conformance cases.

mod cases;
mod conformance;
mod disambiguation;
mod gaps;
mod golden;
mod line_only;
mod patterns;
mod policies;
mod policy_peers;
mod registry;
mod rewrites;
