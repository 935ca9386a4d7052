//! What must hold of every language, whichever there are: its spec fits its grammar and is
//! complete, its fixtures hit what it maps, and no damage to a file can bring the measurement down.

use std::collections::{BTreeMap, BTreeSet};

use elcano::lang::spec::Spec;
use elcano::lang::{ROLES, Registry, Roles};
use elcano::measure::{FileLimits, Options, roles_in};
use elcano::metric::Trace;
use elcano::model::Level;

use crate::support::languages::{broken_invariants, engine, facts, fixtures, registry};

/// Given by the compiled language itself.
const DERIVED: [&str; 3] = ["closer", "logical_expression", "comparison_expression"];

fn mapped(spec: &Spec) -> BTreeSet<&str> {
    spec.mapped().collect()
}

fn specs(registry: &Registry) -> impl Iterator<Item = (&'static str, &Spec)> {
    registry.ids().map(|id| (id, registry.spec(id).expect("a listed language has a spec").0))
}

#[test]
fn every_spec_fits_its_grammar() {
    let registry = registry();
    let problems: Vec<_> =
        registry.ids().filter_map(|id| registry.language(id).err()).map(|error| error.to_string()).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(registry.ids().count() > 0);
}

#[test]
fn every_role_is_mapped_or_absent() {
    let registry = registry();
    let mut problems = Vec::new();
    for (id, spec) in specs(&registry) {
        let mapped = mapped(spec);
        for (role, ..) in ROLES.iter().filter(|(role, ..)| !DERIVED.contains(role)) {
            match (mapped.contains(role), spec.absent.roles.iter().any(|absent| absent == role)) {
                (true, true) => problems.push(format!("{id}: `{role}` is mapped and absent")),
                (false, false) if *role != "separator" => {
                    problems.push(format!("{id}: `{role}` is neither mapped nor absent"))
                }
                _ => {}
            }
        }
        let unknown = spec.absent.roles.iter().filter(|role| Roles::by_name(role).is_none());
        problems.extend(unknown.map(|role| format!("{id}: no role `{role}`")));
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn no_two_languages_claim_the_same_files() {
    let registry = registry();
    let mut problems = Vec::new();
    type Words = fn(&Spec) -> Vec<String>;
    let lists: [(&str, Words); 4] = [
        ("extension", |spec| spec.extensions.clone()),
        ("file name", |spec| spec.filenames.clone()),
        ("shebang", |spec| spec.shebangs.clone()),
        ("linguist name", |spec| spec.linguist.iter().chain([&spec.label]).map(|name| name.to_lowercase()).collect()),
    ];
    for (what, list) in lists {
        let mut claims: BTreeMap<String, &str> = BTreeMap::new();
        for (id, spec) in specs(&registry) {
            for word in list(spec) {
                if let Some(other) = claims.insert(word.clone(), id) {
                    problems.push(format!("{what} `{word}`: {other} and {id}"));
                }
            }
        }
    }
    for (id, spec) in specs(&registry) {
        for extension in &spec.extensions {
            if registry.by_name(format!("a.{extension}").as_bytes()) != Some(id) {
                problems.push(format!("{id}: a.{extension} is not found by its name"));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn every_mapped_role_is_hit_by_a_fixture() {
    let registry = registry();
    let mut problems = Vec::new();
    for (id, spec) in specs(&registry) {
        let engine = engine(&registry, id);
        let hit = fixtures(id).iter().fold(Roles::NONE, |all, fixture| {
            all | roles_in(engine.language().unwrap(), &fixture.bytes).expect("a fixture can be parsed")
        });
        let missed = mapped(spec).into_iter().filter(|role| !Roles::by_name(role).is_some_and(|role| hit.has(role)));
        let missed: Vec<_> = missed.collect();
        if !missed.is_empty() {
            problems.push(format!("{id}: no fixture hits {}", missed.join(", ")));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn fixtures_keep_the_invariants_whole_and_cut_off() {
    check_variants(|bytes| {
        let cuts = (0..bytes.len()).step_by(47).map(|at| (format!("cut at {at}"), bytes[..at].to_vec()));
        cuts.chain([("whole".to_owned(), bytes.to_vec())]).collect()
    });
}

#[test]
fn fixtures_keep_the_invariants_with_damaged_bytes() {
    check_variants(|bytes| {
        let damage = [b'\0', b'"', b'\n', b'{', b')', 0xFF, b'/', b'\r', b'`', b'#'];
        let hurt = |(round, at): (usize, usize)| {
            let mut bytes = bytes.to_vec();
            bytes[at] = damage[round % damage.len()];
            // A second wound, so that brackets and quotes can go astray in pairs.
            let other = (at * 7 + 13) % bytes.len();
            bytes[other] ^= 0x0A;
            (format!("bytes {at} and {other}"), bytes)
        };
        (0..bytes.len()).step_by(53).enumerate().map(hurt).collect()
    });
}

/// What `explain` shows adds up to what is measured.
#[test]
fn traces_add_up_to_the_values() {
    let registry = registry();
    let mut problems = Vec::new();
    for id in registry.ids() {
        let engine = engine(&registry, id);
        for fixture in fixtures(id) {
            let measured = facts(&engine, &fixture.bytes, Level::Metrics);
            for (index, space) in (0..).zip(&measured.spaces) {
                let m = &space.metrics;
                let own = [("cyclomatic", m.cyclomatic), ("nexits", m.nexits), ("abc.conditions", m.conditions)];
                // Other spaces sum these over the functions in them.
                let own = own.into_iter().filter(|_| space.kind.is_function());
                for (metric, value) in own.chain([("cognitive", m.cognitive)]) {
                    let mut trace = Trace { metric, space: index, increments: Vec::new() };
                    let options = Options { level: Level::Metrics, limits: FileLimits::default() };
                    let again = engine.measure_traced(measured.content, &fixture.bytes, options, Some(&mut trace));
                    assert_eq!(again.spaces, measured.spaces, "a trace changes nothing");
                    let sum: u32 = trace.increments.iter().map(|increment| increment.amount).sum();
                    if sum + u32::from(metric == "cyclomatic") != value {
                        let name = (fixture.name(), &space.qualified_name);
                        problems.push(format!("{name:?}: {metric} is {value}, its increments add up to {sum}"));
                    }
                }
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

fn check_variants(variants: impl Fn(&[u8]) -> Vec<(String, Vec<u8>)>) {
    let registry = registry();
    let mut problems = Vec::new();
    for id in registry.ids() {
        let engine = engine(&registry, id);
        for fixture in fixtures(id) {
            for (what, bytes) in variants(&fixture.bytes) {
                let facts = facts(&engine, &bytes, Level::Full);
                let broken = broken_invariants(&facts, &bytes);
                problems.extend(broken.into_iter().map(|broken| format!("{}, {what}: {broken}", fixture.name())));
            }
        }
    }
    problems.truncate(40);
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
