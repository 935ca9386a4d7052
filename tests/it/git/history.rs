//! Revisions, parents and merge bases, with all of the history and with a part of it.

use elcano::error::Error;
use elcano::git::{CommitId, MergeBase, Repository};
use proptest::prelude::*;

use super::repository::open;
use crate::support::Repo;

fn id(text: &str) -> CommitId {
    text.parse().expect("an id")
}

/// Clones with this depth, into `clone`.
fn shallow(repo: &Repo, depth: &str, branch: &str) -> Repository {
    let url = format!("file://{}", repo.path("full").display());
    repo.git(&["clone", "--quiet", "--depth", depth, "--no-single-branch", "--branch", branch, &url, "clone"]);
    open(repo, "clone")
}

/// A repository in `full` with one commit for each list of parents (indices of earlier commits),
/// and a branch `b<index>` on each that is no commit's parent. `skew` disorders their times.
fn graph(parents: &[Vec<usize>], skew: u64) -> (Repo, Vec<String>) {
    let repo = Repo::new();
    repo.git(&["init", "--quiet", "--initial-branch=none", "full"]);
    let tree = repo.git(&["-C", "full", "write-tree"]);
    let mut ids: Vec<String> = Vec::new();
    for (index, of_this) in parents.iter().enumerate() {
        let message = index.to_string();
        let mut args = vec!["-C", "full", "commit-tree", &tree, "-m", &message];
        for parent in of_this {
            args.extend(["-p", &ids[*parent]]);
        }
        let time = 1_700_000_000 + (index as u64 + 1) * skew % 7;
        let output = repo.git_command(&args).env("GIT_COMMITTER_DATE", format!("{time} +0000")).output().expect("git");
        let commit = String::from_utf8(output.stdout).expect("UTF-8").trim().to_owned();
        if parents.iter().all(|parents| !parents.contains(&index)) {
            repo.git(&["-C", "full", "update-ref", &format!("refs/heads/b{index}"), &commit]);
        }
        ids.push(commit);
    }
    (repo, ids)
}

#[test]
fn revisions_are_resolved_and_unknown_ones_are_undecided() {
    let repo = Repo::with(&[("a", "1")]);
    repo.init();
    let one = repo.commit("one");
    repo.git(&["tag", "--annotate", "v1", "--message", "a tag of a commit"]);
    let two = repo.commit("two");
    let opened = open(&repo, ".");
    for revision in ["HEAD^", "HEAD^1", "main~1", "v1", "v1^{}", "refs/tags/v1", &one, &one[..10], "@~"] {
        assert_eq!(opened.resolve(revision).expect(revision).to_string(), one, "{revision}");
    }
    assert_eq!(opened.resolve("main").expect("a commit").to_string(), two);
    let nothing = [
        "HEAD^2",
        "HEAD~2",
        "nope",
        "origin/main",
        &"0".repeat(40),
        &"1".repeat(40),
        "",
        "HEAD:a",
        "HEAD^{tree}",
        "..",
        "-x",
    ];
    for revision in nothing {
        let error = opened.resolve(revision).expect_err(revision);
        assert!(matches!(error, Error::Undecided(_)), "{revision}: {error:?}");
        assert!(error.to_string().contains(&format!("`{revision}`")), "{error}");
    }
}

#[test]
fn parents_and_merge_bases() {
    //     1 - 2 - 5
    //   0           (5 merges 2 and 4)      6: unrelated
    //     3 - 4 - 5
    let (repo, ids) = graph(&[vec![], vec![0], vec![1], vec![0], vec![3], vec![2, 4], vec![]], 1);
    let full = open(&repo, "full");
    assert!(!full.is_shallow().expect("an answer"));
    let parents = full.parents(id(&ids[5])).expect("parents");
    assert_eq!((parents.ids, parents.cut), (vec![id(&ids[2]), id(&ids[4])], false));
    assert_eq!(full.parents(id(&ids[0])).expect("parents").ids, []);
    let base = |a: usize, b: usize| full.merge_base(id(&ids[a]), id(&ids[b])).expect("an answer");
    assert_eq!(base(2, 4), MergeBase::Found(id(&ids[0])));
    assert_eq!(base(5, 3), MergeBase::Found(id(&ids[3])));
    assert_eq!(base(5, 5), MergeBase::Found(id(&ids[5])));
    assert_eq!(base(5, 6), MergeBase::None);
    let unknown = id(&"1".repeat(40));
    assert!(matches!(full.merge_base(unknown, id(&ids[0])), Err(Error::Undecided(_))));
    assert!(matches!(full.parents(unknown), Err(Error::Undecided(_))));
}

#[test]
fn a_shallow_clone_says_that_it_is_one() {
    let (repo, ids) = graph(&[vec![], vec![0], vec![1], vec![2], vec![1]], 1);
    let clone = shallow(&repo, "1", "b3");
    assert!(clone.is_shallow().expect("an answer"));
    let parents = clone.parents(id(&ids[3])).expect("parents");
    assert_eq!((parents.ids, parents.cut), (vec![id(&ids[2])], true));
    for revision in ["HEAD^", "HEAD^1", "HEAD~2"] {
        let error = clone.resolve(revision).expect_err("it is cut");
        assert!(matches!(error, Error::Undecided(_)), "{error:?}");
        assert!(error.to_string().contains("its history is cut (shallow)"), "{error}");
    }
    assert_eq!(clone.merge_base(id(&ids[3]), id(&ids[4])).expect("an answer"), MergeBase::Cut);
    assert_eq!(clone.merge_base(id(&ids[3]), id(&ids[3])).expect("an answer"), MergeBase::Found(id(&ids[3])));
    repo.remove("clone");
    let deeper = shallow(&repo, "3", "b3");
    assert_eq!(deeper.merge_base(id(&ids[3]), id(&ids[4])).expect("an answer"), MergeBase::Found(id(&ids[1])));
    assert!(!deeper.parents(id(&ids[3])).expect("parents").cut);
}

/// Each commit has up to two earlier ones as parents.
fn graphs() -> impl Strategy<Value = Vec<Vec<usize>>> {
    prop::collection::vec(prop::collection::vec(any::<prop::sample::Index>(), 0..3), 2..9).prop_map(|commits| {
        let pick = |(index, picks): (usize, Vec<prop::sample::Index>)| {
            let mut parents: Vec<_> = picks.iter().filter(|_| index > 0).map(|pick| pick.index(index.max(1))).collect();
            parents.sort_unstable();
            parents.dedup();
            parents
        };
        commits.into_iter().enumerate().map(pick).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is cut off, and whatever the clocks said: an answer is the answer of the full
    /// history, or that there is none to be had.
    #[test]
    fn an_answer_is_never_wrong(parents in graphs(), depth in 1..4_u32, skew in 0..7_u64) {
        let (repo, ids) = graph(&parents, skew);
        let (full, clone) = (open(&repo, "full"), shallow(&repo, &depth.to_string(), &format!("b{}", ids.len() - 1)));
        let there = |commit: &str| clone.resolve(commit).is_ok();
        for (a, b) in ids.iter().flat_map(|a| ids.iter().map(move |b| (a, b))) {
            let output = repo.git_command(&["-C", "full", "merge-base", "--all", a, b]).output().expect("git");
            let all: Vec<CommitId> = String::from_utf8(output.stdout).expect("UTF-8").lines().map(id).collect();
            let is_right = |answer| match answer {
                MergeBase::Found(commit) => all.contains(&commit),
                MergeBase::None => all.is_empty(),
                MergeBase::Cut => false,
            };
            let answer = full.merge_base(id(a), id(b)).expect("an answer");
            prop_assert!(is_right(answer), "{} {}: {:?} of {:?}", a, b, answer, all);
            prop_assert_eq!(full.merge_base(id(b), id(a)).expect("an answer"), answer, "the order does not matter");
            match clone.merge_base(id(a), id(b)) {
                Ok(MergeBase::Cut) => prop_assert!(clone.is_shallow().expect("an answer")),
                Ok(answer) => prop_assert!(is_right(answer), "{} {}: {:?} of {:?}, shallow", a, b, answer, all),
                Err(Error::Undecided(_)) => prop_assert!(!(there(a) && there(b)), "both are there"),
                Err(error) => prop_assert!(false, "{}", error),
            }
        }
    }
}
