//! The few kinds of schema of which all others are made.

use serde_json::Value;
use utoipa::openapi::schema::{
    AdditionalProperties, ArrayBuilder, Object, ObjectBuilder, Schema, SchemaFormat, SchemaType, Type,
};
use utoipa::openapi::{Ref, RefOr};

use crate::wire::text::LONGEST_BYTES;

/// A schema by its name among the components.
pub(super) type Named = (String, RefOr<Schema>);

pub(super) fn text(about: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).description(Some(about))
}

/// Whatever a member may be: a number, a text, a list.
pub(super) fn anything(about: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::AnyValue).description(Some(about))
}

/// An id or a label as outputs show it.
pub(super) fn id(about: &str) -> ObjectBuilder {
    text(about).min_length(Some(1)).max_length(Some(LONGEST_BYTES))
}

/// A moment in UTC.
pub(super) fn time(about: &str) -> ObjectBuilder {
    text(about).format(Some(SchemaFormat::Custom("date-time".to_owned())))
}

/// One of some words.
pub(super) fn word<'w>(about: &str, words: impl IntoIterator<Item = &'w str>) -> ObjectBuilder {
    text(about).enum_values(Some(words.into_iter().map(str::to_owned)))
}

/// A whole number that is not negative.
pub(super) fn whole(about: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Integer).description(Some(about)).minimum(Some(0))
}

/// A fraction, between two bounds where there are some.
pub(super) fn number(about: &str, least: f64, most: Option<f64>) -> ObjectBuilder {
    let number = ObjectBuilder::new().schema_type(Type::Number).description(Some(about));
    number.minimum(Some(least)).maximum(most)
}

pub(super) fn boolean(about: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Boolean).description(Some(about))
}

pub(super) fn list(about: &str, of: impl Into<RefOr<Schema>>) -> ArrayBuilder {
    ArrayBuilder::new().items(of.into()).description(Some(about))
}

/// A map from ids to values.
pub(super) fn map(about: &str, of: impl Into<RefOr<Schema>>) -> ObjectBuilder {
    let object = ObjectBuilder::new().schema_type(Type::Object).description(Some(about));
    object.additional_properties(Some(AdditionalProperties::RefOr(of.into())))
}

/// An object with nothing in it yet, and nothing in the end but what is added.
pub(super) fn object(about: &str) -> ObjectBuilder {
    let object = ObjectBuilder::new().schema_type(Type::Object).description(Some(about));
    object.additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(false)))
}

/// The component of a name.
pub(super) fn named(name: &str) -> Ref {
    Ref::from_schema_name(name)
}

/// Members that an object has.
pub(super) trait Members {
    /// One that is always there.
    fn has(self, name: &str, schema: impl Into<RefOr<Schema>>) -> Self;
    /// One that may be absent.
    fn may_have(self, name: &str, schema: impl Into<RefOr<Schema>>) -> Self;
}

impl Members for ObjectBuilder {
    fn has(self, name: &str, schema: impl Into<RefOr<Schema>>) -> Self {
        self.property(name, schema).required(name)
    }

    fn may_have(self, name: &str, schema: impl Into<RefOr<Schema>>) -> Self {
        self.property(name, schema)
    }
}

/// As a component.
pub(super) fn component(name: &str, schema: impl Into<Object>) -> Named {
    (name.to_owned(), RefOr::T(Schema::Object(schema.into())))
}

/// What one of our writers wrote.
pub(super) fn parsed(json: impl AsRef<[u8]>) -> Value {
    serde_json::from_slice(json.as_ref()).expect("our own writers write JSON")
}
