//! Every order of steps of what the project synchronises itself. The two files are compiled here
//! with loom's locks in place of the system's; a model runs again and again until no other order is
//! left, and a deadlock or an access that is not ordered fails it.

use loom::cell::UnsafeCell;
use loom::sync::{Arc, Condvar, Mutex, MutexGuard};
use loom::thread_local;

#[path = "../../../src/store/sync/latch.rs"]
mod latch;
#[path = "../../../src/store/sync/queue.rs"]
mod queue;

use latch::Latch;
use queue::{Queue, Taken};

/// All orders with at most so many changes of thread that nothing forces.
fn orders(preemptions: usize, model: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.check(model);
}

/// A map behind a gate: loom knows who looks at it when.
struct Mapped {
    gate: Latch,
    map: UnsafeCell<u32>,
}

impl Mapped {
    fn new() -> Arc<Self> {
        Arc::new(Self { gate: Latch::default(), map: UnsafeCell::new(0) })
    }

    fn look(&self) {
        let _pass = self.gate.enter();
        self.map.with(|_| ());
    }

    fn look_within_a_look(&self) {
        let _outer = self.gate.enter();
        self.map.with(|_| ());
        let _inner = self.gate.enter();
        self.map.with(|_| ());
    }

    fn relocate(&self) {
        assert_eq!(self.gate.closed(|| self.map.with_mut(|_| ())), Some(()));
    }
}

#[test]
fn nobody_looks_at_a_map_that_moves() {
    orders(3, || {
        let mapped = Mapped::new();
        let others = [Mapped::look as fn(&Mapped), Mapped::look].map(|work| {
            let mapped = Arc::clone(&mapped);
            loom::thread::spawn(move || work(&mapped))
        });
        mapped.relocate();
        others.into_iter().for_each(|other| other.join().unwrap());
    });
}

#[test]
fn a_look_within_a_look_never_waits_for_a_move_that_waits_for_it() {
    orders(3, || {
        let mapped = Mapped::new();
        let mover = Arc::clone(&mapped);
        let mover = loom::thread::spawn(move || mover.relocate());
        mapped.look_within_a_look();
        mover.join().unwrap();
        mapped.relocate();
    });
}

#[test]
fn two_moves_come_one_after_the_other() {
    orders(3, || {
        let mapped = Mapped::new();
        let others = [Mapped::relocate as fn(&Mapped), Mapped::look].map(|work| {
            let mapped = Arc::clone(&mapped);
            loom::thread::spawn(move || work(&mapped))
        });
        mapped.relocate();
        others.into_iter().for_each(|other| other.join().unwrap());
    });
}

/// Takes all there is.
fn drain(queue: &Queue<u32>) -> Vec<u32> {
    let mut taken = Vec::new();
    loop {
        match queue.take(None) {
            Taken::Message(message, bytes) => {
                assert_eq!(bytes, 2);
                taken.push(message);
            }
            Taken::End => return taken,
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn what_was_put_in_before_the_end_comes_out_once_and_in_order() {
    orders(3, || {
        // Room for one message.
        let queue = Arc::new(Queue::new(3));
        let inbox = Arc::clone(&queue);
        let taker = loom::thread::spawn(move || drain(&inbox));
        let outbox = Arc::clone(&queue);
        let sender = loom::thread::spawn(move || [10, 11].map(|message| outbox.push(message, 2)));
        assert!(queue.push(20, 2));
        assert_eq!(sender.join().unwrap(), [true, true]);
        queue.close();
        assert!(!queue.push(30, 2), "a closed queue took something in");
        let taken = taker.join().unwrap();
        assert_eq!(taken.iter().filter(|message| **message < 20).collect::<Vec<_>>(), [&10, &11]);
        assert!(taken.len() == 3 && taken.contains(&20), "{taken:?}");
    });
}

#[test]
fn a_close_meanwhile_refuses_or_hands_out() {
    orders(3, || {
        let queue = Arc::new(Queue::new(3));
        let outbox = Arc::clone(&queue);
        let sender = loom::thread::spawn(move || [1, 2].map(|message| outbox.push(message, 2)));
        let inbox = Arc::clone(&queue);
        let taker = loom::thread::spawn(move || drain(&inbox));
        queue.close();
        let accepted = sender.join().unwrap();
        let expected: Vec<u32> =
            (1..).zip(accepted).filter(|(_, accepted)| *accepted).map(|(message, _)| message).collect();
        assert_eq!(taker.join().unwrap(), expected);
    });
}

#[test]
fn a_stop_wakes_everybody() {
    orders(3, || {
        let queue = Arc::new(Queue::new(1));
        // The second one waits for room that never comes.
        let outbox = Arc::clone(&queue);
        let sender = loom::thread::spawn(move || [1, 2].map(|message| outbox.push(message, 1)));
        let inbox = Arc::clone(&queue);
        let taker = loom::thread::spawn(move || inbox.take(None));
        queue.stop();
        let accepted = sender.join().unwrap();
        assert!(accepted[0] || !accepted[1], "the second was taken in though the queue had stopped");
        match taker.join().unwrap() {
            Taken::Message(message, 1) => assert!(message == 1 && accepted[0]),
            Taken::Stop => {}
            other => panic!("{other:?}"),
        }
    });
}
