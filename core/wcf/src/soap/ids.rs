//! Ids of messages: numbers here, URNs on the wire (`PROXY-19`).

use crate::value::{Guid, Value};
use sessionful::ids::MessageId;
use smol_str::{SmolStr, format_smolstr};

/// Turns the numbers of one end into URNs of its own and back. Ids of others are echoed untouched.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Ids(u64);

impl Ids {
    /// URNs that begin with these 64 bits. Draw them from a random source, so that the ids of two
    /// ends differ.
    pub fn new(own: u64) -> Ids {
        Ids(own)
    }

    pub(super) fn write(self, id: &MessageId) -> Value {
        match id {
            MessageId::Number(number) => Value::unique_id(&self.urn(*number)),
            MessageId::Text(text) => Value::unique_id(text),
        }
    }

    fn urn(self, number: u64) -> SmolStr {
        let (a, b) = (self.0, number);
        format_smolstr!(
            "{}{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            Guid::URN,
            a >> 32,
            (a >> 16) & 0xffff,
            a & 0xffff,
            b >> 48,
            b & 0xffff_ffff_ffff
        )
    }

    pub(super) fn read(self, text: &str) -> MessageId {
        let number = || {
            let digits: String = text.strip_prefix(Guid::URN)?.split('-').collect();
            let (own, number) = digits.split_at_checked(16)?;
            let own = u64::from_str_radix(own, 16).ok()?;
            let number = u64::from_str_radix(number, 16).ok()?;
            // Only our own spelling is ours: any other must be echoed as it came.
            (own == self.0 && self.urn(number) == text).then_some(MessageId::Number(number))
        };
        number().unwrap_or_else(|| MessageId::Text(text.into()))
    }
}

impl Default for Ids {
    /// `SESSION` in ASCII.
    fn default() -> Ids {
        Ids(0x5345_5353_494f_4e00)
    }
}

#[cfg(test)]
mod tests {
    use super::Ids;
    use sessionful::ids::MessageId;

    #[test]
    fn numbers_come_back_and_texts_are_echoed() {
        let ids = Ids::default();
        for number in [0, 7, u64::MAX] {
            let text = ids.write(&MessageId::Number(number)).to_string();
            assert_eq!(ids.read(&text), MessageId::Number(number));
            assert_eq!(Ids::new(1).read(&text), MessageId::Text(text.into()));
        }
        let urn = "urn:uuid:53455353-494f-4e00-0000-000000000007";
        assert_eq!(ids.write(&MessageId::Number(7)).to_string(), urn);
        for text in ["", "urn:x:1", "urn:uuid:53455353-494F-4E00-0000-000000000007", "7"] {
            assert_eq!(ids.read(text), MessageId::Text(text.into()));
            assert_eq!(ids.write(&MessageId::Text(text.into())).to_string(), text);
        }
    }
}
