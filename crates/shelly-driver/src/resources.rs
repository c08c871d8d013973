//! Scripts, schedules, actions, stored values and virtual components: lists that an owner makes on a device.
//!
//! Everything goes past the same guard and with the same manners as settings do, on behalf of the background.

mod action;

use std::{collections::BTreeMap, future::Future, pin::Pin};

use serde_json::Value;
use shelly_gen1::form::ActionForm;
use shelly_gen2_rpc::{
    Client, ComponentEntry, Script, TransferError,
    components::{kvs::Entry, schedule::Job},
    methods::virtuals::VirtualKind,
};
use shelly_types::ComponentKey;

pub use self::action::Action;
use crate::{
    Device, Error, Urgency,
    device::{Dialect, Intent},
    route::Route,
};

/// A call of the client of Gen2 and later.
type Called<'a, T> = Pin<Box<dyn Future<Output = Result<T, shelly_gen2_rpc::Error>> + Send + 'a>>;

/// A transfer of the client of Gen2 and later.
type Moved<'a, T> = Pin<Box<dyn Future<Output = Result<T, TransferError>> + Send + 'a>>;

impl Device {
    /// All scripts with their code (K1).
    ///
    /// # Errors
    /// [`Error::Unsupported`] on Gen1 and on devices without scripts; else why it could not be read.
    pub async fn scripts(&self) -> Result<Vec<Script>, Error> {
        self.moved(Intent::Read, "read the scripts", |client| Box::pin(client.scripts())).await
    }

    /// The scripts by number, with their names and without their code.
    pub(crate) async fn listed_scripts(&self) -> Result<Vec<(u32, Option<String>)>, Error> {
        let list = self.called(Intent::Read, "list the scripts", |client| Box::pin(client.script_list())).await?;
        let listed = list.scripts.into_option().unwrap_or_default();
        Ok(listed.into_iter().filter_map(|one| Some((one.id.copied()?, one.name.into_option()))).collect())
    }

    /// Writes the code of a script and reads it back. One that runs is stopped for that and started again.
    pub async fn write_script(&self, id: u32, code: &str) -> Result<(), Error> {
        self.moved(Intent::Write, "write a script", |client| Box::pin(client.write_script(id, code))).await
    }

    /// Makes a script with code; answers its number. It neither runs nor runs at boot.
    pub async fn add_script(&self, name: &str, code: &str) -> Result<u32, Error> {
        self.moved(Intent::Write, "add a script", |client| Box::pin(client.add_script(name, code))).await
    }

    /// Starts or stops a script.
    pub async fn run_script(&self, id: u32, runs: bool) -> Result<(), Error> {
        self.called(Intent::Write, "start or stop a script", |client| {
            Box::pin(async move {
                if runs { client.script_start(id).await.map(drop) } else { client.script_stop(id).await.map(drop) }
            })
        })
        .await
    }

    /// Removes a script.
    pub async fn remove_script(&self, id: u32) -> Result<(), Error> {
        self.called(Intent::Write, "remove a script", |client| Box::pin(client.script_delete(id))).await
    }

    /// All jobs of the schedule (K5). Gen1 has none: its rules are settings of each channel, `switch:0.schedule.rules`.
    ///
    /// # Errors
    /// [`Error::Unsupported`] on Gen1; else why it could not be read.
    pub async fn schedules(&self) -> Result<Vec<Job>, Error> {
        self.called(Intent::Read, "read the schedule", |client| Box::pin(client.schedules())).await
    }

    /// Writes a job: a new one when it has no number, otherwise over the one with its number. Answers the number.
    pub async fn write_schedule(&self, job: &Job) -> Result<u32, Error> {
        self.called(Intent::Write, "write a job of the schedule", |client| Box::pin(client.write_schedule(job))).await
    }

    /// Removes a job.
    pub async fn remove_schedule(&self, id: u32) -> Result<(), Error> {
        let remove = |client| -> Called<'_, ()> {
            let client: &Client<Route> = client;
            Box::pin(async move { client.schedule_delete(id).await.map(drop) })
        };
        self.called(Intent::Write, "remove a job of the schedule", remove).await
    }

    /// All URLs that are called when something happens (K6): webhooks of Gen2 and later, actions of Gen1 (firmware 1.8
    /// and later), those without a URL left out.
    pub async fn actions(&self) -> Result<Vec<Action>, Error> {
        let Dialect::Gen1(gen1) = &self.dialect else {
            let hooks = self.called(Intent::Read, "read the webhooks", |client| Box::pin(client.webhooks())).await?;
            return Ok(hooks.iter().map(Action::of_hook).collect());
        };
        self.confirm(Intent::Read, Urgency::Background).await?;
        let question = Box::pin(gen1.actions());
        let list = self.ask(Intent::Read, Urgency::Background, question).await?;
        Ok(Action::of_list(&list, &self.identity.model))
    }

    /// Writes an action. On Gen2 and later one without a number is new; on Gen1 there is one for each event of a channel.
    ///
    /// # Errors
    /// [`Error::Unsupported`] when a Gen1 device cannot express it: another event, or a condition.
    pub async fn write_action(&self, action: &Action) -> Result<(), Error> {
        let Dialect::Gen1(_) = &self.dialect else {
            let hook = action.to_hook();
            let write = |client| -> Called<'_, ()> {
                let (client, hook): (&Client<Route>, _) = (client, &hook);
                Box::pin(async move { client.write_webhook(hook).await.map(drop) })
            };
            return self.called(Intent::Write, "write a webhook", write).await;
        };
        self.write_gen1_action(&self.form(action, Action::to_form)?).await
    }

    /// Removes an action: on Gen1 its URLs are taken away.
    pub async fn remove_action(&self, action: &Action) -> Result<(), Error> {
        let Dialect::Gen1(_) = &self.dialect else {
            let Some(id) = action.id else { return Ok(()) };
            let remove = |client| -> Called<'_, ()> {
                let client: &Client<Route> = client;
                Box::pin(async move { client.webhook_delete(id).await.map(drop) })
            };
            return self.called(Intent::Write, "remove a webhook", remove).await;
        };
        self.write_gen1_action(&self.form(action, Action::to_cleared)?).await
    }

    fn form(&self, action: &Action, make: impl Fn(&Action) -> Option<ActionForm>) -> Result<ActionForm, Error> {
        let what = || format!("call URLs on {} as wanted", action.event);
        make(action).ok_or_else(|| Error::Unsupported { device: self.identity.mac, what: what() })
    }

    async fn write_gen1_action(&self, form: &ActionForm) -> Result<(), Error> {
        let Dialect::Gen1(gen1) = &self.dialect else { return Ok(()) };
        self.confirm(Intent::Write, Urgency::Background).await?;
        self.ask(Intent::Write, Urgency::Background, Box::pin(gen1.write_action(form))).await
    }

    /// All stored values by key (K8).
    ///
    /// # Errors
    /// [`Error::Unsupported`] on Gen1; else why it could not be read.
    pub async fn values(&self) -> Result<BTreeMap<String, Entry>, Error> {
        self.called(Intent::Read, "read the stored values", |client| Box::pin(client.values())).await
    }

    /// Stores a value.
    pub async fn set_value(&self, key: &str, value: &Value) -> Result<(), Error> {
        self.called(Intent::Write, "store a value", |client| {
            Box::pin(async move { client.kvs_set(key, value, None).await.map(drop) })
        })
        .await
    }

    /// Removes a stored value.
    pub async fn remove_value(&self, key: &str) -> Result<(), Error> {
        self.called(Intent::Write, "remove a stored value", |client| {
            Box::pin(async move { client.kvs_delete(key, None).await.map(drop) })
        })
        .await
    }

    /// All virtual components with settings, reading and owner (A10).
    ///
    /// # Errors
    /// [`Error::Unsupported`] on Gen1 and firmware without them; else why they could not be read.
    pub async fn virtual_components(&self) -> Result<Vec<ComponentEntry>, Error> {
        self.called(Intent::Read, "read the virtual components", |client| Box::pin(client.virtual_components())).await
    }

    /// Adds a virtual component with these settings of its kind; answers its key, such as `number:200`.
    ///
    /// # Errors
    /// [`Error::Unsupported`] on Gen1; else why it was not added: the model has none, or there are ten already.
    pub async fn add_virtual_component(&self, kind: &VirtualKind, config: &Value) -> Result<ComponentKey, Error> {
        let add = |client| -> Called<'_, _> {
            let client: &Client<Route> = client;
            Box::pin(client.virtual_add(kind, Some(config), None))
        };
        let made = self.called(Intent::Write, "add a virtual component", add).await?;
        Ok(ComponentKey::instance(kind.as_str(), made.id.copied().unwrap_or_default()))
    }

    /// Removes a virtual component.
    pub async fn remove_virtual_component(&self, key: &ComponentKey) -> Result<(), Error> {
        let remove = |client| -> Called<'_, ()> {
            let client: &Client<Route> = client;
            Box::pin(client.virtual_delete(key))
        };
        self.called(Intent::Write, "remove a virtual component", remove).await
    }

    async fn called<'a, T: Send>(
        &'a self,
        intent: Intent,
        attempt: &'static str,
        call: impl FnOnce(&'a Client<Route>) -> Called<'a, T> + Send,
    ) -> Result<T, Error> {
        self.asked(intent, attempt, call, Error::rpc).await
    }

    async fn moved<'a, T: Send>(
        &'a self,
        intent: Intent,
        attempt: &'static str,
        call: impl FnOnce(&'a Client<Route>) -> Moved<'a, T> + Send,
    ) -> Result<T, Error> {
        self.asked(intent, attempt, call, Error::transfer).await
    }

    /// Asks in the order of confirming and asking that everything keeps; `failed` names what was attempted.
    async fn asked<'a, T: Send, E: Send, Answer>(
        &'a self,
        intent: Intent,
        attempt: &'static str,
        call: impl FnOnce(&'a Client<Route>) -> Answer + Send,
        failed: fn(&str, E) -> Error,
    ) -> Result<T, Error>
    where
        Answer: Future<Output = Result<T, E>> + Send,
    {
        let client = self.client(attempt)?;
        self.confirm(intent, Urgency::Background).await?;
        let question = Box::pin(async move { call(client).await.map_err(|source| failed(attempt, source)) });
        self.ask(intent, Urgency::Background, question).await
    }

    fn client(&self, attempt: &str) -> Result<&Client<Route>, Error> {
        match &self.dialect {
            Dialect::Rpc(gen2) => Ok(gen2.client()),
            Dialect::Gen1(_) => Err(Error::Unsupported { device: self.identity.mac, what: attempt.to_owned() }),
        }
    }
}
