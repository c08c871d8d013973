//! Plays the stories in `stories/*.toml` and compares what is told with the `.out` beside each.
//!
//! `UPDATE=1 cargo test -p sync-engine` writes the answers anew.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::Path,
};

use capability_config::{Risk, SecretText, SettingPath, SettingSelector, SettingValue, Settings};
use chrono::{DateTime, TimeDelta};
use serde::Deserialize;
use shelly_types::ComponentKey;
use sync_engine::{
    ApplyOptions, ApplyReport, Cause, Difference, Drift, Drifted, DriftedSetting, ErrorClass, Handled, Layer, Leniency,
    Memory, NoJournal, Observed, Plan, PlanOptions, RepairMode, RepairPolicy, Resolution, RestartPolicy, Scope,
    ScriptMemory, Transfer, TransferOptions, UndoOf, apply, diff, judge, plan, render, resolve, secret_digest,
    transfer, undo,
};

use crate::fake::{Fake, Memory as KeptJournal, Stuck, Temper, digest, mac, run};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Story {
    about: String,
    device: Device,
    /// The device whose place it takes: the wish is to be like that one.
    former: Option<Former>,
    #[serde(default)]
    layer: Vec<StoryLayer>,
    /// Secrets that the device is known to have.
    #[serde(default)]
    proven: BTreeMap<SettingPath, String>,
    most_risk: Option<Risk>,
    #[serde(default)]
    take_over: bool,
    #[serde(default)]
    spend_memory: bool,
    #[serde(default)]
    restart: RestartPolicy,
    /// What somebody else changes between plan and apply.
    #[serde(default)]
    meanwhile: BTreeMap<SettingPath, toml::Value>,
    /// Differences that are let be.
    #[serde(default)]
    waived: BTreeSet<SettingPath>,
    /// The plan is undone at the end, by a device that behaves.
    undo: Option<When>,
    /// What somebody else changes between apply and undo.
    #[serde(default)]
    later: BTreeMap<SettingPath, toml::Value>,
    /// Nobody asks: a policy decides what is planned.
    repair: Option<Repair>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a word of a story")]
struct Repair {
    policy: RepairPolicy,
    /// Minutes for which the drift is known, by setting; of the others an hour.
    #[serde(default)]
    known: BTreeMap<SettingPath, i64>,
    /// Why settings differ, where it is not a change on the device.
    #[serde(default)]
    cause: BTreeMap<SettingPath, Cause>,
    #[serde(default)]
    critical: bool,
    #[serde(default)]
    away: bool,
    #[serde(default)]
    outside_window: bool,
    /// Minutes since policies repaired the device.
    #[serde(default)]
    repaired: Vec<i64>,
    /// Minutes since this policy repaired other devices.
    #[serde(default)]
    others: Vec<i64>,
    /// Somebody was asked already.
    #[serde(default)]
    asked: bool,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum When {
    Now,
    Earlier,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Device {
    generation: u8,
    firmware: String,
    #[serde(default)]
    components: Vec<ComponentKey>,
    settings: BTreeMap<SettingPath, toml::Value>,
    #[serde(default)]
    ignores: BTreeSet<SettingPath>,
    #[serde(default)]
    clamps: BTreeMap<SettingPath, toml::Value>,
    #[serde(default)]
    refuses: BTreeSet<SettingPath>,
    #[serde(default)]
    needs_restart: BTreeSet<SettingPath>,
    #[serde(default)]
    along: BTreeMap<SettingPath, BTreeMap<SettingPath, toml::Value>>,
    gone_after: Option<usize>,
    #[serde(default)]
    restart_required: bool,
    #[serde(default)]
    loses_answer: BTreeSet<usize>,
    #[serde(default)]
    misses: BTreeSet<usize>,
    #[serde(default)]
    deaf: bool,
    fails_with: Option<ErrorClass>,
    /// The manager is killed here, and another one goes on with its journal.
    killed_at: Option<Kill>,
    /// What it told last of its memory.
    memory: Option<StoryMemory>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoryMemory {
    size: Option<u64>,
    free: Option<u64>,
    least_free: Option<u64>,
    scripts_free: Option<u64>,
    /// Scripts that run: what they use, and the most that was.
    #[serde(default)]
    scripts: BTreeMap<ComponentKey, (u64, u64)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Former {
    generation: u8,
    firmware: String,
    #[serde(default)]
    components: Vec<ComponentKey>,
    settings: BTreeMap<SettingPath, toml::Value>,
    /// What it is called in its network.
    #[serde(default)]
    names: Vec<String>,
    /// Why its static address is left out.
    address_left: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Kill {
    operation: usize,
    done: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoryLayer {
    /// `fleet`, `location:NAME`, `group:NAME`, `profile:NAME` or `device`.
    scope: String,
    #[serde(default)]
    rank: u32,
    settings: BTreeMap<SettingSelector, toml::Value>,
}

/// TOML has no null: `{}` stands for it, `{ secret = "..." }` for a secret, `{ hidden = true }` for one not at hand.
fn value(value: &toml::Value) -> SettingValue {
    match value {
        toml::Value::Table(table) if table.is_empty() => SettingValue::Null,
        toml::Value::Table(table) => match table.get("secret").and_then(toml::Value::as_str) {
            Some(secret) => SettingValue::Secret(SecretText::new(secret)),
            None => SettingValue::Hidden,
        },
        plain => SettingValue::from_json(&serde_json::to_value(plain).unwrap()).unwrap(),
    }
}

fn settings(values: &BTreeMap<SettingPath, toml::Value>) -> Settings {
    values.iter().map(|(path, plain)| (path.clone(), value(plain))).collect()
}

fn device(story: &Device) -> Fake {
    let mut fake = Fake::new(story.generation, &story.firmware, settings(&story.settings));
    fake.components.extend(story.components.iter().cloned());
    fake.temper.ignores.clone_from(&story.ignores);
    fake.temper.clamps = settings(&story.clamps);
    fake.temper.refuses.clone_from(&story.refuses);
    fake.temper.needs_restart.clone_from(&story.needs_restart);
    fake.temper.along = story.along.iter().map(|(path, along)| (path.clone(), settings(along))).collect();
    fake.temper.gone_after = story.gone_after;
    fake.restart_required = story.restart_required;
    fake.temper.loses_answer.clone_from(&story.loses_answer);
    fake.temper.misses.clone_from(&story.misses);
    fake.temper.deaf = story.deaf;
    fake.temper.fails_with = story.fails_with;
    fake.temper.stuck_at = story.killed_at.as_ref().map(|kill| Stuck { operation: kill.operation, done: kill.done });
    fake
}

fn memory(story: &StoryMemory) -> Memory {
    let StoryMemory { size, free, least_free, scripts_free, scripts } = story;
    let script = |(component, (used, peak)): (&ComponentKey, &(u64, u64))| ScriptMemory {
        component: component.clone(),
        used: Some(*used),
        peak: Some(*peak),
    };
    Memory {
        size: *size,
        free: *free,
        least_free: *least_free,
        scripts_free: *scripts_free,
        scripts: scripts.iter().map(script).collect(),
    }
}

fn layer(story: &StoryLayer) -> Layer {
    let scope = match story.scope.split_once(':') {
        Some(("location", name)) => Scope::Location(name.into()),
        Some(("group", name)) => Scope::Group(name.into()),
        Some(("profile", name)) => Scope::Profile(name.into()),
        None if story.scope == "fleet" => Scope::Fleet,
        None if story.scope == "device" => Scope::Device,
        Some(_) | None => panic!("no such scope: {}", story.scope),
    };
    let settings = story.settings.iter().map(|(selector, plain)| (selector.clone(), value(plain))).collect();
    Layer { id: story.scope.as_str().into(), scope, rank: story.rank, settings }
}

/// What becomes of the settings of the former device, and the wish that follows from it.
fn transferred(story: &Former, observed: &Observed, wished: &Resolution) -> (Transfer, Resolution) {
    let mut former = Fake::new(story.generation, &story.firmware, settings(&story.settings));
    former.components.extend(story.components.iter().cloned());
    let options = TransferOptions { names: story.names.clone(), address_left: story.address_left.clone() };
    let mut transfer = transfer(&former.shows(), observed, &options);
    let wish = transfer.wish(wished);
    transfer.settle(&diff(&wish, observed, &digest));
    (transfer, wish)
}

fn tell(story: &Story) -> String {
    let mut fake = device(&story.device);
    let secret = |(path, secret): (&SettingPath, &String)| (path.clone(), digest(path, secret));
    let mut proven: BTreeMap<_, _> = story.proven.iter().map(secret).collect();
    let memory = story.device.memory.as_ref().map(memory);
    let observed = fake.shows().with_proven_secrets(proven.clone()).with_memory(memory.clone());
    let layers: Vec<_> = story.layer.iter().map(layer).collect();
    let mut resolution = resolve(&layers, &observed.components);
    let mut text = format!("{}\n", story.about.trim());
    if let Some(former) = &story.former {
        let (transfer, wish) = transferred(former, &observed, &resolution);
        let _ = write!(text, "\n== transfer\n{}", render::transfer(&transfer));
        resolution = wish;
    }
    let options = PlanOptions {
        most_risk: story.most_risk.unwrap_or(Risk::Connectivity),
        take_over: story.take_over,
        spend_memory: story.spend_memory,
    };
    let mut drift = diff(&resolution, &observed, &digest);
    drift.waive(|path| story.waived.contains(path));
    let mut decided = String::new();
    let (drift, options) = match &story.repair {
        Some(repair) => decide(repair, drift, &mut decided),
        None => (drift, options),
    };
    let first = plan(mac(), &resolution, &observed, &drift, options);
    assert_eq!(judge(&first), []);

    let _ = write!(text, "\n== wish\n{}", render::resolution(&resolution));
    if story.repair.is_none() {
        let _ = write!(text, "\n== drift\n{}", render::drift(&drift));
    }
    text.push_str(&decided);
    if story.repair.is_some() && drift.is_empty() {
        return text;
    }
    let _ = write!(text, "\n== plan\n{}", render::plan(&first));
    let is_asked = story.repair.as_ref().is_some_and(|repair| repair.policy.mode == RepairMode::Ask);
    if first.is_empty() || is_asked {
        return text;
    }
    fake.settings.extend(settings(&story.meanwhile));
    let report = applied(&first, &mut fake, story.restart, &mut text);
    let _ = write!(text, "\n== apply\n{}", render::report(&report));
    for field in report.verdicts.iter().filter(|field| field.verdict.is_good()) {
        // What goes with its resource is in no wish.
        let Some(resolved) = resolution.settings.get(&field.path) else { continue };
        let digest = secret_digest(&field.path, &resolved.value, &digest);
        proven.extend(digest.map(|digest| (field.path.clone(), digest)));
    }
    if let Some(when) = story.undo {
        fake.temper = Temper::default();
        fake.settings.extend(settings(&story.later));
        text.push_str(&undone(&first, &report, when, &mut fake));
        return text;
    }
    let observed = fake.shows().with_proven_secrets(proven).with_memory(memory);
    let mut drift = diff(&resolution, &observed, &digest);
    drift.waive(|path| story.waived.contains(path));
    if let Some(repair) = &story.repair {
        let leniency = Leniency::of([&repair.policy]);
        drift.ignore(|difference| leniency.lets(difference));
        let _ = write!(text, "\n== drift afterwards\n{}", render::drift(&drift));
        return text;
    }
    let second = plan(mac(), &resolution, &observed, &drift, options);
    let _ = write!(text, "\n== next plan\n{}", render::plan(&second));
    text
}

/// What is left of the drift for a plan after a policy decided, and what such a plan may do.
fn decide(repair: &Repair, mut drift: Drift, text: &mut String) -> (Drift, PlanOptions) {
    let leniency = Leniency::of([&repair.policy]);
    drift.ignore(|difference| leniency.lets(difference));
    let now = DateTime::UNIX_EPOCH + TimeDelta::days(1000);
    let ago = |minutes: &i64| now - TimeDelta::minutes(*minutes);
    let setting = |difference: &Difference| DriftedSetting {
        path: difference.path.clone(),
        cause: repair.cause.get(&difference.path).copied().unwrap_or(Cause::Device),
        found_at: ago(repair.known.get(&difference.path).unwrap_or(&60)),
        handled: if repair.asked { Handled::Asked } else { Handled::Not },
    };
    let drifted = Drifted {
        device: mac(),
        is_critical: repair.critical,
        is_reachable: !repair.away,
        is_in_window: !repair.outside_window,
        repaired_at: repair.repaired.iter().map(ago).collect(),
        settings: drift.differences.iter().map(setting).collect(),
    };
    let others: Vec<_> = repair.others.iter().map(ago).collect();
    let verdicts = sync_engine::repair(&repair.policy, &[drifted], &others, now);
    let _ = write!(text, "\n== drift\n{}\n== policy: {}\n", render::drift(&drift), repair.policy.mode);
    for path in &verdicts[0].act {
        let word = if repair.policy.mode == RepairMode::Ask { "asks" } else { "repairs" };
        let _ = writeln!(text, "{word}  {path}");
    }
    for (path, why) in &verdicts[0].left {
        let _ = writeln!(text, "leaves  {path}  {why}");
    }
    let acts = &verdicts[0].act;
    let options = PlanOptions { most_risk: repair.policy.most_risk(), ..PlanOptions::default() };
    (drift.only(|path| acts.contains(path)), options)
}

/// Applies a plan; when the manager is killed meanwhile, another one goes on.
fn applied(plan: &Plan, fake: &mut Fake, restart: RestartPolicy, text: &mut String) -> ApplyReport {
    let (mut journal, options) = (KeptJournal::default(), ApplyOptions { restart });
    if let Some(report) = run(apply(plan, fake, &mut journal, &options)) {
        return report;
    }
    let (writes, restarts) = (fake.writes.len(), fake.restarts);
    fake.temper.stuck_at = None;
    let report = run(apply(plan, fake, &mut journal, &options)).unwrap();
    let told = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let _ = write!(
        text,
        "\n== killed\nbefore: {}, {}; after: {}, {}\n",
        told(writes, "write"),
        told(restarts, "restart"),
        told(fake.writes.len() - writes, "write"),
        told(fake.restarts - restarts, "restart"),
    );
    report
}

fn undone(plan: &Plan, report: &ApplyReport, when: When, fake: &mut Fake) -> String {
    let of = match when {
        When::Now => UndoOf::Now,
        When::Earlier => UndoOf::Earlier,
    };
    let accepted =
        |path: &SettingPath| report.verdicts.iter().any(|field| field.path == *path && field.verdict.is_good());
    let undo = undo(plan, &fake.shows(), of, accepted);
    assert_eq!(judge(&undo.plan), []);
    let mut text = format!("\n== undo\n{}", render::plan(&undo.plan));
    for (path, why) in &undo.left {
        let _ = writeln!(text, "left alone  {path}  {why}");
    }
    if !undo.plan.is_empty() {
        let report = run(apply(&undo.plan, fake, &mut NoJournal, &ApplyOptions::default())).unwrap();
        let _ = write!(text, "\n== undone\n{}", render::report(&report));
    }
    text
}

#[test]
fn stories_end_as_told() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories");
    let mut count = 0;
    let mut changed = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        count += 1;
        let story: Story = toml::from_str(&fs::read_to_string(&path).unwrap())
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let told = tell(&story);
        let out = path.with_extension("out");
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&out, &told).unwrap();
        } else if fs::read_to_string(&out).unwrap_or_default() != told {
            changed.push(format!("{} now ends so:\n{told}", path.display()));
        }
    }
    assert!(count >= 60, "only {count} stories found");
    assert!(changed.is_empty(), "{}\nUPDATE=1 accepts this", changed.join("\n"));
}
