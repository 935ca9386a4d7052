//! How the time of a file grows with its size, for shapes that once took time that grew faster: the
//! throughput at four times the size is that at one, or a step has become quadratic.

#![expect(clippy::unwrap_used, reason = "a bench that cannot run says where and stops")]

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use elcano::lang::Registry;
use elcano::measure::{Analyzer, FileLimits, Options};
use elcano::model::{ContentId, Level};
use elcano::report::measured::document;

/// A file of a language with so many parts.
type Shape = (&'static str, &'static str, fn(usize) -> String);

const SHAPES: [Shape; 8] = [
    ("attributes of a class", "java", |n| {
        let one = |at| format!("  private int a{at} = {at};\n");
        format!("class A {{\n{}}}\n", (0..n).map(one).collect::<String>())
    }),
    ("methods of a class", "ruby", |n| {
        let one = |at| format!("  def m{at}(a)\n    a ? {at} : 2\n  end\n");
        format!("class A\n{}end\n", (0..n).map(one).collect::<String>())
    }),
    ("functions of a file", "go", |n| {
        let one = |at| format!("func f{at}(a int) int {{ if a > {at} {{ return 1 }}; return 2 }}\n");
        format!("package a\n{}", (0..n).map(one).collect::<String>())
    }),
    ("functions of a table", "lua", |n| {
        let one = |at| format!("  f{at} = function(a) if a then return {at} end end,\n");
        format!("return {{\n{}}}\n", (0..n).map(one).collect::<String>())
    }),
    ("rewriting in one row", "cpp", |n| {
        let one = |at| format!("class EXPORT A{at} : public B {{ int f() {{ return {at}; }} }}; ");
        // Without other rows it would count as minified.
        format!("{}{}\n", "// row\n".repeat(n), (0..n).map(one).collect::<String>())
    }),
    ("rewriting in many rows", "cpp", |n| {
        let one =
            |at| format!("#define A{at} \"/* {at}\"\nclass EXPORT B{at} : public C {{ int f() {{ return 1; }} }};\n");
        (0..n).map(one).collect()
    }),
    ("functions that call in circles", "python", |n| {
        let one = |at| format!("def f{at}(a):\n    return f{}(a) if a else {at}\n", (at + 1) % n);
        (0..n).map(one).collect()
    }),
    ("rows that end in CRLF", "c", |n| {
        let one = |at| format!("int f{at}(int a) {{\r\n  return a ? {at} : 2;\r\n}}\r\n");
        (0..n).map(one).collect()
    }),
];

const PARTS: usize = 1_000;

fn growth(criterion: &mut Criterion) {
    let registry = Registry::new().unwrap();
    let options = Options { level: Level::Metrics, limits: FileLimits::default() };
    let mut group = criterion.benchmark_group("growth");
    group.sample_size(10);
    for (name, language, shape) in SHAPES {
        let analyzer = Analyzer::new(&registry, language, "default").unwrap();
        for parts in [PARTS, 4 * PARTS] {
            let source = shape(parts);
            let measure = || analyzer.measure(ContentId::default(), source.as_bytes(), options);
            assert!(measure().spaces.len() > 1, "{name} is measured");
            group.throughput(Throughput::Bytes(source.len() as u64));
            group.bench_function(BenchmarkId::new(name, parts), |bencher| bencher.iter(measure));
        }
    }
    // The document of `measure`, by its spaces.
    for parts in [PARTS, 4 * PARTS] {
        let analyzer = Analyzer::new(&registry, "go", "default").unwrap();
        let facts = analyzer.measure(ContentId::default(), (SHAPES[2].2)(parts).as_bytes(), options);
        let files = [("a.go".to_owned(), Ok(facts))];
        group.throughput(Throughput::Elements(parts as u64));
        group.bench_function(BenchmarkId::new("the document of a file", parts), |bencher| {
            bencher.iter(|| document(&files));
        });
    }
    group.finish();
}

criterion_group!(benches, growth);
criterion_main!(benches);
