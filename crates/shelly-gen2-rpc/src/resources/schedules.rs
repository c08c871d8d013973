//! Whole schedules (K5).

use serde_json::Value;

use super::members_without;
use crate::{
    Channel, Client, Error,
    components::schedule::Job,
    methods::common::{Created, Revision},
};

impl<C: Channel> Client<C> {
    /// All jobs.
    pub async fn schedules(&self) -> Result<Vec<Job>, Error> {
        Ok(self.schedule_list().await?.jobs.into_option().unwrap_or_default())
    }

    /// Writes a job: a new one when it has no number, otherwise over the one with its number. Answers the number.
    pub async fn write_schedule(&self, job: &Job) -> Result<u32, Error> {
        let mut params = members_without(job, &["id"]);
        if let Some(id) = job.id.copied() {
            params.insert("id".to_owned(), id.into());
            self.ask::<Revision>("Schedule.Update", Some(Value::Object(params))).await?;
            return Ok(id);
        }
        let method = "Schedule.Create";
        let made: Created = self.ask(method, Some(Value::Object(params))).await?;
        made.id.copied().ok_or_else(|| self.unexpected(method, "the number of a job", &Value::Null))
    }
}
