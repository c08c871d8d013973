//! Takes tasks of the manager, and does them.

use std::{
    sync::{MutexGuard, PoisonError},
    time::Duration,
};

use agent_proto::v1::{self, agent_message::Body, task::Kind, task_result::Outcome as End};
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use wifi_control::WifiControl;

use super::{Dial, Link, convert};
use crate::{
    DevicePlace, Failure, FailureKind, FindOnLan, JournalError, Outcome, Progress, Provision, Queue, Refusal, Step,
    Stop, TaskId, Way, tasks::scan::DevicePoint,
};

/// How often leases are looked at.
const LEASE_LOOK: Duration = Duration::from_millis(500);

/// What a task asks for.
pub(super) enum Work {
    Provision(Box<Provision>),
    Scan,
    Restore,
    Probe(v1::Probe),
}

impl<W, F, D> Link<W, F, D>
where
    W: WifiControl + 'static,
    F: FindOnLan + 'static,
    D: Dial + 'static,
{
    /// Takes a task of the manager, or says at once why not.
    pub(super) fn take(&self, task: v1::Task) {
        let (id, fence) = (TaskId::new(task.task_id.as_str()), task.fence);
        let work = match task.kind {
            Some(Kind::Provision(provision)) => {
                convert::provision(&provision).map(|task| Work::Provision(Box::new(task)))
            }
            Some(Kind::Scan(_)) => Ok(Work::Scan),
            Some(Kind::Restore(_)) => Ok(Work::Restore),
            Some(Kind::Probe(probe)) => Ok(Work::Probe(probe)),
            None => Err("this agent does not know the kind of this task".to_owned()),
        };
        let work = match (work, &self.about.why_not) {
            (Ok(Work::Provision(task)), _) if task.by == Way::Bluetooth => {
                let refusal = || "this agent has no Bluetooth".to_owned();
                self.agent.has_bluetooth().then_some(Work::Provision(task)).ok_or_else(refusal)
            }
            (Ok(Work::Provision(_) | Work::Scan | Work::Restore), Some(why)) => Err(why.clone()),
            (work, _) => work,
        };
        let work = match work {
            Ok(work) => work,
            Err(text) => return self.refuse(&id, fence, FailureKind::Unsupported, text),
        };
        let stop = Stop::default();
        match self.queue().push(id.clone(), stop.clone(), work) {
            Ok(()) => {}
            Err(Refusal::Known) => return,
            Err(refusal @ Refusal::Full) => {
                return self.refuse(&id, fence, FailureKind::Internal, refusal.to_string());
            }
        }
        let millis = |number: u32| Duration::from_millis(number.into());
        self.leases.hold(id.clone(), fence, millis(task.lease_ms), millis(task.deadline_ms), stop, Instant::now());
        self.fences().insert(id.clone(), fence);
        self.tell(&Progress { task: id, step: Step::Accepted, detail: String::new(), window_left: None, device: None });
        self.bell.notify_one();
    }

    /// Calls a task off.
    pub(super) fn cancel(&self, cancel: &v1::CancelTask) {
        let id = TaskId::new(cancel.task_id.as_str());
        let stop = self.queue().stop_of(&id).cloned();
        match stop {
            Some(stop) => {
                let why = if cancel.reason.is_empty() { "it was called off" } else { cancel.reason.as_str() };
                stop.call(FailureKind::Cancelled, why);
            }
            // It has ended, and its end is on its way.
            None if self.agent.untold().iter().any(|(task, ..)| *task == id) => {}
            None => self.refuse(&id, cancel.fence, FailureKind::Cancelled, "the task is not here".to_owned()),
        }
    }

    /// Does what is in the queue, one by one, until `stop`; then takes back what is under way.
    pub(super) async fn work(&self, stop: &CancellationToken) -> Result<(), JournalError> {
        let mut looks = interval(LEASE_LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let next = self.queue().begin();
            let Some((id, task_stop, work)) = next else {
                let mut idle = Box::pin(self.by_itself());
                loop {
                    tokio::select! {
                        () = self.bell.notified() => break,
                        _ = looks.tick() => self.leases.enforce(Instant::now()),
                        () = stop.cancelled() => return Ok(()),
                        never = &mut idle => match never {},
                    }
                }
                continue;
            };
            let fence = self.fences().get(&id).copied().unwrap_or_default();
            let mut doing = Box::pin(self.one(&id, fence, &task_stop, work));
            let done = loop {
                tokio::select! {
                    done = &mut doing => break done,
                    _ = looks.tick() => self.leases.enforce(Instant::now()),
                    () = stop.cancelled(), if !task_stop.is_called() => {
                        task_stop.call(FailureKind::Cancelled, "the agent was told to stop");
                    }
                }
            };
            drop(doing);
            self.queue().done(&id);
            self.leases.drop(&id);
            self.fences().remove(&id);
            self.outbox.push(done?);
        }
    }

    /// One task, to its end.
    async fn one(&self, id: &TaskId, fence: u64, stop: &Stop, work: Work) -> Result<Body, JournalError> {
        let began = Instant::now();
        let working = |detail: &str| {
            let detail = detail.to_owned();
            self.tell(&Progress { task: id.clone(), step: Step::Working, detail, window_left: None, device: None });
        };
        let plain = |outcome| {
            Body::Result(v1::TaskResult {
                task_id: id.to_string(),
                fence,
                took_ms: convert::millis_u64(began.elapsed()),
                outcome: Some(outcome),
            })
        };
        Ok(match work {
            Work::Provision(task) => {
                let progress = |progress: Progress| self.tell(&progress);
                let outcome = self.agent.provision(id.clone(), fence, &task, stop, &progress).await?;
                convert::result(id, fence, began.elapsed(), &outcome)
            }
            _ if stop.is_called() => {
                plain(End::Failure(convert::failure(&refusal(FailureKind::Cancelled, "it was called off"))))
            }
            Work::Scan => {
                working("scans");
                match self.agent.scan().await {
                    Ok(points) => {
                        let count = u32::try_from(points.len()).unwrap_or(u32::MAX);
                        self.report_points(&points);
                        plain(End::Scan(v1::ScanDone { points: count }))
                    }
                    Err(error) => {
                        let text = crate::provision::chain(&error);
                        plain(End::Failure(convert::failure(&refusal(FailureKind::Radio, text))))
                    }
                }
            }
            Work::Restore => {
                working("brings the WiFi of the host back");
                if self.agent.restore().await? {
                    let now = self.agent.wifi().remember().await.ok().and_then(|now| now.ssid);
                    let ssid = now.map(|ssid| ssid.to_string()).unwrap_or_default();
                    plain(End::Restored(v1::Restored { ssid }))
                } else {
                    let text = "the network of the host is not back; it may be out of range";
                    let failure = Failure { is_host_restored: false, ..refusal(FailureKind::Radio, text) };
                    plain(End::Failure(convert::failure(&failure)))
                }
            }
            Work::Probe(probe) => {
                working("looks for devices");
                match self.lan.look(&probe.targets, Duration::from_millis(probe.listen_ms.into())).await {
                    Ok(probed) => {
                        self.report_lan(&probed.devices);
                        let count = |number| u32::try_from(number).unwrap_or(u32::MAX);
                        let (asked, devices) = (count(probed.asked), count(probed.devices.len() as u64));
                        plain(End::Probe(v1::ProbeDone { asked, devices }))
                    }
                    Err(text) => plain(End::Failure(convert::failure(&refusal(FailureKind::Unsupported, text)))),
                }
            }
        })
    }

    /// Tells the manager which access points were seen.
    pub(super) fn report_points(&self, points: &[DevicePoint]) {
        let reports: Vec<&[DevicePoint]> =
            if points.is_empty() { vec![points] } else { points.chunks(self.entries()).collect() };
        let (is_whole, now) = (reports.len() == 1, self.agent.options().clock.now());
        for report in reports {
            self.outbox.push(Body::AccessPoints(v1::AccessPoints {
                interface: self.agent.wifi().interface().to_owned(),
                is_complete: is_whole,
                points: report.iter().map(|point| convert::point(point, now)).collect(),
            }));
        }
    }

    /// Tells the manager how far a task is.
    pub(super) fn tell(&self, progress: &Progress) {
        let fence = self.fences().get(&progress.task).copied();
        let fence = fence.unwrap_or_else(|| {
            self.agent
                .journal()
                .with(|journal| journal.tasks().find(&progress.task).map_or(0, |position| position.fence))
        });
        self.outbox.push(Body::Progress(convert::progress(progress, fence)));
    }

    fn refuse(&self, id: &TaskId, fence: u64, kind: FailureKind, text: String) {
        self.outbox.push(convert::result(id, fence, Duration::ZERO, &Outcome::Failed(refusal(kind, text))));
    }

    pub(super) fn queue(&self) -> MutexGuard<'_, Queue<Work>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fences(&self) -> MutexGuard<'_, std::collections::BTreeMap<TaskId, u64>> {
        self.fences.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The end of a task that did nothing.
fn refusal(kind: FailureKind, text: impl Into<String>) -> Failure {
    Failure { kind, text: text.into(), step: Step::Accepted, is_host_restored: true, place: DevicePlace::Untouched }
}
