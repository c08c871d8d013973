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
use serde::Deserialize;
use shelly_types::ComponentKey;
use sync_engine::{
    ApplyOptions, Layer, NoJournal, PlanOptions, RestartPolicy, Scope, apply, diff, judge, plan, render, resolve,
    secret_digest,
};

use crate::fake::{Fake, digest, mac, run};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Story {
    about: String,
    device: Device,
    #[serde(default)]
    layer: Vec<StoryLayer>,
    /// Secrets that the device is known to have.
    #[serde(default)]
    proven: BTreeMap<SettingPath, String>,
    most_risk: Option<Risk>,
    #[serde(default)]
    take_over: bool,
    #[serde(default)]
    restart: RestartPolicy,
    /// What somebody else changes between plan and apply.
    #[serde(default)]
    meanwhile: BTreeMap<SettingPath, toml::Value>,
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
    fake
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

fn tell(story: &Story) -> String {
    let mut fake = device(&story.device);
    let secret = |(path, secret): (&SettingPath, &String)| (path.clone(), digest(path, secret));
    let mut proven: BTreeMap<_, _> = story.proven.iter().map(secret).collect();
    let observed = fake.shows().with_proven_secrets(proven.clone());
    let layers: Vec<_> = story.layer.iter().map(layer).collect();
    let resolution = resolve(&layers, &observed.components);
    let options = PlanOptions { most_risk: story.most_risk.unwrap_or(Risk::Connectivity), take_over: story.take_over };
    let drift = diff(&resolution, &observed, &digest);
    let first = plan(mac(), &resolution, &observed, &drift, options);
    assert_eq!(judge(&first), []);

    let mut text = format!("{}\n\n== wish\n{}", story.about.trim(), render::resolution(&resolution));
    let _ = write!(text, "\n== drift\n{}", render::drift(&drift));
    let _ = write!(text, "\n== plan\n{}", render::plan(&first));
    if first.is_empty() {
        return text;
    }
    fake.settings.extend(settings(&story.meanwhile));
    let report = run(apply(&first, &mut fake, &mut NoJournal, &ApplyOptions { restart: story.restart })).unwrap();
    let _ = write!(text, "\n== apply\n{}", render::report(&report));
    for field in report.verdicts.iter().filter(|field| field.verdict.is_good()) {
        // What goes with its resource is in no wish.
        let Some(resolved) = resolution.settings.get(&field.path) else { continue };
        let digest = secret_digest(&field.path, &resolved.value, &digest);
        proven.extend(digest.map(|digest| (field.path.clone(), digest)));
    }
    let observed = fake.shows().with_proven_secrets(proven);
    let second = plan(mac(), &resolution, &observed, &diff(&resolution, &observed, &digest), options);
    let _ = write!(text, "\n== next plan\n{}", render::plan(&second));
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
    assert!(count >= 15, "only {count} stories found");
    assert!(changed.is_empty(), "{}\nUPDATE=1 accepts this", changed.join("\n"));
}
