//! The log of runs: order within a millisecond, ids without duplicates, runs that never ended.

use std::collections::BTreeSet;
use std::sync::Arc;

use elcano::error::Error;
use elcano::model::{ExecutionId, ExecutionRecord, Outcome, Tally};
use elcano::pipeline::execution_log::ExecutionLog;
use elcano::store::{Family, OpenOptions, RunLock, StoreUrl, open};

use crate::support::stores::on_every_engine;

fn running(id: ExecutionId) -> ExecutionRecord {
    ExecutionRecord {
        id,
        pipeline: "ci".to_owned(),
        args: vec!["run".to_owned()],
        version: "0".to_owned(),
        root: "/r".into(),
        outcome: Outcome::Running,
        started_us: 1,
        duration_us: 0,
        snapshot: None,
        tally: Tally::default(),
        error: Vec::new(),
        stages: Vec::new(),
    }
}

#[test]
fn the_last_five_of_ten_within_a_millisecond_come_newest_first() {
    on_every_engine(|store| {
        // Ids drawn at once lie within a millisecond; writing them takes longer and does not
        // matter.
        let ids: Vec<ExecutionId> = (0..10).map(|_| store.new_execution_id()).collect();
        for id in ids.iter().rev() {
            store.begin_execution(&running(*id)).unwrap();
        }
        let recent: Vec<ExecutionId> = store.recent_executions(5).unwrap().iter().map(|record| record.id).collect();
        assert_eq!(recent, ids.into_iter().rev().take(5).collect::<Vec<_>>());
    });
}

#[test]
fn a_million_ids_from_sixteen_threads_are_distinct_and_ordered() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&StoreUrl::Lmdb(folder.path().join("store")), OpenOptions::create()).unwrap();
    let mut all = BTreeSet::new();
    std::thread::scope(|scope| {
        let draw = || {
            let ids: Vec<ExecutionId> = (0..62_500).map(|_| store.new_execution_id()).collect();
            assert!(ids.windows(2).all(|pair| pair[0] < pair[1]), "a later id is smaller");
            ids
        };
        let threads: Vec<_> = (0..16).map(|_| scope.spawn(draw)).collect();
        for thread in threads {
            all.extend(thread.join().unwrap());
        }
    });
    assert_eq!(all.len(), 1_000_000);
}

#[test]
fn a_run_begins_once_and_ends_once() {
    on_every_engine(|store| {
        let begun = running(store.new_execution_id());
        let ended = ExecutionRecord { outcome: Outcome::Success, duration_us: 5, ..begun.clone() };
        let refused = |result: elcano::error::Result<()>| assert!(matches!(result, Err(Error::Store { .. })));
        refused(store.finish_execution(&ended));
        refused(store.begin_execution(&ended));
        store.begin_execution(&begun).unwrap();
        refused(store.begin_execution(&begun));
        refused(store.finish_execution(&begun));
        store.finish_execution(&ended).unwrap();
        refused(store.finish_execution(&ended));
        refused(store.begin_execution(&begun));
        assert_eq!(store.recent_executions(9).unwrap(), [ended]);
    });
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the length of a sleep is what is logged")]
fn a_sleep_of_fifty_milliseconds_is_logged_as_that_long() {
    on_every_engine(|store| {
        let around = std::time::Instant::now();
        let id = store.new_execution_id();
        let mut log = ExecutionLog::start(id, Some(Arc::clone(&store)), "ci", Vec::new(), "/r".into()).unwrap();
        let sleep = |_: &mut ExecutionLog| {
            std::thread::sleep(std::time::Duration::from_millis(50));
            Ok(("slept".to_owned(), ()))
        };
        log.stage("sleep", sleep).unwrap();
        log.finish(Ok(Outcome::Success)).unwrap();
        // What this machine was busy with meanwhile is measured too, so the bound is what this
        // thread has seen.
        let most = u64::try_from(around.elapsed().as_micros()).unwrap();
        let logged = store.recent_executions(1).unwrap().remove(0);
        for duration in [logged.duration_us, logged.stages[0].duration_us] {
            assert!((50_000..=most).contains(&duration), "{duration} us were logged, {most} have passed");
        }
        assert!(logged.stages[0].start_us + logged.stages[0].duration_us <= logged.duration_us);
        assert_eq!((logged.stages[0].name.as_str(), logged.stages[0].detail.as_str()), ("sleep", "slept"));
    });
}

#[test]
fn a_run_that_is_not_logged_writes_nothing() {
    on_every_engine(|store| {
        let mut log = ExecutionLog::start(store.new_execution_id(), None, "ci", Vec::new(), "/r".into()).unwrap();
        log.stage("scan", |_| Ok((String::new(), ()))).unwrap();
        assert_eq!(log.finish(Ok(Outcome::Success)).unwrap().outcome, Outcome::Success);
        assert_eq!(store.count(Family::Executions).unwrap(), 0);
    });
}

#[test]
fn the_next_run_finds_what_never_ended() {
    on_every_engine(|store| {
        let lock = RunLock::acquire(store.url()).unwrap();
        let [killed, ended, own] = [0; 3].map(|_| running(store.new_execution_id()));
        for record in [&killed, &ended, &own] {
            store.begin_execution(record).unwrap();
        }
        let ended = ExecutionRecord { outcome: Outcome::Failure, ..ended };
        store.finish_execution(&ended).unwrap();
        let aborted = ExecutionRecord { outcome: Outcome::Aborted, ..killed };
        assert_eq!(store.abort_unfinished(&lock, Some(own.id)).unwrap(), std::slice::from_ref(&aborted));
        assert_eq!(store.recent_executions(9).unwrap(), [own.clone(), ended, aborted]);
        assert_eq!(store.abort_unfinished(&lock, Some(own.id)).unwrap(), []);
        assert_eq!(store.count(Family::Executions).unwrap(), 3);
    });
}
