//! W15 and W17: heartbeats of 1,000 agents that one manager carries, and the memory of the agent program.

use std::{
    net::TcpListener,
    path::Path,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use agent_proto::{
    PROTOCOL_MAX, PROTOCOL_MIN,
    v1::{AgentMessage, Heartbeat, Hello, agent_client::AgentClient, agent_message::Body},
};
use anyhow::{Context, Result};
use futures::{StreamExt, stream};
use http::Method;
use provisioner::{
    Clock, SystemClock,
    link::{Applicant, Credentials, Dial, Enrolled, enroll},
};
use secrets::Secret;
use serde_json::{Value, json};
use tokio::{sync::mpsc, task::JoinSet};

use super::{Effort, mebibytes};
use crate::{
    cost::{cpu_of_process, memory_of_process},
    manager::{self, Manager, create_token},
    program::Program,
    table::{Bar, Row},
};

/// Agents, and how often each beats.
const AGENTS: u32 = 1000;
const BEAT: Duration = Duration::from_secs(5);

/// CPU of the manager for that, in percent of a core at most.
const SHARE: f64 = 5.0;

/// Memory of the agent program in MiB at most.
const AGENT_MIB: f64 = 15.0;

/// How long the agent program runs before it is looked at: it has looked at its networks once then, which takes 20 s.
const SETTLED: Duration = Duration::from_secs(25);

/// Agents that enrol and connect at the same time.
const COMING: usize = 16;

pub(super) async fn measure(effort: Effort, rows: &mut Vec<Row>) -> Result<()> {
    let data = tempfile::tempdir()?;
    let token = create_token(data.path())?;
    // Free a moment ago.
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let address = format!("127.0.0.1:{port}");
    let manager = Manager::start(data.path(), &token, &["--agents-listen", &address]).await?;
    let count = effort.devices.unwrap_or(AGENTS).min(AGENTS);
    let code = code(&manager, count).await?;
    let empty = memory_of_process(manager.pid())?.resident;
    let fleet = Fleet::connect(&address, &code, count).await?;
    let span = if effort.is_quick { BEAT * 4 } else { BEAT * 12 };
    // The first beats of all have come.
    tokio::time::sleep(BEAT).await;
    let (cpu, beats, began) = (cpu_of_process(manager.pid())?, fleet.beats(), Instant::now());
    tokio::time::sleep(span).await;
    let (used, took) = (cpu_of_process(manager.pid())?.saturating_sub(cpu), began.elapsed());
    let per_second = (fleet.beats() - beats) as f64 / took.as_secs_f64();
    let work = format!("{count} agents that beat every {} s, CPU of the manager", BEAT.as_secs());
    let share = used.as_secs_f64() / took.as_secs_f64() * 100.0;
    rows.push(
        Row::new("W15", work, share, "%")
            .bar(Bar::AtMost(SHARE))
            .note(format!("{per_second:.0} heartbeats/s acknowledged, {:.0} µs each", share * 1e4 / per_second)),
    );
    let each = memory_of_process(manager.pid())?.resident.saturating_sub(empty);
    rows.push(Row::new("W15", "memory of each connected agent", each as f64 / 1024.0 / f64::from(count), "KiB"));
    drop(fleet);
    rows.push(agent_program(&manager, &address).await?);
    manager.stop()
}

/// A code for so many agents, and the fingerprint that goes with it.
async fn code(manager: &Manager, uses: u32) -> Result<Value> {
    let request = json!({ "label": "bench", "uses": uses });
    manager.api().await?.send_json(Method::POST, "/agents/codes", &request).await
}

/// Agents that are connected and beat, until this is dropped.
struct Fleet {
    beating: JoinSet<Result<()>>,
    acknowledged: Arc<AtomicU64>,
}

impl Fleet {
    async fn connect(address: &str, code: &Value, count: u32) -> Result<Self> {
        let mut fleet = Self { beating: JoinSet::new(), acknowledged: Arc::default() };
        let enrolled = stream::iter(0..count).map(|number| enrolled(address, code, number));
        let mut enrolled = enrolled.buffer_unordered(COMING);
        let mut number = 0;
        while let Some(credentials) = enrolled.next().await {
            let first = BEAT * number / count;
            number += 1;
            fleet.beating.spawn(beat(credentials?, first, Arc::clone(&fleet.acknowledged)));
        }
        Ok(fleet)
    }

    fn beats(&self) -> u64 {
        self.acknowledged.load(Ordering::Relaxed)
    }
}

async fn enrolled(address: &str, code: &Value, number: u32) -> Result<Credentials> {
    let text = |name: &str| code[name].as_str().with_context(|| format!("a code without {name}"));
    let who = Applicant {
        manager: address.to_owned(),
        fingerprint: text("fingerprint")?.to_owned(),
        name: format!("agent {number}"),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    Ok(enroll(&who, &Secret::from(text("code")?), SystemClock.now()).await?)
}

/// One agent: says hello, then beats, the first time after `first`.
async fn beat(credentials: Credentials, first: Duration, acknowledged: Arc<AtomicU64>) -> Result<()> {
    let dial = Enrolled::new(credentials, std::env::temp_dir(), Arc::new(SystemClock));
    let (out, messages) = mpsc::channel(4);
    let messages = stream::unfold(messages, |mut messages: mpsc::Receiver<AgentMessage>| async {
        messages.recv().await.map(|message| (message, messages))
    });
    let hello = Hello {
        protocol_min: PROTOCOL_MIN,
        protocol_max: PROTOCOL_MAX,
        epoch: "bench".to_owned(),
        host: "bench".to_owned(),
        ..Hello::default()
    };
    out.send(AgentMessage { seq: 0, ack: 0, body: Some(Body::Hello(hello)) }).await?;
    let mut down = AgentClient::new(dial.dial().await?).session(messages).await?.into_inner();
    let mut beats = tokio::time::interval_at(tokio::time::Instant::now() + first, BEAT);
    let (mut seq, mut heard, mut taken) = (0, 0, 0);
    loop {
        tokio::select! {
            message = down.message() => {
                let message = message?.context("the manager ended a session")?;
                heard = message.seq;
                acknowledged.fetch_add(message.ack.saturating_sub(taken), Ordering::Relaxed);
                taken = taken.max(message.ack);
            }
            _ = beats.tick() => {
                seq += 1;
                let body = Some(Body::Heartbeat(Heartbeat::default()));
                out.send(AgentMessage { seq, ack: heard, body }).await?;
            }
        }
    }
}

/// The agent program, on a host without a radio, after it has looked at its networks once.
async fn agent_program(manager: &Manager, address: &str) -> Result<Row> {
    let program = manager::program()?.with_file_name("shelly-provisioner");
    let state = tempfile::tempdir()?;
    let code = code(manager, 1).await?;
    let code_file = state.path().join("code");
    std::fs::write(&code_file, code["code"].as_str().unwrap_or_default())?;
    let fingerprint = code["fingerprint"].as_str().unwrap_or_default();
    let of = |command: &str, state: &Path| {
        let mut of = Command::new(&program);
        of.arg(command).arg("--state").arg(state);
        of
    };
    let mut enroll = of("enroll", state.path());
    enroll.args(["--manager", address, "--fingerprint", fingerprint, "--code-file"]).arg(&code_file);
    let said = enroll.output().with_context(|| format!("start {}", program.display()))?;
    anyhow::ensure!(said.status.success(), "enrol the agent: {}", String::from_utf8_lossy(&said.stderr));
    let mut run = of("run", state.path());
    // What it listens to and asks is this host alone.
    run.args(["--backend", "none", "--lan", "127.0.0.1:9"]);
    let agent = Program::start("the agent", &mut run)?;
    let mut api = manager.api().await?;
    api.wait("/agents", |agents| {
        agents.as_array().is_some_and(|all| all.iter().any(|one| one["abilities"] != json!([])))
    })
    .await?;
    tokio::time::sleep(SETTLED).await;
    let memory = memory_of_process(agent.pid())?;
    agent.stop()?;
    Ok(Row::new("W15", "memory of the agent program", mebibytes(memory.resident), "MiB")
        .bar(Bar::AtMost(AGENT_MIB))
        .note(format!("of it its own {:.1} MiB; most so far {:.1} MiB", mebibytes(memory.own), mebibytes(memory.peak))))
}
