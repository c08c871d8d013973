//! A device as the target of a plan.

use capability_config::ResourceKind;
use shelly_types::ComponentStatus;
use sync_engine::{Observed, Step, Target, TargetError, WriteAnswer};
use tokio::time::{Instant, sleep};

use crate::{
    Class, Command, Device, Error, Urgency,
    device::{Intent, of_family, same_device, since},
    family::{Family, Login, Write},
};

impl Target for Device {
    async fn observe(&mut self) -> Result<Observed, TargetError> {
        let configuration = match self.configuration_to_write().await {
            Err(error) if self.may_be_restarting(&error) => {
                self.wait_until_back(false).await?;
                self.configuration_to_write().await
            }
            configuration => configuration,
        };
        let configuration = configuration?;
        let observed = configuration.observed.clone();
        (self.shown, self.is_written) = (Some(configuration), false);
        Ok(observed)
    }

    async fn write(&mut self, step: &Step) -> Result<WriteAnswer, TargetError> {
        match self.confirm(Intent::Write, Urgency::Background).await {
            Err(error) if self.may_be_restarting(&error) => {
                self.wait_until_back(false).await?;
                self.confirm(Intent::Write, Urgency::Background).await?;
            }
            confirmed => drop(confirmed?),
        }
        let mut shown = match self.shown.take() {
            Some(shown) => shown,
            None => self.configuration().await?,
        };
        let changes = step.settings();
        let settings = &shown.observed.settings;
        if ResourceKind::of(step.component.kind()).is_some() {
            let known = settings.clone();
            let written = self.write_resource(&changes, &known).await;
            (self.shown, self.is_written) = (Some(shown), true);
            return Ok(written.map(|()| WriteAnswer::default())?);
        }
        let writes =
            of_family!(&self.dialect, family => family.writes(&self.identity, &step.component, &changes, settings))?;
        if step.may_restart {
            self.restarting = Some(Instant::now());
        }
        let answer = self.send(&writes).await;
        if answer.as_ref().is_err_and(|error| error.class() == Class::Interrupted) {
            // Perhaps it restarts over what it was told, so whoever reads next waits for it.
            self.restarting = Some(Instant::now());
        }
        let answer = answer?;
        // What is probably shown now; only reading again proves it.
        shown.observed.settings.extend(changes);
        (self.shown, self.is_written) = (Some(shown), true);
        Ok(answer)
    }

    async fn restart_and_wait(&mut self) -> Result<(), TargetError> {
        Ok(self.restart(Urgency::Background).await?)
    }
}

impl Device {
    /// Restarts it, and waits until it is back: it was away, or says itself that it has only just started.
    ///
    /// # Errors
    /// [`Error::DidNotReturn`] when it did not restart, or is not back in time (see [`crate::RestartWait`]).
    pub async fn restart(&mut self, urgency: Urgency) -> Result<(), Error> {
        if let Err(error) = self.confirm(Intent::Write, urgency).await {
            if !self.may_be_restarting(&error) {
                return Err(error);
            }
            self.wait_until_back(false).await?;
        }
        let began = Instant::now();
        match self.command_for(urgency, &Command::Restart).await {
            Ok(()) => {}
            // The device may be gone before its answer is complete, or restart already.
            Err(error) if error.class() == Class::Interrupted || self.may_be_restarting(&error) => {}
            Err(error) => return Err(error),
        }
        self.restarting = Some(began);
        self.wait_until_back(true).await
    }

    /// Sends requests in order. The first that fails ends it.
    async fn send(&mut self, writes: &[Write]) -> Result<WriteAnswer, Error> {
        let mut whole = WriteAnswer::default();
        for write in writes {
            let answer = match self.send_one(write).await {
                // Nothing was sent, so it can be sent again.
                Err(error) if error.class() == Class::Unreachable && self.may_be_restarting(&error) => {
                    self.wait_until_back(false).await?;
                    self.send_one(write).await?
                }
                answer => answer?,
            };
            whole.restart_required |= answer.restart_required;
            if let Some(login) = &write.login {
                let credentials = match login {
                    Login::Open => None,
                    Login::With(credentials) => Some(credentials.clone()),
                };
                of_family!(&mut self.dialect, family => family.set_credentials(credentials));
                self.new_login = Some(login.clone());
            }
        }
        Ok(whole)
    }

    pub(crate) async fn send_one(&self, write: &Write) -> Result<WriteAnswer, Error> {
        let question = Box::pin(async { of_family!(&self.dialect, family => family.send(write).await) });
        self.ask(Intent::Write, Urgency::Background, question).await
    }

    /// Whether an error may come from a restart that something written has caused.
    fn may_be_restarting(&self, error: &Error) -> bool {
        let recent = self.restarting.is_some_and(|began| since(began) < self.options.restart.limit);
        recent && matches!(error.class(), Class::Unreachable | Class::Interrupted)
    }

    /// Waits until the device answers again. When it is known to restart it must also have been away, or run no longer
    /// than since then, so that an answer given just before the restart is not taken for one after it.
    async fn wait_until_back(&mut self, restarts: bool) -> Result<(), Error> {
        let wait = self.options.restart;
        let began = self.restarting.unwrap_or_else(Instant::now);
        let mut was_away = false;
        sleep(wait.first_look.saturating_sub(since(began))).await;
        loop {
            let way = self.way();
            match Box::pin(self.who(way)).await {
                Ok(found) => {
                    same_device(self.endpoint(), self.identity.mac, &found)?;
                    self.sure_of(way);
                    if was_away || !restarts || self.runs_no_longer_than(began).await {
                        break;
                    }
                }
                Err(_) => was_away = true,
            }
            if since(began) >= wait.limit {
                return Err(Error::DidNotReturn { endpoint: self.endpoint().clone(), waited: since(began) });
            }
            sleep(wait.interval).await;
        }
        self.shown = None;
        self.options.manners.answered();
        Ok(())
    }

    /// Whether the device started after `moment`. A device that answers and does not tell is believed; one that went
    /// away between two questions has only begun to restart.
    async fn runs_no_longer_than(&self, moment: Instant) -> bool {
        let status = Box::pin(async { of_family!(&self.dialect, family => family.status().await) }).await;
        let status = match status {
            Ok(status) => status,
            Err(error) => return !matches!(error.class(), Class::Unreachable | Class::Interrupted),
        };
        let uptime = status.components.into_values().find_map(|component| match component {
            ComponentStatus::System(system) => system.uptime_s,
            _ => None,
        });
        uptime.is_none_or(|uptime| uptime <= since(moment).as_secs() + 1)
    }
}

impl From<Error> for TargetError {
    fn from(error: Error) -> Self {
        Self::new(error.class(), error.chain())
    }
}
