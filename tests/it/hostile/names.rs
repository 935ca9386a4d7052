//! A repository in which every name tries something. Holds no test.

use elcano::model::{ExecutionId, ExecutionRecord, Outcome, StageRecord, Tally, steers};
use elcano::store::{Batch, OpenOptions, StoreUrl, open};

use crate::support::Repo;

/// What names try; none has a slash, so that each may be a file as well.
pub const NAMES: &[&str] = &[
    "\u{1b}[2J\u{1b}]0;owned\u{7}",
    "\u{9b}31m\u{9d}52;c;x\u{9c}",
    "\u{202e}gnp.exe\u{202c}",
    "\u{2066}\u{2067}x\u{2069}\u{200e}\u{200f}\u{61c}",
    "zero\u{200b}\u{200d}\u{2060}\u{feff}width",
    "\r\u{8}\u{7f}over",
    "tag\u{e0041}\u{e0042}",
    "\u{2028}line\u{2029}",
    "[x](javascript:alert(1))",
    "![i](http:evil.example)",
    "@octocat",
    "#123 GH-1",
    "<script>alert(1)<script>",
    "<img src=x onerror=alert(1)>",
    "a|b\\|c\\\\|d",
    "`a``b```c",
    "*a*_b_~~c~~",
    "www.evil.example",
    "http:evil.example",
    "user@evil.example",
    "::error file=x::pwned",
    "##[error]pwned",
    "%0A::error::pwned",
    "&lt;b&gt;&#64;octocat",
    "# heading",
    "- [ ] task",
    "=1+1",
    "+cmd|'x'!A0",
    "-2+3",
    "@SUM(A1)",
    "{{ 7*7 }} ${x} $(x)",
    "-->\u{1b}<!-- elcano check -->",
    "<!-- /elcano check -->",
    "https://evil.example/x",
    "![i](https://evil.example/x.png)",
];

/// Names that begin a line of their own.
pub const LINES: &[&str] =
    &["a\n::error file=x::pwned", "b\n  ##[group]pwned", "c\nelcano: all is well", "d\r\n::stop-commands::x"];

pub fn deep(body: &str) -> String {
    format!("{body} {{ if (a) {{ if (a) {{ if (a) {{ return 1 }} }} }} }}")
}

/// A repository in which every name is hostile: files, functions, a branch, configuration, baseline,
/// suppressions, the log of runs.
pub fn repo() -> Repo {
    let repo = Repo::new();
    repo.init();
    for (at, name) in NAMES.iter().chain(LINES).enumerate() {
        let quoted = name.replace('\\', "\\\\").replace('"', "\\\"").replace('\r', "").replace('\n', "\\\n");
        let quoted = quoted.replace(['\u{2028}', '\u{2029}'], "");
        repo.file(&format!("functions/f{at}.js"), format!("const o = {{ {} }};\n", deep(&format!("\"{quoted}\"(a)"))));
        let quoted = name.replace(['`', '\n', '\r', '\\'], "");
        repo.file(
            &format!("functions/f{at}.scala"),
            format!("class A {{ def `{quoted}`(a: Boolean): Int = {{ if (a) {{ if (a) 1 else 2 }} else 3 }} }}\n"),
        );
        let name = name.replace('/', "_");
        repo.file(&format!("files/{name}.js"), deep("function f(a)") + "\n");
        repo.file(&format!("files/{name}.py"), "def broken(:\n  if\n");
    }
    repo.file(
        "elcano.toml",
        "[limits]\ncognitive = 1\n[[override]]\npaths = [\"\\u001b[31m\\u202e/**\"]\ngated = false\n",
    );
    repo.file("allow.py", "# elcano:allow(cognitive) reason=\"\u{1b}[31m\u{202e} [x](javascript:alert(1)) @octocat\"\ndef g(a):\n    if a:\n        if a:\n            return 1\n");
    // A cell of CSV begins with the name itself.
    for name in ["=1+1", "@octocat", "+cmd", "-2+3", "@SUM(A1)"] {
        repo.file(&format!("{name}.js"), deep("function f(a)"));
    }
    repo.commit("one");
    for name in ["\u{202e}hcnarb", "<b>&#64;octocat", "@octocat"] {
        repo.git_command(&["checkout", "--quiet", "-b", name]).status().unwrap();
    }
    for at in 0..LINES.len() + NAMES.len() {
        let path = format!("functions/f{at}.js");
        let text = std::fs::read_to_string(repo.path(&path)).unwrap();
        repo.file(&path, text.replace("return 1", "if (a) { return 1 }"));
    }
    repo.commit("two");
    let done = repo.elcano(&["scan", "--level", "full"]);
    assert_eq!(done.code, 0, "{}", done.err);
    let hostile = format!("{}{}{}", NAMES[0], NAMES[2], LINES[0]);
    log_as(&repo, &hostile);
    let written = repo.elcano(&["baseline", "write"]);
    assert_eq!(written.code, 0, "{}", written.err);
    assert!(!written.err.contains(|c| c != '\n' && steers(c)), "{}", written.err);
    let baseline = std::fs::read_to_string(repo.path("elcano-baseline.jsonl")).unwrap();
    let reason = serde_json::to_string(&hostile).unwrap();
    let reasoned = baseline.replacen("}\n{", &format!("}}\n{{\"reason\":{reason},"), 1);
    repo.file("kept.jsonl", reasoned);
    repo.remove("elcano-baseline.jsonl");
    repo
}

/// A run and a snapshot of a hostile name in the store, on top of what is there.
fn log_as(repo: &Repo, hostile: &str) {
    let store = open(&StoreUrl::Lmdb(repo.path(".elcano")), OpenOptions::create()).unwrap();
    let stage = StageRecord {
        name: hostile.to_owned(),
        outcome: Outcome::Failure,
        start_us: 0,
        duration_us: 1,
        detail: hostile.to_owned(),
    };
    let run = ExecutionRecord {
        id: ExecutionId([255; 16]),
        pipeline: hostile.to_owned(),
        args: vec![hostile.to_owned()],
        version: hostile.to_owned(),
        root: hostile.into(),
        outcome: Outcome::Failure,
        started_us: 1,
        duration_us: 1,
        snapshot: None,
        tally: Tally::default(),
        error: vec![hostile.to_owned()],
        stages: vec![stage],
    };
    let mut snapshot = store.snapshots().unwrap().remove(0);
    let entries = store.files(snapshot.id).unwrap();
    snapshot.execution = Some(run.id);
    snapshot.repository = hostile.to_owned();
    snapshot.reference = Some(format!("refs/heads/{hostile}"));
    snapshot.time_us += 1;
    let files = entries.into_iter().map(Into::into);
    store.write(&Batch::of(files.chain([run.into(), snapshot.into()]))).unwrap();
    drop(store);
}
