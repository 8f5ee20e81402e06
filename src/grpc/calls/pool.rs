//! Threads for long reads, which give way to everything else.
//!
//! Owns the threads, the bounded queue before them and its order: owners take turns, so one with
//! many requests delays only itself. The threads run at a lower priority than the writer and the
//! runtime, so on a busy machine a long read gets slower and a write does not. Does not know what
//! is read.
//!
//! A caller that goes away is noticed: its work is skipped, or stops because of [`Caller`].
//! Nobody waits for these threads when the process ends.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use parking_lot::{Condvar, Mutex};
use tokio::sync::oneshot;

/// Threads that fold the past. A fold keeps a core busy and holds its rows in memory: on the two cores
/// of a small machine, more folds at a time would not finish earlier.
pub const FOLDERS: usize = 2;
/// Folds that may wait: more than finish while a caller waits for them.
const FOLDS_WAITING: usize = 256;
/// Threads that read long stretches of the log, or many rows. They wait for the disk part of the time,
/// so there are twice as many as cores.
pub const READERS: usize = 4;
/// Long reads that may wait: each connection may have one.
pub const READS_WAITING: usize = 1_024;

/// Threads that read the log for streams: hundreds of them share these in turns of milliseconds.
const STREAMERS: usize = 2;
/// Turns that may wait: each stream waits for one at a time, and streams have places.
const TURNS_WAITING: usize = 200_000;

/// Niceness of the threads: beside a thread of normal priority they get about a tenth of a core.
const NICENESS: i32 = 10;

/// Threads for long reads. Clones share them.
#[derive(Clone)]
pub struct Pool(Arc<Shared>);

/// The pools of a server, by their work. Clones share them.
#[derive(Clone)]
pub struct Pools {
    /// Folds of the past.
    pub folds: Pool,
    /// Long reads of the log, and queries over many rows.
    pub readers: Pool,
    /// Short turns at the log, for streams.
    pub streams: Pool,
}

impl Pools {
    /// Starts their threads.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start() -> io::Result<Self> {
        Ok(Self {
            folds: Pool::start("fold", FOLDERS, FOLDS_WAITING)?,
            readers: Pool::start("reader", READERS, READS_WAITING)?,
            streams: Pool::start("log-reader", STREAMERS, TURNS_WAITING)?,
        })
    }

    /// Ends all of them. Returns at once.
    pub fn end(&self) {
        self.folds.end();
        self.readers.end();
        self.streams.end();
    }
}

/// Why work was not done.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refused {
    /// The queue is full.
    #[error("too many long reads are waiting")]
    Full,
    /// The work panicked, or the pool has ended.
    #[error("a long read was lost")]
    Lost,
}

/// Whether somebody still waits for the result. Look at it between two steps of the work.
#[derive(Clone)]
pub struct Caller {
    gone: Arc<AtomicBool>,
    ending: Arc<AtomicBool>,
}

impl Caller {
    /// Returns whether nobody waits any more: the work should stop.
    pub fn is_gone(&self) -> bool {
        self.gone.load(Ordering::Relaxed) || self.ending.load(Ordering::Relaxed)
    }
}

struct Shared {
    most_waiting: usize,
    waiting: Mutex<Waiting>,
    wake: Condvar,
    ending: Arc<AtomicBool>,
}

/// Work of all owners, in turn.
#[derive(Default)]
struct Waiting {
    count: usize,
    /// Owners that have work, the next one first.
    turns: VecDeque<String>,
    of_owner: HashMap<String, VecDeque<Job>>,
}

struct Job {
    caller: Caller,
    work: Box<dyn FnOnce() + Send>,
}

impl Pool {
    /// Starts so many threads under a name; so much work may wait for them.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(name: &str, threads: usize, most_waiting: usize) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            most_waiting,
            waiting: Mutex::default(),
            wake: Condvar::new(),
            ending: Arc::default(),
        });
        for _ in 0..threads {
            let shared = Arc::clone(&shared);
            let builder = thread::Builder::new().name(name.to_owned());
            builder.spawn(move || {
                give_way();
                while let Some(job) = shared.next() {
                    // The panic hook says what it was; the caller's channel closes.
                    let _ = catch_unwind(AssertUnwindSafe(job.work));
                }
            })?;
        }
        Ok(Self(shared))
    }

    /// Does work for an owner on one of the threads and waits for its result. Owners take turns; the
    /// work of one is done in the order it came.
    ///
    /// # Errors
    /// [`Refused::Full`] at once when too much waits; [`Refused::Lost`] when the work panicked.
    pub async fn run<T: Send + 'static>(
        &self,
        owner: &str,
        work: impl FnOnce(&Caller) -> T + Send + 'static,
    ) -> Result<T, Refused> {
        let (send, result) = oneshot::channel();
        let _waits = self.begin(owner, move |caller| drop(send.send(work(caller))))?;
        result.await.map_err(|_| Refused::Lost)
    }

    /// Does work as [`run`](Self::run) does, for as long as somebody holds what this returns.
    ///
    /// # Errors
    /// [`Refused::Full`] when too much waits; [`Refused::Lost`] when the pool has ended.
    pub fn begin(
        &self,
        owner: &str,
        work: impl FnOnce(&Caller) + Send + 'static,
    ) -> Result<Waits, Refused> {
        let caller = Caller {
            gone: Arc::default(),
            ending: Arc::clone(&self.0.ending),
        };
        let waits = Waits(caller.clone());
        let job = Job {
            caller: caller.clone(),
            work: Box::new(move || work(&caller)),
        };
        self.0.push(owner, job)?;
        Ok(waits)
    }

    /// Counts the work that waits for a thread.
    pub fn waiting(&self) -> usize {
        self.0.waiting.lock().count
    }

    /// Ends the threads: waiting work is dropped, running work sees that nobody waits. Returns at
    /// once.
    pub fn end(&self) {
        self.0.ending.store(true, Ordering::Relaxed);
        *self.0.waiting.lock() = Waiting::default();
        self.0.wake.notify_all();
    }
}

/// Somebody waits for work. When it is dropped, nobody waits any more, and the work sees that.
pub struct Waits(Caller);

impl Drop for Waits {
    fn drop(&mut self) {
        self.0.gone.store(true, Ordering::Relaxed);
    }
}

impl Shared {
    fn push(&self, owner: &str, job: Job) -> Result<(), Refused> {
        let mut waiting = self.waiting.lock();
        if self.ending.load(Ordering::Relaxed) {
            return Err(Refused::Lost);
        }
        if waiting.count == self.most_waiting {
            waiting.drop_abandoned();
        }
        if waiting.count == self.most_waiting {
            return Err(Refused::Full);
        }
        waiting.push(owner, job);
        self.wake.notify_one();
        Ok(())
    }

    /// Waits for the next job that somebody waits for; `None` when the pool has ended.
    fn next(&self) -> Option<Job> {
        let mut waiting = self.waiting.lock();
        loop {
            if self.ending.load(Ordering::Relaxed) {
                return None;
            }
            match waiting.pop() {
                Some(job) if job.caller.is_gone() => {}
                Some(job) => return Some(job),
                None => self.wake.wait(&mut waiting),
            }
        }
    }
}

impl Waiting {
    fn push(&mut self, owner: &str, job: Job) {
        self.count += 1;
        if let Some(jobs) = self.of_owner.get_mut(owner) {
            jobs.push_back(job);
            return;
        }
        self.turns.push_back(owner.to_owned());
        self.of_owner
            .insert(owner.to_owned(), VecDeque::from([job]));
    }

    fn pop(&mut self) -> Option<Job> {
        let owner = self.turns.pop_front()?;
        let jobs = self.of_owner.get_mut(&owner)?;
        let job = jobs.pop_front();
        if jobs.is_empty() {
            self.of_owner.remove(&owner);
        } else {
            self.turns.push_back(owner);
        }
        self.count -= usize::from(job.is_some());
        job
    }

    fn drop_abandoned(&mut self) {
        for jobs in self.of_owner.values_mut() {
            jobs.retain(|job| !job.caller.is_gone());
        }
        self.of_owner.retain(|_, jobs| !jobs.is_empty());
        let of_owner = &self.of_owner;
        self.turns.retain(|owner| of_owner.contains_key(owner));
        self.count = self.of_owner.values().map(VecDeque::len).sum();
    }
}

/// Lowers the priority of this thread. If that fails, long reads run at normal priority.
fn give_way() {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::setpriority_process(Some(rustix::thread::gettid()), NICENESS);
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// Work that occupies the one thread of a pool until it is released.
    fn hold(pool: &Pool) -> (mpsc::Sender<()>, tokio::task::JoinHandle<()>) {
        let (release, held) = mpsc::channel::<()>();
        let (begun, waits) = mpsc::channel();
        let pool = pool.clone();
        let holding = tokio::spawn(async move {
            let work = move |_: &Caller| {
                begun.send(()).unwrap();
                let _ = held.recv();
            };
            pool.run("holder", work).await.unwrap();
        });
        waits.recv().unwrap();
        (release, holding)
    }

    fn pool(most_waiting: usize) -> Pool {
        Pool::start("test-pool", 1, most_waiting).unwrap()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn owners_take_turns() {
        let pool = pool(16);
        let (release, holding) = hold(&pool);
        let order = Arc::new(Mutex::new(Vec::new()));
        let mut waiting = Vec::new();
        for owner in ["greedy", "greedy", "greedy", "modest"] {
            let (order, pool) = (Arc::clone(&order), pool.clone());
            let work = move |_: &Caller| order.lock().push(owner);
            let before = pool.0.waiting.lock().count;
            waiting.push(tokio::spawn({
                let pool = pool.clone();
                async move { pool.run(owner, work).await }
            }));
            while pool.0.waiting.lock().count == before {
                tokio::task::yield_now().await;
            }
        }
        release.send(()).unwrap();
        holding.await.unwrap();
        for one in waiting {
            one.await.unwrap().unwrap();
        }
        assert_eq!(*order.lock(), ["greedy", "modest", "greedy", "greedy"]);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn more_than_may_wait_is_refused_until_a_caller_leaves() {
        let pool = pool(1);
        let (release, holding) = hold(&pool);
        let waits = tokio::spawn({
            let pool = pool.clone();
            async move { pool.run("one", |_| ()).await }
        });
        while pool.0.waiting.lock().count == 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(pool.run("two", |_| ()).await, Err(Refused::Full));
        waits.abort();
        assert!(waits.await.unwrap_err().is_cancelled());
        release.send(()).unwrap();
        assert_eq!(pool.run("two", |_| 2).await, Ok(2));
        holding.await.unwrap();
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn work_learns_that_its_caller_left() {
        let pool = pool(1);
        let (begun, begins) = mpsc::channel();
        let (told, ends) = mpsc::channel();
        let running = tokio::spawn({
            let pool = pool.clone();
            async move {
                let work = move |caller: &Caller| {
                    begun.send(()).unwrap();
                    while !caller.is_gone() {
                        thread::yield_now();
                    }
                    told.send(()).unwrap();
                };
                pool.run("one", work).await
            }
        });
        begins.recv().unwrap();
        running.abort();
        ends.recv().unwrap();
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_panic_is_one_callers_own() {
        let pool = pool(4);
        assert_eq!(
            pool.run("one", |_| panic!("a fault")).await,
            Err::<(), _>(Refused::Lost)
        );
        assert_eq!(pool.run("two", |_| 2).await, Ok(2));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn an_ended_pool_tells_its_work() {
        let pool = pool(4);
        let (begun, begins) = mpsc::channel();
        let running = tokio::spawn({
            let pool = pool.clone();
            async move {
                let work = move |caller: &Caller| {
                    begun.send(()).unwrap();
                    while !caller.is_gone() {
                        thread::yield_now();
                    }
                };
                pool.run("one", work).await
            }
        });
        begins.recv().unwrap();
        pool.end();
        running.await.unwrap().unwrap();
        assert_eq!(pool.run("two", |_| ()).await, Err(Refused::Lost));
    }
}
