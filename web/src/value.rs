//! JavaScript values that travel through the runtime without entering its memory.
//!
//! A body or a frame is [`Bytes`] to the runtime, which never looks into it. Here those bytes are
//! the name of a place where the value itself is kept; the last clone that goes frees the place.

use bytes::Bytes;
use std::cell::RefCell;
use wasm_bindgen::JsValue;

/// Marks the name of a place, to tell it from most other bytes without looking further.
const MARK: [u8; 4] = *b"\0js\0";

struct Shelf {
    places: Vec<Option<Place>>,
    free: Vec<u32>,
}

struct Place {
    value: JsValue,
    /// Where the name itself is: bytes from elsewhere that say the same are at another address, so
    /// nobody can ask for a value by sending its name.
    address: usize,
}

thread_local! {
    static SHELF: RefCell<Shelf> =
        const { RefCell::new(Shelf { places: Vec::new(), free: Vec::new() }) };
}

/// The owner of a place.
struct Name([u8; 8]);

impl Name {
    fn place(bytes: &[u8]) -> Option<u32> {
        let bytes: &[u8; 8] = bytes.try_into().ok()?;
        let (mark, place) = bytes.split_at(4);
        (mark == MARK).then(|| place.try_into().ok().map(u32::from_le_bytes)).flatten()
    }
}

impl AsRef<[u8]> for Name {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Name {
    fn drop(&mut self) {
        let Some(place) = Name::place(&self.0) else { return };
        // Dropping a value runs no foreign code, but it may come when the thread itself ends.
        let gone = SHELF.try_with(|shelf| {
            let mut shelf = shelf.borrow_mut();
            shelf.free.push(place);
            shelf.places.get_mut(place as usize)?.take()
        });
        drop(gone);
    }
}

/// Keeps a value for as long as any clone of the result lives.
pub(crate) fn hold(value: JsValue) -> Bytes {
    SHELF.with_borrow_mut(|shelf| {
        let place = shelf.free.pop().unwrap_or_else(|| {
            shelf.places.push(None);
            (shelf.places.len() - 1) as u32
        });
        let mut name = [0; 8];
        name[..4].copy_from_slice(&MARK);
        name[4..].copy_from_slice(&place.to_le_bytes());
        let name = Bytes::from_owner(Name(name));
        let address = name.as_ptr() as usize;
        shelf.places[place as usize] = Some(Place { value, address });
        name
    })
}

/// The value that these bytes name, if they are a name and not a copy of one.
pub(crate) fn held(bytes: &Bytes) -> Option<JsValue> {
    let place = Name::place(bytes)?;
    SHELF.with_borrow(|shelf| {
        let found = shelf.places.get(place as usize)?.as_ref()?;
        (found.address == bytes.as_ptr() as usize).then(|| found.value.clone())
    })
}

/// How many values are kept: after the last call and session it is none.
pub(crate) fn count() -> usize {
    SHELF.with_borrow(|shelf| shelf.places.len() - shelf.free.len())
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    fn a_value_is_kept_as_long_as_its_name() {
        let before = count();
        let name = hold("a secret".into());
        let clone = name.clone();
        drop(name);
        assert_eq!(held(&clone).and_then(|value| value.as_string()).as_deref(), Some("a secret"));
        assert_eq!(count(), before + 1);
        drop(clone);
        assert_eq!(count(), before);
    }

    #[wasm_bindgen_test]
    fn nobody_gets_a_value_by_sending_its_name() {
        let name = hold("a secret".into());
        assert!(held(&Bytes::copy_from_slice(&name)).is_none());
    }
}
