//! What every codec owes its users, as functions that panic. Tests, fuzz targets and seed replay
//! share them.

use sessionful::{Codec, CodecError, Contract, Frame, Message};

/// A message comes back whole, and whoever passes it on sends the same frame.
///
/// Returns the frame; `None` if the message is over a limit, after which both codecs must be as
/// they were.
pub fn round_trip<C: Codec>(sender: &mut C, receiver: &mut C, message: &Message) -> Option<Frame> {
    let mut relay = sender.clone();
    let frame = match sender.encode(message) {
        Ok(frame) => frame,
        Err(CodecError::TooLarge { .. }) => return None,
        Err(error) => panic!("a message can always be written unless it is too large: {error}"),
    };
    let read = receiver.decode(frame.clone()).expect("what was written can be read");
    assert_eq!(&read, message, "read from {frame:?}");
    assert_eq!(relay.encode(&read).as_ref(), Ok(&frame), "each message has one form");
    Some(frame)
}

/// A frame from anybody is refused or read, and what was read can be passed on.
pub fn reads_or_refuses<C: Codec>(codec: &C, frame: Frame) -> Result<Message, CodecError> {
    let message = codec.clone().decode(frame)?;
    round_trip(&mut codec.clone(), &mut codec.clone(), &message);
    Ok(message)
}

/// A contract from anybody is refused, or is what it says after a trip through JSON.
pub fn contract_json(text: &[u8]) {
    let Ok(contract) = serde_json::from_slice::<Contract>(text) else { return };
    let written = serde_json::to_vec(&contract).expect("a contract can be written");
    let read: Contract = serde_json::from_slice(&written).expect("what was written can be read");
    assert_eq!(read, contract);
    let _ = contract.check();
    for operation in contract.operations() {
        let by_action = contract.find(&operation.action).map(|(_, found)| found);
        let by_name = contract.named(&operation.name).map(|(_, found)| found);
        assert_eq!((by_action, by_name), (Some(operation), Some(operation)));
    }
}
