//! Documents that are generated or promise something hold what the code does.

mod configuration;
mod metrics;
mod readme;
mod specs;
mod tables;
