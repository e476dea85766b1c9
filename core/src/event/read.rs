//! Reading events. What serde derives for an enum with its tag inside is a copy of a whole reader for
//! each of the events, a twentieth of a page's binary; here one reader serves all of them.

use super::Event;
use serde::de::value::Error;
use serde::de::{
    Deserialize, DeserializeOwned, Deserializer, Error as _, IntoDeserializer, MapAccess, Visitor,
};
use smol_str::SmolStr;
use std::fmt;

/// Lists the events with their fields. The compiler misses a field, and a test an event.
macro_rules! events {
    ($($event:ident { $($field:ident),* })*) => {
        fn build(fields: &Fields) -> Result<Event, Error> {
            let name: SmolStr = fields.get("type")?;
            $(if is_camel_of(&name, stringify!($event)) {
                return Ok(Event::$event { $($field: fields.get(stringify!($field))?),* });
            })*
            Err(Error::custom(format_args!("no event is named {name}")))
        }
    };
}

events! {
    ProxyPhase { from, to }
    HostPhase { from, to }
    ChannelMade { channel, endpoint, role, shape }
    ChannelPhase { channel, from, to }
    ChannelGone { channel, how }
    ChannelLeased { channel, call, reused }
    ChannelReturned { channel }
    SessionOpened { channel, session }
    SessionInputEnded { channel }
    SessionOutputEnded { channel }
    SessionEnded { channel, session, how }
    CallQueued { call, operation }
    CallSent { call, operation, channel, one_way }
    CallAbandoned { call }
    CallEnded { call, outcome }
    CallForgotten { call }
    MessageSent { channel, kind, action, bytes }
    MessageArrived { channel, kind, action, bytes }
    MessageTaken { channel }
    MessageDropped { channel, why }
    ContextMade { context }
    ContextPhase { context, from, to }
    ContextBound { context, channel }
    ContextUnbound { context, channel }
    ContextKept { context }
    ContextGone { context }
    InstanceMade { instance, context, own }
    InstancePlaced { instance, context }
    InstanceReleased { instance, disposed }
    DispatchBegan { dispatch, channel, action }
    DispatchStage { dispatch, stage, parked }
    DispatchPlaced { dispatch, context }
    DispatchEnded { dispatch, outcome }
    GateEntered { context, dispatch }
    GateQueued { context, dispatch, resuming }
    GateLeft { context, dispatch }
    CallOutBegan { dispatch, call }
    CallOutEnded { dispatch, call }
    SlotTaken { throttle, held }
    SlotAwaited { throttle, waiting }
    SlotWaitEnded { throttle, waiting }
    SlotFreed { throttle, held }
    SlotRefused { throttle }
    DeadlockRefused { dispatch, call }
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Event, D::Error> {
        build(&Fields::deserialize(from)?).map_err(D::Error::custom)
    }
}

/// Whether a name is the camel case of an identifier.
fn is_camel_of(name: &str, identifier: &str) -> bool {
    let mut name = name.chars();
    let (mut is_first, mut is_upper) = (true, false);
    for letter in identifier.chars() {
        if letter == '_' {
            is_upper = true;
            continue;
        }
        let wanted = match (is_first, is_upper) {
            (true, _) => letter.to_ascii_lowercase(),
            (_, true) => letter.to_ascii_uppercase(),
            _ => letter,
        };
        if name.next() != Some(wanted) {
            return false;
        }
        (is_first, is_upper) = (false, false);
    }
    name.next().is_none()
}

/// The members of an event as they were written, tag included.
struct Fields(Vec<(SmolStr, Scalar)>);

impl Fields {
    fn get<T: DeserializeOwned>(&self, identifier: &'static str) -> Result<T, Error> {
        let member = self.0.iter().find(|(name, _)| is_camel_of(name, identifier));
        let value = member.map_or(&Scalar::Nothing, |(_, value)| value);
        T::deserialize(value)
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Fields, D::Error> {
        from.deserialize_map(FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("an event")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
        let mut fields = Vec::new();
        while let Some(member) = map.next_entry()? {
            fields.push(member);
        }
        Ok(Fields(fields))
    }
}

/// What a field of an event can be.
enum Scalar {
    Nothing,
    Bool(bool),
    Number(u64),
    Text(SmolStr),
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Scalar, D::Error> {
        from.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl Visitor<'_> for ScalarVisitor {
    type Value = Scalar;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("a text, a whole number, a truth value or null")
    }

    fn visit_unit<E>(self) -> Result<Scalar, E> {
        Ok(Scalar::Nothing)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Scalar, E> {
        Ok(Scalar::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Scalar, E> {
        Ok(Scalar::Number(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Scalar, E> {
        Ok(Scalar::Text(value.into()))
    }
}

impl<'de> Deserializer<'de> for &Scalar {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Scalar::Nothing => visitor.visit_unit(),
            Scalar::Bool(value) => visitor.visit_bool(*value),
            Scalar::Number(value) => visitor.visit_u64(*value),
            Scalar::Text(value) => visitor.visit_str(value),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Scalar::Nothing => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    /// Enums within events have no data.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self {
            Scalar::Text(value) => visitor.visit_enum(value.as_str().into_deserializer()),
            _ => Err(Error::custom("no name of a variant")),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dispatch::Stage;
    use crate::event::{Kind, Outcome};
    use crate::ids::{
        CallId, ChannelId, ContextId, DispatchId, InstanceId, OperationId, SessionId,
    };
    use crate::lifecycle::Phase;

    #[test]
    fn every_event_is_listed() {
        let (source, list) = (include_str!("../event.rs"), include_str!("read.rs"));
        let list = &list
            [list.find("\nevents! {").expect("the list")..list.find("impl<'de>").expect("its end")];
        let events = &source[source.find("pub enum Event {").expect("the events")..];
        let names = events.lines().filter(|line| line.starts_with("    ") && line.ends_with("},"));
        let names: Vec<_> = names.filter_map(|line| line.trim().split_once(" {")).collect();
        assert!(names.len() >= 44, "{}", names.len());
        for (name, _) in names {
            assert!(list.contains(&format!("    {name} {{")), "{name} is not listed");
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let (call, channel) = (CallId(u64::MAX), ChannelId(2));
        let (context, instance, dispatch) = (ContextId(3), InstanceId(4), DispatchId(5));
        let events = [
            Event::ProxyPhase { from: Phase::Created, to: Phase::Opening },
            Event::SessionOpened { channel, session: SessionId(7) },
            Event::CallSent { call, operation: OperationId(1), channel, one_way: true },
            Event::CallEnded { call, outcome: Outcome::TimedOut },
            Event::MessageSent { channel, kind: Kind::OneWay, action: "a/b".into(), bytes: 9 },
            Event::InstanceMade { instance, context: Some(context), own: false },
            Event::InstanceMade { instance, context: None, own: true },
            Event::DispatchStage { dispatch, stage: Stage::GateHeld, parked: true },
        ];
        for event in events {
            let written = serde_json::to_string(&event).expect("it is written");
            assert_eq!(serde_json::from_str::<Event>(&written).expect(&written), event);
        }
    }

    #[test]
    fn what_is_no_event_is_refused() {
        for wrong in [
            r#"{}"#,
            r#"{"type":"callAbandoned"}"#,
            r#"{"type":"CallAbandoned","call":1}"#,
            r#"{"type":"callAbandoned","call":"1"}"#,
            r#"{"type":"callAbandoned","call":[1]}"#,
            r#"{"type":"somethingElse","call":1}"#,
            r#"{"type":"proxyPhase","from":"created","to":"asleep"}"#,
            r#"[]"#,
        ] {
            assert!(serde_json::from_str::<Event>(wrong).is_err(), "{wrong}");
        }
    }
}
