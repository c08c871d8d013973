//! What agents tell of their work. A report under a number that is not the newest changes nothing that a later one does.

use std::time::Duration;

use chrono::TimeDelta;
use fleet_model::{
    Actor, AgentId, AgentTask, AgentTaskId, DevicePlace, FleetEvent, NewEvent, TaskFailure, TaskReport, TaskState,
    TaskWork,
};

use crate::{
    Error, Fleet,
    agents::{FoundByAgent, TaskNews, TaskOutcome},
};

/// How long a device is tried to be adopted after an agent brought it into the network.
const ADOPTION: TimeDelta = TimeDelta::minutes(3);

/// Longest text of an agent that is kept.
const MAX_TEXT: usize = 500;

impl Fleet {
    /// An agent still works on a task. False when it may not.
    pub(crate) async fn task_keep(&self, agent: AgentId, id: AgentTaskId, fence: u64) -> Result<bool, Error> {
        let kept = self
            .task_write(id, |task, now| {
                // Called off: it keeps its radio until it has put everything back.
                task.is_held_by(agent, fence).then(|| task.lease_until = Some(self.lease_end(now)))?;
                Some(Vec::new())
            })
            .await?;
        Ok(kept.is_some())
    }

    /// How far an agent is with a task. False when it may not go on.
    pub(crate) async fn task_progress(&self, agent: AgentId, news: TaskNews) -> Result<bool, Error> {
        let kept = self
            .task_write(news.task, |task, now| {
                if !task.is_held_by(agent, news.fence) {
                    return None;
                }
                let is_news = task.report.step != news.step;
                task.lease_until = Some(self.lease_end(now));
                if task.state == TaskState::Given {
                    task.state = TaskState::Running;
                }
                task.started_at = task.started_at.or(Some(now));
                task.report.step = news.step.or(task.report.step);
                task.report.detail = short(&news.detail);
                if let Some(left) = news.window_left {
                    task.report.window_ends_at = TimeDelta::from_std(left).ok().map(|left| now + left);
                }
                if let Some((mac, model)) = &news.device {
                    task.mac = Some(*mac);
                    task.report.model = Some(model.clone());
                }
                let step = news.step.filter(|_| is_news);
                let told = step.map(|step| self.task_event(&Actor::System, task, &step.as_str().replace('_', " ")));
                Some(told.unwrap_or_default())
            })
            .await?;
        Ok(kept.is_some())
    }

    /// How a task ended.
    pub(crate) async fn task_result(
        &self,
        agent: AgentId,
        (id, fence): (AgentTaskId, u64),
        took: Duration,
        outcome: TaskOutcome,
    ) -> Result<(), Error> {
        if let TaskOutcome::Provisioned { found, .. } = &outcome {
            self.seen_by_agent(agent, FoundByAgent::clone(found)).await?;
        }
        let took_ms = u64::try_from(took.as_millis()).ok();
        self.task_write(id, |task, _| {
            // It was taken back because the agent was not heard, but nobody else has begun it: what was done counts.
            let is_late = task.state == TaskState::Waiting && task.agent_id == Some(agent) && task.fence == fence;
            let is_provisioned = matches!(outcome, TaskOutcome::Provisioned { .. });
            if !(task.is_held_by(agent, fence) || is_late && is_provisioned) {
                return None;
            }
            task.report.took_ms = took_ms;
            let action = self.task_ends(task, &outcome);
            Some(self.task_event(&Actor::System, task, &action))
        })
        .await?;
        Ok(())
    }

    /// Changes a task by what its agent said last; gives what that means, in words.
    fn task_ends(&self, task: &mut AgentTask, outcome: &TaskOutcome) -> String {
        let now = self.now();
        let was_called_off = task.state == TaskState::Cancelling;
        match outcome {
            TaskOutcome::Done { found } => {
                task.report.found = Some(*found);
                task.end(TaskState::Done, now);
                "done".to_owned()
            }
            TaskOutcome::Provisioned { found, found_by, is_host_restored } => {
                task.mac = Some(found.identity.mac);
                task.report.model = Some(found.identity.model.to_string());
                task.report.endpoint = Some(found.endpoint.clone());
                task.report.found_by = short(found_by);
                task.report.is_host_restored = Some(*is_host_restored);
                (task.lease_until, task.reason) = (None, None);
                if was_called_off {
                    task.end(TaskState::Cancelled, now);
                    task.reason = Some("it was in the network already; it waits in the inbox".to_owned());
                    return "called off too late: it is in the network".to_owned();
                }
                task.state = TaskState::HandingOver;
                (task.not_before, task.deadline_at) = (None, now + ADOPTION);
                format!("in the network at {}", found.endpoint)
            }
            TaskOutcome::Failed { failure, text, step, is_host_restored, place } => {
                task.report = TaskReport {
                    step: step.or(task.report.step),
                    failure: Some(*failure),
                    is_host_restored: Some(*is_host_restored),
                    place: Some(*place),
                    ..task.report.clone()
                };
                let why = short(text).unwrap_or_else(|| failure.as_str().replace('_', " "));
                if was_called_off {
                    task.end(TaskState::Cancelled, now);
                    task.reason = Some("called off".to_owned());
                    return "called off".to_owned();
                }
                if is_worth_another_try(*failure, *place) && task.deadline_at > now {
                    let options = &self.options().agents;
                    let wait = TimeDelta::from_std(options.retry_wait).unwrap_or(TimeDelta::seconds(10));
                    task.take_back(&why, now, wait, options.most_attempts);
                } else {
                    task.end(TaskState::Failed, now);
                    task.reason = Some(why.clone());
                }
                why
            }
        }
    }

    /// Calls a task off.
    pub(super) async fn task_call_off(&self, actor: &Actor, id: AgentTaskId) -> Result<(), Error> {
        let changed = self
            .task_write(id, |task, now| {
                match task.state {
                    TaskState::Waiting => task.end(TaskState::Cancelled, now),
                    TaskState::Given | TaskState::Running => task.state = TaskState::Cancelling,
                    // What is in the network stays there, and what has ended has ended.
                    TaskState::Cancelling
                    | TaskState::HandingOver
                    | TaskState::Applying
                    | TaskState::Done
                    | TaskState::Failed
                    | TaskState::Cancelled => return None,
                }
                task.reason = Some(format!("called off by {actor}"));
                Some(self.task_event(actor, task, "called off"))
            })
            .await?;
        if let Some(task) = changed
            && task.state == TaskState::Cancelling
            && let Some(agent) = task.agent_id
        {
            self.agent_cancel(agent, task.id, task.fence, "called off");
        }
        Ok(())
    }

    /// What is told of a task: only of those that bring a device into a network.
    pub(super) fn task_event(&self, actor: &Actor, task: &AgentTask, action: &str) -> Vec<NewEvent> {
        let (Some(id), TaskWork::Provision(_)) = (task.provisioning_id, &task.work) else { return Vec::new() };
        let event = FleetEvent::ProvisioningChanged { id, device: task.subject(), action: action.to_owned() };
        vec![match task.mac {
            Some(mac) => NewEvent::of_device(self.now(), actor, mac, event),
            None => NewEvent::new(self.now(), actor, event),
        }]
    }
}

/// Whether it may go better another time, or with another agent.
fn is_worth_another_try(failure: TaskFailure, place: DevicePlace) -> bool {
    match failure {
        TaskFailure::Unsupported
        | TaskFailure::Radio
        | TaskFailure::NoAccessPoint
        | TaskFailure::TimedOut
        | TaskFailure::Interrupted => place != DevicePlace::Unknown,
        TaskFailure::Device | TaskFailure::Internal => place == DevicePlace::AccessPoint,
        TaskFailure::AccessPointPassword
        | TaskFailure::WrongDevice
        | TaskFailure::DevicePassword
        | TaskFailure::Network
        | TaskFailure::NotFound
        | TaskFailure::WindowClosed
        | TaskFailure::Cancelled => false,
    }
}

fn short(text: &str) -> Option<String> {
    let text: String = text.trim().chars().filter(|c| !c.is_control()).take(MAX_TEXT).collect();
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn w24_a_wrong_password_is_not_tried_again_and_a_busy_radio_is() {
        assert!(!is_worth_another_try(TaskFailure::Network, DevicePlace::AccessPoint));
        assert!(!is_worth_another_try(TaskFailure::WrongDevice, DevicePlace::Untouched));
        assert!(is_worth_another_try(TaskFailure::Radio, DevicePlace::Untouched));
        assert!(is_worth_another_try(TaskFailure::Device, DevicePlace::AccessPoint));
        assert!(!is_worth_another_try(TaskFailure::TimedOut, DevicePlace::Unknown), "nobody knows where it is");
    }
}
