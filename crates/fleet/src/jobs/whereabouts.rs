//! Looks for a device that moves: where it is to be, and where it was.

use std::time::Duration;

use shelly_types::ComponentStatus;
use sync_engine::{Moves, Observed, Target};
use tokio::time::{Instant, sleep};

use super::network::{Mover, ROOM, is_hidden, is_there};
use crate::{Error, connect::endpoint, lanes::Turn};

/// Shortest and longest pause between two looks for a device that moves.
const PAUSE: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(5));

/// How often a device is seen where it was before it is taken to stay there.
const SEEN: u32 = 5;

/// Where a device turned up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whereabouts {
    There,
    Back,
    Nowhere,
}

/// A device that answered.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// The network it says that it is in, if it says so.
    ssid: Option<String>,
}

impl Mover<'_> {
    /// Waits until the device is in a network or at an address, or has been away and is where it was.
    pub(super) async fn wait_for(
        &self,
        turn: &mut Turn,
        wanted: Option<&str>,
        former: Option<&str>,
        is_return: bool,
    ) -> Result<Whereabouts, Error> {
        let mut limit = self.fleet.options().move_limit;
        let pause = (limit / 50).clamp(PAUSE.0, PAUSE.1);
        if self.kind == Moves::Address && !is_return {
            // Until then it has gone back by itself, if it can.
            limit = limit.max(self.until_back()) + ROOM;
        }
        let began = Instant::now();
        let (mut was_away, mut seen) = (false, 0);
        loop {
            sleep(pause).await;
            let is_over = began.elapsed() >= limit;
            let Some(Seen { ssid }) = self.look(turn).await? else {
                was_away = true;
                if is_over {
                    return Ok(Whereabouts::Nowhere);
                }
                self.fleet.search(pause * 4).await?;
                continue;
            };
            seen += 1;
            // Where it was and where it is to be look alike: it has left and come back, or stays.
            let is_settled = wanted != former || was_away || seen >= SEEN;
            let is_at = match (self.kind, self.address()) {
                (Moves::Address, Some(address)) if !is_return => {
                    let record = self.fleet.device_record(self.mac).await?;
                    endpoint(&record.endpoint)?.host() == address
                }
                _ => ssid.as_deref() == wanted && is_settled,
            };
            if is_at {
                return Ok(Whereabouts::There);
            }
            let is_where_it_was = ssid.as_deref() == former || self.kind == Moves::Address;
            let has_been_away = was_away && ssid.is_some() && is_where_it_was;
            if is_over || has_been_away || (!is_return && seen % SEEN == 0 && self.is_undone(turn).await?) {
                return Ok(Whereabouts::Back);
            }
        }
    }

    /// Whether what the device shows of the move is as it should be.
    pub(super) fn is_written(&self, observed: &Observed) -> bool {
        let shown = self.cut.there.changes.iter().filter(|change| observed.get(&change.path).is_some());
        shown.filter(|change| !is_hidden(&change.after)).all(|change| is_there(change, observed))
    }

    /// Whether a device that was to get another address has gone back by itself between two looks, or never took it.
    async fn is_undone(&self, turn: &mut Turn) -> Result<bool, Error> {
        if self.kind != Moves::Address {
            return Ok(false);
        }
        let record = self.fleet.device_record(self.mac).await?;
        let Ok(device) = self.fleet.connected(turn, &record).await else { return Ok(false) };
        Ok(device.observe().await.is_ok_and(|observed| !self.is_written(&observed)))
    }

    /// The network in which the device answers now, if it answers: where it was last seen, or where it is to be.
    pub(super) async fn look(&self, turn: &mut Turn) -> Result<Option<Seen>, Error> {
        let record = self.fleet.device_record(self.mac).await?;
        let known = endpoint(&record.endpoint)?;
        let driver = &self.fleet.options().driver;
        let planned = self.address().map(|host| shelly_http::Endpoint::new(host, known.port()));
        for place in [Some(known), planned].into_iter().flatten() {
            let Ok(found) = driver.probe(&place).await else { continue };
            if found.identity.mac != self.mac {
                continue;
            }
            self.fleet.device_moved(self.mac, &found.endpoint.to_string()).await?;
            let record = self.fleet.device_record(self.mac).await?;
            turn.device = None;
            let Ok(device) = self.fleet.connected(turn, &record).await else { return Ok(Some(Seen::default())) };
            let Ok(status) = device.status().await else { return Ok(Some(Seen::default())) };
            let ssid = status.components.into_values().find_map(|component| match component {
                ComponentStatus::Wifi(wifi) => wifi.ssid,
                _ => None,
            });
            return Ok(Some(Seen { ssid }));
        }
        Ok(None)
    }
}
