//! The formats of a snapshot's report, by name. Never decides where a text goes.

use super::output::{Format, Output};
use super::pages;
use super::summary::Summary;
use crate::lang::Registry;
use crate::model::json_text;

/// A format of the summary of a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SummaryFormat {
    /// For a terminal.
    Text,
    /// For a job summary or a wiki.
    Markdown,
    /// For programs: `elcano.report/1`.
    Json,
}

impl SummaryFormat {
    const ALL: [Self; 3] = [Self::Text, Self::Markdown, Self::Json];

    /// The whole text; the registry knows the labels of languages.
    #[must_use]
    pub fn write(self, summary: &Summary, registry: &Registry) -> String {
        match self {
            Self::Text => pages::text(summary, registry),
            Self::Markdown => pages::markdown(summary, registry),
            Self::Json => json_text(&summary.to_json()),
        }
    }
}

impl Format for SummaryFormat {
    fn all() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter()
    }

    fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Markdown => "markdown",
            Self::Json => "json",
        }
    }
}

/// What the command `report` writes: the summary in some format, or the graph of one function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportFormat {
    /// The summary.
    Summary(SummaryFormat),
    /// The control flow of one function in Graphviz' language.
    Dot,
}

impl Format for ReportFormat {
    fn all() -> impl Iterator<Item = Self> {
        SummaryFormat::all().map(Self::Summary).chain([Self::Dot])
    }

    fn name(self) -> &'static str {
        match self {
            Self::Summary(format) => format.name(),
            Self::Dot => "dot",
        }
    }
}

/// Where a summary goes: an output of a pipeline's report stage.
pub type SummaryOutput = Output<SummaryFormat>;

/// Where what the command `report` writes goes.
pub type ReportOutput = Output<ReportFormat>;
