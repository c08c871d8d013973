//! The agent is killed at each point of its journal, also while it cleans up after another kill.

use std::sync::Arc;

use futures::future::join_all;
use provisioner::{Entry, FileJournal, Journal, JournalError, Outcome, Position, Provisioning, Stop, TaskId, Way};
use tokio::sync::Notify;

use super::site::{KEY, Site, hasty, new_device, tools};

/// When the process dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    /// Before the entry is on the disk.
    Before,
    /// After it, before anything else.
    After,
}

/// A journal whose writer dies at an entry.
struct Dying {
    file: FileJournal,
    left: usize,
    moment: Moment,
    died: Arc<Notify>,
}

impl Journal for Dying {
    async fn append(&mut self, entry: &Entry) -> Result<(), JournalError> {
        if self.left > 1 {
            self.left -= 1;
            return self.file.append(entry).await;
        }
        if self.moment == Moment::After {
            self.file.append(entry).await?;
        }
        self.died.notify_one();
        std::future::pending().await
    }
}

/// A life of the agent that ends at the `nth` entry, or with the task.
async fn life(site: &Site, key: &str, nth: usize, moment: Moment) -> Option<Outcome> {
    let (lan, patience, stop, task) = (site.lan(), hasty(), Stop::default(), site.task(key));
    let file = FileJournal::open(&site.journal()).unwrap();
    let begun: Option<Position> = file.tasks().unfinished().next().cloned();
    let is_first = file.tasks().all().is_empty();
    let ended = file.tasks().all().first().and_then(|position| position.ended.clone());
    let died = Arc::new(Notify::new());
    let mut journal = Dying { file, left: nth, moment, died: Arc::clone(&died) };
    let work = async {
        match begun {
            Some(position) => Some(
                Provisioning::recover(tools(site, &lan, &patience), &mut journal, position, &stop).run().await.unwrap(),
            ),
            None if is_first => {
                let tools = tools(site, &lan, &patience);
                let id = TaskId::new("t");
                let begun = Provisioning::accept(tools, &mut journal, id, 1, &task, &stop).await.unwrap();
                Some(begun.run().await.unwrap())
            }
            None => ended,
        }
    };
    let outcome = tokio::select! {
        outcome = Box::pin(work) => outcome,
        () = died.notified() => None,
    };
    if outcome.is_none() {
        site.wifi.agent_died();
    }
    outcome
}

/// The end that the journal tells; none when the task was never taken on.
fn end(site: &Site) -> Option<Outcome> {
    let journal = FileJournal::open(&site.journal()).unwrap();
    let tasks = journal.tasks().all();
    assert!(tasks.len() <= 1);
    tasks.first().map(|position| position.ended.clone().unwrap())
}

async fn new_site(model: &str, key: &str, bound: bool) -> Site {
    let mut site = Site::with(new_device(model)).await;
    if !bound {
        site.wifi = site.wifi.unbound();
    }
    if key != KEY {
        site.device.set_range(false);
    }
    site
}

/// Kills the agent at each entry, and lets the next life clean up.
async fn killed_once(model: &str, key: &str, bound: bool) {
    killed_at_each(&format!("{model}, {key}"), key, async || new_site(model, key, bound).await).await;
}

/// The same at each entry of a task at such a site.
async fn killed_at_each(name: &str, key: &str, new: impl AsyncFn() -> Site) {
    for moment in [Moment::Before, Moment::After] {
        for nth in 1.. {
            let what = format!("{name}, {moment:?} entry {nth}");
            let site = new().await;
            let lived = life(&site, key, nth, moment).await;
            life(&site, key, usize::MAX, moment).await;
            match end(&site) {
                Some(outcome) => site.holds(&outcome, &what),
                None => assert!(site.wifi.is_home() && site.device.is_as_new(), "{what}"),
            }
            if lived.is_some() {
                assert!(nth > 6, "{what}: it ended before it could be killed everywhere");
                break;
            }
        }
    }
}

/// L3, L6, W24: killed at each entry, with the right key.
#[tokio::test]
async fn l3_w24_killed_anywhere_it_cleans_up_gen1() {
    killed_once("SHSW-25", KEY, true).await;
    killed_once("SHSW-25", "incorrect horse", true).await;
}

/// The same for Gen2, where the access point stays open beside the station.
#[tokio::test]
async fn l3_w24_killed_anywhere_it_cleans_up_gen2() {
    killed_once("SNSW-001X16EU", KEY, true).await;
    killed_once("SNSW-001X16EU", "incorrect horse", true).await;
}

/// The same for Gen4, and with a radio that stays where it was when the agent dies, as under `wpa_supplicant`.
#[tokio::test]
async fn l3_w24_killed_anywhere_it_cleans_up_unbound() {
    killed_once("S4SW-001P16EU", KEY, false).await;
    killed_once("SHSW-25", "incorrect horse", false).await;
}

/// I19, L3: killed before the device is told to update, while it fetches, restarts, and comes back: it is in its access point
/// with one firmware or the other, or in the network with the new one.
#[tokio::test]
async fn i19_l3_killed_anywhere_in_an_update_it_cleans_up() {
    for model in ["SHSW-25", "SNSW-001X16EU"] {
        for bound in [true, false] {
            let new = async || new_site(model, KEY, bound).await.with_firmware(super::firmware::NEWER);
            killed_at_each(&format!("{model}, firmware, bound {bound}"), KEY, new).await;
        }
    }
}

/// L7, L3: killed anywhere over Bluetooth, also with a connection that outlives the agent.
#[tokio::test]
async fn l7_l3_killed_anywhere_over_bluetooth_it_cleans_up() {
    for key in [KEY, "incorrect horse"] {
        let new = async || Site { by: Way::Bluetooth, ..new_site("S3SW-002P16EU", key, true).await };
        killed_at_each(&format!("bluetooth, {key}"), key, new).await;
    }
}

/// Entries that cleaning up takes at most.
const CLEANING: usize = 9;

/// Kills the first life at one entry and the second at another; tells whether either ended before.
async fn killed_twice(key: &str, nth: usize, again: usize) -> (bool, bool) {
    let site = new_site("SNSW-001X16EU", key, false).await;
    let ended = life(&site, key, nth, Moment::After).await.is_some();
    let cleaned = life(&site, key, again, Moment::After).await.is_some();
    life(&site, key, usize::MAX, Moment::After).await;
    if let Some(outcome) = end(&site) {
        site.holds(&outcome, &format!("{key}, entry {nth}, then {again}"));
    }
    (ended, cleaned)
}

/// Killed once more at each entry of cleaning up.
#[tokio::test]
async fn l3_killed_while_it_cleans_up_it_cleans_up() {
    for key in [KEY, "incorrect horse"] {
        for nth in 1.. {
            let runs = join_all((1..=CLEANING).map(|again| killed_twice(key, nth, again))).await;
            if runs.iter().all(|(ended, _)| *ended) {
                assert!(nth > 6, "{key}");
                break;
            }
            assert!(runs.last().is_some_and(|(_, cleaned)| *cleaned), "{key}, entry {nth}: cleaning up takes longer");
        }
    }
}
