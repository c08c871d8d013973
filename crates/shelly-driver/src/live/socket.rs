//! Follows a device of Gen2 or later over a WebSocket, dialled by us or by the device.

use serde_json::Value;
use shelly_gen2_rpc::{
    Channel, DeviceInfo, Notifications, WebSocketChannel, WebSocketOptions,
    channel::{Arrival, accept},
};
use shelly_http::Endpoint;
use shelly_types::{Credentials, DeviceStatus, Identity, Mac, wire::Wire};
use tokio::io::{AsyncRead, AsyncWrite};

use crate::{Error, Follower, Options, Signal, device::same_device, gen2::status};

/// An open WebSocket to a device, and the memory that following it needs.
///
/// Dropping it closes the connection.
#[derive(Debug)]
pub struct Live {
    channel: WebSocketChannel,
    notifications: Notifications,
    follower: Follower,
    status: Option<DeviceStatus>,
}

/// A device that dialled us.
#[derive(Debug)]
pub struct Arrived {
    /// Who it is, confirmed by its own answer.
    pub identity: Identity,
    /// The connection.
    pub live: Live,
}

impl Live {
    /// Dials a device and makes sure that it is the one with this hardware address.
    ///
    /// # Errors
    /// When it cannot be reached, refuses us, or is another device.
    pub async fn dial(
        endpoint: &Endpoint,
        expected: Mac,
        credentials: Option<Credentials>,
        options: &Options,
    ) -> Result<Self, Error> {
        let socket = WebSocketOptions { credentials, limits: options.limits.clone(), ..WebSocketOptions::default() };
        let channel = WebSocketChannel::dial(endpoint, &socket, options.tls.as_ref())
            .await
            .map_err(failed("open a WebSocket"))?;
        let answer = channel.who().await.map_err(failed("ask who it is"))?;
        let info = DeviceInfo::from_json(answer).unwrap_or_default();
        same_device(endpoint, expected, &identity(&info, endpoint)?)?;
        let (answer, notifications) = channel.subscribe().await.map_err(failed("listen to it"))?;
        Ok(Self::new(channel, notifications, answer))
    }

    /// Takes in a device that dialled us, if `admit` agrees to the path and query that it asks for.
    ///
    /// # Errors
    /// When it is not a device, is not admitted, or does not say who it is.
    pub async fn accept<S>(
        stream: S,
        peer: Endpoint,
        options: &Options,
        admit: impl FnOnce(&str) -> bool + Unpin,
    ) -> Result<Arrived, Error>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let socket = WebSocketOptions { limits: options.limits.clone(), ..WebSocketOptions::default() };
        let arrival = accept(stream, peer.clone(), &socket, |upgrade| admit(upgrade.path_and_query)).await;
        let Arrival { channel, notifications, info, .. } = arrival.map_err(failed("take in a device"))?;
        let identity = identity(&info, &peer)?;
        let answer = channel.call("Shelly.GetStatus", None).await.map_err(failed("read the status"))?;
        Ok(Arrived { identity, live: Self::new(channel, notifications, answer) })
    }

    fn new(channel: WebSocketChannel, notifications: Notifications, answer: Value) -> Self {
        let follower = Follower::new(&answer);
        Self { channel, notifications, follower, status: reading(answer) }
    }

    /// The whole status that was read last, once. Components that are added at run time are not in it.
    pub fn take_status(&mut self) -> Option<DeviceStatus> {
        self.status.take()
    }

    /// Reads the whole status again.
    ///
    /// # Errors
    /// When the connection has ended or the device does not answer.
    pub async fn read_again(&mut self) -> Result<(), Error> {
        let answer = self.channel.call("Shelly.GetStatus", None).await.map_err(failed("read the status"))?;
        self.follower = Follower::new(&answer);
        self.status = reading(answer);
        Ok(())
    }

    /// What the device tells next; none when the connection has ended.
    pub async fn next(&mut self) -> Option<Vec<Signal>> {
        let news = self.notifications.next().await?;
        Some(self.follower.take(news))
    }
}

fn identity(info: &DeviceInfo, endpoint: &Endpoint) -> Result<Identity, Error> {
    let method = "Shelly.GetDeviceInfo".to_owned();
    let not_gen2 = |source| shelly_gen2_rpc::Error::NotGen2 { endpoint: endpoint.clone(), method, source };
    info.identity().map_err(not_gen2).map_err(failed("ask who it is"))
}

fn reading(answer: Value) -> Option<DeviceStatus> {
    shelly_gen2_rpc::DeviceStatus::from_json(answer).ok().map(|document| status(&document))
}

/// Names what was attempted.
fn failed(attempt: &'static str) -> impl FnOnce(shelly_gen2_rpc::Error) -> Error {
    move |source| Error::rpc(attempt, source)
}
