//! Lets a few requests through to a device at a time, and a person before the background.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::oneshot;

/// For whom something is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Urgency {
    /// Somebody waits for it: it goes before everything that waits, and so waits for one request at most.
    Person,
    /// A poll or a plan.
    #[default]
    Background,
}

/// The gate before one device.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    inside: usize,
    people: VecDeque<oneshot::Sender<()>>,
    background: VecDeque<oneshot::Sender<()>>,
}

/// The right to have one request on its way. Dropping it lets the next through.
#[derive(Debug)]
pub(crate) struct Pass(Arc<Gate>);

/// Somebody who waits. When it is given up after the pass was handed over, the pass goes on to the next.
struct Waiter {
    gate: Arc<Gate>,
    turn: oneshot::Receiver<()>,
}

impl Gate {
    /// Waits until fewer than `width` requests are on their way and nobody is first. Safe to cancel.
    pub(crate) async fn enter(self: &Arc<Self>, width: usize, urgency: Urgency) -> Pass {
        let mut waiter = {
            let mut state = self.state();
            let nobody_waits = state.people.is_empty() && state.background.is_empty();
            if state.inside < width.max(1) && (nobody_waits || urgency == Urgency::Person && state.people.is_empty()) {
                state.inside += 1;
                return Pass(Arc::clone(self));
            }
            let (hand_over, turn) = oneshot::channel();
            match urgency {
                Urgency::Person => state.people.push_back(hand_over),
                Urgency::Background => state.background.push_back(hand_over),
            }
            Waiter { gate: Arc::clone(self), turn }
        };
        // The sender is dropped only together with the gate, which this waiter holds.
        let _ = (&mut waiter.turn).await;
        Pass(Arc::clone(self))
    }

    /// Hands a pass to the next who still waits.
    fn leave(&self) {
        let mut state = self.state();
        while let Some(next) = state.people.pop_front().or_else(|| state.background.pop_front()) {
            if next.send(()).is_ok() {
                return;
            }
        }
        state.inside = state.inside.saturating_sub(1);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        self.0.leave();
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        self.turn.close();
        if self.turn.try_recv().is_ok() {
            self.gate.leave();
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::{FutureExt, future::poll_immediate};

    use super::*;

    /// C1: at most so many are inside, and a person is next.
    #[tokio::test]
    async fn a_person_is_next() {
        let gate = Arc::new(Gate::default());
        let enter = |urgency| {
            Box::pin({
                let gate = Arc::clone(&gate);
                async move { gate.enter(1, urgency).await }
            })
        };
        let inside = enter(Urgency::Background).await;
        let (mut first, mut second) = (enter(Urgency::Background), enter(Urgency::Background));
        let mut person = enter(Urgency::Person);
        for waiting in [&mut first, &mut second, &mut person] {
            assert!(poll_immediate(waiting).await.is_none());
        }
        drop(inside);
        assert!(poll_immediate(&mut first).await.is_none());
        let pass = person.await;
        assert!(poll_immediate(&mut first).await.is_none());
        drop(pass);
        let pass = first.await;
        assert!(poll_immediate(&mut second).await.is_none());
        drop(pass);
        drop(second.await);
        assert_eq!(gate.state().inside, 0);
    }

    #[tokio::test]
    async fn who_gives_up_loses_no_pass() {
        let gate = Arc::new(Gate::default());
        let inside = gate.enter(1, Urgency::Background).await;
        let mut gives_up = Box::pin(gate.enter(1, Urgency::Background));
        let mut goes_early = Box::pin(gate.enter(1, Urgency::Background));
        assert!(poll_immediate(&mut gives_up).await.is_none());
        assert!(poll_immediate(&mut goes_early).await.is_none());
        drop(goes_early);
        drop(inside);
        // It has been handed the pass and never looks at it.
        drop(gives_up);
        assert_eq!(gate.state().inside, 0);
        assert!(gate.enter(1, Urgency::Background).now_or_never().is_some());
    }

    #[tokio::test]
    async fn three_go_side_by_side() {
        let gate = Arc::new(Gate::default());
        let passes = [gate.enter(3, Urgency::Background).await, gate.enter(3, Urgency::Person).await];
        let third = gate.enter(3, Urgency::Background).await;
        assert!(gate.enter(3, Urgency::Person).now_or_never().is_none());
        drop(third);
        assert!(gate.enter(3, Urgency::Person).now_or_never().is_some());
        drop(passes);
    }
}
