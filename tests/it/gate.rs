//! The check of a change: findings, bases, baselines, formats, and the action around it.

mod action;
mod baseline;
mod check;
mod complaints;
mod config;
mod consumers;
mod events;
mod formats;
