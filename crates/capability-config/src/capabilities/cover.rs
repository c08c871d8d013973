//! Rollers and blinds.

use super::{prelude::*, schedule::Timetable};

block! {
    /// Roller or blind.
    pub struct Cover {
        /// Name shown to people.
        name: String = text(64).nullable(),
        /// What the inputs do: one button, one for each direction, nothing.
        in_mode: String = choice(&["single", "dual", "detached"]).both().risk(Risk::Load),
        /// Ignore the inputs.
        in_locked: bool = flag().since(1, 6, 0),
        /// What it does when power returns.
        initial_state: String = choice(&["open", "closed", "stopped"]).both().risk(Risk::Load),
        /// Greatest power; null for the greatest of the model.
        power_limit: f64 = number().min(0.0).unit(Unit::Watts).nullable().risk(Risk::Load),
        /// Greatest voltage; null for the default.
        voltage_limit: f64 = number().min(0.0).unit(Unit::Volts).nullable().risk(Risk::Load),
        /// Least voltage; 0 for none.
        undervoltage_limit: f64 = number().min(0.0).unit(Unit::Volts).nullable().risk(Risk::Load),
        /// Greatest current; null for the default.
        current_limit: f64 = number().min(0.0).unit(Unit::Amperes).nullable().risk(Risk::Load),
        /// How the end of a movement is found.
        motor: CoverMotor,
        /// Greatest time to open.
        maxtime_open: f64 = number().range(0.1, 300.0).unit(Unit::Seconds).both().risk(Risk::Load),
        /// Greatest time to close.
        maxtime_close: f64 = number().range(0.1, 300.0).unit(Unit::Seconds).both().risk(Risk::Load),
        /// Swap the two inputs.
        swap_inputs: bool = flag().both().risk(Risk::Load),
        /// Swap the directions of the motor.
        invert_directions: bool = flag().both().restart(AsToldByDevice).risk(Risk::Load),
        /// Do not move at all.
        maintenance_mode: bool = flag().since(1, 6, 0).risk(Risk::Load),
        /// What happens when something is in the way.
        obstruction_detection: CoverObstruction,
        /// What the safety switch does.
        safety_switch: CoverSafety,
        /// Slats.
        slat: CoverSlat,
        /// Go to positions; writing false forgets the calibration.
        positioning: bool = flag().gen1().read_only(),
        /// Weekly timetable.
        schedule: Timetable,
    }

    /// How the end of a movement is found.
    pub struct CoverMotor {
        /// Power below which the motor stands still.
        idle_power_thr: f64 = number().range(0.0, 50.0).unit(Unit::Watts).both().risk(Risk::Load),
        /// Time for which it must stand still. 0.25 to 2 on Gen2 and later.
        idle_confirm_period: f64 = number().range(0.0, 10.0).unit(Unit::Seconds).both().risk(Risk::Load),
    }

    /// What happens when something is in the way.
    pub struct CoverObstruction {
        /// Look for it.
        enable: bool = flag().both().risk(Risk::Load),
        /// In which direction.
        direction: String = choice(&["open", "close", "both"]).both().risk(Risk::Load),
        /// What to do.
        action: String = choice(&["stop", "reverse"]).both().risk(Risk::Load),
        /// Power from which something is in the way.
        power_thr: f64 = number().min(0.0).unit(Unit::Watts).both().risk(Risk::Load),
        /// Time after the start for which power does not count.
        holdoff: f64 = number().range(0.0, 300.0).unit(Unit::Seconds).both().risk(Risk::Load),
    }

    /// What the safety switch does.
    pub struct CoverSafety {
        /// Heed it.
        enable: bool = flag().both().risk(Risk::Load),
        /// In which direction.
        direction: String = choice(&["open", "close", "both"]).both().risk(Risk::Load),
        /// What to do.
        action: String = choice(&["stop", "reverse", "pause"]).both().risk(Risk::Load),
        /// Movement allowed while it is active; null for none. `open`, `close` and `all` exist on Gen1 only.
        allowed_move: String = choice(&["reverse", "open", "close", "all"]).nullable().both().risk(Risk::Load),
    }

    /// Slats.
    pub struct CoverSlat {
        /// Control them.
        enable: bool = flag().since(1, 4, 99),
        /// Time to open them.
        open_time: f64 = number().range(0.5, 30.0).unit(Unit::Seconds).since(1, 4, 99),
        /// Time to close them.
        close_time: f64 = number().range(0.5, 30.0).unit(Unit::Seconds).since(1, 4, 99),
        /// Step of a push of the button.
        step: f64 = number().range(1.0, 100.0).unit(Unit::Percent).since(1, 4, 99),
        /// Keep their position when the cover moves.
        retain_pos: bool = flag().since(1, 4, 99),
        /// Take small steps exactly.
        precise_ctl: bool = flag().since(1, 4, 99),
    }

}
