//! Removes what is old, once in its time.

use std::time::Duration;

use crate::Fleet;

/// Time between two looks whether it is due.
const LOOK: Duration = Duration::from_mins(10);

/// Within this time after the start the first look comes, so that managers which start together do not look together, and
/// a start has the database for itself.
const FIRST: Duration = Duration::from_mins(30);

pub(super) async fn run(fleet: Fleet) {
    let Some(interval) = fleet.options().sweep_interval else { return };
    let mut wait = first(fleet.ids().next_uuid().as_u128(), FIRST.min(interval));
    loop {
        tokio::select! {
            () = fleet.stop_token().cancelled() => return,
            () = tokio::time::sleep(wait) => {}
        }
        wait = LOOK.min(interval);
        // It looks for the end of the manager itself, between two transactions.
        if let Err(error) = fleet.sweep_turn(interval).await {
            tracing::warn!(error = error.chain(), "what is old could not be removed; it is tried again");
        }
    }
}

/// A moment within `most`, by the bits of an id that are left to chance.
fn first(id: u128, most: Duration) -> Duration {
    let chance = u32::try_from(id & u128::from(u32::MAX)).unwrap_or_default();
    most.mul_f64(f64::from(chance) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_look_is_somewhere_within_its_time() {
        let most = Duration::from_secs(100);
        assert_eq!((first(0, most), first(u128::MAX, most)), (Duration::ZERO, most));
        assert!((40..60).contains(&first(u128::from(u32::MAX / 2), most).as_secs()));
    }
}
