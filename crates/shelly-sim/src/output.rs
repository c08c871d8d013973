//! Plays the physical side of an output: state, timers, load and energy.

use std::time::Duration;

use tokio::time::Instant;

/// Turns of an output that wait to be looked at; with more, the oldest are forgotten.
const TURNS: usize = 8;

/// What an output drives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OutputKind {
    Switch,
    Light,
    Rgb,
    Rgbw,
    Cct,
    /// Colours and tunable white.
    Rgbcct,
    Cover,
}

impl OutputKind {
    /// Reads the kind of a component.
    pub(crate) fn of(kind: &str) -> Option<Self> {
        Some(match kind {
            "switch" => Self::Switch,
            "light" => Self::Light,
            "rgb" => Self::Rgb,
            "rgbw" => Self::Rgbw,
            "cct" => Self::Cct,
            "rgbcct" => Self::Rgbcct,
            "cover" => Self::Cover,
            _ => return None,
        })
    }

    /// The kind in the words of component keys.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Switch => "switch",
            Self::Light => "light",
            Self::Rgb => "rgb",
            Self::Rgbw => "rgbw",
            Self::Cct => "cct",
            Self::Rgbcct => "rgbcct",
            Self::Cover => "cover",
        }
    }
}

/// Which way a cover moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Motion {
    Opening,
    Closing,
}

/// What an output does when power returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PowerOn {
    Off,
    On,
    Keep,
}

/// One output and the load behind it.
#[derive(Debug, Clone)]
pub(crate) struct Output {
    pub(crate) kind: OutputKind,
    pub(crate) id: u32,
    pub(crate) on: bool,
    /// Who changed it last, in the words of the generation.
    pub(crate) source: &'static str,
    /// A person or program changed it since the start of the simulation.
    pub(crate) touched: bool,
    /// When it flips back: start and length.
    pub(crate) timer: Option<(Instant, Duration)>,
    /// Percent.
    pub(crate) brightness: u8,
    pub(crate) rgb: [u8; 3],
    pub(crate) white: u8,
    /// Colour temperature in kelvin.
    pub(crate) ct: u16,
    pub(crate) effect: u8,
    /// Power when fully on, in watts.
    pub(crate) load_w: f32,
    /// Energy since the start of the simulation, in watt-seconds.
    pub(crate) energy_ws: f64,
    /// Seconds after which it flips by itself when switched on or off; from the configuration.
    pub(crate) auto_off: Option<f64>,
    pub(crate) auto_on: Option<f64>,
    pub(crate) power_on: PowerOn,
    /// Position of a cover in percent, 100 is open.
    pub(crate) position: f64,
    pub(crate) moving: Option<(Motion, f64)>,
    pub(crate) last_motion: Option<Motion>,
    /// Seconds a cover needs from end to end.
    pub(crate) travel_s: f64,
    /// What happened since somebody looked, in the words of webhooks: `on`, `opening`.
    pub(crate) turns: Vec<&'static str>,
    seen: Instant,
}

impl Output {
    pub(crate) fn new(kind: OutputKind, id: u32, load_w: f32, now: Instant) -> Self {
        Self {
            kind,
            id,
            on: false,
            source: "init",
            touched: false,
            timer: None,
            brightness: 50,
            rgb: [255, 180, 90],
            white: 0,
            ct: 3600,
            effect: 0,
            load_w,
            energy_ws: 0.0,
            auto_off: None,
            auto_on: None,
            power_on: PowerOn::Off,
            position: 40.0,
            moving: None,
            last_motion: None,
            travel_s: 20.0,
            turns: Vec::new(),
            seen: now,
        }
    }

    /// Power drawn now, in watts.
    pub(crate) fn power_w(&self) -> f64 {
        let full = f64::from(self.load_w);
        match self.kind {
            OutputKind::Cover => self.moving.map_or(0.0, |_| full),
            OutputKind::Switch if self.on => full,
            _ if self.on => full * f64::from(self.brightness) / 100.0,
            _ => 0.0,
        }
    }

    /// Switches, and starts the timers the configuration asks for.
    pub(crate) fn switch(&mut self, on: bool, source: &'static str, flip_after: Option<f64>, now: Instant) {
        self.advance(now);
        self.turn(on);
        self.source = source;
        self.touched = true;
        let automatic = if on { self.auto_off } else { self.auto_on };
        self.timer = flip_after.or(automatic).and_then(seconds).map(|length| (now, length));
    }

    /// Starts a cover towards a position.
    pub(crate) fn go(&mut self, target: f64, source: &'static str, now: Instant) {
        self.advance(now);
        self.source = source;
        self.touched = true;
        self.timer = None;
        let motion = if target >= self.position { Motion::Opening } else { Motion::Closing };
        if target == self.position {
            self.halt();
            return;
        }
        if self.moving.is_none_or(|(before, _)| before != motion) {
            self.note(if motion == Motion::Opening { "opening" } else { "closing" });
        }
        self.last_motion = Some(motion);
        self.moving = Some((motion, target));
    }

    /// Stops a cover.
    pub(crate) fn stop(&mut self, source: &'static str, now: Instant) {
        self.advance(now);
        self.source = source;
        self.touched = true;
        self.halt();
        self.timer = None;
    }

    /// Lets time pass up to `now`.
    pub(crate) fn advance(&mut self, now: Instant) {
        // Each turn handles one expired timer; an output with short auto_on and auto_off flips many times in between.
        for _ in 0..64 {
            let Some((start, length)) = self.timer.filter(|(start, length)| *start + *length <= now) else { break };
            self.pass(start + length);
            self.timer = None;
            if self.kind == OutputKind::Cover {
                self.halt();
                continue;
            }
            self.turn(!self.on);
            self.source = "timer";
            let automatic = if self.on { self.auto_off } else { self.auto_on };
            self.timer = automatic.and_then(seconds).map(|next| (start + length, next));
        }
        self.pass(now);
    }

    /// When it changes by itself next.
    pub(crate) fn next_event(&self, now: Instant) -> Option<Instant> {
        let timer = self.timer.map(|(start, length)| start + length);
        let arrival = self.moving.map(|(_, target)| {
            let seconds_left = (target - self.position).abs() / 100.0 * self.travel_s.max(0.1);
            now + seconds(seconds_left).unwrap_or_default() + Duration::from_millis(1)
        });
        timer.into_iter().chain(arrival).min()
    }

    /// Falls to the power-on state.
    pub(crate) fn power_up(&mut self, now: Instant) {
        self.advance(now);
        self.timer = None;
        self.moving = None;
        self.source = "init";
        match self.power_on {
            PowerOn::Off => self.turn(false),
            PowerOn::On => self.turn(true),
            PowerOn::Keep => {}
        }
        let automatic = if self.on { self.auto_off } else { self.auto_on };
        self.timer = automatic.and_then(seconds).map(|length| (now, length));
    }

    fn turn(&mut self, on: bool) {
        if std::mem::replace(&mut self.on, on) != on {
            self.note(if on { "on" } else { "off" });
        }
    }

    /// Ends the motion of a cover, if there is one.
    fn halt(&mut self) {
        if self.moving.take().is_some() {
            self.note("stopped");
        }
    }

    fn note(&mut self, turn: &'static str) {
        if self.turns.len() == TURNS {
            self.turns.remove(0);
        }
        self.turns.push(turn);
    }

    fn pass(&mut self, until: Instant) {
        let span = until.saturating_duration_since(self.seen).as_secs_f64();
        let Some((motion, target)) = self.moving else {
            self.energy_ws += self.power_w() * span;
            self.seen = self.seen.max(until);
            return;
        };
        let step = 100.0 * span / self.travel_s.max(0.1);
        let distance = (target - self.position).abs();
        let share = if step > 0.0 { (distance / step).min(1.0) } else { 0.0 };
        self.energy_ws += self.power_w() * span * share;
        if step >= distance {
            self.position = target;
            self.moving = None;
            self.note(match target {
                100.0 => "open",
                0.0 => "closed",
                _ => "stopped",
            });
        } else if motion == Motion::Opening {
            self.position += step;
        } else {
            self.position -= step;
        }
        self.seen = self.seen.max(until);
    }
}

fn seconds(value: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(value).ok().filter(|length| !length.is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timers_flip_and_energy_is_counted() {
        let start = Instant::now();
        let mut output = Output::new(OutputKind::Switch, 0, 60.0, start);
        output.auto_off = Some(30.0);
        output.switch(true, "http", None, start);
        output.advance(start + Duration::from_secs(20));
        assert!(output.on);
        output.advance(start + Duration::from_secs(90));
        assert!(!output.on && output.source == "timer");
        assert_eq!(output.turns, ["on", "off"]);
        output.switch(false, "http", None, start + Duration::from_secs(90));
        assert_eq!(output.turns.len(), 2, "it was off already");
        assert!((output.energy_ws - 1800.0).abs() < 1e-6, "30 s at 60 W");
    }

    #[test]
    fn covers_move_in_time() {
        let start = Instant::now();
        let mut cover = Output::new(OutputKind::Cover, 0, 100.0, start);
        cover.position = 0.0;
        cover.go(100.0, "http", start);
        cover.advance(start + Duration::from_secs(5));
        assert!((cover.position - 25.0).abs() < 1e-6);
        cover.advance(start + Duration::from_mins(1));
        assert!(cover.position == 100.0 && cover.moving.is_none());
        assert!((cover.energy_ws - 2000.0).abs() < 1e-6, "20 s at 100 W");
        cover.go(50.0, "http", start + Duration::from_mins(1));
        cover.stop("http", start + Duration::from_secs(61));
        assert_eq!(cover.turns, ["opening", "open", "closing", "stopped"]);
    }
}
