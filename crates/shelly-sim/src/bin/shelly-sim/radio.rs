//! Has a command play the radio of each device: wishes go to its input as lines, news come from its output as lines.
//!
//! ```text
//! to the command                        from the command
//! access-point NAME   it is to be open  joined ADDRESS NAME   the device is in this network, with this address
//! key KEY             of the one above  left                  it is in none
//! network NAME        to be joined; the preferred one first
//! .                   that is all of it: what is not named is not wished any more
//! ```

use std::{fmt::Write, process::Stdio, time::Duration};

use shelly_sim::{RadioJoined, RadioWish, SimFleet, SimHandle, WishedNetwork};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
    task::JoinSet,
    time::interval,
};

/// How often a device is asked whether it wants something else.
const LOOK: Duration = Duration::from_millis(50);

/// Starts the command for each device. When the set is dropped its input ends, by which it has to end too.
pub(crate) fn start(fleet: &SimFleet, command: &str) -> Result<JoinSet<()>, String> {
    let mut radios = JoinSet::new();
    for device in fleet.devices() {
        let mut child = Command::new("sh")
            .args(["-c", command])
            .env("SHELLY_ID", device.id())
            .env("SHELLY_GEN", device.generation().0.to_string())
            .env("SHELLY_MAC", device.mac().to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("start `{command}`: {error}"))?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(format!("talk to `{command}`"));
        };
        radios.spawn(play(device.clone(), child, input, BufReader::new(output).lines()));
    }
    Ok(radios)
}

/// Carries wishes and news until the command ends.
async fn play(device: SimHandle, mut child: Child, mut input: ChildStdin, mut output: Lines<BufReader<ChildStdout>>) {
    let mut told = None;
    let mut look = interval(LOOK);
    loop {
        tokio::select! {
            line = output.next_line() => match line {
                Ok(Some(line)) => hear(&device, &line),
                _ => break,
            },
            _ = look.tick() => {
                let wish = device.radio_wish();
                if told.as_ref() != Some(&wish) {
                    if input.write_all(lines(&wish).as_bytes()).await.is_err() {
                        break;
                    }
                    told = Some(wish);
                }
            }
        }
    }
    device.radio_joined(None);
    let status = child.wait().await.map_or_else(|error| error.to_string(), |status| status.to_string());
    complain(&device, &format!("its radio has ended: {status}"));
}

fn hear(device: &SimHandle, line: &str) {
    match joined(line) {
        Some(joined) => device.radio_joined(Some(joined)),
        None if line == "left" => device.radio_joined(None),
        None => {
            complain(device, &format!("its radio says `{line}`, which is neither `joined ADDRESS NAME` nor `left`"));
        }
    }
}

/// The network that a line of the command tells of.
fn joined(line: &str) -> Option<RadioJoined> {
    let (address, ssid) = line.strip_prefix("joined ")?.split_once(' ')?;
    Some(RadioJoined { ssid: ssid.to_owned(), address: address.parse().ok()? })
}

/// A wish as lines. A name or key with a line break is left out: nobody types one.
fn lines(wish: &RadioWish) -> String {
    let mut text = String::new();
    let mut add = |word: &str, network: &WishedNetwork| {
        let key = network.key.as_deref();
        if [Some(network.ssid.as_str()), key].into_iter().flatten().any(|part| part.contains('\n')) {
            return;
        }
        let _ = writeln!(text, "{word} {}", network.ssid);
        if let Some(key) = key {
            let _ = writeln!(text, "key {key}");
        }
    };
    wish.access_point.iter().for_each(|network| add("access-point", network));
    wish.networks.iter().for_each(|network| add("network", network));
    text.push_str(".\n");
    text
}

fn complain(device: &SimHandle, what: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "shelly-sim: {}: {what}", device.id());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wishes_are_lines_and_news_are_read() {
        let network = |ssid: &str, key: Option<&str>| WishedNetwork { ssid: ssid.into(), key: key.map(str::to_owned) };
        let wish = RadioWish {
            access_point: Some(network("ShellyPlus1-A8032AB12345", None)),
            networks: vec![network("home iot", Some("correct horse ")), network("a\nb", None), network("spare", None)],
        };
        let text = "access-point ShellyPlus1-A8032AB12345\nnetwork home iot\nkey correct horse \nnetwork spare\n.\n";
        assert_eq!(lines(&wish), text);
        assert_eq!(lines(&RadioWish::default()), ".\n");
        let there = RadioJoined { ssid: "home iot".into(), address: "10.0.0.7".parse().unwrap() };
        assert_eq!(joined("joined 10.0.0.7 home iot"), Some(there));
        assert_eq!((joined("joined home"), joined("")), (None, None));
    }
}
