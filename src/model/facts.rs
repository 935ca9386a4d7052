//! Describes everything that is known of one file's content. Plain data; never depends on a path.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::named::named;
use super::{AnalyzerId, BodyHash, ContentId, Metrics, Note, Skip};

named!(
    /// How much of a file's facts is kept.
    Level {
        /// Metrics of files and spaces.
        Metrics = "metrics",
        /// And the source text of functions and classes.
        Chunks = "chunks",
        /// And syntax trees, control flow graphs, calls.
        Full = "full",
    }
);

named!(
    /// What a space is.
    SpaceKind {
        /// A whole file.
        Unit = "unit",
        /// A named function, method, constructor.
        Function = "function",
        /// A function without a declaration of its own: lambda, arrow function, block.
        Closure = "closure",
        /// A class.
        Class = "class",
        /// A struct or record.
        Struct = "struct",
        /// A union.
        Union = "union",
        /// An enumeration.
        Enum = "enum",
        /// A trait or protocol.
        Trait = "trait",
        /// An `impl` block or extension.
        Impl = "impl",
        /// An interface.
        Interface = "interface",
        /// A namespace, module or package with a body.
        Namespace = "namespace",
    }
);

named!(
    /// Visible outside its class or file, by the language's own rules.
    Visibility {
        /// Part of the outside view.
        Public = "public",
        /// Everything less than public.
        Private = "private",
    }
);

named!(
    /// What a basic block is.
    BlockKind {
        /// The one entry.
        Entry = "entry",
        /// The one exit.
        Exit = "exit",
        /// Straight-line statements.
        Body = "body",
        /// Ends in a two- or many-way decision, whether paths meet in it or not.
        Branch = "branch",
        /// The head of a loop.
        Loop = "loop",
        /// Where paths meet again.
        Join = "join",
        /// An exception's landing place.
        Catch = "catch",
        /// No path from the entry leads there, of whichever kind it is.
        Unreachable = "unreachable",
    }
);

named!(
    /// Why control passes along an edge.
    EdgeKind {
        /// The next statement.
        Next = "next",
        /// The condition held.
        True = "true",
        /// The condition did not hold.
        False = "false",
        /// Back to a loop's head.
        Back = "back",
        /// One arm of a switch.
        Case = "case",
        /// `return`, to the exit.
        Return = "return",
        /// `break` out of a loop or switch.
        Break = "break",
        /// `continue`, to a loop's head.
        Continue = "continue",
        /// `goto`, to its label.
        Goto = "goto",
        /// `throw`, `raise` or `?`.
        Throw = "throw",
    }
);

impl SpaceKind {
    /// A function or a closure.
    #[must_use]
    pub const fn is_function(self) -> bool {
        matches!(self, Self::Function | Self::Closure)
    }

    /// Class-like: may own methods and attributes.
    #[must_use]
    pub const fn is_class(self) -> bool {
        !matches!(self, Self::Unit | Self::Function | Self::Closure | Self::Namespace)
    }
}

/// A file, class-like or function-like region that owns metrics. Spaces are listed in source order,
/// a parent before its children; the first is always the unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Space {
    /// What it is.
    pub kind: SpaceKind,
    /// As the source writes it; `<anonymous>` where the language gives none; empty for the unit.
    pub name: String,
    /// Enclosing names joined by `::`, then the own name; empty for the unit.
    pub qualified_name: String,
    /// Index of the enclosing space; none for the unit.
    pub parent: Option<u32>,
    /// First byte.
    pub start_byte: u32,
    /// One past the last byte.
    pub end_byte: u32,
    /// First line, from 1.
    pub start_line: u32,
    /// Last line, from 1.
    pub end_line: u32,
    /// By the language's own rules.
    pub visibility: Visibility,
    /// Bytes of it inside ERROR nodes.
    pub error_bytes: u32,
    /// Hash of its text.
    pub body: BodyHash,
    /// Its numbers.
    pub metrics: Metrics,
    /// What it calls by name, in order of first call; empty below level `full`.
    pub calls: Vec<Call>,
}

impl Space {
    /// The name of a space that the language gives none.
    pub const ANONYMOUS: &str = "<anonymous>";

    /// Whether the language gives it no name.
    #[must_use]
    pub fn is_anonymous(&self) -> bool {
        self.name == Self::ANONYMOUS
    }
}

/// Calls of one name from one space.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// The last part of the callee's name.
    pub name: String,
    /// What stands before it (`self`, `Type`, `module`); the type of the own receiver where its
    /// variable does; empty for a bare call.
    pub receiver: String,
    /// How often.
    pub count: u32,
}

/// The source text of a function or class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chunk {
    /// Index of the space it is the text of.
    pub space: u32,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// The bytes as they are in the file.
    #[serde(with = "super::bytes")]
    pub text: Vec<u8>,
}

/// A syntax tree as a flat list in preorder.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Ast {
    /// Kind names; nodes refer to them by index.
    pub kinds: Vec<String>,
    /// Named nodes in preorder.
    pub nodes: Vec<AstNode>,
}

/// One named node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AstNode {
    /// Index into [`Ast::kinds`].
    pub kind: u32,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// Index of the parent node; the root is its own parent.
    pub parent: u32,
}

/// The control flow graph of one function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cfg {
    /// Index of the function's space.
    pub space: u32,
    /// Basic blocks; the first is the entry, the second the exit.
    pub blocks: Vec<Block>,
    /// Edges, sorted.
    pub edges: Vec<Edge>,
}

/// A basic block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// First byte of its first statement.
    pub start: u32,
    /// One past the last byte of its last statement.
    pub end: u32,
}

/// An edge between two blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Edge {
    /// Index of the block it leaves.
    pub from: u32,
    /// Index of the block it enters.
    pub to: u32,
    /// Why.
    pub kind: EdgeKind,
}

/// Everything that is known of one file's content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileFacts {
    /// Of the bytes.
    pub content: ContentId,
    /// What the facts are valid for.
    pub analyzer: AnalyzerId,
    /// The language's id.
    pub language: String,
    /// The counting policy's id.
    pub policy: String,
    /// How much was kept.
    pub level: Level,
    /// Size of the file.
    pub bytes: u64,
    /// Bytes inside ERROR nodes.
    pub error_bytes: u64,
    /// Why the content is not measured; `spaces` is empty then.
    pub skip: Option<Skip>,
    /// Notes of the measurement.
    pub notes: Vec<Note>,
    /// The unit and all that is in it; empty when the file was not measured.
    pub spaces: Vec<Space>,
    /// Empty below level `chunks`.
    pub chunks: Vec<Chunk>,
    /// None below level `full`.
    pub ast: Option<Ast>,
    /// Empty below level `full`.
    pub cfgs: Vec<Cfg>,
}
