//! What strangers can do to elcano, and what must happen instead.

mod files;
mod flips;
mod git;
mod inputs;
mod isolated;
mod kills;
mod limits;
mod mutated;
mod names;
mod outputs;
mod pages;
mod signals;
mod states;
mod stores;
mod text;
mod trust;
