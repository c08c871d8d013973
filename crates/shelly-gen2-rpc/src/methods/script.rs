//! `Script`: programs on the device (K1).

use serde_json::{Map, Value, json};
use shelly_types::wire_object;

use super::common::Created;
use crate::{
    Channel, Client, Error, TransferError,
    transfer::{Chunk, Download, Stored, Upload},
};

wire_object! {
    /// Answer of `Script.List`.
    pub struct List {
        /// The scripts.
        pub scripts: Vec<Listed>,
    }

    /// A script in the list.
    pub struct Listed {
        /// Number.
        pub id: u32,
        /// Name.
        pub name: String,
        /// It runs at boot.
        pub enable: bool,
        /// It runs now.
        pub running: bool,
    }

    /// Answer of `Script.Start` and `Script.Stop`.
    pub struct WasRunning {
        /// It ran before.
        pub was_running: bool,
    }

    /// Answer of `Script.Eval`.
    pub struct Evaluated {
        /// What came out, as text.
        pub result: String,
    }
}

methods! {
    /// All scripts, without their code.
    fn script_list() -> List = "Script.List";

    /// Adds a script without code. How many there can be differs; then the answer is error -108.
    fn script_create(; name: &str) -> Created = "Script.Create";

    /// Removes a script.
    fn script_delete(id: u32) = "Script.Delete";

    /// Starts a script.
    fn script_start(id: u32) -> WasRunning = "Script.Start";

    /// Stops a script.
    fn script_stop(id: u32) -> WasRunning = "Script.Stop";

    /// Computes an expression in a running script.
    fn script_eval(id: u32, code: &str) -> Evaluated = "Script.Eval";

    /// Sends a chunk of code; [`Client::script_write_code`] sends a whole one.
    fn script_put_chunk(id: u32, code: &str, append: bool) -> Stored = "Script.PutCode";

    /// Reads a chunk of code; [`Client::script_read_code`] reads a whole one.
    fn script_get_chunk(id: u32; offset: u64, len: u64) -> Chunk = "Script.GetCode";
}

impl<C: Channel> Client<C> {
    /// Calls a method that a script registered, `Script.<name>` (firmware 1.5 and later).
    pub async fn script_call(&self, id: u32, name: &str, params: Option<Map<String, Value>>) -> Result<Value, Error> {
        let mut params = params.unwrap_or_default();
        params.insert("id".to_owned(), id.into());
        self.call(&format!("Script.{name}"), Some(Value::Object(params))).await
    }

    /// Reads the code of a script, in chunks.
    pub async fn script_read_code(&self, id: u32) -> Result<String, TransferError> {
        let what = format!("read script {id}");
        self.download(&Download { what, method: "Script.GetCode", params: of_script(id) }).await
    }

    /// Writes the code of a script, in chunks, each checked against what the device says it keeps. The script must not
    /// run. [`Client::write_script`](crate::Client::write_script) also stops it and reads the code back.
    pub async fn script_write_code(&self, id: u32, code: &str) -> Result<(), TransferError> {
        let what = format!("write script {id}");
        let upload = Upload { what, method: "Script.PutCode", params: of_script(id), member: "code", text: code };
        self.upload(&upload).await
    }
}

fn of_script(id: u32) -> Map<String, Value> {
    Map::from_iter([("id".to_owned(), json!(id))])
}
