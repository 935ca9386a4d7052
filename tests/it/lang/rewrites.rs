//! What a rewriting inserts is not there afterwards: every span is that of the source.

use elcano::model::Level;

use crate::support::languages::{broken_invariants, engine, facts, registry};

/// Text is inserted at two places of a row, in rows before and behind others.
const SOURCE: &str = "\
class Job
  def run = raise 'not yet'
  def size = 1; def é = puts 2, 3
  def after(x)
    x
      && 1
  end
end
";

#[test]
fn spans_are_those_of_the_source() {
    let registry = registry();
    let facts = facts(&engine(&registry, "ruby"), SOURCE.as_bytes(), Level::Full);
    assert!(facts.notes.is_empty(), "{:?}", facts.notes);
    assert!(broken_invariants(&facts, SOURCE.as_bytes()).is_empty());
    let spans = facts.spaces.iter().skip(2).map(|space| {
        let span = space.start_byte as usize..space.end_byte as usize;
        (space.name.as_str(), space.start_line, space.end_line, &SOURCE[span])
    });
    let wanted = [
        ("run", 2, 2, "def run = raise 'not yet'"),
        ("size", 3, 3, "def size = 1"),
        ("é", 3, 3, "def é = puts 2, 3"),
        ("after", 4, 7, "def after(x)\n    x\n      && 1\n  end"),
    ];
    assert_eq!(spans.collect::<Vec<_>>(), wanted);
}
