//! JSON Schema of the typed configuration, with what the facts say.

use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use crate::{
    ValueType,
    capability::{Block, Member, Spec},
    config::kinds,
};

/// The schema of a whole configuration: an object by component key.
pub(crate) fn device(generator: &mut SchemaGenerator) -> Schema {
    let mut properties = Map::new();
    let mut patterns = Map::new();
    for kind in kinds() {
        let mut schema = (kind.schema)(generator);
        schema.insert("description".to_owned(), kind.help.into());
        if kind.has_instances {
            patterns.insert(format!("^{}:[0-9]+$", kind.name), schema.into());
        } else {
            properties.insert(kind.name.to_owned(), schema.into());
        }
    }
    json_schema!({
        "description": "The whole configuration of a device by component. What is absent is not managed.",
        "type": "object",
        "properties": properties,
        "patternProperties": patterns,
        "additionalProperties": false,
    })
}

/// The schema of a block.
pub(crate) fn block<B: Block>(generator: &mut SchemaGenerator) -> Schema {
    let mut properties = Map::new();
    for member in B::members() {
        match member {
            Member::Leaf { word, help, spec } => properties.insert(word.to_owned(), leaf(help.trim(), &spec)),
            Member::Block { word, schema, .. } => properties.insert(word.to_owned(), schema(generator).into()),
        };
    }
    json_schema!({
        "description": B::HELP.trim(),
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    })
}

fn leaf(help: &str, spec: &Spec) -> Value {
    let mut schema = Map::new();
    schema.insert("description".to_owned(), help.into());
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            schema.insert(name.to_owned(), value);
        }
    };
    let name = match spec.value {
        ValueType::Bool => "boolean",
        ValueType::Number { min, max } => {
            set("minimum", min.map(Value::from));
            set("maximum", max.map(Value::from));
            "number"
        }
        ValueType::Integer { min, max } => {
            set("minimum", min.map(Value::from));
            set("maximum", max.map(Value::from));
            "integer"
        }
        ValueType::Text { max_length } => {
            set("maxLength", max_length.map(Value::from));
            "string"
        }
        ValueType::Choice { words } => {
            set("examples", Some(json!(words)));
            "string"
        }
        ValueType::List => "array",
        ValueType::Plain => "string",
    };
    let mut types = vec![name];
    if spec.value == ValueType::Plain {
        types.extend(["number", "boolean"]);
    }
    if spec.sensitive {
        types.push("object");
    }
    if spec.nullable {
        types.push("null");
    }
    set("type", Some(if let [one] = types[..] { json!(one) } else { json!(types) }));
    set("contentMediaType", spec.is_document.then(|| "application/json".into()));
    set("x-unit", spec.unit.map(|unit| unit.sign().into()));
    set("readOnly", spec.read_only.then_some(true.into()));
    set("writeOnly", spec.write_only.then_some(true.into()));
    Value::Object(schema)
}
