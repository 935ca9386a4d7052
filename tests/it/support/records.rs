//! Records for tests: strategies that make any record of any family, and repeatable samples drawn
//! from them.

use elcano::model::{
    AnalyzerId, Ast, AstNode, AstRecord, Block, BlockKind, BodyHash, Call, CfgRecord, ChunkRecord, ContentId, Edge,
    EdgeKind, ExecutionId, ExecutionRecord, FactsRecord, FileRecord, Level, LinkRecord, Metrics, NameRecord, Note,
    NoteKind, Outcome, ReferenceRecord, RepoPath, Skip, SnapshotId, SnapshotRecord, Space, SpaceKind, StageRecord,
    SymbolId, SymbolRecord, Tally, Visibility,
};
use elcano::store::{Family, Key, Record};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// Texts that have broken something somewhere.
pub const TEXTS: &[&str] = &[
    "",
    ":",
    "::",
    "a:",
    "a:1",
    "a/b",
    "C:/x.rs",
    "2",
    "10",
    "\n",
    "\r\n",
    "\0",
    "a\0b",
    "\u{FEFF}bom",
    "中文のテスト",
    "🎉👩‍👩‍👧",
    "e\u{301}",
    "שלום مرحبا",
    "'; DROP TABLE files; --",
    "\"quoted\"",
    "%s {} $1 ?1",
    "\u{10FF41}",
    "\u{10FFFF}",
    "null",
];

pub fn text() -> BoxedStrategy<String> {
    prop_oneof![4 => select(TEXTS).prop_map(str::to_owned), 4 => "[a-z:/]{0,12}", 2 => any::<String>(), 1 => "[a-z]{600}"].boxed()
}

pub fn bytes() -> BoxedStrategy<Vec<u8>> {
    prop_oneof![
        3 => text().prop_map(String::into_bytes),
        2 => vec(any::<u8>(), 0..40),
        1 => vec(select(&[0u8, 1, 2, 0xFE, 0xFF, b':', b'/'][..]), 0..12),
        1 => vec(any::<u8>(), 3000..4000),
    ]
    .boxed()
}

fn path() -> impl Strategy<Value = RepoPath> {
    bytes().prop_map(RepoPath::new)
}

macro_rules! ids {
    ($($name:ident: $type:ident, $bytes:literal;)+) => {
        $(fn $name() -> impl Strategy<Value = $type> {
            prop_oneof![any::<[u8; $bytes]>(), Just([0; $bytes]), Just([0xFF; $bytes])].prop_map($type)
        })+
    };
}

ids! {
    content: ContentId, 20;
    analyzer: AnalyzerId, 16;
    snapshot: SnapshotId, 16;
    symbol: SymbolId, 16;
    body: BodyHash, 16;
    execution: ExecutionId, 16;
}

fn number() -> impl Strategy<Value = u64> {
    prop_oneof![0..300u64, any::<u64>(), Just(0), Just(u64::MAX), Just(i64::MAX as u64)]
}

fn small() -> impl Strategy<Value = u32> {
    prop_oneof![3 => 0..300u32, 1 => any::<u32>(), 1 => Just(u32::MAX)]
}

fn notes() -> impl Strategy<Value = Vec<Note>> {
    vec((select(NoteKind::ALL), text()).prop_map(|(kind, detail)| Note::new(kind, detail)), 0..3)
}

fn skip() -> impl Strategy<Value = Option<Skip>> {
    option::of(select(Skip::ALL))
}

fn tally() -> impl Strategy<Value = Tally> {
    let maps = (btree_map(select(Skip::ALL), number(), 0..4), btree_map(select(NoteKind::ALL), number(), 0..4));
    (number(), number(), number(), number(), number(), maps).prop_map(
        |(found, parsed, cached, bytes, symbols, maps)| Tally {
            files_found: found,
            files_parsed: parsed,
            files_cached: cached,
            bytes,
            symbols,
            skipped: maps.0,
            notes: maps.1,
        },
    )
}

fn stage() -> impl Strategy<Value = StageRecord> {
    (text(), select(Outcome::ALL), number(), number(), text()).prop_map(
        |(name, outcome, start_us, duration_us, detail)| StageRecord { name, outcome, start_us, duration_us, detail },
    )
}

fn executions() -> impl Strategy<Value = Record> {
    let times = (prop_oneof![any::<i64>(), Just(i64::MIN), Just(i64::MAX)], number());
    let lists = (vec(text(), 0..3), vec(text(), 0..3), vec(stage(), 0..3));
    (execution(), text(), text(), path(), select(Outcome::ALL), times, option::of(snapshot()), tally(), lists).prop_map(
        |(id, pipeline, version, root, outcome, times, snapshot, tally, lists)| {
            Record::from(ExecutionRecord {
                id,
                pipeline,
                args: lists.0,
                version,
                root,
                outcome,
                started_us: times.0,
                duration_us: times.1,
                snapshot,
                tally,
                error: lists.1,
                stages: lists.2,
            })
        },
    )
}

fn snapshots() -> impl Strategy<Value = Record> {
    let git = (option::of(text()), option::of(text()), any::<bool>());
    let what = (analyzer(), text(), select(Level::ALL));
    (snapshot(), text(), git, any::<i64>(), what, tally(), option::of(execution())).prop_map(
        |(id, repository, git, time_us, what, tally, execution)| {
            Record::from(SnapshotRecord {
                id,
                repository,
                commit: git.0,
                reference: git.1,
                dirty: git.2,
                time_us,
                analyzer: what.0,
                policy: what.1,
                level: what.2,
                tally,
                execution,
            })
        },
    )
}

fn files() -> impl Strategy<Value = Record> {
    (snapshot(), path(), option::of(content()), analyzer(), text(), number(), skip(), notes()).prop_map(
        |(snapshot, path, content, analyzer, language, bytes, skip, notes)| {
            Record::from(FileRecord { snapshot, path, content, analyzer, language, bytes, skip, notes })
        },
    )
}

fn metrics() -> impl Strategy<Value = Metrics> {
    vec(small(), 24).prop_map(|n| Metrics {
        sloc: n[0],
        ploc: n[1],
        lloc: n[2],
        cloc: n[3],
        blank: n[4],
        cyclomatic: n[5],
        cyclomatic_modified: n[6],
        cognitive: n[7],
        operators_distinct: n[8],
        operands_distinct: n[9],
        operators: n[10],
        operands: n[11],
        assignments: n[12],
        branches: n[13],
        conditions: n[14],
        nargs: n[15],
        nexits: n[16],
        functions: n[17],
        closures: n[18],
        nesting: n[19],
        tokens: n[20],
        wmc: n[21],
        npm: n[22],
        npa: n[23],
    })
}

fn space() -> impl Strategy<Value = Space> {
    let call = (text(), text(), small()).prop_map(|(name, receiver, count)| Call { name, receiver, count });
    let span = (small(), small(), small(), small(), small());
    let names = (select(SpaceKind::ALL), text(), text(), option::of(small()), select(Visibility::ALL));
    (names, span, body(), metrics(), vec(call, 0..3)).prop_map(|(names, span, body, metrics, calls)| Space {
        kind: names.0,
        name: names.1,
        qualified_name: names.2,
        parent: names.3,
        visibility: names.4,
        start_byte: span.0,
        end_byte: span.1,
        start_line: span.2,
        end_line: span.3,
        error_bytes: span.4,
        body,
        metrics,
        calls,
    })
}

fn facts() -> impl Strategy<Value = Record> {
    let what = (text(), text(), select(Level::ALL), number(), number());
    (content(), analyzer(), what, skip(), notes(), vec(space(), 0..5)).prop_map(
        |(content, analyzer, what, skip, notes, spaces)| {
            Record::from(FactsRecord {
                content,
                analyzer,
                language: what.0,
                policy: what.1,
                level: what.2,
                bytes: what.3,
                error_bytes: what.4,
                skip,
                notes,
                spaces,
            })
        },
    )
}

fn chunks() -> impl Strategy<Value = Record> {
    (content(), small(), small(), body(), text(), select(SpaceKind::ALL), bytes()).prop_map(
        |(content, start, end, hash, symbol, kind, text)| {
            Record::from(ChunkRecord { content, start, end, hash, symbol, kind, text })
        },
    )
}

fn ast() -> impl Strategy<Value = Record> {
    let node = (small(), small(), small(), small()).prop_map(|(kind, start, end, parent)| AstNode {
        kind,
        start,
        end,
        parent,
    });
    let node = node.boxed();
    let nodes = prop_oneof![4 => vec(node.clone(), 0..20), 1 => vec(node, 400..500)];
    (content(), analyzer(), vec(text(), 0..5), nodes).prop_map(|(content, analyzer, kinds, nodes)| {
        Record::from(AstRecord { content, analyzer, ast: Ast { kinds, nodes } })
    })
}

fn cfg() -> impl Strategy<Value = Record> {
    let block = (select(BlockKind::ALL), small(), small()).prop_map(|(kind, start, end)| Block { kind, start, end });
    let edge = (small(), small(), select(EdgeKind::ALL)).prop_map(|(from, to, kind)| Edge { from, to, kind });
    (content(), analyzer(), small(), vec(block, 0..6), vec(edge, 0..6)).prop_map(
        |(content, analyzer, space, blocks, edges)| Record::from(CfgRecord { content, analyzer, space, blocks, edges }),
    )
}

fn symbols() -> impl Strategy<Value = Record> {
    (snapshot(), symbol(), text(), select(SpaceKind::ALL), path(), small(), small(), small()).prop_map(
        |(snapshot, id, fqn, kind, path, space, start_line, end_line)| {
            Record::from(SymbolRecord { snapshot, id, fqn, kind, path, space, start_line, end_line })
        },
    )
}

fn names() -> impl Strategy<Value = Record> {
    (snapshot(), text(), vec(symbol(), 0..4))
        .prop_map(|(snapshot, fqn, symbols)| Record::from(NameRecord { snapshot, fqn, symbols }))
}

fn references() -> impl Strategy<Value = Record> {
    (snapshot(), symbol(), symbol(), number())
        .prop_map(|(snapshot, target, source, count)| Record::from(ReferenceRecord { snapshot, target, source, count }))
}

fn links() -> impl Strategy<Value = Record> {
    (snapshot(), symbol(), number(), number(), number()).prop_map(|(snapshot, symbol, fan_in, fan_out, unresolved)| {
        Record::from(LinkRecord { snapshot, symbol, fan_in, fan_out, unresolved })
    })
}

/// Any record of a family.
pub fn record(family: Family) -> BoxedStrategy<Record> {
    match family {
        Family::Executions => executions().boxed(),
        Family::Snapshots => snapshots().boxed(),
        Family::Files => files().boxed(),
        Family::Facts => facts().boxed(),
        Family::Chunks => chunks().boxed(),
        Family::Ast => ast().boxed(),
        Family::Cfg => cfg().boxed(),
        Family::Symbols => symbols().boxed(),
        Family::Names => names().boxed(),
        Family::References => references().boxed(),
        Family::Links => links().boxed(),
    }
}

/// Any record.
pub fn any_record() -> BoxedStrategy<Record> {
    select(Family::ALL).prop_flat_map(record).boxed()
}

/// `n` records of a family with distinct keys, in key order; the same for the same seed.
pub fn sample(family: Family, n: usize, seed: u8) -> Vec<Record> {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let strategy = record(family);
    let mut found = std::collections::BTreeMap::<Key, Record>::new();
    while found.len() < n {
        let record = strategy.new_tree(&mut runner).expect("every strategy has values").current();
        found.insert(record.key(), record);
    }
    found.into_values().collect()
}

/// `n` records of every family, families in order, keys ascending.
pub fn sample_all(n: usize, seed: u8) -> Vec<Record> {
    Family::ALL.iter().flat_map(|family| sample(*family, n, seed)).collect()
}

/// Equal lists, or a panic that shows the first difference only: whole lists are unreadable.
#[track_caller]
pub fn assert_same(found: &[Record], expected: &[Record]) {
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!(found, expected);
    }
    assert_eq!(found.len(), expected.len(), "records");
}
